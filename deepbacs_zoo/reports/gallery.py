"""Overlays: the image stored once, with outlines as vectors that stay crisp at any size."""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation import (
    BoxEvaluation,
    BoxImageRow,
    BoxOutcome,
    BoxPicture,
    ImageRow,
    Picture,
)
from deepbacs_zoo.evaluation.overlay import outcome, shown
from deepbacs_zoo.evaluation.png import encode_png
from deepbacs_zoo.results import outlines

__all__ = ["Card", "Layer", "Tag", "hang", "hang_boxes"]

_WIDEST: Final = 720


@dataclass(frozen=True)
class Layer:
    """Outlines of one kind on a picture.

    Parameters
    ----------
    kind
        Its class in the style sheet: ``truth``, ``hit``, ``wrong``, ``miss`` or ``false``.
    path
        SVG path data, in pixels of the image.
    count
        How many there are.
    """

    kind: str
    path: str
    count: int


@dataclass(frozen=True)
class Tag:
    """The class of a box, written at its upper left corner."""

    kind: str
    x: float
    y: float
    text: str


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
    truth
        Outlines as labelled.
    found
        Hits and false finds as predicted, misses as labelled; the last are drawn on top.
    true_tags, found_tags
        Names of boxes.
    """

    name: str
    width: int
    height: int
    picture: str
    truth: Layer
    found: tuple[Layer, ...]
    true_tags: tuple[Tag, ...] = ()
    found_tags: tuple[Tag, ...] = ()


# What the page and the style sheet call the outcomes, in the order in which they are drawn.
_KINDS: Final = {"false find": "false", "miss": "miss", "wrong class": "wrong", "hit": "hit"}
_MOST_TAGS: Final = 60


def hang(pictures: tuple[Picture, ...], rows: tuple[ImageRow, ...], most: int) -> tuple[Card, ...]:
    """Make the cards of the first ``most`` pictures.

    Images wider or higher than 720 pixels are reduced by a whole factor, so that the page stays
    small.
    """
    row_of = {row.name: row for row in rows}
    return tuple(_card(picture, row_of[picture.name]) for picture in pictures[:most])


def hang_boxes(evaluation: BoxEvaluation, most: int) -> tuple[Card, ...]:
    """Make the cards of the first ``most`` pictures with boxes; otherwise as ``hang``."""
    row_of = {row.name: row for row in evaluation.model.rows}
    several = len(evaluation.classes) > 1
    return tuple(
        _box_card(picture, row_of[picture.name], several) for picture in evaluation.pictures[:most]
    )


def _card(picture: Picture, row: ImageRow) -> Card:
    truth, predicted = picture.truth, picture.predicted
    found, right = outcome(truth, predicted)
    return Card(
        name=picture.name,
        **_shown(picture.image),
        truth=Layer("truth", _paths(truth), row.n_true),
        found=(
            Layer("false", _paths(np.where(right[predicted], 0, predicted)), row.fp[0]),
            Layer("miss", _paths(np.where(found[truth], 0, truth)), row.fn[0]),
            Layer("hit", _paths(np.where(right[predicted], predicted, 0)), row.tp[0]),
        ),
    )


def _box_card(picture: BoxPicture, row: BoxImageRow, several: bool) -> Card:
    labelled = row.labelled
    tagged = several and max(len(labelled), len(row.objects)) <= _MOST_TAGS
    groups = {
        kind: [box for box in row.objects if box.outcome == word] for word, kind in _KINDS.items()
    }
    return Card(
        name=picture.name,
        **_shown(picture.image),
        truth=Layer("truth", "".join(_rectangle(edges) for _, edges in labelled), len(labelled)),
        found=tuple(
            Layer(kind, "".join(_rectangle(_edges(box)) for box in boxes), len(boxes))
            for kind, boxes in groups.items()
        ),
        true_tags=tuple(Tag("truth", *edges[:2], name) for name, edges in labelled)
        if tagged
        else (),
        found_tags=tuple(
            Tag(kind, box.x0, box.y0, _words(box))
            for kind, boxes in groups.items()
            for box in boxes
        )
        if tagged
        else (),
    )


def _words(box: BoxOutcome) -> str:
    if box.outcome == "wrong class":
        return f"{box.found} ≠ {box.name}"
    return box.found or box.name or ""


def _edges(box: BoxOutcome) -> tuple[float, float, float, float]:
    return box.x0, box.y0, box.x1, box.y1


def _rectangle(edges: tuple[float, float, float, float]) -> str:
    left, top, right, bottom = (f"{edge:.1f}".removesuffix(".0") for edge in edges)
    return f"M{left},{top}H{right}V{bottom}H{left}z"


class _Shown(TypedDict):
    width: int
    height: int
    picture: str


def _shown(image: NDArray[np.float32]) -> _Shown:
    height, width = image.shape[:2]
    small = _mean_of_blocks(image, math.ceil(max(height, width) / _WIDEST))
    data = base64.b64encode(encode_png(shown(small))).decode("ascii")
    return {"width": width, "height": height, "picture": f"data:image/png;base64,{data}"}


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
