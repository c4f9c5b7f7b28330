"""Writers of image files, one for each container: an array and its axes become a file.

tifffile, Pillow and imagecodecs write; what none of them writes (sets of files, stacks of
Micro-Manager) is put together here by the published descriptions of the formats.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image as Picture

__all__ = [
    "CONTAINERS",
    "Container",
    "micromanager_stack",
    "ome_images",
    "ome_set",
    "png_with_palette",
    "tiff_with_palette",
]

GREY = {"photometric": "minisblack"}


@dataclass(frozen=True)
class Container:
    """A kind of file.

    Parameters
    ----------
    suffix
        Of its files.
    options
        Arguments of ``tifffile.imwrite``.
    named
        Whether the file says what its axes are.
    """

    suffix: str
    options: dict[str, Any] = field(default_factory=dict)
    named: bool = True

    def write(self, folder: Path, array: np.ndarray, axes: str, **more: Any) -> Path:
        """Write an array whose axes are named; ``more`` goes to tifffile."""
        path = folder / f"cells{self.suffix}"
        options = {**GREY, **self.options, **more}
        if self.named:
            options["metadata"] = {"axes": axes.upper(), **options.get("metadata", {})}
        tifffile.imwrite(path, array, **options)
        return path


PLAIN = {"metadata": None}
CONTAINERS = {
    "plain": Container(".tif", PLAIN, named=False),
    "bigtiff": Container(".tif", {**PLAIN, "bigtiff": True}, named=False),
    "strips": Container(".tif", {**PLAIN, "rowsperstrip": 2}, named=False),
    "tiled": Container(".tif", {**PLAIN, "tile": (16, 16)}, named=False),
    "lzw": Container(".tif", {**PLAIN, "compression": "lzw", "predictor": True}, named=False),
    "deflate": Container(".tif", {**PLAIN, "compression": "zlib", "tile": (16, 16)}, named=False),
    "packbits": Container(".tif", {**PLAIN, "compression": "packbits"}, named=False),
    "hyperstack": Container(".tif", {"imagej": True}),
    "hyperstack-one-page": Container(".tif", {"imagej": True, "truncate": True}),
    "ome": Container(".ome.tif", {"ome": True}),
    "ome-bigtiff": Container(".ome.tif", {"ome": True, "bigtiff": True}),
    "ome-deflate": Container(".ome.tif", {"ome": True, "compression": "zlib", "tile": (16, 16)}),
    "shaped": Container(".tif"),
    "shaped-one-page": Container(".tif", {"truncate": True}),
}
"""Those that take stacks, by name."""


# --- OME: several images in a file, one image in several files ------------------------------------

OME = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" UUID="urn:uuid:{uuid}">'
    "{content}</OME>"
)


def ome_images(folder: Path, images: Sequence[np.ndarray], axes: Sequence[str]) -> Path:
    """Write an OME-TIFF that holds several images."""
    path = folder / "cells.ome.tif"
    with tifffile.TiffWriter(path, ome=True) as writer:
        for number, (image, names) in enumerate(zip(images, axes, strict=True)):
            metadata = {"axes": names.upper(), "Name": f"field {number + 1}"}
            writer.write(image, metadata=metadata, **GREY)
    return path


def _uuid(number: int) -> str:
    return f"0000000{number}-0000-0000-0000-000000000000"


def ome_set(
    folder: Path, planes: np.ndarray, axis: str, *, take: int = 0, missing: Sequence[int] = ()
) -> Path:
    """Write an OME-TIFF set of one plane a file; the first file describes all.

    Parameters
    ----------
    planes
        ``n y x`` uint16, one for each file.
    axis
        The axis along which they lie, ``z``, ``c`` or ``t``.
    take
        Number of the file that is returned.
    missing
        Numbers of files that are not there.
    """
    names = [f"set_{axis}{number}.ome.tif" for number in range(len(planes))]
    sizes = {each: len(planes) if each == axis else 1 for each in "zct"}
    parts = "".join(
        f'<TiffData First{axis.upper()}="{number}" IFD="0" PlaneCount="1">'
        f'<UUID FileName="{name}">urn:uuid:{_uuid(number)}</UUID></TiffData>'
        for number, name in enumerate(names)
    )
    channels = "".join(
        f'<Channel ID="Channel:0:{number}" SamplesPerPixel="1"/>' for number in range(sizes["c"])
    )
    image = (
        '<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="uint16" '
        f'SizeX="{planes.shape[2]}" SizeY="{planes.shape[1]}" SizeZ="{sizes["z"]}" '
        f'SizeC="{sizes["c"]}" SizeT="{sizes["t"]}" PhysicalSizeX="0.08" PhysicalSizeY="0.08">'
        f"{channels}{parts}</Pixels></Image>"
    )
    other = f'<BinaryOnly MetadataFile="{names[0]}" UUID="urn:uuid:{_uuid(0)}"/>'
    for number, name in enumerate(names):
        if number not in missing:
            text = OME.format(uuid=_uuid(number), content=other if number else image)
            tifffile.imwrite(folder / name, planes[number], metadata=None, description=text, **GREY)
    return folder / names[take]


# --- Micro-Manager --------------------------------------------------------------------------------


def micromanager_stack(folder: Path, planes: np.ndarray) -> Path:
    """Write frames and positions as Micro-Manager 2.0 does: its own index, and OME beside it.

    Parameters
    ----------
    planes
        ``t p y x`` uint16.

    https://micro-manager.org/Micro-Manager_File_Formats: a header with the places of an index map
    and a summary in JSON, pages of 13 tags, their pixels, and notes in JSON.
    """
    frames, positions, height, width = planes.shape
    path = folder / "field_1_MMStack.ome.tif"
    xml = _micromanager_xml(path.name, planes.shape).encode()
    summary = json.dumps(
        {
            "MicroManagerVersion": "2.0",
            "Frames": frames,
            "Slices": 1,
            "Channels": 1,
            "Positions": positions,
            "TimeFirst": True,
            "SlicesFirst": True,
            "Prefix": "field_1",
            "Width": width,
            "Height": height,
            "PixelType": "GRAY16",
        }
    ).encode()
    out = bytearray(b"II*\0" + bytes(36)) + summary
    out += bytes(len(out) % 2)
    flat = planes.astype("<u2").reshape(-1, height, width)
    offsets = []
    for number, plane in enumerate(flat):
        offsets.append(len(out))
        out += _micromanager_page(len(out), plane, b"" if number else xml, number < len(flat) - 1)
    index = len(out)
    out += struct.pack("<II", 3453623, len(flat))
    for number, offset in enumerate(offsets):
        frame, position = divmod(number, positions)
        out += struct.pack("<5I", 0, 0, frame, position, offset)
    struct.pack_into("<I", out, 4, offsets[0])
    struct.pack_into("<8I", out, 8, 54773648, index, 0, 0, 0, 0, 2355492, len(summary))
    path.write_bytes(out)
    return path


def _micromanager_page(at: int, plane: np.ndarray, description: bytes, more: bool) -> bytes:
    """Return a page at an offset: its tags, its pixels, its texts."""
    height, width = plane.shape
    note = json.dumps({"Frame": 0}).encode()
    pixels = at + 2 + 13 * 12 + 4
    texts = pixels + plane.nbytes
    stated = (len(description) + 1, texts) if description else (1, 0)
    note_at = texts + (len(description) + 1 if description else 0)
    tail = (description + b"\0" if description else b"") + note + b"\0"
    tail += bytes((plane.nbytes + len(tail)) % 2)
    tags = [
        (254, 4, 1, 0),
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 16),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (270, 2, *stated),
        (273, 4, 1, pixels),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, plane.nbytes),
        (339, 3, 1, 1),
        (51123, 2, len(note) + 1, note_at),
    ]
    following = texts + len(tail) if more else 0
    packed = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<H", 13) + packed + struct.pack("<I", following) + plane.tobytes() + tail


def _micromanager_xml(name: str, shape: tuple[int, ...]) -> str:
    frames, positions, height, width = shape
    images = []
    for position in range(positions):
        data = "".join(
            f'<TiffData FirstC="0" FirstT="{frame}" FirstZ="0" IFD="{frame * positions + position}"'
            f' PlaneCount="1"><UUID FileName="{name}">urn:uuid:{_uuid(0)}</UUID></TiffData>'
            for frame in range(frames)
        )
        size = "".join(
            f' PhysicalSize{axis}="0.08" PhysicalSize{axis}Unit="&#181;m"' for axis in "XY"
        )
        images.append(
            f'<Image ID="Image:{position}" Name="Pos{position}"><Pixels BigEndian="false" '
            f'DimensionOrder="XYCZT" ID="Pixels:{position}"{size} SizeC="1" SizeT="{frames}" '
            f'SizeX="{width}" SizeY="{height}" SizeZ="1" Type="uint16"><Channel '
            f'ID="Channel:{position}:0" Name="Default" SamplesPerPixel="1"/>{data}</Pixels></Image>'
        )
    return OME.format(uuid=_uuid(0), content="".join(images))


# --- palettes -------------------------------------------------------------------------------------


def tiff_with_palette(
    container: str,
) -> Callable[[Path, np.ndarray, np.ndarray], Path]:
    """Return a writer of ``y x`` uint8 numbers and a table ``256 3`` uint8 of their colours."""

    def write(folder: Path, numbers: np.ndarray, table: np.ndarray) -> Path:
        colormap = table.T.astype(np.uint16) * 257
        kind = CONTAINERS[container]
        return kind.write(folder, numbers, "yx", photometric="palette", colormap=colormap)

    return write


def png_with_palette(folder: Path, numbers: np.ndarray, table: np.ndarray) -> Path:
    """Write ``y x`` uint8 numbers and a table ``256 3`` uint8 of their colours as PNG."""
    path = folder / "cells.png"
    picture = Picture.fromarray(numbers, "P")
    picture.putpalette(table.tobytes())
    picture.save(path)
    return path
