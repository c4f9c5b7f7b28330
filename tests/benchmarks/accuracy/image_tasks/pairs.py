"""Images with their targets: written as a user has them, and scored by any method."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.evaluation.images.scoring import score_image
from deepbacs_zoo.evaluation.previews import first_position, planes_of
from deepbacs_zoo.images import Calibration, Image, read_image, write_tiff
from deepbacs_zoo.metrics import Estimate, estimated_mean
from deepbacs_zoo.prediction import open_local

Method = Callable[[Image], np.ndarray]
"""Makes ``c y x`` of an image."""


@dataclass(frozen=True, eq=False)
class ImagePair:
    """An image and its target, ``y x``, values as published."""

    name: str
    image: np.ndarray
    target: np.ndarray


@dataclass(frozen=True, eq=False)
class Sample:
    """An image that had no part in training, and its target."""

    name: str
    image: Image
    target: Image

    @property
    def noisy(self) -> np.ndarray:
        """The image, ``c y x`` float32."""
        return planes_of(self.image)


def write_pairs(pairs: Iterable[ImagePair], folder: Path, pixel: float | None = None) -> None:
    """Write images and targets as a user has them, unless they are there.

    Parameters
    ----------
    pairs
        The images.
    folder
        Where ``source`` and ``target`` go.
    pixel
        Side of a pixel in micrometers, ``None`` where nobody knows.
    """
    if folder.exists():
        return
    size = Calibration(x=pixel, y=pixel, unit="µm") if pixel else Calibration()
    for part in ("source", "target"):
        (folder / part).mkdir(parents=True)
    for one in pairs:
        for part, pixels in (("source", one.image), ("target", one.target)):
            write_tiff(folder / part / f"{one.name}.tif", pixels, "yx", size)


def read_samples(folder: Path) -> list[Sample]:
    """Return the images of a folder with ``source`` and ``target``."""
    return [
        Sample(pair.name, read_image(pair.source), read_image(pair.target))
        for pair in match_pairs(folder / "source", folder / "target")
    ]


def score(
    name: str, method: Method, images: Sequence[Sample], *, denoised: bool = False
) -> ImageScores:
    """Score a method on images.

    Parameters
    ----------
    name
        Of the method.
    method
        The method.
    images
        What it is scored on.
    denoised
        Whether the result is the image without noise, whose residual is looked at.
    """
    rows = []
    for one in images:
        started = time.perf_counter()
        found = np.asarray(method(one.image), np.float32)
        seconds = time.perf_counter() - started
        noisy = one.noisy if denoised else None
        rows.append(score_image(one.name, one.target, found, noisy=noisy, seconds=seconds))
    return ImageScores(name, name, tuple(rows))


def score_package(
    name: str, package: Path, images: Sequence[Sample], *, denoised: bool = False
) -> ImageScores:
    """Score the first output of a package."""
    with open_local(package) as predictor:

        def predicted(image: Image) -> np.ndarray:
            tensor = next(iter(predictor.predict(image).tensors.values()))
            return first_position(tensor.array, tensor.axes)

        return score(name, predicted, images, denoised=denoised)


def itself(image: Image) -> np.ndarray:
    """Return the image."""
    return planes_of(image)


def plane_of(image: Image) -> np.ndarray:
    """Return ``y x`` float32 of an image of one channel."""
    return planes_of(image)[0]


def values(scores: ImageScores, key: str, chosen: Callable[[str], bool]) -> np.ndarray:
    """Return a score of the images whose names are chosen."""
    return np.array([row.scores[key] for row in scores.rows if chosen(row.name)])


def every(name: str) -> bool:
    """Choose all images."""
    return bool(name)


def means(
    scores: ImageScores, keys: Mapping[str, str], chosen: Callable[[str], bool] = every
) -> dict[str, Estimate]:
    """Return means over images, by the words of a table.

    Parameters
    ----------
    scores
        Of a method.
    keys
        Words of the table, and the keys of `deepbacs_zoo.evaluation.SCORES`.
    chosen
        Which images count.
    """
    return {word: estimated_mean(values(scores, key, chosen)) for word, key in keys.items()}


def margin(
    one: ImageScores, other: ImageScores, key: str, chosen: Callable[[str], bool] = every
) -> Estimate:
    """Return how much higher a score is, image by image: mean and interval over images."""
    return estimated_mean(values(one, key, chosen) - values(other, key, chosen))
