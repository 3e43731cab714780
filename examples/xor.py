# XOR with noisy inputs: 400 points around the four corners, two hidden units, sigmoids.
# It hangs at a loss of about 0.69. Somebody told me ReLU is better here.
import keras
import numpy as np

keras.utils.set_random_seed(5)
rng = np.random.default_rng(5)
corner = rng.integers(0, 2, (400, 2))
x = (corner + rng.normal(0, 0.15, corner.shape)).astype("float32")
y = (corner[:, 0] ^ corner[:, 1]).astype("float32")

model = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(2, activation="sigmoid"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.25, epochs=100, verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, accuracy {history.history['accuracy'][-1]:.2f}")
