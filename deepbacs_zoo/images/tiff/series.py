"""One image of a TIFF file: the pages of its planes, and the largest part of it that is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, product
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import tifffile

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = [
    "AXIS_ASSUMED",
    "Block",
    "Layout",
    "Plane",
    "Series",
    "alike",
    "arranged",
    "assumed_slices",
    "kind_of",
    "listed",
    "n_assumed",
    "number_ranges",
    "roles_of",
]

Plane = tuple[int, int, int]
"""Frame, slice and channel, from 0."""

PLANES_LEFT_OUT: Final = Rule(
    "image-planes-left-out",
    Severity.WARNING,
    "A plane that a file names and does not hold would be black; what is there is an image.",
    "OME-TIFF specification, TiffData and UUID FileName; Micro-Manager's index map",
)
AXIS_ASSUMED: Final = Rule(
    "image-axis-assumed",
    Severity.INFO,
    "Pages without a statement about their axis may be slices, frames or channels.",
    "ImageJ opens them as slices (ij.io.FileOpener, ij.ImagePlus.setDimensions)",
)

# Axes along which images differ, as tifffile.TIFF.AXES_NAMES names them.
_IMAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"R": "position", "P": "phase", "M": "mosaic", "A": "angle", "E": "wavelength"}
    | {"H": "lifetime", "L": "exposure", "V": "event", "J": "column", "K": "row"}
)
_PLANES: Final[Mapping[str, str]] = MappingProxyType(
    {"T": "t", "Z": "z", "C": "c", "S": "c", "Q": "z", "I": "z"}
)
_UNKNOWN: Final = "QI"
_MOST_NAMES: Final = 3


@dataclass(frozen=True)
class Block:
    """Frames, slices and channels whose planes are all there, each from 0 in ascending order."""

    t: tuple[int, ...]
    z: tuple[int, ...]
    c: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """The numbers of frames, slices and channels."""
        return len(self.t), len(self.z), len(self.c)

    def planes(self) -> Iterator[Plane]:
        """Yield all planes, the channel fastest."""
        return product(self.t, self.z, self.c)


@dataclass(frozen=True)
class Series:
    """One image of a file.

    Parameters
    ----------
    planes
        The page of each plane that is there, from 0; at least one.
    sizes
        The numbers of frames, slices and channels that the file names.
    name
        Its name; empty without one.
    behind
        The page behind which the planes lie without pages of their own; ``planes`` counts from it.
    samples_are_channels
        Whether the samples of a pixel are what the file calls channels.
    ome
        Attributes of the element ``Pixels``; ``None`` without OME-XML.
    channels
        Names of the channels; empty where they are not known.
    files
        Other files that hold planes of this image.
    assumed
        The number of slices whose axis the file does not state; 0 if it states all.
    """

    planes: Mapping[Plane, int]
    sizes: Plane
    name: str = ""
    behind: int | None = None
    samples_are_channels: bool = False
    ome: Mapping[str, str] | None = None
    channels: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    assumed: int = 0

    @property
    def first_page(self) -> int:
        """The page that tells the size and type of all planes."""
        return self.planes[min(self.planes)] if self.behind is None else self.behind

    def block(self) -> Block:
        """Return the largest block of planes that are all there.

        Planes outside of it, as those of the last frame of a recording that was stopped, are left
        out.
        """
        return _block(np.array(sorted(self.planes)))

    def findings(self, where: Path, what: str) -> tuple[Finding, ...]:
        """Return findings about planes that are not read, and about an axis that is not stated.

        Parameters
        ----------
        where
            The file.
        what
            The description that names the planes.
        """
        findings = [*assumed_slices(self.assumed, where)]
        block, named = self.block(), prod(self.sizes)
        held = prod(block.shape)
        if held == named:
            return tuple(findings)
        parts = zip("tzc", (block.t, block.z, block.c), self.sizes, strict=True)
        kept = ", ".join(
            f"{axis} {number_ranges(indices)} of {size}"
            for axis, indices, size in parts
            if len(indices) < size
        )
        rest = ["of incomplete stacks"] if len(self.planes) > held else []
        if len(self.planes) < named:
            rest.insert(0, f"in {listed(self.files)}" if self.files else "not in this file")
        findings.append(
            PLANES_LEFT_OUT.finding(
                where,
                f"its {what} names {named} planes, of which {held} can be read ({kept}); "
                f"the others are {' or '.join(rest)}",
                hint="to have all in one image, open the set in Fiji with File > Import > "
                "Bio-Formats and save it as one TIFF"
                if self.files
                else "copy the file again from its source if it was complete there",
            )
        )
        return tuple(findings)


@dataclass(frozen=True)
class Layout:
    """All images of a file.

    Parameters
    ----------
    series
        The images in their order.
    what
        The statement that names them: ``OME description``, ``ImageJ description`` ...
    findings
        Observations about the file.
    elsewhere
        The number of images that it names in other files alone.
    """

    series: Sequence[Series]
    what: str = "description"
    findings: tuple[Finding, ...] = ()
    elsewhere: int = 0


def _block(planes: np.ndarray) -> Block:
    """Return the largest block in planes, axes ``n 3`` (frame, slice, channel), int, sorted."""
    while True:
        values = [np.unique(planes[:, axis]) for axis in range(3)]
        shape = [len(each) for each in values]
        if prod(shape) == len(planes):
            return Block(*(tuple(each.tolist()) for each in values))
        # The indices of one axis that have all planes of the other two; the earlier axis first.
        choices = []
        for axis in range(3):
            found, counts = np.unique(planes[:, axis], return_counts=True)
            choices.append(found[counts == prod(shape) // shape[axis]])
        held = [len(each) * prod(shape) // shape[axis] for axis, each in enumerate(choices)]
        axis = int(np.argmax(held))
        if held[axis]:
            planes = planes[np.isin(planes[:, axis], choices[axis])]
        else:  # none has: the first frame, then its first slice
            axis = 0 if shape[0] > 1 else 1
            planes = planes[planes[:, axis] == values[axis][0]]


def assumed_slices(count: int, where: Path) -> tuple[Finding, ...]:
    """Return a finding about slices whose axis is not stated, if there are several."""
    if count < 2:
        return ()
    return (
        AXIS_ASSUMED.finding(
            where,
            f"its {count} planes have no stated axis and are taken as slices",
            hint="for frames or channels set the dimensions in ImageJ with Image > Properties, "
            "and save it as TIFF",
        ),
    )


def kind_of(page: tifffile.TiffPage) -> tuple[int, ...]:
    """Return size and type of a page, in which the planes of one image are equal."""
    bits = page.bitspersample
    return (
        page.imagelength,
        page.imagewidth,
        bits if isinstance(bits, int) else bits[0],
        page.samplesperpixel,
        page.sampleformat,
        page.planarconfig or 1,
        page.photometric,
    )


def alike(planes: Mapping[Plane, int], pages: Sequence[tifffile.TiffPage]) -> dict[Plane, int]:
    """Return the planes whose pages are of the kind of the first."""
    if not planes:
        return {}
    kind = kind_of(pages[planes[min(planes)]])
    return {plane: page for plane, page in planes.items() if kind_of(pages[page]) == kind}


def listed(names: Sequence[str]) -> str:
    """Return the first names of many."""
    return ", ".join([*names[:_MOST_NAMES], *(["..."] if len(names) > _MOST_NAMES else [])])


def number_ranges(indices: Sequence[int]) -> str:
    """Return ascending indices from 0 as numbers from 1, such as ``1-3, 7``."""
    runs = groupby(enumerate(indices), key=lambda each: each[1] - each[0])
    parts = [[index + 1 for _, index in run] for _, run in runs]
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in parts)


def arranged(
    axes: str, sizes: Sequence[int], pages: Sequence[int], where: Path, base: Series
) -> list[Series]:
    """Return the images of pages that lie in the order of named axes.

    Parameters
    ----------
    axes
        As tifffile names them.  An axis without a meaning (``Q``, ``I``) is one of slices; along
        one that no image has, as positions (``R``), every value is an image of its own.
    sizes
        Their sizes.
    pages
        The pages that are there, the last axis fastest; perhaps fewer than the sizes name.
    where
        The file.
    base
        All else about the images; its name becomes a part of theirs.

    Raises
    ------
    DataError
        There are more axes than an image has.
    """
    roles = roles_of(axes, sizes, where)
    lengths = [size for size in sizes if size != 1]
    images: dict[str, dict[Plane, int]] = {}
    for page, index in zip(pages, np.ndindex(*lengths), strict=False):
        at = dict(zip(roles, index, strict=True))
        words = [f"{role} {place + 1}" for role, place in at.items() if len(role) > 1]
        plane = at.get("t", 0), at.get("z", 0), at.get("c", 0)
        images.setdefault(", ".join(filter(None, [base.name, *words])), {})[plane] = page
    size = dict(zip(roles, lengths, strict=True))
    named = size.get("t", 1), size.get("z", 1), size.get("c", 1)
    assumed = n_assumed(axes, sizes)
    return [
        replace(base, planes=planes, sizes=named, name=name, assumed=assumed)
        for name, planes in images.items()
    ]


def n_assumed(axes: str, sizes: Sequence[int]) -> int:
    """Return the number of planes along an axis without a meaning; 0 without such an axis."""
    pairs = zip(axes.upper(), sizes, strict=True)
    return sum(size for axis, size in pairs if axis in _UNKNOWN and size > 1)


def roles_of(axes: str, sizes: Sequence[int], where: Path) -> list[str]:
    """Return what each axis of more than one plane is, in their order; the others say nothing.

    Returns
    -------
    list of str
        ``t``, ``z``, ``c``, or the word for an axis along which images differ.

    Raises
    ------
    DataError
        Two axes are the same one.
    """
    long = [(axis, size) for axis, size in zip(axes.upper(), sizes, strict=True) if size != 1]
    roles = [_PLANES.get(axis) or _IMAGES.get(axis, f"axis {axis}") for axis, _ in long]
    if len(set(roles)) < len(roles):
        raise DataError(
            where,
            "it has more axes than an image",
            value=" ".join(f"{axis} {size}" for axis, size in long),
            allowed="time, slices, channels, rows and columns",
            hint="save it as a hyperstack of at most five axes",
        )
    return roles
