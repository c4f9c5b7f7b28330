"""Parts of images: rectangles of whole pixels."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from deepbacs_zoo.images.image import Image

__all__ = ["Region", "crop_image"]


@dataclass(frozen=True, order=True)
class Region:
    """A rectangle of whole pixels of an image.

    Parameters
    ----------
    y, x
        Its first row and column, from 0.
    height, width
        Its rows and columns.
    """

    y: int
    x: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index of an array whose last axes are ``y x``."""
        return slice(self.y, self.y + self.height), slice(self.x, self.x + self.width)

    def enlarged(self, factor: int) -> Region:
        """Return the same rectangle of an image with ``factor`` times the rows and columns."""
        return Region(*(factor * each for each in (self.y, self.x, self.height, self.width)))


def crop_image(image: Image, region: Region) -> Image:
    """Return the part of an image; a copy, so that the rest can be released."""
    rows, columns = region.slices
    return dataclasses.replace(image, data=image.data.isel(y=rows, x=columns).copy())
