# Prices made by a formula from five columns, with five idle ones and noise (Friedman's first function).
import keras
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
x, y = make_friedman1(1000, n_features=10, noise=1.0, random_state=0)
x = StandardScaler().fit_transform(x)
y = StandardScaler().fit_transform(y.reshape(-1, 1))

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(24, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(24, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "mse")
stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
model.fit(x, y, validation_split=0.2, epochs=100, callbacks=[stop], verbose=0)
print(model.evaluate(x, y, verbose=0))
