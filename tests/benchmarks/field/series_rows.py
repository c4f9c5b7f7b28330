"""Files that hold more than one image, or a part of one: series, positions, sets of files."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import tifffile

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import (
    CONTAINERS,
    GREY,
    micromanager_stack,
    ome_images,
    ome_set,
)
from tests.benchmarks.field.rows import ImageRow, Planes, Refused, planes_of

__all__ = ["channel_rows", "series_rows"]

PART = "series, positions, sets of files"


def _noise(*shape: int) -> np.ndarray:
    return np.arange(np.prod(shape)).reshape(shape).astype(np.uint16) + 100


def series_rows() -> Iterator[ImageRow]:
    """The first image is read, or the one that is chosen; the others are not passed over."""
    yield from _micromanager_rows()
    yield from _ome_rows()
    yield from _set_rows()
    yield from _page_rows()


def _micromanager_rows() -> Iterator[ImageRow]:
    planes = _noise(3, 2, 5, 7)
    write = partial(micromanager_stack, planes=planes)
    for series in (None, 1, 2):
        expected = Planes(
            planes_of(planes[:, (series or 1) - 1], "tyx"),
            0.08,
            0.08,
            names=("Default",),
            notes=() if series else (notes.OTHER_SERIES,),
        )
        name = f"micro-manager/positions{f' series {series}' if series else ''}"
        options = {"series": series} if series else {}
        yield ImageRow(name, PART, write, expected, options=options)
    refused = Refused("UsageError", "")
    yield ImageRow("micro-manager/positions series 3", PART, write, refused, options={"series": 3})
    one = _noise(3, 1, 5, 7)
    expected = Planes(planes_of(one[:, 0], "tyx"), 0.08, 0.08, names=("Default",))
    write = partial(micromanager_stack, planes=one)
    yield ImageRow("micro-manager/one position", PART, write, expected)


def _ome_rows() -> Iterator[ImageRow]:
    alike = [_noise(5, 7), _noise(5, 7) + 1000]
    unlike = [_noise(3, 5, 7), _noise(6, 8) + 1000]
    for name, images, axes in (
        ("two images", alike, ("yx", "yx")),
        ("two images of different sizes", unlike, ("zyx", "yx")),
    ):
        write = partial(ome_images, images=images, axes=axes)
        for series in (None, 2):
            number = (series or 1) - 1
            said = () if series else (notes.OTHER_SERIES,)
            expected = Planes(planes_of(images[number], axes[number]), notes=said)
            options = {"series": series} if series else {}
            full = f"ome/{name}{f' series {series}' if series else ''}"
            yield ImageRow(full, PART, write, expected, options=options)
    write = partial(ome_images, images=alike, axes=("yx", "yx"))
    for series in (0, 3, -1):
        yield ImageRow(
            f"ome/two images series {series}",
            PART,
            write,
            Refused("UsageError", ""),
            options={"series": series},
        )


def _set_rows() -> Iterator[ImageRow]:
    planes = _noise(3, 5, 7)
    for axis in "zct":
        for take, missing, name in (
            (0, (), "first file"),
            (1, (), "second file"),
            (0, (1, 2), "first file alone"),
            (2, (0, 1), "third file alone"),
        ):
            write = partial(ome_set, planes=planes, axis=axis, take=take, missing=missing)
            # The others' file describes this one as well, where it is there.
            described = take not in missing and 0 not in missing
            size = 0.08 if described else None
            said = notes.OTHER_FILES if described else notes.NO_DESCRIPTION
            expected = Planes(planes_of(planes[take], "yx"), size, size, notes=(said,))
            yield ImageRow(f"ome-set/{axis} {name}", PART, write, expected)


def _page_rows() -> Iterator[ImageRow]:
    large, small = _noise(32, 32), _noise(16, 16)
    write = partial(_pages, pages=(large, _noise(20, 27)), reduced=False)
    expected = Planes(planes_of(large, "yx"), notes=(notes.OTHER_SERIES,))
    yield ImageRow("plain/pages of different sizes", PART, write, expected)
    write = partial(_pages, pages=(large, small), reduced=True)
    expected = Planes(planes_of(large, "yx"), notes=(notes.OTHER_PAGES,))
    yield ImageRow("plain/reduced page", PART, write, expected)
    for container in ("plain", "ome"):
        write = partial(_pyramid, container=container, levels=(large, small))
        expected = Planes(planes_of(large, "yx"))
        yield ImageRow(f"{container}/pyramid", PART, write, expected)


def _pages(folder: Path, pages: tuple[np.ndarray, ...], reduced: bool) -> Path:
    path = folder / "cells.tif"
    with tifffile.TiffWriter(path) as writer:
        for number, page in enumerate(pages):
            kind = 1 if reduced and number else 0
            writer.write(page, metadata=None, subfiletype=kind, **GREY)
    return path


def _pyramid(folder: Path, container: str, levels: tuple[np.ndarray, ...]) -> Path:
    kind = CONTAINERS[container]
    path = folder / f"cells{kind.suffix}"
    metadata = {"axes": "YX"} if kind.named else None
    with tifffile.TiffWriter(path, ome=container == "ome") as writer:
        options = {"tile": (16, 16), **GREY}
        writer.write(levels[0], subifds=len(levels) - 1, metadata=metadata, **options)
        for level in levels[1:]:
            writer.write(level, subfiletype=1, metadata=None, **options)
    return path


def channel_rows() -> Iterator[ImageRow]:
    """One channel chosen by its name or number; both count from 1."""
    part = "channel"
    array = _noise(3, 5, 7)
    names = ("phase", "GFP", "3")
    write = partial(
        CONTAINERS["ome"].write,
        array=array,
        axes="cyx",
        metadata={"Channel": {"Name": list(names)}},
    )
    for channel, index in (("1", 0), ("GFP", 1), ("2", 1), ("3", 2), ("phase", 0)):
        expected = Planes(planes_of(array[index], "yx"), names=(names[index],))
        options = {"channel": channel}
        yield ImageRow(f"ome/channel {channel}", part, write, expected, options=options)
    for channel in ("0", "4", "DAPI"):
        refused = Refused("UsageError", "")
        options = {"channel": channel}
        yield ImageRow(f"ome/channel {channel}", part, write, refused, options=options)
