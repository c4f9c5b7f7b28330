"""From the values of an annotation to labels: a mask of two values, or a number for each object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.annotations.labels.regions import (
    connected_regions,
    label_findings,
    mask_findings,
)
from deepbacs_zoo.errors import DataError, listed
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option, Text

__all__ = ["Found", "Values", "labels_of"]

Stack = NDArray[np.int32]
"""``t z y x``, 0 is background, 1 to n."""

Odd = Callable[[Path, NDArray[np.int32]], tuple[Finding, ...]]

_ALLOWED: Final = "0 for the background and 1, 2, 3 … for the objects"
_FULL: Final = (255, 65535)
"""Values of objects that nobody gives as the number of one."""
_END: Final = 0.25
"""Share of the range at its ends in which a mask has its values, however they were smeared."""
_HALF: Final = 0.5
_PLACES: Final = 1.3
"""Regions of a value above which thin regions are rims, and not objects of a number each."""
_FEWEST_VALUES: Final = 4
_FEWEST_OF_MASK: Final = 6
"""Interpolation and compression leave more values than these."""

TWO_VALUES: Final = Rule(
    "two-values-as-mask",
    Severity.WARNING,
    "An image of two values is a mask of all objects, or a label image of one object in parts.",
)
MASK_DIVIDED: Final = Rule(
    "mask-divided-at-half",
    Severity.WARNING,
    "Where a mask was smeared, its division at half of the range is near the outline that was "
    "drawn, and not that outline.",
)
ONE_VALUE: Final = Rule(
    "one-value-without-object",
    Severity.WARNING,
    "An image of one value does not tell objects from the background.",
)
NEGATIVE: Final = Rule(
    "negative-as-background",
    Severity.WARNING,
    "Programs mark by a negative number what is no object or is to be ignored; a network learns "
    "that there is nothing.",
)
RENUMBERED: Final = Rule(
    "labels-renumbered",
    Severity.INFO,
    "A gap in the numbers is an object that was deleted, by hand mostly with intent.",
)


@dataclass(frozen=True, eq=False)
class Values:
    """The values of an annotation.

    Parameters
    ----------
    path
        Its file.
    stack
        ``t z y x``, any real dtype.
    lossy
        True if the file is JPEG, which does not keep values as they were.
    """

    path: Path
    stack: NDArray[Any]
    lossy: bool = False

    def planes(self) -> Iterator[tuple[tuple[int, int], NDArray[Any]]]:
        """Yield frame and slice, and their plane ``y x`` of any dtype."""
        for place in np.ndindex(*self.stack.shape[:2]):
            yield (place[0], place[1]), self.stack[place]

    def counted(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Return the distinct values along one axis, sorted, of the dtype, and how often each is.

        The stack ``t z y x`` is gone through plane by plane.
        """
        every = [np.unique(plane, return_counts=True) for _, plane in self.planes()]
        present = np.unique(np.concatenate([values for values, _ in every]))
        counts = np.zeros(present.size, np.int64)
        for values, pixels in every:
            counts[np.searchsorted(present, values)] += pixels
        return present, counts


@dataclass(frozen=True, eq=False)
class Found:
    """Labels, and what they were taken for.

    Parameters
    ----------
    labels
        ``t z y x`` int32, 0 is background.
    findings
        Decisions about the whole file.
    odd
        Returns what is odd about the labels of one plane; the connected regions of a mask are
        numbered in each plane.
    numbers
        The values that labels 1 to n had; empty for a mask.
    """

    labels: Stack
    findings: tuple[Finding, ...] = ()
    odd: Odd = lambda path, labels: ()
    numbers: tuple[int, ...] = ()


def labels_of(values: Values, options: LabelOptions) -> Found:
    """Return the labels of an annotation, by the number of its distinct values.

    Parameters
    ----------
    values
        The values.
    options
        Their meaning.

    Raises
    ------
    DataError
        JPEG or interpolation changed the values, some are fractions, several are negative, or none
        is the background that was named.
    """
    present, counts = values.counted()
    if present.size == 1:
        return _one_value(values, present[0], options)
    _check_background(values.path, present, options)
    if options.annotations == "masks" and present.size > 2:
        return _divided(values, present, counts, options)
    if options.annotations != "labels" and present.size == 2:
        background = _background(present, counts, options)
        return _mask(values, present[present != background][0], background, options)
    _check_kept(values, present, counts, options)
    return _numbered(values, present, counts, options)


def _one_value(values: Values, value: np.generic, options: LabelOptions) -> Found:
    labels = np.zeros(values.stack.shape, np.int32)
    stated = options.background if options.background is not None else 0
    if value == stated:
        return Found(labels)
    if options.background is not None or options.annotations == "labels":
        numbers = (int(value),) if value == int(value) else ()
        return Found(labels + np.int32(1), numbers=numbers)
    finding = ONE_VALUE.finding(
        values.path,
        f"all of its pixels are {value:g}: taken for an image without any object",
        "0 where there is no object",
        "name the value of the background, such as "
        + Option("background", 0)
        + ", if one object covers all of it",
    )
    return Found(labels, (finding,))


def _check_background(path: Path, present: NDArray[Any], options: LabelOptions) -> None:
    if options.background is not None and options.background not in present.tolist():
        raise DataError(
            path,
            "no pixel has the value that was named as background",
            value=options.background,
            allowed=f"one of its values: {_listed(present.tolist())}",
            hint="correct " + Option("background") + ", or leave it out",
        )


def _background(present: NDArray[Any], counts: NDArray[np.int64], options: LabelOptions) -> Any:  # noqa: ANN401 - a number of the file's dtype
    """Return which of two values is the background; see ``LabelOptions.background``."""
    if options.background is not None:
        return present[present == options.background][0]
    if 0 in present:
        return present[present == 0][0]
    return present[0] if present[0] < 0 else present[counts.argmax()]


def _mask(
    values: Values, value: np.generic, background: np.generic, options: LabelOptions
) -> Found:
    """Return the connected regions of a value, plane by plane."""
    labels = np.zeros(values.stack.shape, np.int32)
    for place, plane in values.planes():
        labels[place] = connected_regions(plane == value)
    most = int(labels.max())
    is_guess = options.background is None and background != 0
    is_number = options.annotations == "auto" and value not in (0, *_FULL) and most > 1
    if not (is_guess or is_number):
        return Found(labels, odd=mask_findings)
    hint: list[Text] = []
    if options.annotations == "auto":
        hint.append(Option("annotations", "labels") + " if they are numbers of objects")
    if options.background is None:
        hint.append(Option("background", _number(value)) + f" if {value:g} is the background")
    finding = TWO_VALUES.finding(
        values.path,
        f"its two values are taken for a mask: {value:g} for objects ({most}), {background:g} for "
        "the background",
        "a mask of 0 and 255, or a label image of more than one number",
        "set " + (hint[0] + ", or " + hint[1] if len(hint) > 1 else hint[0]),
    )
    return Found(labels, (finding,), odd=mask_findings)


def _divided(
    values: Values, present: NDArray[Any], counts: NDArray[np.int64], options: LabelOptions
) -> Found:
    """Return the regions of a mask of more than two values, which is divided at half."""
    low, high = float(present[0]), float(present[-1])
    half = low + (high - low) / 2
    above = options.background is None or options.background <= half
    labels = np.zeros(values.stack.shape, np.int32)
    for place, plane in values.planes():
        labels[place] = connected_regions(plane > half if above else plane <= half)
    clear = _is_smeared_mask(present, counts)
    finding = MASK_DIVIDED.finding(
        values.path,
        f"its {present.size} values from {low:g} to {high:g} are divided at {half:g}: objects are "
        f"what is {'above' if above else 'below'}",
        "a mask of two values",
        "save masks as PNG or TIFF without interpolation",
        severity=Severity.INFO if clear else None,
    )
    return Found(labels, (finding,), odd=mask_findings)


def _check_kept(
    values: Values, present: NDArray[Any], counts: NDArray[np.int64], options: LabelOptions
) -> None:
    """Refuse values that are not those that were drawn: by JPEG, or by interpolation."""
    fractions = present[np.mod(present, 1) != 0] if present.dtype.kind == "f" else present[:0]
    if values.lossy:
        what, value = (
            "it is a JPEG file, which does not keep the values that were drawn",
            f"{present.size} values from {present[0]:g} to {present[-1]:g}",
        )
    elif fractions.size:
        what, value = "some labels are not whole numbers", f"{fractions[0]:g}"
    elif options.annotations == "auto" and _runs_together(values, present, counts):
        what, value = (
            "its values run into each other, as JPEG or interpolation leaves them",
            f"{present.size} values from {present[0]:g} to {present[-1]:g}",
        )
    else:
        return
    hint: str | Text = "save the label image without interpolation as 16-bit grey TIFF"
    if _is_smeared_mask(present, counts):
        hint = (
            "save the mask again as PNG or TIFF, or set "
            + Option("annotations", "masks")
            + " to divide it at half of its range"
        )
    elif not values.lossy and not fractions.size:
        hint += ", or set " + Option("annotations", "labels") + " if these are numbers"
    raise DataError(
        values.path,
        what,
        value=value,
        allowed=f"a mask of two values, or {_ALLOWED}, as PNG or TIFF",
        hint=hint,
    )


def _is_smeared_mask(present: NDArray[Any], counts: NDArray[np.int64]) -> bool:
    """Return True if most pixels that are not near the lowest value are near the highest."""
    numbers = present.astype(np.float64)
    end = _END * (numbers[-1] - numbers[0])
    upper = int(counts[numbers >= numbers[-1] - end].sum())
    rest = int(counts[numbers > numbers[0] + end].sum())
    return present.size >= _FEWEST_OF_MASK and upper >= _HALF * rest


def _runs_together(values: Values, present: NDArray[Any], counts: NDArray[np.int64]) -> bool:
    """Return True if most regions of equal values are thin, as rims are that were smeared.

    A label image has about one region for each number.  Of a mask whose rims are grey, each grey
    value is in many places; of the plane with the most values that is looked at.
    """
    from scipy.ndimage import maximum_filter, minimum_filter

    if present.size < _FEWEST_VALUES:
        return False
    planes = (plane for _, plane in values.planes())
    plane = max(planes, key=lambda each: np.unique(each).size)
    numbers, codes = np.unique(plane, return_inverse=True)
    regions = connected_regions(codes.reshape(plane.shape), background=-1, corners=True)
    count = int(regions.max())
    inside = minimum_filter(regions, 3) == maximum_filter(regions, 3)
    thin = count - np.unique(regions[inside]).size
    if thin <= _HALF * count:
        return False
    return bool(count > _PLACES * numbers.size) or _is_smeared_mask(present, counts)


def _numbered(
    values: Values, present: NDArray[Any], counts: NDArray[np.int64], options: LabelOptions
) -> Found:
    """Return the labels 1 to n in the order of their numbers."""
    stated = 0 if options.background is None else options.background
    negative = present[(present < 0) & (present != stated)]
    findings = _negative(values.path, negative, counts[np.isin(present, negative)])
    is_object = (present != stated) & ~np.isin(present, negative)
    numbers = present[is_object]
    if options.annotations == "auto" and negative.size and numbers.size == 1:
        found = _mask(values, numbers[0], np.int64(0), options)
        return Found(found.labels, (*findings, *found.findings), odd=mask_findings)
    table = np.zeros(present.size, np.int32)
    table[is_object] = np.arange(1, numbers.size + 1)
    labels = np.zeros(values.stack.shape, np.int32)
    for place, plane in values.planes():
        labels[place] = table[np.searchsorted(present, plane)]
    kept = tuple(int(number) for number in numbers)
    # In a movie a number follows an object, which is not in every frame.
    if values.stack.shape[:2] == (1, 1):
        findings += _gaps(values.path, kept)
    return Found(labels, tuple(findings), label_findings, kept)


def _negative(path: Path, negative: NDArray[Any], counts: NDArray[np.int64]) -> list[Finding]:
    """Return the finding about one negative number; several are an error."""
    if not negative.size:
        return []
    if negative.size > 1:
        raise DataError(
            path,
            "some labels are negative",
            value=_listed(negative.tolist()),
            allowed=_ALLOWED,
            hint="save the label image as unsigned 16-bit grey TIFF",
        )
    return [
        NEGATIVE.finding(
            path,
            f"{counts[0]} pixels of {negative[0]:g} are taken for background",
            _ALLOWED,
            "give 0 to what is background, and a number of its own to each object",
        )
    ]


def _gaps(path: Path, numbers: tuple[int, ...]) -> list[Finding]:
    count = len(numbers)
    beyond = [number for number in numbers if not 0 < number <= count]
    if not beyond:
        return []
    missing = sorted(set(range(1, count + 1)) - set(numbers))
    verb = "is" if len(missing) == 1 else "are"
    return [
        RENUMBERED.finding(
            path,
            f"its labels are not numbered without a gap ({_listed(missing)} {verb} missing, "
            f"{_listed(beyond)} {'is' if len(beyond) == 1 else 'are'} there): they are numbered "
            f"again from 1 to {count}",
            f"1 to {count} for its {count} objects",
            "look whether an object was lost",
        )
    ]


def _number(value: np.generic) -> int | float:
    """Return a value as people write it."""
    return int(value) if value == int(value) else float(value)


def _listed(numbers: list[int] | list[float]) -> str:
    return listed([f"{each:g}" if isinstance(each, float) else str(each) for each in numbers])
