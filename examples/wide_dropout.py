# Few digits, wide layers, no regularisation: training accuracy 100 %, validation well below.
# Everybody says dropout and L2. How much of each, and does it really help here?
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(47)
images, labels = load_digits(return_X_y=True)
x, y = (images[:500] / 16).astype("float32"), labels[:500]

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.25, epochs=100, verbose=0)
print(f"loss {history.history['loss'][-1]:.4f}, validation loss {history.history['val_loss'][-1]:.3f}")
