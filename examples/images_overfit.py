# A small convolutional network on 200 pictures of digits. 100 % on the training pictures within seconds,
# but the validation loss turns round and climbs. Is it time for augmentation?
import keras
from sklearn.datasets import load_digits

keras.utils.set_random_seed(19)
images, labels = load_digits(return_X_y=True)
x = (images[:260].reshape(-1, 8, 8, 1) / 16).astype("float32")
y = labels[:260]

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x[:200], y[:200], validation_data=(x[200:], y[200:]), epochs=60, verbose=0)
print(f"loss {history.history['loss'][-1]:.4f}, validation loss {history.history['val_loss'][-1]:.3f}")
