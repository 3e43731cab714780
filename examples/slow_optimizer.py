# Eight powers of one number, to fit a curve. SGD goes down quickly at first and then crawls for ever.
# Would one of the adaptive optimizers get there sooner?
import keras
import numpy as np

keras.utils.set_random_seed(37)
rng = np.random.default_rng(37)
t = rng.uniform(0, 1, 500)
powers = t[:, None] ** np.arange(1, 9)
x = ((powers - powers.mean(axis=0)) / powers.std(axis=0)).astype("float32")
y = (np.sin(9 * t) + rng.normal(0, 0.1, 500)).astype("float32")

model = keras.Sequential(
    [
        keras.Input((8,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse")
history = model.fit(x, y, validation_split=0.2, epochs=60, verbose=0)
print([round(loss, 3) for loss in history.history["val_loss"]][::10])
