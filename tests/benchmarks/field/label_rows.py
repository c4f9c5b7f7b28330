"""Labels: label images, masks, coloured pictures and outlines, with the oddities that they have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image as Picture

from tests.benchmarks.field import notes
from tests.benchmarks.field.annotation_rows import (
    FIELD,
    LABELS,
    SIZE,
    AnnotationRow,
    Labels,
    folder_of,
)
from tests.benchmarks.field.containers import png_with_palette, tiff_with_palette
from tests.benchmarks.field.rows import Refused

__all__ = ["label_rows"]

PART = "label format x oddity"
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64", "uint64", "float16")
DTYPES += ("float32", "float64")
THREE = Labels({"f0": LABELS})
EMPTY = np.zeros(SIZE, np.int32)
GAP = np.array([0, 1, 2, 4])[LABELS]
TWICE = np.array([0, 1, 1, 2])[LABELS]


def label_rows() -> Iterator[AnnotationRow]:
    """Every format with every oddity that it can have."""
    yield from _raster_rows()
    yield from _mask_rows()
    yield from _palette_rows()
    yield from _option_rows()
    yield from _movie_rows()


def label_row(
    name: str, annotate: Callable[[Path], object], expected: Labels | Refused
) -> AnnotationRow:
    return AnnotationRow(name, PART, "labels", folder_of(annotate), expected)


def noted(*ids: str) -> Labels:
    return Labels({"f0": LABELS}, ids)


# --- label images ---------------------------------------------------------------------------------


def write_tiff(target: Path, values: np.ndarray, name: str = "f0.tif", **options: Any) -> None:
    options = {"metadata": None, "photometric": "minisblack", **options}
    tifffile.imwrite(target / name, values, **options)


def write_png(target: Path, values: np.ndarray, name: str = "f0.png") -> None:
    (target / name).write_bytes(imagecodecs.png_encode(np.ascontiguousarray(values)))


def _raster_rows() -> Iterator[AnnotationRow]:
    for dtype in DTYPES:
        yield label_row(f"tiff/{dtype}", partial(write_tiff, values=LABELS.astype(dtype)), THREE)
    for dtype in ("uint8", "uint16"):
        yield label_row(f"png/{dtype}", partial(write_png, values=LABELS.astype(dtype)), THREE)
    small, wide = LABELS.astype(np.uint8), LABELS.astype(np.uint16)
    for name, options in {
        "lzw": {"compression": "lzw"},
        "deflate": {"compression": "zlib", "tile": (16, 16)},
        "big-endian": {"byteorder": ">"},
        "bigtiff": {"bigtiff": True},
        "hyperstack": {"imagej": True},
        "white-is-zero": {"photometric": "miniswhite"},
    }.items():
        yield label_row(f"tiff/{name}", partial(write_tiff, values=wide, **options), THREE)
    write = partial(write_tiff, values=wide, name="f0.ome.tif", ome=True, metadata={"axes": "YX"})
    yield label_row("ome/uint16", write, THREE)
    options: dict[str, Any] = {"metadata": {"axes": "YXC"}}
    yield label_row(
        "tiff/one channel", partial(write_tiff, values=wide[..., None], **options), THREE
    )
    grey = np.repeat(small[..., None], 3, axis=2)
    write = partial(write_tiff, values=grey, photometric="rgb")
    yield label_row("tiff/three equal colours", write, THREE)
    yield label_row("png/three equal colours", partial(write_png, values=grey), THREE)
    renumbered = noted(notes.RENUMBERED)
    for name, values in {
        "gap": GAP.astype(np.uint16),
        "gap of a deleted cell": np.array([0, 2, 3, 4], np.uint16)[LABELS],
        "big numbers": (LABELS.astype(np.uint32) * 70_000),
        "numbers of 64 bits": (LABELS.astype(np.int64) * 2**40),
    }.items():
        yield label_row(f"tiff/{name}", partial(write_tiff, values=values), renumbered)
    yield label_row("png/gap", partial(write_png, values=GAP.astype(np.uint16)), renumbered)
    parts = Labels({"f0": TWICE}, (notes.IN_PARTS,))
    yield label_row(
        "tiff/number given twice", partial(write_tiff, values=TWICE.astype(np.uint16)), parts
    )
    ignored = np.where(LABELS == 0, -1, LABELS).astype(np.int16)
    said = noted(notes.NEGATIVE)
    yield label_row("tiff/background of -1", partial(write_tiff, values=ignored), said)
    two = np.stack([wide, wide], axis=2)
    write = partial(write_tiff, values=two, planarconfig="contig")
    yield label_row("tiff/two channels", write, Refused("DataError", "its planes are not those of"))
    nothing = Labels({"f0": EMPTY}, (notes.NO_OBJECT,))
    yield label_row("tiff/empty", partial(write_tiff, values=EMPTY.astype(np.uint16)), nothing)
    yield label_row("png/empty", partial(write_png, values=EMPTY.astype(np.uint8)), nothing)
    for name, values, phrase in (
        ("fractions", LABELS * np.float32(1.5), "not whole numbers"),
        ("complex", LABELS.astype(np.complex64), "no numbers that an image could have"),
        ("other size", wide[:-1], "its size is not that of"),
        ("probabilities", LABELS * np.float32(0.3), "not whole numbers"),
    ):
        refused = Refused("DataError", phrase)
        yield label_row(f"tiff/{name}", partial(write_tiff, values=values), refused)


# --- masks and coloured pictures ------------------------------------------------------------------


def _mask_rows() -> Iterator[AnnotationRow]:
    mask = LABELS > 0
    for low, high, dtype in (
        (0, 255, "uint8"),
        (0, 1, "uint8"),
        (0, 1, "uint16"),
        (0, 65535, "uint16"),
        (0, 7, "uint8"),
        (0, 128, "uint8"),
        (0, 1, "float32"),
        (0, 255, "float32"),
        (0, -1, "int8"),
        (0, 0.7, "float32"),
        (3, 9, "uint8"),
    ):
        values = np.where(mask, high, low).astype(dtype)
        # One number for several objects apart from each other: no label image has that.
        expected = THREE if high in (255, 65535) else noted(notes.TAKEN_AS_MASK)
        name = f"{low} and {high} {dtype}"
        yield label_row(f"tiff mask/{name}", partial(write_tiff, values=values), expected)
        if dtype in ("uint8", "uint16"):
            yield label_row(f"png mask/{name}", partial(write_png, values=values), expected)
    yield label_row("tiff mask/1 bit", partial(write_tiff, values=mask), noted(notes.TAKEN_AS_MASK))
    write = partial(write_tiff, values=mask, photometric="miniswhite")
    yield label_row("tiff mask/1 bit, white is zero", write, noted(notes.TAKEN_AS_MASK))
    yield label_row("png mask/1 bit", _one_bit_png, THREE)  # decoded to 0 and 255
    colors = np.array([(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)], np.uint8)
    picture = colors[LABELS]
    yield label_row("png picture/colours", partial(write_png, values=picture), THREE)
    yield label_row(
        "tiff picture/colours", partial(write_tiff, values=picture, photometric="rgb"), THREE
    )
    alpha = np.dstack([picture, np.full(SIZE, 255, np.uint8)])
    yield label_row("png picture/transparency", partial(write_png, values=alpha), THREE)
    two = np.where(mask[..., None], (255, 255, 0), (0, 0, 0)).astype(np.uint8)
    yield label_row("png picture/one colour", partial(write_png, values=two), THREE)
    white = np.where(mask[..., None], 255, 0).astype(np.uint8).repeat(3, axis=2)
    yield label_row("png picture/black and white", partial(write_png, values=white), THREE)
    for name, values in (("mask", np.where(mask, 255, 0).astype(np.uint8)), ("colours", picture)):
        refused = Refused("DataError", "JPEG")
        yield label_row(f"jpeg/{name}", partial(_jpeg, values=values), refused)


def _one_bit_png(target: Path) -> None:
    Picture.fromarray(LABELS > 0).save(target / "f0.png")


def _jpeg(target: Path, values: np.ndarray) -> None:
    (target / "f0.jpg").write_bytes(imagecodecs.jpeg8_encode(values, level=90))


def _option_rows() -> Iterator[AnnotationRow]:
    """What the person says the values mean."""
    mask = np.where(LABELS > 0, 255, 0).astype(np.uint8)
    cases: dict[str, tuple[Callable[[Path], object], Labels, dict[str, Any]]] = {
        "jpeg as masks": (
            partial(_jpeg, values=mask),
            noted(notes.DIVIDED),
            {"annotations": "masks"},
        ),
        "0 and 1 as labels": (
            partial(write_tiff, values=(LABELS > 0).astype(np.uint8)),
            Labels({"f0": (LABELS > 0).astype(np.int32)}, (notes.IN_PARTS,)),
            {"annotations": "labels"},
        ),
        "labels as masks": (
            partial(write_tiff, values=(LABELS + 7 * (LABELS > 0)).astype(np.uint8)),
            noted(notes.DIVIDED),
            {"annotations": "masks"},
        ),
        "background of 255": (
            partial(write_tiff, values=255 - mask),
            THREE,
            {"background": 255},
        ),
    }
    for name, (annotate, expected, options) in cases.items():
        write = folder_of(annotate)
        yield AnnotationRow(f"option/{name}", PART, "labels", write, expected, options=options)


def _movie(folder: Path, axes: str, planes: int) -> None:
    """Write two images ``t y x`` or ``z y x`` with labels of some of them."""
    for place, array in (("source", FIELD), ("target", LABELS.astype(np.uint16))):
        (folder / place).mkdir()
        count = 2 if place == "source" else planes
        stack = np.stack([array, np.roll(array, 1, axis=0)])[:count]
        metadata = {"axes": axes.upper()}
        tifffile.imwrite(folder / place / "f0.tif", stack, imagej=True, metadata=metadata)


def _movie_rows() -> Iterator[AnnotationRow]:
    moved = np.roll(LABELS, 1, axis=0)
    for axes in ("tyx", "zyx"):
        write = partial(_movie, axes=axes, planes=2)
        names = [f"f0_{axes[0]}{number:03}" for number in (1, 2)]
        expected = Labels(dict(zip(names, (LABELS, moved), strict=True)))
        yield AnnotationRow(f"movie/labels of every {axes[0]}", PART, "labels", write, expected)
        write = partial(_movie, axes=axes, planes=1)
        refused = Refused("DataError", "its planes are not those of")
        yield AnnotationRow(f"movie/labels of one {axes[0]}", PART, "labels", write, refused)


# --- palettes -------------------------------------------------------------------------------------


def _palette_rows() -> Iterator[AnnotationRow]:
    rng = np.random.default_rng(0)
    repeated = np.zeros((256, 3), np.uint8)
    repeated[1] = repeated[2] = (255, 0, 0)
    repeated[3] = (0, 255, 0)
    tables = {
        "random colours": np.vstack([np.zeros((1, 3), int), rng.integers(0, 256, (255, 3))]),
        "repeated colours": repeated,
        "grey ramp": np.repeat(np.arange(256)[:, None], 3, axis=1),
        "background in colour": rng.integers(0, 256, (256, 3)),
    }
    writers = {
        "png": png_with_palette,
        "tiff": tiff_with_palette("plain"),
        "hyperstack": tiff_with_palette("hyperstack"),
    }
    for container, writer in writers.items():
        for name, table in tables.items():
            write = partial(_palette, writer=writer, numbers=LABELS, table=table.astype(np.uint8))
            yield label_row(f"{container} palette/{name}", write, THREE)
    write = partial(_palette, writer=png_with_palette, numbers=GAP, table=tables["random colours"])
    yield label_row("png palette/gap", write, noted(notes.RENUMBERED))


def _palette(target: Path, writer: Any, numbers: np.ndarray, table: np.ndarray) -> None:
    path = writer(target, numbers.astype(np.uint8), table.astype(np.uint8))
    path.rename(target / f"f0{path.suffix}")
