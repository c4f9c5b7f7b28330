"""Overlays: the image stored once, with outlines as vectors that stay crisp at any size."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import outlines
from deepbacs_zoo.evaluation import ImageRow, Picture
from deepbacs_zoo.evaluation.overlay import outcome, shown
from deepbacs_zoo.evaluation.png import encode_png

__all__ = ["Card", "hang"]

_WIDEST: Final = 720


@dataclass(frozen=True)
class Card:
    """One row of the gallery.

    Parameters
    ----------
    name
        The image.
    width, height
        Its pixels, in which the outlines are given.
    picture
        A ``data:`` address of a PNG file, which may be smaller.
    truth, hits, misses, false_finds
        Outlines as SVG path data; hits and false finds as predicted, misses as labelled.
    n_true, n_hits, n_misses, n_false
        How many there are.
    """

    name: str
    width: int
    height: int
    picture: str
    truth: str
    hits: str
    misses: str
    false_finds: str
    n_true: int
    n_hits: int
    n_misses: int
    n_false: int


def hang(pictures: tuple[Picture, ...], rows: tuple[ImageRow, ...], most: int) -> tuple[Card, ...]:
    """Make the cards of the first ``most`` pictures.

    Images wider or higher than 720 pixels are reduced by a whole factor, so that the page stays
    small.
    """
    row_of = {row.name: row for row in rows}
    return tuple(_card(picture, row_of[picture.name]) for picture in pictures[:most])


def _card(picture: Picture, row: ImageRow) -> Card:
    height, width = picture.image.shape[:2]
    truth, predicted = picture.truth, picture.predicted
    found, right = outcome(truth, predicted)
    small = _mean_of_blocks(picture.image, math.ceil(max(height, width) / _WIDEST))
    data = base64.b64encode(encode_png(shown(small))).decode("ascii")
    return Card(
        name=picture.name,
        width=width,
        height=height,
        picture=f"data:image/png;base64,{data}",
        truth=_paths(truth),
        hits=_paths(np.where(right[predicted], predicted, 0)),
        misses=_paths(np.where(found[truth], 0, truth)),
        false_finds=_paths(np.where(right[predicted], 0, predicted)),
        n_true=row.n_true,
        n_hits=row.tp[0],
        n_misses=row.fn[0],
        n_false=row.fp[0],
    )


def _paths(labels: NDArray[np.integer]) -> str:
    """Return closed polygons around all labels, as the ``d`` of an SVG path."""
    polygons = (corners for _, corners in outlines(labels))
    return "".join(
        "M" + " ".join(f"{x},{y}" for x, y in corners.tolist()) + "z" for corners in polygons
    )


def _mean_of_blocks(image: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    if factor == 1:
        return image
    height, width = (size // factor for size in image.shape[:2])
    if not height or not width:  # thinner than one block
        return image[::factor, ::factor]
    blocks = image[: height * factor, : width * factor]
    blocks = blocks.reshape(height, factor, width, factor, *image.shape[2:])
    return np.asarray(blocks.mean(axis=(1, 3)), np.float32)
