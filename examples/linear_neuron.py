# y = 2x + 1 with some noise, one neuron, plain SGD. The loss stays around 1 whatever I do.
# Is a single neuron too little for this?
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(3)
rng = np.random.default_rng(3)
x = rng.uniform(0, 10, (200, 1)).astype("float32")
y = (2 * x + 1 + rng.normal(0, 1, x.shape)).astype("float32")

model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
model.fit(x, y, validation_split=0.2, epochs=100, verbose=0)
print("loss", model.evaluate(x, y, verbose=0))
