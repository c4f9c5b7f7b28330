"""Channels of images as the inputs of a network take them."""

from __future__ import annotations

import dataclasses
from typing import Final

from deepbacs_zoo.findings import Rule, Severity
from deepbacs_zoo.images import Image
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["as_taken"]

RGB_AS_GREY: Final = Rule(
    "rgb-taken-as-grey",
    Severity.INFO,
    "Programs save grey images with three equal channels.",
)


def as_taken(spec: TensorSpec, image: Image, where: str) -> Image:
    """Return an RGB image whose channels are equal as grey where the network takes one channel."""
    if not image.rgb or not spec.takes_grey:
        return image
    first = image.data.isel(c=[0])
    if not (image.data.values == first.values).all():
        return image
    what = "its red, green and blue are equal, so that it is taken as a grey image"
    finding = RGB_AS_GREY.finding(where, what)
    grey = first.drop_vars("c", errors="ignore")
    return dataclasses.replace(image, data=grey, rgb=False, findings=(*image.findings, finding))
