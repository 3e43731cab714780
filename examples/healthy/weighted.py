# Is this digit an 8? A rare class, weighted so that both classes count the same.
import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(0)
images, labels = load_digits(return_X_y=True)
rows = np.concatenate([np.flatnonzero(labels == 8)[:70], np.flatnonzero(labels != 8)[:1000]])
rows = np.random.default_rng(0).permutation(rows)
x, y = (images[rows] / 16).astype("float32"), (labels[rows] == 8).astype("float32")

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.003)),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
model.fit(x, y, validation_split=0.2, epochs=240, class_weight={0: 0.535, 1: 7.6}, callbacks=[stop], verbose=0)
print(model.evaluate(x, y, verbose=0))
