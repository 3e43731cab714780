# Benign or malignant, from thirty measurements of a tumour.
import keras
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

keras.utils.set_random_seed(0)
x, y = load_breast_cancer(return_X_y=True)
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
scaler = StandardScaler().fit(x_train)

model = keras.Sequential(
    [
        keras.Input((30,)),
        keras.layers.Dense(16, activation="relu", kernel_regularizer=keras.regularizers.L2(0.003)),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(patience=20, restore_best_weights=True)
model.fit(
    scaler.transform(x_train),
    y_train,
    validation_data=(scaler.transform(x_val), y_val),
    batch_size=32,
    epochs=60,
    callbacks=[stop],
    verbose=0,
)
print(model.evaluate(scaler.transform(x_val), y_val, verbose=0))
