"""Images of microscopes' and scanners' own kinds of TIFF, as tifffile finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from deepbacs_zoo.images.tiff.series import roles_of

__all__ = ["VendorImage", "is_vendors", "vendor_images"]

# In the order of tifffile.TiffFile.series; files of one that hold a description of ImageJ or OME
# are read by that.
_KINDS: Final = (
    "ndtiff", "fluoview", "stk", "sis", "svs", "scn", "qpi", "ndpi", "bif", "avs", "eer",
    "philips", "scanimage", "mdgel",
)  # fmt: skip
_INSIDE: Final = "YXS"


@dataclass(frozen=True)
class VendorImage:
    """One image of a series of tifffile.

    Parameters
    ----------
    series
        The series; levels of a pyramid are no images of their own.
    index
        The place along each of its axes; a slice for those that the image has.
    axes
        The axes that are left, some of ``t z c y x s``.
    name
        Its name; empty without one.
    """

    series: tifffile.TiffPageSeries
    index: tuple[int | slice, ...]
    axes: str
    name: str

    @property
    def page(self) -> tifffile.TiffPage:
        """The page that tells the size and type of all."""
        return self.series.keyframe

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The numbers of frames, slices and channels."""
        kept = [
            size
            for size, at in zip(self.series.shape, self.index, strict=True)
            if isinstance(at, slice)
        ]
        size = dict(zip(self.axes, kept, strict=True))
        return size.get("t", 1), size.get("z", 1), size.get("c", 1)

    def read(self) -> NDArray[Any]:
        """Return the values, axes as in :attr:`axes`, dtype of the file."""
        values: NDArray[Any] = np.asarray(self.series.asarray())[self.index]
        return values


def is_vendors(tiff: tifffile.TiffFile) -> bool:
    """Return whether a file is of a kind whose pages alone do not tell its images."""
    if tiff.is_shaped:
        return False
    if tiff.is_lsm or tiff.pages.first.is_volumetric:
        return True
    if tiff.is_mmstack or tiff.is_ome or tiff.is_imagej:
        return False
    return any(getattr(tiff, f"is_{kind}") for kind in _KINDS)


def vendor_images(tiff: tifffile.TiffFile, where: Path) -> Sequence[VendorImage]:
    """Return the images of all series; along an axis as positions, every value is one.

    Raises
    ------
    DataError
        There are more axes than an image has.
    """
    return [image for series in tiff.series for image in _images(series, where)]


def _images(series: tifffile.TiffPageSeries, where: Path) -> Sequence[VendorImage]:
    words = _words(series, where)
    shape = zip(words, series.shape, strict=True)
    images = []
    for place in np.ndindex(*(1 if len(word) == 1 else size for word, size in shape)):
        index: list[int | slice] = []
        parts = [series.name]
        for word, at in zip(words, place, strict=True):
            index.append(slice(None) if len(word) == 1 else at)
            parts.append(f"{word} {at + 1}" if len(word) > 1 else "")
        kept = "".join(word for word in words if len(word) == 1)
        images.append(VendorImage(series, tuple(index), kept, ", ".join(filter(None, parts))))
    return images


def _words(series: tifffile.TiffPageSeries, where: Path) -> list[str]:
    """Return one of ``t z c y x s`` for each axis, a word for one of images, or blank."""
    pairs = list(zip(series.axes, series.shape, strict=True))
    outer = [(axis, size) for axis, size in pairs if axis not in _INSIDE]
    names = "".join(axis for axis, _ in outer)
    roles = iter(roles_of(names, [size for _, size in outer], where))
    words = []
    for axis, size in pairs:
        if axis in _INSIDE:
            words.append(axis.lower())
        else:
            words.append(next(roles) if size > 1 else "")
    return words
