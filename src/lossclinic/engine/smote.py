"""Synthetic rows of rare classes: between neighbours where columns measure, from neighbours where they name."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]


def with_synthetic_rows(
    x: Array, target: Array, neighbours: int, groups: tuple[tuple[int, ...], ...], seed: int
) -> tuple[Array, Array]:
    """Add rows to every class until it has as many as the largest.

    Columns of a group stand for one category (a code, or the 0/1 columns made of it) and are drawn together: a new row
    holds there what most of its neighbours hold, so never anything that no given row holds.

    Args:
        x: rows, shape (n, columns), float32, all finite.
        target: class of each row, shape (n,).
        neighbours: how many of its class a row is mixed with, below the number of rows of the rarest class.
        groups: column numbers that belong together; () for rows of measurements only.
        seed: of the draw.

    Returns:
        (rows, shape (more, columns), float32; their classes): the given ones first, then the new ones.

    References:
        Chawla et al. (2002), SMOTE: Synthetic Minority Over-sampling Technique, JAIR 16; section 6.1 for rows of which
        some columns are categories (SMOTE-NC), 6.2 for rows of categories only (SMOTE-N).
    """
    from imblearn import over_sampling

    measured = np.setdiff1d(np.arange(x.shape[1]), [at for group in groups for at in group])
    found = [np.unique(x[:, list(group)], axis=0, return_inverse=True) for group in groups]
    coded = np.column_stack([x[:, measured], *(code.reshape(-1) for _, code in found)])
    kind = sampler_for(len(measured), len(groups))
    behind = {"categorical_features": list(range(len(measured), coded.shape[1]))} if kind == "SMOTENC" else {}
    sampler: Any = getattr(over_sampling, kind)(**behind, k_neighbors=neighbours, random_state=seed)
    drawn, classes = (np.asarray(part) for part in sampler.fit_resample(coded.astype(np.float32), target))
    rows = np.empty((len(drawn), x.shape[1]), dtype=np.float32)
    rows[:, measured] = drawn[:, : len(measured)]
    for at, (group, (values, _)) in enumerate(zip(groups, found, strict=True), len(measured)):
        rows[:, list(group)] = values[drawn[:, at].astype(int)]
    return rows, classes


def sampler_for(measured: int, named: int) -> Literal["SMOTE", "SMOTENC", "SMOTEN"]:
    """Which sampler of imbalanced-learn takes rows with so many columns of measurements and of codes."""
    if not named:
        return "SMOTE"
    return "SMOTENC" if measured else "SMOTEN"
