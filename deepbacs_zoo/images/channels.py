"""One channel of an image, by its name or number."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Final

from deepbacs_zoo.errors import UsageError, listed
from deepbacs_zoo.images.image import Image, ImagejMetadata
from deepbacs_zoo.options import Option

__all__ = ["choose_channel", "list_channels"]

_MOST_NAMED: Final = 12


def choose_channel(image: Image, channel: str | None, where: str) -> Image:
    """Return an image with one of its channels.

    Parameters
    ----------
    image
        An image of any number of channels; the colors of an RGB image are channels, too.
    channel
        Name of the channel, or its number from 1; a name wins over a number, and one in the same
        capitals over others.  ``None`` keeps all.
    where
        The image's name in messages.

    Raises
    ------
    UsageError
        It has no such channel, or several of this name.
    """
    if channel is None:
        return image
    index = _index(_names(image), channel.strip(), where)
    data = image.data.isel(c=[index])
    own = _metadata(image, index)
    return dataclasses.replace(image, data=data, rgb=False, imagej=own)


def list_channels(image: Image) -> str:
    """Return the numbers of an image's channels with their names, as they stand in a message."""
    return _listed(_names(image), range(image.data.sizes["c"]))


def _names(image: Image) -> list[str]:
    """Return the names of the channels, empty where they have none."""
    if "c" in image.data.coords:
        return [str(name) for name in image.data.coords["c"].values]
    return [""] * int(image.data.sizes["c"])


def _index(names: Sequence[str], channel: str, where: str) -> int:
    for same in (str.strip, _folded):
        found = [n for n, name in enumerate(names) if same(name.strip()) == same(channel)]
        if len(found) > 1:
            raise UsageError(
                where,
                "several of its channels have this name",
                value=channel,
                allowed=_listed(names, found),
                hint="choose one by its number with " + Option("channel", str(found[0] + 1)),
            )
        if found:
            return found[0]
    if channel.isascii() and channel.isdecimal() and 1 <= int(channel) <= len(names):
        return int(channel) - 1
    raise UsageError(
        where,
        "it has no channel of this name or number",
        value=channel,
        allowed=_listed(names, range(len(names))),
        hint="choose one of these with " + Option("channel"),
    )


def _folded(text: str) -> str:
    """Return a text in which capitals do not count, as Java does it."""
    return text.upper().lower()


def _listed(names: Sequence[str], indices: Sequence[int]) -> str:
    texts = [f"{index + 1} {names[index]}".rstrip() for index in indices]
    return listed(texts, _MOST_NAMED)


def _metadata(image: Image, index: int) -> ImagejMetadata:
    """Return what ImageJ keeps with one channel: labels of its planes, and its look-up table."""
    own, count = image.imagej, int(image.data.sizes["c"])
    several = len(own.luts) == count
    labels = own.slice_labels
    return dataclasses.replace(
        own,
        slice_labels=labels if image.rgb else labels[index::count],
        luts=own.luts[index : index + 1] if several else own.luts,
        ranges=own.ranges[index : index + 1] if several else own.ranges,
    )
