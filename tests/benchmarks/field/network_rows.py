"""Images that are not what the network takes: colours, channels, numbers beyond float32."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from PIL import Image as Picture

from tests.benchmarks.field import notes
from tests.benchmarks.field.containers import CONTAINERS, tiff_with_palette
from tests.benchmarks.field.image_rows import COLORS, ramp, write_picture, write_tiff
from tests.benchmarks.field.rows import ImageRow, Planes, Refused, planes_of

__all__ = ["network_rows"]

PART = "image x network"
GREY = ramp("yx", "uint8") * 7
FLOATS = Planes(planes_of(GREY.astype(np.float32), "yx"))
ONE_CHANNEL = Refused("DataError", "channel")


def network_rows() -> Iterator[ImageRow]:
    """Pictures in colours and several channels for a network that takes one."""
    yield from _grey_rows()
    yield from _color_rows()
    yield from _channel_rows()
    yield from _number_rows()


def _grey_rows() -> Iterator[ImageRow]:
    """Three equal colours are a grey image."""
    equal = np.repeat(GREY[..., None], 3, axis=2)
    expected = Planes(planes_of(equal, "yxc"), names=COLORS, rgb=True)
    predicted = Planes(FLOATS.values, notes=(notes.EQUAL_COLORS,))
    rgb = {"photometric": "rgb", "metadata": None}
    for name, write in {
        "tiff": partial(write_tiff, array=equal, options=rgb),
        "hyperstack": partial(
            write_tiff, array=equal[None], options={"photometric": "rgb", "imagej": True}
        ),
        "png": partial(write_picture, made=Picture.fromarray(equal), suffix=".png"),
    }.items():
        yield ImageRow(
            f"{name}/equal colours, one channel",
            PART,
            write,
            expected,
            predicted=predicted,
            channels=1,
        )
        yield ImageRow(f"{name}/equal colours, three channels", PART, write, expected)


def _color_rows() -> Iterator[ImageRow]:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    expected = Planes(planes_of(picture, "yxc"), names=COLORS, rgb=True)
    rgb = {"photometric": "rgb", "metadata": None}
    for name, write in {
        "tiff": partial(write_tiff, array=picture, options=rgb),
        "png": partial(write_picture, made=Picture.fromarray(picture), suffix=".png"),
    }.items():
        refused = Refused("DataError", "it is an RGB image, and the network takes one grey channel")
        full = f"{name}/colours, one channel"
        yield ImageRow(full, PART, write, expected, predicted=refused, channels=1)
    table = np.random.default_rng(0).integers(0, 256, (256, 3)).astype(np.uint8)
    write = partial(tiff_with_palette("plain"), numbers=GREY, table=table)
    expected = Planes(planes_of(table[GREY], "yxc"), names=COLORS, rgb=True, notes=(notes.AS_RGB,))
    full = "tiff/photograph with a palette, one channel"
    yield ImageRow(full, PART, write, expected, predicted=refused, channels=1)
    for channel, index in (("red", 0), ("2", 1)):
        chosen = Planes(planes_of(picture[..., index], "yx"), names=(COLORS[index],))
        write = partial(write_tiff, array=picture, options=rgb)
        options = {"channel": channel}
        name = f"tiff/colours, channel {channel}"
        yield ImageRow(name, PART, write, chosen, options=options, channels=1)


def _channel_rows() -> Iterator[ImageRow]:
    three = np.stack([GREY, GREY + 1, GREY + 2])
    for container in ("hyperstack", "ome", "shaped"):
        write = partial(CONTAINERS[container].write, array=three, axes="cyx")
        expected = Planes(planes_of(three, "cyx"))
        yield ImageRow(
            f"{container}/three channels, one channel",
            PART,
            write,
            expected,
            predicted=ONE_CHANNEL,
            channels=1,
        )
        chosen = Planes(planes_of(three[1], "yx"))
        name = f"{container}/three channels, channel 2"
        yield ImageRow(name, PART, write, chosen, options={"channel": "2"}, channels=1)
    write = partial(CONTAINERS["plain"].write, array=GREY, axes="yx")
    yield ImageRow(
        "plain/one channel, three channels",
        PART,
        write,
        Planes(planes_of(GREY, "yx")),
        predicted=ONE_CHANNEL,
        channels=3,
    )


def _number_rows() -> Iterator[ImageRow]:
    for name, largest in (("1e300", 1e300), ("3.5e38", 3.5e38), ("-1e39", -1e39)):
        array = ramp("yx", "float64")
        array[2, 3] = largest
        write = partial(CONTAINERS["plain"].write, array=array, axes="yx")
        yield ImageRow(
            f"plain/float64 with {name}",
            PART,
            write,
            Planes(planes_of(array, "yx")),
            predicted=Refused("DataError", "float32"),
        )
    array = ramp("yx", "float64")
    array[2, 3] = 3.4e38
    write = partial(CONTAINERS["plain"].write, array=array, axes="yx")
    yield ImageRow("plain/float64 with 3.4e38", PART, write, Planes(planes_of(array, "yx")))
