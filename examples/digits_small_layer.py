# Handwritten digits, one hidden layer. However long I train, the error stays high, on the training digits too.
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(17)
images, labels = load_digits(return_X_y=True)

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Rescaling(1 / 16),
        keras.layers.Dense(3, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(images, labels, validation_split=0.2, batch_size=64, epochs=60, verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, validation accuracy {history.history['val_accuracy'][-1]:.2f}")
