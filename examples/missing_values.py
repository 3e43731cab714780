# Wine measurements as they came out of the laboratory's database. The loss is nan from the first epoch on.
import keras
import numpy as np
from sklearn.datasets import load_wine
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(43)
x, y = load_wine(return_X_y=True)
rng = np.random.default_rng(43)
x[rng.random(x.shape) < 0.01] = np.nan
order = rng.permutation(len(x))
x, y = StandardScaler().fit_transform(x)[order], y[order]

model = keras.Sequential(
    [
        keras.Input((13,)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.2, epochs=40, verbose=0)
print("loss", history.history["loss"][-1])
