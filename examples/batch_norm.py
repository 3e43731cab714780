# Breast cancer measurements, two hidden layers of 64, 100 epochs. Training loss is practically zero,
# validation loss keeps rising. I read that batch normalisation between the layers brings it down a little.
import keras
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(23)
x, y = load_breast_cancer(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.25, random_state=23, stratify=y)
scaler = StandardScaler().fit(x_train)

model = keras.Sequential(
    [
        keras.Input((30,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(
    scaler.transform(x_train), y_train, validation_data=(scaler.transform(x_val), y_val), epochs=100, verbose=0
)
print(f"loss {history.history['loss'][-1]:.4f}, validation loss {history.history['val_loss'][-1]:.3f}")
