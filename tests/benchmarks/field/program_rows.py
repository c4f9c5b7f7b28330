"""TIFF, PNG and JPEG as programs write them: orders of planes, bit depths, descriptions of OME."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import permutations
from pathlib import Path

import numpy as np
import tifffile
from PIL import Image as Picture

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import GREY, OME
from tests.benchmarks.field.image_rows import COLORS, ramp, write_bytes, write_tiff
from tests.benchmarks.field.rows import ImageRow, Planes, Refused, planes_of
from tests.data.pixels.files import png

__all__ = ["program_rows"]

PART = "as programs write them"


def program_rows() -> Iterator[ImageRow]:
    """Orders, modes and bit depths that writers of one container seldom use."""
    yield from _imagej_rows()
    yield from _ome_rows()
    yield from _position_rows()
    yield from _picture_rows()
    yield from _tag_rows()


# --- ImageJ ---------------------------------------------------------------------------------------


def _described(folder: Path, pages: np.ndarray, description: str) -> Path:
    """Write pages ``n y x``, the first with a description."""
    path = folder / "cells.tif"
    with tifffile.TiffWriter(path) as writer:
        for number, page in enumerate(pages):
            text = None if number else description.encode()
            writer.write(page, metadata=None, description=text, contiguous=False, **GREY)
    return path


def _imagej_rows() -> Iterator[ImageRow]:
    sizes = {"c": 2, "z": 3, "t": 4}
    named = "channels=2\nslices=3\nframes=4\nhyperstack=true\n"
    array = np.arange(24 * 35, dtype=np.uint16).reshape(4, 3, 2, 5, 7)  # t z c y x
    for order in map("".join, permutations("czt")):
        axes = order[::-1]  # ImageJ names the fastest axis first
        stored = array.transpose(["tzc".index(axis) for axis in axes] + [3, 4])
        text = f"ImageJ=1.54p\nimages=24\n{named}order={order}\n"
        write = partial(_described, pages=stored.reshape(-1, 5, 7), description=text)
        yield ImageRow(f"hyperstack/order {order}", PART, write, Planes(array))
    assert sizes == dict(zip("czt", (2, 3, 4), strict=True))
    pages = ramp("zyx")
    write = partial(_described, pages=pages, description="ImageJ=1.33\nimages=3\n")
    expected = Planes(planes_of(pages, "zyx"), notes=(notes.ASSUMED,))
    yield ImageRow("hyperstack/number of images alone", PART, write, expected)
    two = ramp("cyx", "uint8")
    tables = [
        np.stack([np.arange(256, dtype=np.uint8) * (each == row) for each in range(3)])
        for row in (0, 1)
    ]
    metadata = {"axes": "CYX", "LUTs": tables, "mode": "composite", "Labels": ["phase", "GFP"]}
    options = {"imagej": True, "metadata": metadata}
    write = partial(write_tiff, array=two, options=options)
    expected = Planes(planes_of(two, "cyx"), names=("phase", "GFP"))
    yield ImageRow("hyperstack/composite with labels", PART, write, expected)
    movie = np.arange(2 * 35 * 3, dtype=np.uint8).reshape(2, 5, 7, 3)
    options = {"imagej": True, "photometric": "rgb", "metadata": {"axes": "TYXS"}}
    write = partial(write_tiff, array=movie, options=options)
    expected = Planes(planes_of(movie, "tyxc"), names=COLORS, rgb=True)
    yield ImageRow("hyperstack/movie in colours", PART, write, expected)


# --- OME ------------------------------------------------------------------------------------------


def _pixels(shape: Sequence[int], inside: str, order: str = "XYZCT") -> str:
    """Return the description of one image ``t c z y x`` uint16."""
    frames, channels, slices, height, width = shape
    return (
        f'<Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="{order}" Type="uint16" '
        f'SizeX="{width}" SizeY="{height}" SizeZ="{slices}" SizeC="{channels}" '
        f'SizeT="{frames}">{inside}</Pixels></Image>'
    )


def _ome(folder: Path, pages: np.ndarray, content: str, document: str = OME) -> Path:
    path = _described(folder, pages, document.format(uuid="0" * 8, content=content))
    return path.rename(folder / "cells.ome.tif")


def _ome_rows() -> Iterator[ImageRow]:
    array = np.arange(12 * 35, dtype=np.uint16).reshape(2, 3, 2, 5, 7)  # t c z y x
    whole = Planes(array.transpose(0, 2, 1, 3, 4))
    pages = array.reshape(-1, 5, 7)
    shape = array.shape
    names = "".join(
        f'<Channel ID="Channel:0:{number}" Name="{name}" SamplesPerPixel="1"/>'
        for number, name in enumerate(("phase", "GFP", "RFP"))
    )
    named = Planes(whole.values, names=("phase", "GFP", "RFP"))
    prefixed = (
        '<?xml version="1.0" encoding="UTF-8"?><!-- by a program --><OME:OME '
        'xmlns:OME="http://www.openmicroscopy.org/Schemas/OME/2016-06">{content}</OME:OME>'
    )
    content = _pixels(shape, "<TiffData/>")
    with_prefix = re.sub("<(/?)", r"<\1OME:", content)
    for name, content_, document, expected in (
        ("no TiffData", _pixels(shape, ""), OME, whole),
        ("empty TiffData", _pixels(shape, "<TiffData/>"), OME, whole),
        (
            "TiffData of all planes",
            _pixels(shape, '<TiffData IFD="0" PlaneCount="12"/>'),
            OME,
            whole,
        ),
        ("channel names", _pixels(shape, f"{names}<TiffData/>"), OME, named),
        ("prefix of its namespace", with_prefix, prefixed, whole),
        ("byte order mark", content, "\ufeff" + OME, whole),
    ):
        write = partial(_ome, pages=pages, content=content_, document=document)
        yield ImageRow(f"ome/{name}", PART, write, expected)
    reverse = "".join(
        f'<TiffData FirstZ="{z}" FirstC="{c}" FirstT="{t}" IFD="{11 - ((t * 3 + c) * 2 + z)}" '
        'PlaneCount="1"/>'
        for t in range(2)
        for c in range(3)
        for z in range(2)
    )
    write = partial(_ome, pages=pages[::-1], content=_pixels(shape, reverse))
    yield ImageRow("ome/planes in any order", PART, write, whole)
    # The largest block that is whole: all frames and slices of two channels are eight planes.
    for missing, kept, values in (
        ("last frame", 6, whole.values[:1]),
        ("last plane", 11, whole.values[:, :, :2]),
    ):
        write = partial(_ome, pages=pages[:kept], content=_pixels(shape, "<TiffData/>"))
        expected = Planes(values, notes=(notes.OTHER_FILES,))
        yield ImageRow(f"ome/without its {missing}", PART, write, expected)


# --- positions in files of their own --------------------------------------------------------------


def _positions(folder: Path, movies: np.ndarray, take: int, alone: bool) -> Path:
    """Write ``p t y x``, one file for each position; every file describes them all."""
    names = [f"field_1_MMStack_Pos{number}.ome.tif" for number in range(len(movies))]
    images = []
    for number, name in enumerate(names):
        data = "".join(
            f'<TiffData FirstT="{frame}" IFD="{frame}" PlaneCount="1"><UUID FileName="{name}">'
            f"urn:uuid:0000000{number}</UUID></TiffData>"
            for frame in range(movies.shape[1])
        )
        image = _pixels((movies.shape[1], 1, 1, *movies.shape[2:]), data)
        images.append(
            image.replace(":0", f":{number}").replace("<Image ", f'<Image Name="Pos{number}" ')
        )
    for number, name in enumerate(names):
        if number == take or not alone:
            text = OME.format(uuid=f"0000000{number}", content="".join(images))
            _described(folder, movies[number], text).rename(folder / name)
    return folder / names[take]


def _position_rows() -> Iterator[ImageRow]:
    movies = np.arange(3 * 2 * 35, dtype=np.uint16).reshape(3, 2, 5, 7)
    for take in range(3):
        for alone in (False, True):
            write = partial(_positions, movies=movies, take=take, alone=alone)
            expected = Planes(planes_of(movies[take], "tyx"), notes=(notes.OTHER_SERIES,))
            name = f"positions/file {take + 1}{' alone' if alone else ''}"
            yield ImageRow(name, PART, write, expected)


# --- pictures -------------------------------------------------------------------------------------


def _picture_rows() -> Iterator[ImageRow]:
    rng = np.random.default_rng(0)
    for bits in (1, 2, 4):
        values = rng.integers(0, 2**bits, (5, 8)).astype(np.uint8)
        shown = values * (255 // (2**bits - 1))
        write = partial(write_bytes, data=png(values, 0, bits), name="cells.png")
        yield ImageRow(f"png/grey of {bits} bits", PART, write, Planes(planes_of(shown, "yx")))
    colors = rng.integers(0, 65536, (5, 8, 3)).astype(np.uint16)
    write = partial(write_bytes, data=png(colors, 2, 16), name="cells.png")
    expected = Planes(planes_of(colors, "yxc"), names=COLORS, rgb=True)
    yield ImageRow("png/rgb of 16 bits", PART, write, expected)
    alpha = rng.integers(0, 65536, (5, 8, 2)).astype(np.uint16)
    write = partial(write_bytes, data=png(alpha, 4, 16), name="cells.png")
    expected = Planes(planes_of(alpha[..., 0], "yx"))
    yield ImageRow("png/grey and transparency of 16 bits", PART, write, expected)
    smooth = (np.add.outer(np.arange(16), np.arange(24)) * 6).astype(np.uint8)
    turned = Picture.Exif()
    turned[274] = 6
    for name, more in {
        "progressive": {"progressive": True},
        "turned by Exif": {"exif": turned},
    }.items():
        stream = io.BytesIO()
        Picture.fromarray(smooth).save(stream, "jpeg", quality=95, **more)
        decoded = np.asarray(Picture.open(stream))
        write = partial(write_bytes, data=stream.getvalue(), name="cells.jpg")
        yield ImageRow(f"jpeg/{name}", PART, write, Planes(planes_of(decoded, "yx")))


# --- tags of TIFF ---------------------------------------------------------------------------------


def _tag_rows() -> Iterator[ImageRow]:
    grey = ramp("yx")
    whole = Planes(planes_of(grey, "yx"))
    for number in (3, 6):
        options = {**GREY, "metadata": None, "extratags": [(274, 3, 1, number, True)]}
        write = partial(write_tiff, array=grey, options=options)
        yield ImageRow(f"tiff/orientation {number}", PART, write, whole)
    for name, text in {
        "text": "Exposure: 100 ms",
        "JSON": '{"exposure": 100}',
        "XML of another kind": "<MetaData><PlaneInfo/></MetaData>",
        "many lines": "a=1\nb=2\n",
    }.items():
        write = partial(_described, pages=grey[None], description=text)
        yield ImageRow(f"tiff/description of {name}", PART, write, whole)
    real = (grey / np.float32(7)).astype(np.float32)
    for compression in ("zlib", "lzw"):
        options = {**GREY, "metadata": None, "compression": compression, "predictor": 3}
        write = partial(write_tiff, array=real, options=options)
        expected = Planes(planes_of(real, "yx"))
        yield ImageRow(f"tiff/{compression} with predictor of reals", PART, write, expected)
    bits = np.unpackbits((grey * 61).astype(">u2").view(np.uint8).reshape(5, 7, 2), axis=2)
    twelve = grey * 61
    packed = np.packbits(bits[..., 4:].reshape(5, -1), axis=1)
    write = partial(_twelve, packed=packed.tobytes())
    yield ImageRow("tiff/12 bits", PART, write, Planes(planes_of(twelve, "yx")))
    jpeg = Refused("DataError", "its pixels are compressed in a way that cannot be read")
    smooth = (np.add.outer(np.arange(16), np.arange(24)) * 6).astype(np.uint8)
    stream = io.BytesIO()
    options = {**GREY, "metadata": None, "compression": "jpeg", "compressionargs": {"level": 95}}
    tifffile.imwrite(stream, smooth, **options)
    decoded = np.asarray(Picture.open(stream))
    write = partial(write_bytes, data=stream.getvalue(), name="cells.tif")
    yield ImageRow("tiff/jpeg", PART, write, Planes(planes_of(decoded, "yx")), in_imagej=jpeg)


def _twelve(folder: Path, packed: bytes) -> Path:
    path = folder / "cells.tif"
    options = {"shape": (5, 7), "dtype": np.uint16, "bitspersample": 12, "rowsperstrip": 5}
    tifffile.imwrite(path, iter([packed]), metadata=None, **options, **GREY)
    return path
