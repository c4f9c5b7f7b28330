"""The images of one run: which input each is for, and where they come from."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.images import AS_IT_IS, Image, ImageSource, ReadOptions, load_source, read_image
from deepbacs_zoo.package import Package
from deepbacs_zoo.runners.base import Array

__all__ = ["Source", "calibrated", "preview_of", "read_images"]

Source = ImageSource | str | Path
"""An image to predict: in memory, readable in blocks, or a path."""


def read_images(
    package: Package,
    given: Source | Mapping[str, Source],
    reading: ReadOptions = AS_IT_IS,
    pixel_size: float | None = None,
) -> dict[str, Image]:
    """Read and name the images, in the package's order; ``pixel_size`` in micrometers."""
    ids = [spec.id for spec in package.inputs]
    named = given if isinstance(given, Mapping) else {ids[0]: given}
    _check_names(package, named)
    read = {name: named[name] for name in ids if name in named}
    images = {
        name: read_image(each, reading) if isinstance(each, str | Path) else load_source(each)
        for name, each in read.items()
    }
    return {name: calibrated(each, pixel_size) for name, each in images.items()}


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
    return dataclasses.replace(image, calibration=changed)


def preview_of(image: Image) -> Array:
    """Return the first position: ``y x 3`` of an RGB image, else ``y x``, of the image's dtype.

    Other channels are averaged, as their colours are not known.
    """
    plane: Array = image.data.isel(t=0, z=0).transpose("c", "y", "x").values
    if image.rgb:
        return np.moveaxis(plane, 0, 2)
    return np.asarray(plane.mean(axis=0) if len(plane) > 1 else plane[0])
