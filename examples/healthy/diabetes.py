# Progression of diabetes after a year, in standard deviations.
import keras
from sklearn.datasets import load_diabetes
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
x, y = load_diabetes(return_X_y=True)
x = StandardScaler().fit_transform(x)
y = StandardScaler().fit_transform(y.reshape(-1, 1))

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(8, activation="relu", kernel_regularizer=keras.regularizers.L2(0.1)),
        keras.layers.Dense(1),
    ]
)
model.compile(keras.optimizers.Adam(0.005), "mse")
stop = keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)
model.fit(x, y, validation_split=0.2, epochs=60, callbacks=[stop], verbose=0)
print(model.evaluate(x, y, verbose=0))
