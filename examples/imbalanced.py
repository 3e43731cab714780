# Is this digit an 8? About 4 % are. The loss looks great and the accuracy is 97 %, but it misses most eights.
# Should I use SMOTE?
import keras
import numpy as np
from sklearn.datasets import load_digits

keras.utils.set_random_seed(11)
images, labels = load_digits(return_X_y=True)
eights = np.flatnonzero(labels == 8)[:40]
others = np.flatnonzero(labels != 8)[:960]
rows = np.random.default_rng(11).permutation(np.concatenate([eights, others]))
x = (images[rows] / 16).astype("float32")
y = (labels[rows] == 8).astype("float32")

model = keras.Sequential(
    [
        keras.Input((64,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy", keras.metrics.Recall(name="recall")])
stop = keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
model.fit(x, y, validation_split=0.2, epochs=25, callbacks=[stop], verbose=0)
print(dict(zip(model.metrics_names, model.evaluate(x, y, verbose=0), strict=False)))
