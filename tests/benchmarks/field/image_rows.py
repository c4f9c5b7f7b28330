"""Images: containers x axes, containers x data types x byte orders, colours, odd files."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from PIL import Image as Picture

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import CONTAINERS, GREY
from tests.benchmarks.field.rows import ImageRow, Planes, Refused, planes_of

__all__ = [
    "axis_rows",
    "color_rows",
    "dtype_rows",
    "odd_rows",
    "write_bytes",
    "write_picture",
    "write_tiff",
]

SIZES = {"t": 2, "z": 3, "c": 2, "y": 5, "x": 7, "s": 3}
COLORS = ("red", "green", "blue")
SUBSETS = ("yx", "zyx", "tyx", "cyx", "zcyx", "tcyx", "tzyx", "tzcyx")
ORDERS = ("tczyx", "ztcyx", "zctyx", "ctzyx", "cztyx", "czyx", "ztyx")
DAMAGED = partial(Refused, "DataError", "the file is cut off or damaged", own_value=True)


def ramp(axes: str, dtype: str = "uint16") -> np.ndarray:
    """Return an array in which every pixel has a number of its own."""
    shape = tuple(SIZES[axis] for axis in axes)
    return np.arange(np.prod(shape)).reshape(shape).astype(dtype)


def _row(
    name: str,
    part: str,
    write: Callable[[Path], Path],
    expected: Planes | Refused,
    in_imagej: Refused | None = None,
) -> ImageRow:
    return ImageRow(name, part, write, expected, in_imagej)


# --- containers x axes ----------------------------------------------------------------------------


def axis_rows() -> Iterator[ImageRow]:
    """Every container with every selection and order of axes that it can hold.

    Pages that nothing is said about are slices.
    """
    part = "container x axes"
    for name, container in CONTAINERS.items():
        if not container.named:
            taken = {"yx": "yx", "qyx": "zyx"}
        elif name.startswith("hyperstack"):
            taken = {axes: axes for axes in SUBSETS}
        elif name.startswith("shaped"):
            taken = {axes: axes for axes in (*SUBSETS, *ORDERS[:3])} | {"qyx": "zyx"}
        else:
            taken = {axes: axes for axes in (*SUBSETS, *ORDERS)}
        for stated, meant in taken.items():
            array = ramp(meant)
            write = partial(container.write, array=array, axes=stated)
            said = (notes.ASSUMED,) if "q" in stated else ()
            expected = Planes(planes_of(array, meant), notes=said)
            yield _row(f"{name}/{stated}", part, write, expected)
    shaped = CONTAINERS["shaped"]
    six = np.arange(2 * 2 * 5 * 7, dtype=np.uint16).reshape(2, 2, 5, 7)
    write = partial(shaped.write, array=six, axes="qqyx")
    yield _row("shaped/qqyx", part, write, Refused("DataError", "it has more axes than an image"))


# --- containers x data types x byte orders --------------------------------------------------------

EVERY = "bool uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 float32 float64 complex64"
DTYPES = {
    "plain": EVERY,
    "bigtiff": "bool uint8 int16 uint32 float64",
    "tiled": "uint8 uint16 int16 uint32 float32 float64",
    "lzw": "uint8 int8 uint16 int16 uint32 int32",
    "deflate": "bool uint8 uint16 uint64 float16 float32 float64",
    "packbits": "uint8 uint16",
    "shaped": EVERY,
    "hyperstack": "uint8 uint16 int16 float32",
    "ome": "bool uint8 int8 uint16 int16 uint32 int32 float32 float64 complex64",
}


def dtype_rows() -> Iterator[ImageRow]:
    """Every data type in every container that holds it, in both byte orders."""
    for name, dtypes in DTYPES.items():
        for dtype in dtypes.split():
            for order, short in (("<", "little"), (">", "big")):
                array = extremes(dtype)
                write = partial(CONTAINERS[name].write, array=array, axes="yx", byteorder=order)
                if name == "hyperstack" and dtype == "int16":
                    write = partial(_signed_hyperstack, array=array, byteorder=order)
                yield _row(
                    f"{name}/{dtype}/{short}-endian",
                    "container x data type x byte order",
                    write,
                    _as_read(array),
                )


def extremes(dtype: str) -> np.ndarray:
    """Return ``y x`` with the least and largest numbers of a data type and some between."""
    if dtype == "bool":
        return ramp("yx") % 3 == 0
    if dtype.startswith("complex"):
        return (ramp("yx") * 1j).astype(dtype)
    array = ramp("yx").astype(dtype)
    if array.dtype.kind == "f":
        array = (array / 7 - 2).astype(dtype)
    else:
        limits = np.iinfo(dtype)
        array[0, 0], array[-1, -1] = limits.min, limits.max
    return array


def _as_read(array: np.ndarray) -> Planes | Refused:
    if array.dtype.kind == "c":
        return Refused("DataError", "it holds no numbers that an image could have", own_value=True)
    read = {"bool": "uint8", "float16": "float32"}.get(array.dtype.name, array.dtype.name)
    return Planes(planes_of(array.astype(read), "yx"))


def _signed_hyperstack(folder: Path, array: np.ndarray, byteorder: str) -> Path:
    """Write what ImageJ writes of signed numbers: 32768 more, and a function that takes it back."""
    path = folder / "cells.tif"
    tifffile.imwrite(
        path,
        array.astype(np.int16).astype(f"{byteorder}i2"),
        byteorder=byteorder,
        metadata=None,
        description="ImageJ=1.54p\nmin=-32768.0\nmax=32767.0\n",
        **GREY,
    )
    return path


# --- colours --------------------------------------------------------------------------------------


def color_rows() -> Iterator[ImageRow]:
    """Pictures in colours, samples that are channels, transparency; PNG and JPEG."""
    part = "colours, samples, pictures"
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8)
    rgb = {"photometric": "rgb", "metadata": None}
    whole = Planes(planes_of(picture, "yxc"), names=COLORS, rgb=True)
    alpha = np.dstack([picture, 255 - picture[..., :1]])
    tiffs: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
        "tiff/rgb": (picture, rgb),
        "tiff/rgb-planar": (np.moveaxis(picture, 2, 0), {**rgb, "planarconfig": "separate"}),
        "tiff/rgb-lzw": (picture, {**rgb, "compression": "lzw", "predictor": True}),
        "tiff/rgb-tiled": (picture, {**rgb, "tile": (16, 16)}),
        "tiff/rgb-alpha": (alpha, {**rgb, "extrasamples": ["unassalpha"]}),
        "tiff/rgb-premultiplied-alpha": (alpha, {**rgb, "extrasamples": ["assocalpha"]}),
        "hyperstack/rgb": (picture[None], {"imagej": True, "photometric": "rgb"}),
        "ome/rgb": (picture, {"ome": True, "photometric": "rgb", "metadata": {"axes": "YXS"}}),
    }
    for name, (array, options) in tiffs.items():
        yield _row(name, part, partial(write_tiff, array=array, options=options), whole)
    wide = picture.astype(np.uint16) * 200
    expected = Planes(planes_of(wide, "yxc"), names=COLORS, rgb=True)
    yield _row("tiff/rgb/uint16", part, partial(write_tiff, array=wide, options=rgb), expected)
    stack = rng.integers(0, 256, (4, 5, 7, 3)).astype(np.uint8)
    expected = Planes(planes_of(stack, "zyxc"), names=COLORS, rgb=True, notes=(notes.ASSUMED,))
    yield _row("tiff/rgb-stack", part, partial(write_tiff, array=stack, options=rgb), expected)
    two = picture[..., :2]
    for planar, array in (("contig", two), ("separate", np.moveaxis(two, 2, 0))):
        options = {**GREY, "planarconfig": planar, "metadata": None}
        expected = Planes(planes_of(two, "yxc"))
        write = partial(write_tiff, array=array, options=options)
        yield _row(f"tiff/two-samples-{planar}", part, write, expected)
    grey = picture[..., 0]
    options = {"photometric": "miniswhite", "metadata": None}
    write = partial(write_tiff, array=grey, options=options)
    expected = Planes(planes_of(grey, "yx"), notes=(notes.INVERTED,))
    yield _row("tiff/white-is-zero", part, write, expected)
    yield from _picture_rows(part, picture)


def write_tiff(folder: Path, array: np.ndarray, options: dict[str, Any]) -> Path:
    path = folder / ("cells.ome.tif" if options.get("ome") else "cells.tif")
    tifffile.imwrite(path, array, **options)
    return path


def _picture_rows(part: str, picture: np.ndarray) -> Iterator[ImageRow]:
    grey = picture[..., 0]
    wide = grey.astype(np.uint16) * 257
    whole = Planes(planes_of(picture, "yxc"), names=COLORS, rgb=True)
    alone = Planes(planes_of(grey, "yx"))
    pictures: dict[str, tuple[Picture.Image, Planes]] = {
        "png/grey": (Picture.fromarray(grey), alone),
        "png/grey/uint16": (Picture.fromarray(wide), Planes(planes_of(wide, "yx"))),
        "png/grey-alpha": (Picture.fromarray(np.dstack([grey, 255 - grey]), "LA"), alone),
        "png/rgb": (Picture.fromarray(picture), whole),
        "png/rgb-alpha": (Picture.fromarray(np.dstack([picture, 255 - grey])), whole),
    }
    for name, (made, expected) in pictures.items():
        yield _row(name, part, partial(write_picture, made=made, suffix=".png"), expected)
    smooth = (np.add.outer(np.arange(16), np.arange(24)) * 6).astype(np.uint8)
    colors = np.dstack([smooth, 255 - smooth, smooth // 2])
    for name, array in (("jpeg/grey", smooth), ("jpeg/rgb", colors)):
        made = Picture.fromarray(array)
        stream = io.BytesIO()
        made.save(stream, "jpeg", quality=95)
        decoded = np.asarray(Picture.open(stream))  # the library behind Pillow is the oracle
        is_rgb = decoded.ndim == 3
        expected = Planes(
            planes_of(decoded, "yxc" if is_rgb else "yx"),
            names=COLORS if is_rgb else (),
            rgb=is_rgb,
            tolerance=2 if is_rgb else 0,
        )
        write = partial(write_bytes, data=stream.getvalue(), name="cells.jpg")
        yield _row(name, part, write, expected)
    stream = io.BytesIO()
    Picture.fromarray(np.dstack([colors, smooth]), "CMYK").save(stream, "jpeg")
    write = partial(write_bytes, data=stream.getvalue(), name="cells.jpg")
    yield _row("jpeg/cmyk", part, write, Refused("DataError", "it is a picture for printing"))


def write_picture(folder: Path, made: Picture.Image, suffix: str) -> Path:
    path = folder / f"cells{suffix}"
    made.save(path)
    return path


def write_bytes(folder: Path, data: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# --- odd files ------------------------------------------------------------------------------------


def odd_rows() -> Iterator[ImageRow]:
    """Files that are cut off, empty, none, or hold what is no number of an image."""
    part = "odd files and values"
    grey = ramp("yx", "uint8")
    stack = ramp("zyx")
    infinite = ramp("yx", "float32")
    infinite[0, :2] = np.nan, np.inf
    finite = Refused("DataError", "some pixels are not a number or infinite")
    plain = CONTAINERS["plain"]
    yield _row("tiff/nan-and-inf", part, partial(plain.write, array=infinite, axes="yx"), finite)
    write = partial(CONTAINERS["hyperstack"].write, array=infinite, axes="yx")
    yield _row("hyperstack/nan-and-inf", part, write, finite)
    for name in ("plain", "hyperstack", "ome", "shaped", "lzw"):
        write = partial(_cut, name=name, array=stack)
        yield _row(f"{name}/cut-off", part, write, DAMAGED())
    texts = {
        "html-named-tif": b"<!DOCTYPE html>\n<html><body>404</body></html>\n",
        "pointer-of-git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        "empty-file": b"",
        "zeros": bytes(64),
    }
    for name, data in texts.items():
        yield _row(
            f"tiff/{name}", part, partial(write_bytes, data=data, name="cells.tif"), DAMAGED()
        )
    kind = Refused("UsageError", "not a kind of image that can be read")
    for name in ("cells.czi", "cells.nd2", "cells.gif", "cells"):
        write = partial(write_bytes, data=b"0" * 64, name=name)
        yield _row(f"other/{name}", part, write, kind)
    yield _row("tiff/png-inside", part, _png_named_tif, Planes(planes_of(grey, "yx")))
    yield _row("tiff/upper-case-suffix", part, _upper_case, Planes(planes_of(grey, "yx")))
    for height, width in ((1, 1), (1, 3000), (3000, 1)):
        array = np.arange(height * width, dtype=np.uint16).reshape(height, width)
        write = partial(plain.write, array=array, axes="yx")
        name = f"tiff/{height}x{width}"
        yield _row(name, part, write, Planes(planes_of(array, "yx")))
    compressed = Refused("DataError", "its pixels are compressed in a way that cannot be read")
    for name in ("zstd", "jpeg2000"):
        write = partial(plain.write, array=ramp("yx", "uint8"), axes="yx", compression=name)
        expected = Planes(planes_of(grey, "yx"))
        yield _row(f"tiff/{name}", part, write, expected, in_imagej=compressed)


def _cut(folder: Path, name: str, array: np.ndarray) -> Path:
    path = CONTAINERS[name].write(folder, array, "zyx" if CONTAINERS[name].named else "qyx")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 40])
    return path


def _png_named_tif(folder: Path) -> Path:
    path = folder / "cells.tif"
    Picture.fromarray(ramp("yx", "uint8")).save(path, "png")
    return path


def _upper_case(folder: Path) -> Path:
    path = folder / "CELLS.TIFF"
    tifffile.imwrite(path, ramp("yx", "uint8"), metadata=None, **GREY)
    return path
