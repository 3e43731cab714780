# Wine: the training loss is nearly zero, yet the validation accuracy hangs at about one half, on a task that
# everybody else solves.
import keras
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(29)
x, y = load_wine(return_X_y=True)
x = StandardScaler().fit_transform(x)

model = keras.Sequential(
    [
        keras.Input((13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.25, epochs=40, verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, validation accuracy {history.history['val_accuracy'][-1]:.2f}")
