"""Rows of the matrix of images: a small file that is written anew, and what must be read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

__all__ = ["ImageRow", "Planes", "Refused", "planes_of"]


@dataclass(frozen=True, eq=False)
class Planes:
    """An image that must be read.

    Parameters
    ----------
    values
        ``t z c y x``, of the data type that is read.
    x, y, z
        Micrometers of a pixel; ``None`` where the file does not say them.
    interval
        Seconds between frames.
    names
        Names of the channels.
    rgb
        Whether they are the colours of one picture.
    notes
        Ids of the findings that must come with it, and no other.
    tolerance
        Largest difference of a value: decoders of JPEG round their own way.
    """

    values: np.ndarray
    x: float | None = None
    y: float | None = None
    z: float | None = None
    interval: float | None = None
    names: tuple[str, ...] = ()
    rgb: bool = False
    notes: tuple[str, ...] = ()
    tolerance: float = 0.0

    def __str__(self) -> str:
        *planes, height, width = self.values.shape
        sizes = [f"{axis}{size}" for axis, size in zip("tzc", planes, strict=True) if size > 1]
        shape = " ".join([*sizes, f"{height}x{width}"])
        parts = [f"{shape} {self.values.dtype.name}{' RGB' if self.rgb else ''}"]
        if self.x is not None:
            parts.append(" x ".join(f"{size:g}" for size in self.sizes[:3] if size) + " µm")
        if self.interval is not None:
            parts.append(f"{self.interval:g} s")
        if self.notes:
            parts.append(f"says {', '.join(self.notes)}")
        return ", ".join(parts)

    @property
    def sizes(self) -> tuple[float | None, ...]:
        """The sizes x, y, z and the interval."""
        return self.x, self.y, self.z, self.interval


@dataclass(frozen=True)
class Refused:
    """A file that must be refused.

    Parameters
    ----------
    error
        Class of the error.
    phrase
        A part of its sentence.
    own_value
        Whether the value found is said in the reader's own terms: where a damaged file ends.
    """

    error: str
    phrase: str
    own_value: bool = False

    def __str__(self) -> str:
        return f"refused: {self.phrase}"


@dataclass(frozen=True)
class ImageRow:
    """One image.

    Parameters
    ----------
    name
        Its name, ``container/…``.
    part
        The part of the matrix, for example ``container x axes``.
    write
        Writes its file, and others that belong to it, into an empty folder; returns the path.
    expected
        What must be read.
    in_imagej
        What ImageJ must do where that differs; the difference is stated in the README.
    options
        ``series`` and ``channel``.
    predicted
        What a network that changes nothing must give of it; ``None``: the image in float32.
    channels
        The number of channels that the network takes; ``None``: those of the image.
    """

    name: str
    part: str
    write: Callable[[Path], Path]
    expected: Planes | Refused
    in_imagej: Refused | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    predicted: Planes | Refused | None = None
    channels: int | None = None

    @property
    def verdict(self) -> str:
        """The expectation in words."""
        others = {"in ImageJ": self.in_imagej, "predicted": self.predicted}
        return "; ".join(
            [str(self.expected)] + [f"{name} {each}" for name, each in others.items() if each]
        )


def planes_of(array: np.ndarray, axes: str) -> np.ndarray:
    """Return an array as ``t z c y x``; axes of one element where it has none."""
    missing = [axis for axis in "tzcyx" if axis not in axes]
    whole = array.reshape((1,) * len(missing) + array.shape)
    order = "".join(missing) + axes
    return whole.transpose([order.index(axis) for axis in "tzcyx"])
