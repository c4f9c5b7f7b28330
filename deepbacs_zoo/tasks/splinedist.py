"""Instance segmentation by SplineDist: closed B-splines on a grid, for curved cells.

Mandal and Uhlmann 2021, https://doi.org/10.1109/ISBI48211.2021.9433928.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.decoding import Splines
from deepbacs_zoo.tasks.model import Choice, Loss, Sample, Task, TaskEntry
from deepbacs_zoo.tasks.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.specs import SHAPES, axes, channels_of, image_input
from deepbacs_zoo.tasks.spline_shapes import spline_target
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["ENTRY"]


def build(
    points: int = 16, grid: int = 2, unit: float = 8.0, min_size: int = 20, channels: int = 1
) -> Task:
    """Return the task.

    Parameters
    ----------
    points
        Number of control points.
    grid
        Image pixels per pixel of the output.
    unit
        Image pixels of a usual offset, in which the network computes.
    min_size
        Objects of fewer pixels are dropped.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    names = (
        "probability",
        *(f"{side} {point}" for point in range(points) for side in ("dy", "dx")),
    )
    return Task(
        name="splinedist",
        title="instance segmentation by closed B-splines",
        inputs=(image_input(channels),),
        outputs=(
            TensorSpec(
                "splines",
                axes(names, grid),
                description="probability of an object, and where its "
                f"{points} control points are, in pixels",
            ),
        ),
        ranges=MappingProxyType({"splines": (None, None)}),
        network="splinedist",
        network_arguments=MappingProxyType(
            {
                "in_channels": channels,
                "points": points,
                "grid": grid,
                "base": 16,
                "depth": 3 if grid == 1 else 2,
                "unit": unit,
                "activation": "spline",
            }
        ),
        training_arguments=MappingProxyType({"activation": "none"}),
        make_target=functools.partial(spline_target, points=points, grid=grid),
        loss=Loss(
            "spline", MappingProxyType({"unit": unit, "points": points, "shape_weight": 1.0})
        ),
        training=SHAPES,
        decode=MappingProxyType(
            Splines("splines", points=points, grid=grid, min_size=min_size).as_config()
        ),
        metrics=("recall", "precision"),
        arguments=MappingProxyType(
            {
                "points": points,
                "grid": grid,
                "unit": unit,
                "min_size": min_size,
                "channels": channels,
            }
        ),
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return grid and sizes by the objects of the training images."""
    sizes = choose_grid(some_objects(samples))
    return Choice({**sizes, "channels": channels_of(samples)})


ENTRY: Final = TaskEntry("splinedist", build, choose)
