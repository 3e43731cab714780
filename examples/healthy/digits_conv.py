# Handwritten digits, read as eight rows of eight pixels by a small convolutional network with dropout.
import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(0)
images, labels = load_digits(return_X_y=True)
x = (images.reshape(-1, 8, 8) / 16).astype("float32")
x_train, x_val, y_train, y_val = train_test_split(x, labels, test_size=0.2, random_state=0, stratify=labels)

model = keras.Sequential(
    [
        keras.Input((8, 8)),
        keras.layers.Conv1D(32, 3, padding="same", activation="relu"),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.4),
        keras.layers.Dense(48, activation="relu"),
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
model.fit(x_train, y_train, validation_data=(x_val, y_val), batch_size=32, epochs=40, callbacks=[stop], verbose=0)
print(model.evaluate(x_val, y_val, verbose=0))
