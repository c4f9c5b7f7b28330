"""Frozen descriptions of a package's tensors: axes, sizes, halo, processing steps, weights.

Both format 0.4 and 0.5 are brought into these forms by the package reader; nothing else in the
project knows that two formats exist.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from deepbacs_zoo.axes import SPACE

__all__ = [
    "Axis",
    "FileRef",
    "FixedSize",
    "FreeSize",
    "PadMode",
    "ReferencedSize",
    "Size",
    "Step",
    "SteppedSize",
    "TensorSpec",
    "Weights",
]


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True)
class FixedSize:
    """Exactly ``value`` pixels."""

    value: int


@dataclass(frozen=True)
class SteppedSize:
    """``min + n * step`` pixels for any ``n >= 0``."""

    min: int
    step: int

    def fit(self, size: int) -> int:
        """Return the smallest valid size that is at least ``size``."""
        if size <= self.min:
            return self.min
        return self.min + math.ceil((size - self.min) / self.step) * self.step


@dataclass(frozen=True)
class ReferencedSize:
    """``floor(size of another tensor's axis * scale + offset)`` pixels.

    ``axis`` is the name of the axis of tensor ``tensor``.  ``scale`` is already the ratio of the
    two axis scales (0.5) or the ``scale`` of ``implicit_output_shape`` (0.4); ``offset`` is in
    pixels of this axis (0.4's offset counts twice and is doubled by the reader).
    """

    tensor: str
    axis: str
    scale: float = 1.0
    offset: float = 0.0

    def of(self, size: int) -> int:
        """Return this axis' size for ``size`` pixels of the referenced one."""
        # A ratio such as 0.3/0.1 must not lose a pixel to rounding.
        return math.floor(round(size * self.scale + self.offset, 9))


@dataclass(frozen=True)
class FreeSize:
    """Any size from ``min`` to ``max`` that the network or the data decides."""

    min: int = 1
    max: int | None = None


Size = FixedSize | SteppedSize | ReferencedSize | FreeSize


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor.

    Parameters
    ----------
    name
        One of ``b i t c z y x``.
    id
        The identifier in the description, for example ``channel``.
    size
        The size rule.
    halo
        Pixels at each end that the network computes but that are cropped in tiled prediction;
        stated on output axes, in output pixels.
    scale
        Size of one pixel in ``unit``; 1 without a unit says nothing.
    unit
        Unit of ``scale``, for example ``micrometer``.
    channel_names
        Names of a channel axis, empty when unknown.
    """

    name: str
    id: str
    size: Size
    halo: int = 0
    scale: float = 1.0
    unit: str | None = None
    channel_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileRef:
    """A file inside a package, with its SHA-256 in hexadecimal where the description states one."""

    path: str
    sha256: str | None = None


@dataclass(frozen=True)
class Step:
    """One pre- or postprocessing operation under its RDF name.

    Both formats use the names and keyword arguments of format 0.5: axes are given as one string
    (``"cyx"``), ``reference_tensor`` as a tensor id.  An operation along one axis
    (``mean: [..], std: [..], axis: channel``) names that axis in the same way.
    """

    name: str
    kwargs: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True)
class PadMode:
    """Continuation of an input beyond its border: a NumPy pad mode, and a value if constant."""

    mode: str = "symmetric"
    value: float = 0.0


@dataclass(frozen=True)
class TensorSpec:
    """One input or output tensor.

    Parameters
    ----------
    id
        Unique among inputs and outputs.
    axes
        The axes in the order in which the network takes or gives them.
    dtype
        NumPy name of the data type in the file, before preprocessing / after postprocessing.
    steps
        Preprocessing (input) or postprocessing (output), in order.
    test_tensor, sample_tensor
        ``.npy`` test tensor and sample image.
    optional
        Whether an input may be left out.
    pad
        Continuation beyond the border (inputs only).
    """

    id: str
    axes: tuple[Axis, ...]
    dtype: str = "float32"
    steps: tuple[Step, ...] = ()
    test_tensor: FileRef | None = None
    sample_tensor: FileRef | None = None
    optional: bool = False
    pad: PadMode = field(default_factory=PadMode)
    description: str = ""

    @property
    def axis_names(self) -> str:
        """The names of the axes in order, for example ``bcyx``."""
        return "".join(axis.name for axis in self.axes)

    @property
    def space(self) -> tuple[Axis, ...]:
        """The space axes, in tensor order."""
        return tuple(axis for axis in self.axes if axis.name in SPACE)

    def axis(self, axis_name: str) -> Axis:
        """Return the axis with this name; ``KeyError`` if there is none."""
        for axis in self.axes:
            if axis.name == axis_name:
                return axis
        raise KeyError(axis_name)

    @property
    def takes_grey(self) -> bool:
        """True for grey images: one channel, or images without channels."""
        return "c" not in self.axis_names or self.size_of("c") == 1

    def size_of(self, axis_name: str) -> int | None:
        """Return the fixed size of an axis, or ``None`` when absent or not fixed."""
        for axis in self.axes:
            if axis.name == axis_name and isinstance(axis.size, FixedSize):
                return axis.size.value
        return None


@dataclass(frozen=True)
class Weights:
    """One entry of ``weights``: its format name, its file, and the entry's other fields as read."""

    format: str
    file: FileRef
    fields: Mapping[str, Any] = field(default_factory=_nothing)
