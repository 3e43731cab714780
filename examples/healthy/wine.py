# Which of three growers a wine comes from.
import keras
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
x, y = load_wine(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
scaler = StandardScaler().fit(x_train)

model = keras.Sequential(
    [
        keras.Input((13,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.01)),
        keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
model.fit(
    scaler.transform(x_train),
    y_train,
    validation_data=(scaler.transform(x_val), y_val),
    batch_size=16,
    epochs=60,
    callbacks=[stop],
    verbose=0,
)
print(model.evaluate(scaler.transform(x_val), y_val, verbose=0))
