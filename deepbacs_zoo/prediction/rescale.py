"""The pixel size that a model was trained at against the image's: warn, and resample on request.

Decided: objects are decoded on the tensor at the *model's* scale and the label image is brought
back by nearest neighbour.  The thresholds of decoding count pixels of the model's scale, and the
same tensor must give the same labels; decoding an interpolated tensor would do neither.
Tensors come back by linear interpolation, whole-number outputs by nearest neighbour.
"""

from __future__ import annotations

import dataclasses
from typing import Final

import numpy as np

from deepbacs_zoo.axes import IMAGE_AXES, SPACE
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images import Calibration, Image
from deepbacs_zoo.images.resample import resize
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.zoo_config import MICROMETERS, ZooConfig

__all__ = ["check_pixel_size", "resample_factors", "resample_image"]

TOLERANCE: Final = 0.2
"""A pixel size that differs by more is warned of."""
NO_PIXEL_SIZE: Final = Rule(
    "image-without-pixel-size",
    Severity.INFO,
    "Without it nobody can see that the image was taken at another scale than the training data.",
)
OTHER_PIXEL_SIZE: Final = Rule(
    "other-pixel-size",
    Severity.WARNING,
    "A network finds objects of the size in pixels that it was trained on.",
)
NEGLIGIBLE: Final = 0.01
"""Differences below are not worth the blur of resampling."""
Sizes = dict[str, float]


def _image_sizes(calibration: Calibration) -> Sizes:
    unit = MICROMETERS.get(calibration.unit)
    if unit is None:
        return {}
    sizes = {axis: getattr(calibration, axis) for axis in SPACE}
    return {axis: value * unit for axis, value in sizes.items() if value is not None}


def check_pixel_size(config: ZooConfig, calibration: Calibration, where: str) -> list[Finding]:
    """Compare pixel sizes along y and x.

    Parameters
    ----------
    config
        ``package.zoo_config``.
    calibration
        The image's calibration, or what was given in its place.
    where
        The name of the image.

    Returns
    -------
    list of Finding
        A warning if they differ by more than 20 %, an information if the image has none.
    """
    model, image = config.pixel_size, _image_sizes(calibration)
    for axis in "yx":
        if axis not in model:
            continue
        if axis not in image:
            return [
                NO_PIXEL_SIZE.finding(
                    where,
                    f"it has no pixel size; the model was trained at {model[axis]:.4g} µm",
                    "an image that states its pixel size",
                    "pass " + Option("pixel_size") + " if it differs",
                )
            ]
        if abs(image[axis] / model[axis] - 1) > TOLERANCE:
            return [
                OTHER_PIXEL_SIZE.finding(
                    where,
                    f"its pixels are {image[axis]:.4g} µm, the model was trained at "
                    f"{model[axis]:.4g} µm",
                    f"{model[axis]:.4g} µm, up to {TOLERANCE:.0%} more or less",
                    "use " + Option("rescale", "auto"),
                )
            ]
    return []


def resample_factors(config: ZooConfig, calibration: Calibration, where: str, axes: str) -> Sizes:
    """Return by what to multiply the number of pixels along each axis to get the model's size.

    Parameters
    ----------
    config, calibration, where
        See :func:`check_pixel_size`.
    axes
        The space axes that the network consumes; others are left alone.

    Returns
    -------
    dict
        Factors by axis; empty if nothing differs by 1 % or more.

    Raises
    ------
    UsageError
        The package states no pixel size.
    DataError
        The image has none, and none was given.
    """
    model, image = config.pixel_size, _image_sizes(calibration)
    if not model:
        raise UsageError(
            Option("rescale"),
            "the package does not state the pixel size it was trained at",
            value="auto",
            allowed="none",
            hint="leave " + Option("rescale") + " out",
        )
    scaled = [axis for axis in axes if axis in model]
    missing = [axis for axis in scaled if axis not in image]
    if missing:
        raise DataError(
            where,
            f"it has no pixel size along {', '.join(missing)}, so it cannot be resampled",
            allowed="an image that states its pixel size",
            hint="pass " + Option("pixel_size"),
        )
    factors = {axis: image[axis] / model[axis] for axis in scaled}
    if all(abs(factor - 1) < NEGLIGIBLE for factor in factors.values()):
        return {}
    return factors


def resample_image(image: Image, factors: Sizes, *, whole_numbers: bool) -> Image:
    """Return the image at the model's pixel size.

    Parameters
    ----------
    image
        The image.
    factors
        Multipliers of the number of pixels by axis.
    whole_numbers
        Whether the values are rounded back to the image's own data type; else they are float32.
    """
    data = image.data.transpose(*IMAGE_AXES)
    sizes = {axis: max(round(data.sizes[axis] * factor), 1) for axis, factor in factors.items()}
    values = resize(data.values, IMAGE_AXES, sizes)
    if whole_numbers and data.dtype.kind in "uib":
        values = np.rint(values).astype(data.dtype)
    scaled = {
        axis: getattr(image.calibration, axis) * data.sizes[axis] / size
        for axis, size in sizes.items()
        if getattr(image.calibration, axis) is not None
    }
    return dataclasses.replace(
        image,
        data=type(data)(values, dims=tuple(IMAGE_AXES)),
        calibration=dataclasses.replace(image.calibration, **scaled),
    )
