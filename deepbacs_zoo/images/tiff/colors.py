"""The colors of a TIFF file: photometric interpretations, palettes and transparency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images.options import ReadOptions
from deepbacs_zoo.images.palettes import Taken, as_image, as_labels, eight_bit, inverted

__all__ = ["Colors", "alpha_of", "check_colors", "colors_of"]

_WHITE_IS_ZERO, _PALETTE = 0, 3
_RGB: Final = frozenset({2, 6})  # YCbCr of a JPEG becomes RGB when it is decoded
_ALPHA: Final = frozenset({1, 2})  # kinds of extra samples: associated and unassociated alpha
_YCBCR, _JPEG = 6, frozenset({6, 7})
_OTHERS: Final[Mapping[int, str]] = {
    5: "CMYK",
    8: "CIELab",
    9: "ICCLab",
    10: "ITULab",
    32803: "color filter array",
    32844: "LogL",
    32845: "LogLuv",
    34892: "linear raw",
}
"""Photometric interpretations whose numbers are neither brightness nor red, green and blue."""


@dataclass(frozen=True, eq=False)
class Colors:
    """The statements of a TIFF file about its colors.

    Parameters
    ----------
    rgb
        True if three samples are red, green and blue.
    alpha
        Number of samples that are transparency.
    table
        The palette, ``n c`` uint8; ``None`` without one.
    imagej
        True for a file of ImageJ, whose tables are for display.
    inverted
        True if the lowest number is shown white.
    """

    rgb: bool
    alpha: int
    table: NDArray[np.uint8] | None
    imagej: bool
    inverted: bool

    def applied(self, array: NDArray[Any], path: Path, options: ReadOptions) -> Taken:
        """Return an image ``t z c y x`` of one sample with its palette applied where it counts."""
        where = str(path)
        if self.table is None or array.dtype.kind not in "bu" or array.shape[2] != 1:
            shown = self.inverted and not options.indices
            return array, False, (inverted(where),) if shown else ()
        if options.indices:
            return as_labels(array, self.table, where)
        return as_image(array, self.table, where, imagej=self.imagej)


def colors_of(tiff: tifffile.TiffFile, page: tifffile.TiffPage) -> Colors:
    """Return what an open TIFF says about the colors of an image."""
    kind = int(page.photometric)
    table = page.colormap if kind == _PALETTE else None
    return Colors(
        kind in _RGB,
        alpha_of(page),
        None if table is None else eight_bit(table),
        tiff.is_imagej,
        kind == _WHITE_IS_ZERO,
    )


def alpha_of(page: tifffile.TiffPage) -> int:
    """Return the number of samples of a page that are transparency."""
    return sum(int(extra) in _ALPHA for extra in page.extrasamples)


def check_colors(page: tifffile.TiffPage, path: Path) -> None:
    """Refuse numbers that are neither brightness nor red, green and blue."""
    kind = int(page.photometric)
    name = _OTHERS.get(kind)
    if kind == _YCBCR and int(page.compression) not in _JPEG:
        name = "YCbCr"
    if name is not None:
        raise DataError(
            path,
            "its numbers are colors of another kind than red, green and blue",
            value=f"{name}, TIFF photometric interpretation {kind}",
            allowed="grey, RGB, or a palette",
            hint="convert it to RGB or grey, or save the microscope's own file as TIFF",
        )
