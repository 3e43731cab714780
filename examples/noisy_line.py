# A hundred points around a straight line, two hidden layers of 64. The loss on my training points
# keeps going down for 200 epochs, but on the validation points it stopped getting better long ago.
# Would L2 or batch normalisation help, as I keep reading?
import keras
import numpy as np

keras.utils.set_random_seed(1)
rng = np.random.default_rng(42)
x = rng.permutation(np.linspace(0, 10, 100)).reshape(-1, 1).astype("float32")
y = (2 * x + 1 + rng.normal(0, 2, x.shape)).astype("float32")

model = keras.Sequential(
    [
        keras.Input((1,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
history = model.fit(x[:80], y[:80], validation_data=(x[80:], y[80:]), epochs=200, verbose=0)
print(f"training loss {history.history['loss'][-1]:.2f}, validation loss {history.history['val_loss'][-1]:.2f}")
