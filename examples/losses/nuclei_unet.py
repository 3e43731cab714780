# Which pixels of a microscope's picture are nuclei? A small U-Net on 16x16 tiles. The loss goes down, but the masks
# are what I need: would Dice's loss give a better Dice coefficient than cross-entropy?
#
# The picture is fetched once, from a published package, and kept (see planted/archives.py).
import sys
from pathlib import Path

import keras
from keras import layers

sys.path.insert(0, str(Path(__file__).parents[2]))
from planted.real import nuclei

keras.utils.set_random_seed(5)
x, y = nuclei(seed=5)


def convolved(inputs, filters):
    for _ in range(2):
        inputs = layers.Conv2D(filters, 3, padding="same", activation="relu")(inputs)
    return inputs


inputs = keras.Input((16, 16, 1))
fine = convolved(inputs, 8)
coarse = convolved(layers.MaxPooling2D()(fine), 16)
coarsest = convolved(layers.MaxPooling2D()(coarse), 32)
up = convolved(layers.Concatenate()([layers.UpSampling2D()(coarsest), coarse]), 16)
up = convolved(layers.Concatenate()([layers.UpSampling2D()(up), fine]), 8)
model = keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(up))

model.compile(optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy")
history = model.fit(x, y, validation_split=0.2, epochs=20, batch_size=16, verbose=0)
found, true = model.predict(x[204:], verbose=0) > 0.5, y[204:] > 0.5
dice = 2 * (found & true).sum() / (found.sum() + true.sum())
print(f"validation loss {history.history['val_loss'][-1]:.3f}, Dice of the validation tiles {dice:.3f}")
