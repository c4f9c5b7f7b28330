"""The kinds of results that can be exported, one row each: what cover and documentation show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding import decode, decode_boxes

__all__ = ["KINDS", "ExportKind", "Rectangles"]

Size = tuple[int, int]


@dataclass(frozen=True)
class Rectangles:
    """Boxes to draw on the image: ``x0 y0 x1 y1`` in pixels, and the number of each one's class."""

    corners: tuple[tuple[float, float, float, float], ...]
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class ExportKind:
    """One kind of result.

    Parameters
    ----------
    noun
        What the output becomes, in the documentation.
    cover
        Takes the settings of decoding, a plane of the output (``c y x`` float32), and height and
        width of the image; gives what the cover shows beside the image.
    has_objects
        Takes the same; says whether a test input shows anything.
    """

    noun: str
    cover: Callable[[Any, NDArray[Any], Size], NDArray[Any] | Rectangles]
    has_objects: Callable[[Any, NDArray[Any], Size], bool]


def _rectangles(settings: Any, output: NDArray[Any], size: Size) -> Rectangles:  # noqa: ANN401 - the settings of this kind
    boxes = decode_boxes(settings, output, size)
    corners = tuple((box.x0, box.y0, box.x1, box.y1) for box in boxes)
    return Rectangles(corners, tuple(box.class_index + 1 for box in boxes))


KINDS: Final[dict[str, ExportKind]] = {
    "labels": ExportKind("a label image", decode, lambda *plane: bool(np.any(decode(*plane)))),
    "boxes": ExportKind("boxes", _rectangles, lambda *plane: bool(decode_boxes(*plane))),
    "image": ExportKind("an image", lambda _, output, __: output[0], lambda *_: True),
}
