# How ill will this patient be in a year? The loss has not changed since the third epoch,
# and the network predicts nearly the same for everybody.
import keras
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(41)
x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = StandardScaler().fit_transform(y.reshape(-1, 1))

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
history = model.fit(x, y, validation_split=0.2, epochs=60, callbacks=[stop], verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, validation loss {history.history['val_loss'][-1]:.3f}")
