# Two measurements, one in thousands and one in tenths, and a target that depends on both.
# The loss is huge and creeps. Do the units of my columns matter to a network?
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)
mass = rng.uniform(1000, 3000, 300)
ratio = rng.uniform(0.1, 0.3, 300)
x = np.column_stack([mass, ratio]).astype("float32")
y = (mass / 1000 + 10 * ratio + rng.normal(0, 0.1, 300)).astype("float32")

model = tf.keras.Sequential(
    [
        tf.keras.Input((2,)),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(optimizer="adam", loss="mse")
history = model.fit(x, y, validation_split=0.2, epochs=60, verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, validation loss {history.history['val_loss'][-1]:.3f}")
