"""The images of one run: which input each is for, and where they come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images import (
    AS_IT_IS,
    Image,
    ImageSource,
    ReadOptions,
    choose_channel,
    load_source,
    place_of,
    read_image,
)
from deepbacs_zoo.images.calibration import UNKNOWN_LENGTH
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["Source", "calibrated", "named_sources", "preview_of", "read_images"]

Source = ImageSource | str | Path
"""An image to predict: in memory, readable in blocks, or a path."""


def read_images(
    package: Package,
    given: Source | Mapping[str, Source],
    reading: ReadOptions = AS_IT_IS,
    pixel_size: float | None = None,
) -> dict[str, Image]:
    """Return the images by the inputs that they are for, in the package's order.

    Parameters
    ----------
    package
        The package, open.
    given
        The image of the first input, or of each by its id.
    reading
        The part of an image that is read.
    pixel_size
        Micrometers along y and x, in place of what the file says.

    Raises
    ------
    UsageError
        The package has no such input, or an image no such part.
    DataError
        An image cannot be read, or an input has none.
    """
    named = named_sources(package, given)
    specs = [spec for spec in package.inputs if spec.id in named]
    parts = _reading_of(specs, reading)
    return {
        name: calibrated(_read(named[name], part, name), pixel_size) for name, part in parts.items()
    }


def named_sources(package: Package, given: Source | Mapping[str, Source]) -> dict[str, Source]:
    """Return the images by the inputs that they are for, in the package's order."""
    ids = [spec.id for spec in package.inputs]
    named = given if isinstance(given, Mapping) else {ids[0]: given}
    _check_names(package, named)
    return {name: named[name] for name in ids if name in named}


def _read(source: Source, reading: ReadOptions, name: str) -> Image:
    """Return an image of an input as it is, but for the part of it that is read."""
    if isinstance(source, str | Path):
        return read_image(source, reading)
    image = load_source(source)
    reading.check_series(1, place_of(image, name))
    return choose_channel(image, reading.channel, place_of(image, name))


def _reading_of(specs: Sequence[TensorSpec], reading: ReadOptions) -> dict[str, ReadOptions]:
    """Return how the image of each input is read: one channel is chosen where one is taken.

    Raises
    ------
    UsageError
        A channel is chosen, and all inputs take several.
    """
    if reading.channel is None:
        return {spec.id: reading for spec in specs}
    all_channels = dataclasses.replace(reading, channel=None)
    chosen = {spec.id: reading if _takes_one(spec) else all_channels for spec in specs}
    if reading not in chosen.values():
        raise UsageError(
            Option("channel"),
            "it chooses one channel, and the network takes several",
            value=reading.channel,
            allowed="a network of one channel",
            hint="leave it out, and give images with the channels of the network",
        )
    return chosen


def _takes_one(spec: TensorSpec) -> bool:
    return spec.takes_grey or spec.size_of("c") is None


def _check_names(package: Package, named: Mapping[str, Source]) -> None:
    """Refuse images for inputs that are none, and inputs without an image."""
    ids = [spec.id for spec in package.inputs]
    for name in named:
        if name not in ids:
            raise UsageError(
                f"input '{name}'",
                "the package has no such input",
                allowed=", ".join(ids),
                hint="use the ids that the package gives its inputs",
            )
    for spec in package.inputs:
        if spec.id not in named and not spec.optional:
            raise DataError(
                f"input '{spec.id}'",
                "the package needs an image for this input, and there is none",
                value=f"given: {', '.join(named)}",
                allowed=" ".join(f"{name}=FILE" for name in ids),
                hint="give one image for each input",
            )


def calibrated(image: Image, pixel_size: float | None) -> Image:
    """Return an image whose pixels have this size in micrometers; ``None``: its own."""
    if pixel_size is None:
        return image
    changed = dataclasses.replace(image.calibration, x=pixel_size, y=pixel_size, unit="µm")
    if image.calibration.unit != "µm":  # a z in pixels is no z in micrometers
        changed = dataclasses.replace(changed, z=None)
    # A unit that is not known is of no matter then.
    findings = tuple(each for each in image.findings if each.id != UNKNOWN_LENGTH.id)
    return dataclasses.replace(image, calibration=changed, findings=findings)


def preview_of(image: Image) -> Array:
    """Return the first position: ``y x 3`` of an RGB image, else ``y x``, of the image's dtype.

    Other channels are averaged, as their colours are not known.
    """
    plane: Array = image.data.isel(t=0, z=0).transpose("c", "y", "x").values
    if image.rgb:
        return np.moveaxis(plane, 0, 2)
    return np.asarray(plane.mean(axis=0) if len(plane) > 1 else plane[0])
