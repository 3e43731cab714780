# How far will the disease have come in a year? One figure in twenty was typed with a zero too many. The loss is huge,
# and the predictions are far too high for everybody. Would another loss than squared error help?
import keras
import numpy as np
from sklearn.datasets import load_diabetes

keras.utils.set_random_seed(3)
x, y = load_diabetes(return_X_y=True)
x = (x / x.std(axis=0)).astype("float32")
typed = np.where(np.random.default_rng(3).random(len(y)) < 0.05, 10 * y, y)
y = (typed / 100).astype("float32")

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse")
history = model.fit(x, y, validation_split=0.2, epochs=40, batch_size=32, verbose=0)
print(f"training loss {history.history['loss'][-1]:.2f}, validation loss {history.history['val_loss'][-1]:.2f}")
