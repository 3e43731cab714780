# Digits through six hidden layers, sigmoid everywhere as in my textbook. The loss does not move from 2.3.
# More layers should make it more powerful, not less?
import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(13)
images, labels = load_digits(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(
    images[:1200] / 16, labels[:1200], test_size=0.25, random_state=13, stratify=labels[:1200]
)

model = keras.Sequential([keras.Input((64,))])
for _ in range(6):
    model.add(keras.layers.Dense(32, activation="sigmoid"))
model.add(keras.layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=25, verbose=0)
print(f"loss {history.history['loss'][-1]:.3f}, validation accuracy {history.history['val_accuracy'][-1]:.2f}")
