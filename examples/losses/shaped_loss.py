# Is this digit an 8? About 4 % are, and I care for F1, which has no gradient. Can I train for it all the same, and what
# does that cost in log-loss? A table over the weight of the reward, for F1 as a Python function and by name.
import keras
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import f1_score, log_loss, precision_score, recall_score
from sklearn.model_selection import train_test_split

from lossclinic.losses import ShapedLoss

images, labels = load_digits(return_X_y=True)
rows = np.concatenate([np.flatnonzero(labels == 8)[:40], np.flatnonzero(labels != 8)[:960]])
x, y = (images[rows] / 16).astype("float32"), (labels[rows] == 8).astype("float32")
REPEATS = 5


def f1(truth, found):
    return 2 * np.sum(truth * found) / max(np.sum(truth) + np.sum(found), 1)


def train(reward, weight, seed):
    """Precision, recall, F1 and log-loss on rows that were not trained on."""
    split = train_test_split(x, y, test_size=0.3, stratify=y, random_state=seed)
    keras.utils.set_random_seed(seed)
    hidden = keras.layers.Dense(16, activation="relu")
    model = keras.Sequential([keras.Input((64,)), hidden, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), ShapedLoss("binary_crossentropy", reward, weight))
    model.fit(split[0], split[2], epochs=30, batch_size=100, verbose=0)
    p = keras.ops.convert_to_numpy(model(split[1]))[:, 0]
    found = p > 0.5
    scores = (metric(split[3], found, zero_division=0) for metric in (precision_score, recall_score, f1_score))
    return *scores, log_loss(split[3], np.clip(p, 1e-5, 1 - 1e-5))


print("| weight | reward | precision | recall | F1 | log-loss |\n|---|---|---|---|---|---|")
for weight in (0, 0.1, 0.3, 1, 3):
    for name, reward in (("Python function", f1), ('"f1"', "f1")):
        found = np.array([train(reward, weight, seed) for seed in range(REPEATS)])
        cells = [f"{mean:.3f}" for mean in found.mean(axis=0)]
        print(f"| {weight} | {name} | {' | '.join(cells)} |", flush=True)
