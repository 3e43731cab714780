# A small convolutional network on 1,000 grainy pictures of digits. 100 % on the training pictures within seconds,
# but the validation loss turned round long ago. Is it time for augmentation?
import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(19)
images, labels = load_digits(return_X_y=True)
grain = np.random.default_rng(19).normal(0, 0.3, (1000, 8, 8, 1))
x = (images[:1000].reshape(-1, 8, 8, 1) / 16 + grain).astype("float32")
x_train, x_val, y_train, y_val = train_test_split(x, labels[:1000], test_size=0.2, random_state=19)

model = keras.Sequential(
    [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=30, verbose=0)
print(f"loss {history.history['loss'][-1]:.4f}, validation loss {history.history['val_loss'][-1]:.3f}")
