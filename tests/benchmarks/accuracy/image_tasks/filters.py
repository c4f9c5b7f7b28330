"""Regressions on the responses of filters: what artificial labeling has to be better than."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import ndimage

Regression = Callable[[np.ndarray], np.ndarray]
"""Makes ``y x`` of an image ``y x``."""
Pairs = Sequence[tuple[np.ndarray, np.ndarray]]
SCALES = (1.0, 2.0, 4.0, 8.0)
RIDGE = 1e-3
PIXELS = 20_000
"""Of each training image, drawn without replacement, for the trees."""
ABOUT = "on 15 responses: the image, its median and Gaussian, gradient, Laplacian and standard "
ABOUT += f"deviation at several of {', '.join(f'{scale:g}' for scale in SCALES)} px"
ABSENT = "Boosted trees are left out: pip install scikit-learn."


def responses(image: np.ndarray) -> np.ndarray:
    """Return fifteen responses of filters ``y x response`` of an image ``y x``, float64."""
    scaled = image.astype(np.float64)
    scaled = (scaled - np.median(scaled)) / max(scaled.std(), 1e-9)
    found = [scaled, ndimage.median_filter(scaled, 5)]
    for scale in SCALES:
        found.append(ndimage.gaussian_filter(scaled, scale))
        found.append(ndimage.gaussian_gradient_magnitude(scaled, scale))
        found.append(ndimage.gaussian_laplace(scaled, scale))
    mean = ndimage.uniform_filter(scaled, 9)
    square = ndimage.uniform_filter(scaled**2, 9)
    found.append(np.sqrt(np.maximum(square - mean**2, 0)))
    return np.stack(found, axis=-1)


def ridge(pairs: Pairs) -> Regression:
    """Fit a linear function of the responses."""
    square: Any = 0.0
    mixed: Any = 0.0
    for image, target in pairs:
        rows = _with_constant(image)
        square, mixed = square + rows.T @ rows, mixed + rows.T @ target.ravel()
    penalty = RIDGE * np.diag(np.diag(square))
    penalty[-1, -1] = 0
    weights = np.linalg.solve(square + penalty, mixed)
    return lambda image: (_with_constant(image) @ weights).reshape(image.shape)


def _with_constant(image: np.ndarray) -> np.ndarray:
    rows = responses(image).reshape(image.size, -1)
    return np.concatenate([rows, np.ones((len(rows), 1))], axis=1)


def has_trees() -> bool:
    """Return whether scikit-learn is there."""
    return importlib.util.find_spec("sklearn") is not None


def boosted(pairs: Pairs) -> Regression:
    """Fit gradient-boosted trees to the responses of drawn pixels."""
    model: Any = importlib.import_module("sklearn.ensemble").HistGradientBoostingRegressor(
        max_iter=300, random_state=0
    )
    rng = np.random.default_rng(0)
    rows, values = [], []
    for image, target in pairs:
        chosen = rng.permutation(image.size)[:PIXELS]
        rows.append(responses(image).reshape(image.size, -1)[chosen])
        values.append(target.ravel()[chosen])
    model.fit(np.concatenate(rows), np.concatenate(values))
    return lambda image: model.predict(responses(image).reshape(image.size, -1)).reshape(
        image.shape
    )
