"""Shared parts of StarDist and SplineDist: a probability and an outline at every grid point."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.package.zoo_config import Spline, StarConvex
from deepbacs_zoo.tasks.specs import SHAPES, axes, image_input
from deepbacs_zoo.tasks.types import Loss, Method, Target
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["outline_method"]

_FINE_STEPS: Final = 500
"""On a grid of one pixel a step takes four times as long, and a patch has more, smaller objects."""


def outline_method(  # long: one description, field by field
    name: str,
    title: str,
    description: str,
    *,
    size: Mapping[str, int],
    values: Sequence[str],
    least: float | None,
    make_target: Callable[[Any], Target],
    loss: Loss,
    activation: str,
    decoding: StarConvex | Spline,
    unit: float,
    channels: int,
) -> Method:
    """Return a method that finds objects as outlines.

    Parameters
    ----------
    name, title
        Of the method; its network has the same name.
    description
        What stands in the output beside the probability of an object.
    size
        The argument that says how many values an outline has: its name and its number.
    values
        Names of the values of an outline.
    least
        The smallest value of the output; ``None`` where there is none.
    make_target, loss
        As in ``Method``.
    activation
        What the network ends with; in training the loss has it.
    decoding
        How objects are read from the output; says its name, its grid and the smallest object.
    unit
        Image pixels of a usual value, in which the network computes.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    grid, output = decoding.grid, decoding.output
    return Method(
        name=name,
        task="segmentation",
        title=title,
        inputs=(image_input(channels),),
        outputs=(
            TensorSpec(
                output,
                axes(("probability", *values), grid),
                description=f"probability of an object, and {description}",
            ),
        ),
        ranges=MappingProxyType({output: (least, None)}),
        network=name,
        network_arguments=MappingProxyType(
            {
                "in_channels": channels,
                **size,
                "grid": grid,
                "base": 16,
                "depth": 3 if grid == 1 else 2,
                "unit": unit,
                "activation": activation,
            }
        ),
        training_arguments=MappingProxyType({"activation": "none"}),
        make_target=make_target,
        loss=loss,
        training=SHAPES if grid > 1 else dataclasses.replace(SHAPES, least_steps=_FINE_STEPS),
        decode=decoding,
        metrics=("recall", "precision"),
        arguments=MappingProxyType(
            {
                **size,
                "grid": grid,
                "unit": unit,
                "min_size": decoding.min_size,
                "channels": channels,
            }
        ),
    )
