"""Fields of a data set of one or two, each cut into a part for training and one for validation.

The line runs where few objects are, and the parts are apart by what it cuts: no object is in both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import OnFinding, Rule, Severity
from deepbacs_zoo.images import Region
from deepbacs_zoo.tasks import GroundTruth, Window
from deepbacs_zoo.training.data.examples import Raw

__all__ = ["cut_fields", "refuse_field"]

_CUT: Final = Rule(
    "field-cut-for-validation",
    Severity.WARNING,
    "Parts of one image are alike, so that the scores of one say little about other images.",
)
_LINES: Final = 512
"""Lines that are tried along a side, at most."""
_AXES: Final = ("rows", "columns")
_FEWEST_OBJECTS: Final = 2
_ADVICE: Final = "give more images, or one that shows more"

Pixels = tuple[int, int]
"""The first pixel along an axis, and one behind the last."""
Edges = NDArray[np.float64]


@dataclass(frozen=True)
class _Division:
    """A field in two parts along an axis, and what speaks against it: 0 for nothing."""

    against: float
    axis: int
    training: Pixels
    validation: Pixels
    objects: int

    def region(self, part: Pixels, shape: tuple[int, int]) -> Region:
        """Return a part as a rectangle of the image."""
        (first, last), (rows, columns) = part, shape
        if self.axis == 0:
            return Region(first, 0, last - first, columns)
        return Region(0, first, rows, last - first)


def cut_fields(
    raws: Sequence[Raw], share: float, least: int, on_finding: OnFinding
) -> tuple[tuple[Raw, ...], frozenset[str]]:
    """Cut every field that can be cut.

    Parameters
    ----------
    raws
        The fields.
    share
        Share of the area for validation.
    least
        Pixels that each side of a part has at least.
    on_finding
        Called with what is kept for validation of each field.

    Returns
    -------
    tuple of Raw
        The parts, and the fields that stay whole.
    frozenset of str
        The names of the parts for validation; none where no field can be cut.
    """
    found: list[Raw] = []
    held_out = []
    for raw in raws:
        divisions = _divisions(raw.truth, share, least)
        best = min(divisions, key=lambda each: round(each.against, 9), default=None)
        if best is None:
            found.append(raw)
            continue
        shape = raw.truth.shape
        found.append(_part(raw, "training", best.region(best.training, shape)))
        found.append(_part(raw, "validation", best.region(best.validation, shape)))
        held_out.append(found[-1].pair.name)
        _report(raw, best, on_finding)
    return tuple(found), frozenset(held_out)


def refuse_field(raw: Raw, least: int) -> DataError:
    """Build the error for a single field that cannot be cut, with the reason."""
    count, (rows, columns) = len(raw.truth.extents), raw.truth.shape
    counted = raw.truth.counted
    if count < _FEWEST_OBJECTS:
        return DataError(
            raw.pair.target,
            f"too few {counted} to train on some and choose the best epoch by others",
            value=f"{counted}: {count}, in 1 image",
            allowed=f"at least {_FEWEST_OBJECTS} {counted}, better dozens",
            hint=_ADVICE,
        )
    if max(rows, columns) < 2 * least or min(rows, columns) < least:
        return DataError(
            raw.pair.source,
            "the only image is too small to be cut into parts for training and validation",
            value=f"{columns} x {rows} pixels",
            allowed=f"at least {2 * least} x {least} pixels, half a patch for each part",
            hint="give a larger image or more images, or smaller patches",
        )
    return DataError(
        raw.pair.target,
        "no line divides the only image into parts for training and validation",
        value=f"{counted}: {count}, in {columns} x {rows} pixels",
        allowed=f"whole {counted} on both sides of a line that is {least} pixels from the ends",
        hint=_ADVICE,
    )


def _divisions(truth: GroundTruth, share: float, least: int) -> Iterator[_Division]:
    """Yield the divisions that are possible, those across the longer side first."""
    for axis in sorted((0, 1), key=lambda axis: -truth.shape[axis]):
        if truth.shape[1 - axis] < least:
            continue
        length = truth.shape[axis]
        starts, stops = truth.extents[:, 0, axis], truth.extents[:, 1, axis]
        for line in range(least, length - least + 1, max(1, length // _LINES)):
            for mirrored in (False, True):
                edges = (length - stops, length - starts) if mirrored else (starts, stops)
                found = _divided(*edges, line, length, share)
                if found is not None and length - found[1] >= least:
                    yield _division(*found, axis, line, length, mirrored=mirrored)


def _divided(
    starts: Edges, stops: Edges, line: int, length: int, share: float
) -> tuple[float, int, int] | None:
    """Return what speaks against a line, where validation behind it begins, and its objects.

    Validation begins behind all objects that the line cuts.  ``None`` where either part has no
    whole object.
    """
    crossing = (starts < line) & (stops > line)
    begin = int(np.ceil(stops[crossing].max())) if crossing.any() else line
    known, kept = int(np.sum(stops <= line)), int(np.sum(starts >= begin))
    if not known or not kept or begin >= length:
        return None
    area = (length - begin) / length
    neither = starts.size - known - kept
    against = (
        abs(kept / (known + kept) - area)  # parts of other density
        + abs(area - share)
        + neither / starts.size
        + (begin - line) / length
    )
    return against, begin, kept


def _division(
    against: float, begin: int, objects: int, axis: int, line: int, length: int, *, mirrored: bool
) -> _Division:
    """Return a division; one that was found from the other end is turned back."""
    if mirrored:
        return _Division(against, axis, (length - line, length), (0, length - begin), objects)
    return _Division(against, axis, (0, line), (begin, length), objects)


def _part(raw: Raw, name: str, region: Region) -> Raw:
    pair = dataclasses.replace(raw.pair, name=f"{raw.pair.name}_{name}", region=region)
    window = Window(region.y, region.x, region.height, region.width)
    return dataclasses.replace(raw, pair=pair, truth=raw.truth.part(window), region=region)


def _report(raw: Raw, division: _Division, on_finding: OnFinding) -> None:
    (first, last), length = division.validation, raw.truth.shape[division.axis]
    on_finding(
        _CUT.finding(
            raw.pair.source,
            f"of so few images a part is kept for validation: {_AXES[division.axis]} {first + 1} "
            f"to {last} of {length}, with {division.objects} of its {len(raw.truth.extents)} "
            f"{raw.truth.counted}",
            "at least 3 images, of which whole ones are held out",
            "give more images, or take the scores of validation for too good",
        )
    )
