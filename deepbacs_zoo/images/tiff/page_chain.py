"""Check that all pages of a TIFF file are there, with all that they state about themselves.

Each page of a TIFF file says where the next one is, and where its longer descriptions are.  Readers
end quietly where that leads nowhere, so a stack that was cut off in the middle would become a
shorter one, and an OME-TIFF whose description at the end is lost an image without a pixel size.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import tifffile

__all__ = ["check_chain", "check_ends"]

# Bytes of one value by the type of a tag (TIFF 6.0, section 2; 13 and 16 to 18 of BigTIFF).
_VALUE_SIZES: Final = dict(
    zip((*range(1, 14), 16, 17, 18), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 8, 8, 8), strict=True)
)


@dataclass(frozen=True)
class _Layout:
    """Struct formats of one of the two kinds of TIFF in one of the two byte orders."""

    first: int
    offset: struct.Struct
    count: struct.Struct
    tag: struct.Struct


def _layout(file: BinaryIO) -> _Layout:
    order = {b"II": "<", b"MM": ">"}.get(_bytes(file, 0, 2))
    version = _bytes(file, 2, 2)
    if order and struct.unpack(f"{order}H", version) == (42,):
        formats = ("I", "H", "HHI4s")
    elif order and struct.unpack(f"{order}H", version) == (43,):
        formats = ("Q", "Q", "HHQ8s")
    else:
        raise ValueError("it does not begin as a TIFF file does")
    offset, count, tag = (struct.Struct(order + each) for each in formats)
    return _Layout(4 if offset.size == 4 else 8, offset, count, tag)


def check_chain(file: BinaryIO) -> None:
    """Follow the pages of an open TIFF file from the first to the last.

    Raises
    ------
    ValueError
        A page, or a description of one, lies beyond the end of the file, or the file does not begin
        as a TIFF file does.
    """
    size = file.seek(0, os.SEEK_END)
    layout = _layout(file)
    place, number, seen = layout.first, 0, set()
    while offset := layout.offset.unpack(_bytes(file, place, layout.offset.size))[0]:
        number += 1
        if offset in seen:
            return  # some writers close the chain to a ring
        seen.add(offset)
        if offset + layout.count.size > size:
            raise ValueError(f"page {number} would begin at byte {offset} of {size}")
        (tags,) = layout.count.unpack(_bytes(file, offset, layout.count.size))
        begin = offset + layout.count.size
        place = begin + tags * layout.tag.size
        if place + layout.offset.size > size:
            raise ValueError(f"page {number} is described at byte {offset} of {size}")
        end = _end_of_values(layout, _bytes(file, begin, tags * layout.tag.size))
        if end > size:
            raise ValueError(f"the description of page {number} would end at byte {end} of {size}")


def _end_of_values(layout: _Layout, tags: bytes) -> int:
    """Return where the last value of a page's tags ends that does not stand in the tag itself."""
    end = 0
    for _, kind, count, value in layout.tag.iter_unpack(tags):
        length = _VALUE_SIZES.get(kind, 0) * count
        if length > layout.offset.size:
            end = max(end, layout.offset.unpack(value)[0] + length)
    return end


def _bytes(file: BinaryIO, position: int, count: int) -> bytes:
    file.seek(position)
    found = file.read(count)
    if len(found) < count:
        raise ValueError(f"it ends after {position + len(found)} bytes")
    return found


def check_ends(pages: Sequence[tifffile.TiffPage], size: int) -> None:
    """Check that the pixels of all pages are in the file, to their last byte.

    Parameters
    ----------
    pages
        All pages.
    size
        Bytes of the file.

    Raises
    ------
    ValueError
        The pixels of a page are cut off.
    """
    for number, page in enumerate(pages, start=1):
        if page.is_contiguous:
            end = page.dataoffsets[0] + page.nbytes
        else:
            parts = zip(page.dataoffsets, page.databytecounts, strict=False)
            end = max((offset + count for offset, count in parts), default=0)
        if end > size:
            raise ValueError(f"page {number} would end at byte {end} of {size}")
