"""The rows of images through every reader: Python's, Java's, and predictions in both."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import ReadOptions, read_image
from tests.benchmarks.field.rows import ImageRow, Planes, Refused

__all__ = ["Seen", "as_predicted", "differences", "in_python", "notes_of", "refusal"]
__all__ += ["refused_otherwise", "unlike"]


@dataclass(frozen=True, eq=False)
class Seen:
    """What a reader gave: an image, or a refusal.

    Parameters
    ----------
    values
        ``t z c y x``; ``None`` where it was refused.
    sizes
        Micrometers along x, y and z, seconds between frames.
    notes
        Sentences of the findings, by id.
    error, sentence
        Class and message of the refusal.
    """

    values: np.ndarray | None = None
    dtype: str = ""
    sizes: tuple[float | None, ...] = ()
    names: tuple[str, ...] | None = None
    rgb: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    sentence: str = ""


def in_python(row: ImageRow, path: Path) -> Seen:
    """Read a row's file in Python."""
    try:
        image = read_image(path, ReadOptions(**row.options))
    except DeepbacsZooError as error:
        return refusal(error)
    calibration = image.calibration
    return Seen(
        image.data.values,
        image.dtype.name,
        (calibration.x, calibration.y, calibration.z, calibration.frame_interval),
        tuple(map(str, image.data.coords["c"].values)) if "c" in image.data.coords else (),
        image.rgb,
        notes_of(image.findings),
    )


def refusal(error: DeepbacsZooError) -> Seen:
    """Return what an error says."""
    return Seen(error=type(error).__name__, sentence=str(error))


def notes_of(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the sentences of findings by id."""
    return {each.id: f"{each.where}: {each.sentence()}" for each in findings}


def as_predicted(expected: Planes | Refused) -> Planes | Refused:
    """Return what a network that changes nothing gives: float32, channels without names."""
    if isinstance(expected, Refused):
        return expected
    values = expected.values.astype(np.float32)
    return dataclasses.replace(expected, values=values, names=(), rgb=False)


def differences(expected: Planes | Refused, seen: Seen) -> list[str]:
    """Return everything in which a reader's answer is not the expected one."""
    if isinstance(expected, Refused):
        return refused_otherwise(expected, seen.error, seen.sentence)
    if seen.values is None:
        return [f"refused: {seen.error}: {seen.sentence}"]
    found = []
    if seen.dtype != expected.values.dtype.name:
        found.append(f"data type {seen.dtype}, not {expected.values.dtype.name}")
    found += _values(expected.values, seen.values, expected.tolerance)
    for name, right, size in zip(
        ("x", "y", "z", "interval"), expected.sizes, seen.sizes, strict=True
    ):
        if not _equal(right, size):
            found.append(f"{name} {size}, not {right}")
    if seen.names is not None and seen.names != expected.names:
        found.append(f"channels {seen.names}, not {expected.names}")
    if seen.rgb != expected.rgb:
        found.append(f"RGB {seen.rgb}, not {expected.rgb}")
    if sorted(seen.notes) != sorted(expected.notes):
        found.append(f"says {sorted(seen.notes) or 'nothing'}, not {list(expected.notes)}")
    return found


def refused_otherwise(expected: Refused, error: str, sentence: str) -> list[str]:
    """Return in what a refusal, of this class and sentence, differs from the expected one."""
    if not error:
        return [f"it is read, and must be refused ({expected.phrase})"]
    if error != expected.error or expected.phrase not in sentence:
        return [f"refused otherwise: {error}: {sentence}"]
    return []


def unlike(first: Seen, second: Seen, expected: Planes | Refused) -> list[str]:
    """Return the sentences in which two readers differ."""
    if isinstance(expected, Refused):
        same = expected.own_value or first.sentence == second.sentence
        return [] if same else [f"'{first.sentence}' against '{second.sentence}'"]
    return [
        f"'{first.notes.get(id)}' against '{second.notes.get(id)}'"
        for id in sorted({*first.notes, *second.notes})
        if first.notes.get(id) != second.notes.get(id)
    ]


def _values(right: np.ndarray, found: np.ndarray, tolerance: float) -> list[str]:
    if right.shape != found.shape:
        return [f"shape {found.shape}, not {right.shape}"]
    if tolerance:
        wrong = np.abs(found.astype(float) - right) > tolerance
    else:
        # Values of 64 bits are more than a float64 holds: compared as they would be sent.
        wrong = found != right.astype(found.dtype)
    return [f"{np.count_nonzero(wrong)} of {wrong.size} values differ"] if wrong.any() else []


def _equal(right: float | None, found: float | None) -> bool:
    if right is None or found is None:
        return right is found
    return bool(np.isclose(right, found, rtol=1e-6, atol=0))
