# Digits, an ordinary network, plain Adam. The loss refuses to go down however long I train.
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(31)
images, labels = load_digits(return_X_y=True)
x = (images / 16).astype("float32")

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.3),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)
history = model.fit(x, labels, validation_split=0.2, batch_size=64, epochs=30, verbose=0)
print([round(loss, 2) for loss in history.history["loss"]])
