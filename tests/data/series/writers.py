"""Writers of TIFF files whose descriptions and pages are as programs write them, or as they break.

Every plane is filled with a number of its own, so that its first pixel names it.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

__all__ = ["image", "imagej", "mm_stack", "ome", "pages", "pixels", "plane", "shaped", "stack"]

Y, X = 3, 4
GREY = {"photometric": "minisblack"}


def plane(number: int, y: int = Y, x: int = X, dtype: str = "uint8") -> NDArray[Any]:
    """Return a plane ``y x`` filled with a number."""
    return np.full((y, x), number, dtype)


def stack(*shape: int, first: int = 1) -> NDArray[Any]:
    """Return planes of consecutive numbers, axes of the given sizes and ``y x``."""
    numbers = np.arange(first, first + int(np.prod(shape)), dtype=np.uint8).reshape(shape)
    return np.broadcast_to(numbers[..., None, None], (*shape, Y, X)).copy()


def pages(path: Path, planes: Sequence[Any], description: str = "", **options: Any) -> None:
    """Write pages, each an array or a pair of an array and options of its own."""
    with tifffile.TiffWriter(path) as writer:
        for number, each in enumerate(planes):
            array, more = each if isinstance(each, tuple) else (each, {})
            text = description.encode() if number == 0 and description else None
            how: dict[str, Any] = {**GREY, "metadata": None, "description": text}
            writer.write(array, **{**how, **options, **more})


def shaped(path: Path, *arrays: Any, **metadata: Any) -> None:
    """Write arrays as tifffile does, each with its shape."""
    with tifffile.TiffWriter(path) as writer:
        for each in arrays:
            array, more = each if isinstance(each, tuple) else (each, {})
            writer.write(array, **{**GREY, "metadata": metadata or {}, **more})


def imagej(path: Path, n_pages: int, *lines: str, **options: Any) -> None:
    """Write pages with a description of ImageJ that has these lines."""
    text = "ImageJ=1.54p\n" + "".join(f"{line}\n" for line in lines)
    pages(path, list(stack(n_pages)), text, **options)


# --- OME-XML --------------------------------------------------------------------------------------


def pixels(data: str, z: int = 1, c: int = 1, t: int = 1, order: str = "XYZCT", **more: Any) -> str:
    """Return an element ``Pixels``.

    ``data`` has its elements ``TiffData``; ``more`` other attributes, ``channels``, and ``y`` and
    ``x`` where they are not those of the planes.
    """
    channels = more.pop("channels", "")
    y, x = more.pop("y", Y), more.pop("x", X)
    stated = "".join(f' {name}="{value}"' for name, value in more.items())
    return (
        f'<Pixels ID="Pixels:0" DimensionOrder="{order}" Type="uint8" SizeX="{x}" SizeY="{y}" '
        f'SizeZ="{z}" SizeC="{c}" SizeT="{t}"{stated}>{channels}{data}</Pixels>'
    )


def image(pixels: str, name: str = "") -> str:
    """Return an element ``Image``."""
    return f'<Image ID="Image:0" Name="{name}">{pixels}</Image>'


def ome(content: str, uuid: str = "", head: str = "") -> str:
    """Return a document of the schema of 2016."""
    own = f' UUID="{uuid}"' if uuid else ""
    space = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}<OME xmlns="{space}"{own}>{content}</OME>'


# --- Micro-Manager --------------------------------------------------------------------------------


def mm_stack(
    path: Path, rows: Sequence[tuple[int, int, int, int]], xml: str = "", **summary: int
) -> None:
    """Write a stack of Micro-Manager: its header, summary, pages, and its index map at the end.

    Parameters
    ----------
    path
        The file.
    rows
        Channel, slice, frame and position of each page, from 0.
    xml
        The description of the first page.
    summary
        ``Frames``, ``Slices``, ``Channels``, ``Positions``.
    """
    stated = {"MicroManagerVersion": "2.0.1", "Width": X, "Height": Y, **summary}
    head = json.dumps(stated).encode()
    out = bytearray(b"II*\0" + bytes(36)) + head + bytes(len(head) % 2)
    places = []
    for number in range(len(rows)):
        places.append(len(out))
        text = xml.encode() + b"\0" if number == 0 and xml else b""
        out += _page(len(out), number + 1, text, last=number == len(rows) - 1)
    index = len(out)
    out += struct.pack("<II", 3453623, len(rows))
    for row, place in zip(rows, places, strict=True):
        out += struct.pack("<5I", *row, place)
    struct.pack_into("<I", out, 4, places[0])
    struct.pack_into("<8I", out, 8, 54773648, index, 0, 0, 0, 0, 2355492, len(head))
    path.write_bytes(out)


def _page(place: int, number: int, text: bytes, *, last: bool) -> bytes:
    """Return a page at a place of the file: its tags, its pixels, and what is longer."""
    note = b'{"a": 1}\0\0'
    n_tags = 12 + bool(text)
    data = place + 2 + 12 * n_tags + 4
    behind = data + Y * X
    tail = note + text + bytes(len(text) % 2)
    tags = [
        (254, 4, 1, 0), (256, 4, 1, X), (257, 4, 1, Y), (258, 3, 1, 8), (259, 3, 1, 1),
        (262, 3, 1, 1), *([(270, 2, len(text), behind + len(note))] if text else []),
        (273, 4, 1, data), (277, 3, 1, 1), (278, 4, 1, Y), (279, 4, 1, Y * X), (339, 3, 1, 1),
        (51123, 2, len(note), behind),
    ]  # fmt: skip
    following = 0 if last else behind + len(tail)
    directory = struct.pack("<H", n_tags) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return directory + struct.pack("<I", following) + bytes([number] * (Y * X)) + tail
