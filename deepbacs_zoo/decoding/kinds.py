"""All positions of an output to what it holds, one row for each kind of result.

The keys are those of every other table of kinds: what a description states as ``result`` of its
decoding, and ``image`` where it states no decoding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.anchor_boxes import MOST_CANDIDATES, DetectedBox, find_boxes
from deepbacs_zoo.decoding.labels import decode
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package.zoo_config import AnchorBoxes, LabelDecoding

__all__ = ["KINDS", "Decode", "Decoded", "Planes"]

Planes = tuple[tuple[tuple[DetectedBox, ...], ...], ...]
"""Boxes by frame and slice."""

TOO_MANY_CANDIDATES: Final = Rule(
    "too-many-candidates",
    Severity.WARNING,
    "Candidates beyond the limit are not looked at, so that objects may be missing.",
)


@dataclass(frozen=True)
class Decoded:
    """The content of an output, at the scale of the image that the network saw.

    Parameters
    ----------
    found
        Of labels: ``t z y x`` int32; of boxes: :data:`Planes`; of an image: ``None``.
    findings
        What the user should know.
    """

    found: Any
    findings: tuple[Finding, ...] = ()


Decode = Callable[[Any, NDArray[Any], tuple[int, int]], Decoded]
"""Takes the settings, the output ``t z c y x`` (float32), and height and width of the image that
the network saw, in pixels."""


def _decode_labels(settings: LabelDecoding, array: NDArray[Any], size: tuple[int, int]) -> Decoded:
    frames, slices = array.shape[:2]
    planes = [decode(settings, plane, size) for plane in _planes(array)]
    return Decoded(np.stack(planes).reshape(frames, slices, *planes[0].shape))


def _decode_boxes(settings: AnchorBoxes, array: NDArray[Any], size: tuple[int, int]) -> Decoded:
    frames, slices = array.shape[:2]
    found = [find_boxes(settings, plane, size) for plane in _planes(array)]
    planes = [boxes for boxes, _ in found]
    nested = tuple(tuple(planes[t * slices : (t + 1) * slices]) for t in range(frames))
    most = max(count for _, count in found)
    if most <= MOST_CANDIDATES:
        return Decoded(nested)
    finding = TOO_MANY_CANDIDATES.finding(
        f"output '{settings.output}'",
        f"{most} candidates pass the score threshold, and only the best {MOST_CANDIDATES} were "
        "looked at",
        f"at most {MOST_CANDIDATES} candidates in a plane",
        "check whether the image is one that the network was trained for, or crop it",
    )
    return Decoded(nested, (finding,))


def _planes(array: NDArray[Any]) -> list[NDArray[np.float32]]:
    """Return the planes ``c y x`` of all positions, slices fastest."""
    return [
        np.ascontiguousarray(array[place], np.float32) for place in np.ndindex(*array.shape[:2])
    ]


def _decode_image(settings: object, array: NDArray[Any], size: tuple[int, int]) -> Decoded:
    return Decoded(None)


KINDS: Final[dict[str, Decode]] = {
    "labels": _decode_labels,
    "boxes": _decode_boxes,
    "image": _decode_image,
}
