"""Overlay panels: the image stored once, with outlines as vectors that stay crisp at any size."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.overlay import eight_bits, matched, unit_range
from deepbacs_zoo.results import outlines
from deepbacs_zoo.results.overlay import encode_png

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import (
        BoxEvaluation,
        BoxImageRow,
        BoxOutcome,
        BoxPreview,
        ImageEvaluation,
        LabelEvaluation,
        LabelImageRow,
        LabelPreview,
    )

__all__ = ["ImagePanel", "Layer", "Panel", "Tag", "box_panels", "image_panels", "overlay_panels"]

_WIDEST: Final = 720


@dataclass(frozen=True)
class Layer:
    """Outlines of one kind on a picture.

    Parameters
    ----------
    kind
        Its class in the style sheet: ``truth``, ``tp``, ``wrong``, ``fn`` or ``fp``.
    words
        What its objects are, such as ``missed``.
    path
        SVG path data, in pixels of the image.
    count
        How many there are.
    """

    kind: str
    words: str
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
class Panel:
    """One image of a page with its outlines.

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
        Positives as predicted, false negatives as labelled; the last are drawn on top.
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


@dataclass(frozen=True)
class ImagePanel:
    """One image of a page with its prediction and target, as ``data:`` addresses of PNG files."""

    name: str
    image: str
    predicted: str
    target: str
    error: str


# Classes of the style sheet and words of the outcomes, in the order in which they are drawn.
_KINDS: Final = {
    "false positive": ("fp", "false"),
    "false negative": ("fn", "missed"),
    "wrong class": ("wrong", "of a wrong class"),
    "true positive": ("tp", "found"),
}
_MOST_TAGS: Final = 60


def overlay_panels(evaluation: LabelEvaluation, most: int) -> tuple[Panel, ...]:
    """Make the panels of the first ``most`` images with label images.

    Images wider or higher than 720 pixels are reduced by a whole factor, so that the page stays
    small.
    """
    row_of = {row.name: row for row in evaluation.model.rows}
    return tuple(
        _label_panel(preview, row_of[preview.name], evaluation.labels_complete)
        for preview in evaluation.previews[:most]
    )


def box_panels(evaluation: BoxEvaluation, most: int) -> tuple[Panel, ...]:
    """Make the panels of the first ``most`` images with boxes; see ``overlay_panels``."""
    row_of = {row.name: row for row in evaluation.model.rows}
    several = len(evaluation.classes) > 1
    return tuple(
        _box_panel(preview, row_of[preview.name], several, evaluation.labels_complete)
        for preview in evaluation.previews[:most]
    )


def image_panels(evaluation: ImageEvaluation, most: int) -> tuple[ImagePanel, ...]:
    """Make the panels of the first ``most`` images, all at the display range of their targets."""
    return tuple(
        ImagePanel(
            each.name,
            *(_address(plane, unit_range) for plane in each.shown),
        )
        for each in evaluation.previews[:most]
    )


def _layer(outcome: str, path: str, count: int, complete: bool) -> Layer:
    kind, words = _KINDS[outcome]
    return Layer(kind, "without a label" if kind == "fp" and not complete else words, path, count)


def _label_panel(preview: LabelPreview, row: LabelImageRow, complete: bool) -> Panel:
    truth, predicted = preview.truth, preview.predicted
    found, right = matched(truth, predicted)
    outlined = {
        "false positive": (np.where(right[predicted], 0, predicted), row.fp[0]),
        "false negative": (np.where(found[truth], 0, truth), row.fn[0]),
        "true positive": (np.where(right[predicted], predicted, 0), row.tp[0]),
    }
    return Panel(
        name=preview.name,
        **_picture(preview.image),
        truth=Layer("truth", "labelled", _paths(truth), row.n_true),
        found=tuple(
            _layer(outcome, _paths(labels), count, complete)
            for outcome, (labels, count) in outlined.items()
        ),
    )


def _box_panel(preview: BoxPreview, row: BoxImageRow, several: bool, complete: bool) -> Panel:
    labelled = row.labelled
    # Names of classes would hide a crowded image.
    tagged = several and max(len(labelled), len(row.objects)) <= _MOST_TAGS
    groups = _grouped(row.objects)
    outlined = "".join(_rectangle(edges) for _, edges in labelled)
    return Panel(
        name=preview.name,
        **_picture(preview.image),
        truth=Layer("truth", "labelled", outlined, len(labelled)),
        found=tuple(
            _layer(outcome, "".join(_rectangle(_edges(box)) for box in boxes), len(boxes), complete)
            for outcome, boxes in groups.items()
        ),
        true_tags=tuple(Tag("truth", *edges[:2], name) for name, edges in labelled if tagged),
        found_tags=_tags(groups) if tagged else (),
    )


def _grouped(objects: Sequence[BoxOutcome]) -> dict[str, list[BoxOutcome]]:
    return {outcome: [box for box in objects if box.outcome == outcome] for outcome in _KINDS}


def _tags(groups: Mapping[str, Sequence[BoxOutcome]]) -> tuple[Tag, ...]:
    return tuple(
        Tag(_KINDS[outcome][0], box.x0, box.y0, _words(box))
        for outcome, boxes in groups.items()
        for box in boxes
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


class _Picture(TypedDict):
    width: int
    height: int
    picture: str


def _picture(image: NDArray[np.float32]) -> _Picture:
    height, width = image.shape[:2]
    return {"width": width, "height": height, "picture": _address(image, eight_bits)}


def _address(image: NDArray[np.float32], bits: Callable[[NDArray[Any]], NDArray[np.uint8]]) -> str:
    small = _mean_of_blocks(image, math.ceil(max(image.shape[:2]) / _WIDEST))
    data = base64.b64encode(encode_png(bits(small))).decode("ascii")
    return f"data:image/png;base64,{data}"


def _paths(labels: NDArray[np.integer]) -> str:
    """Return closed polygons around all labels, as the ``d`` of an SVG path."""
    polygons = (ring for outline in outlines(labels) for ring in outline.rings)
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
