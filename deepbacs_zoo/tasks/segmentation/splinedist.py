"""Instance segmentation by SplineDist: closed B-splines on a grid, for curved cells.

Mandal and Uhlmann 2021, https://doi.org/10.1109/ISBI48211.2021.9433928.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.package.zoo_config import Spline
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.segmentation.grid_shapes import outline_method
from deepbacs_zoo.tasks.specs import channels_of
from deepbacs_zoo.tasks.targets.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.targets.splines import spline_target
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample

__all__ = ["ENTRY"]


def build(
    points: int = 16, grid: int = 2, unit: float = 8.0, min_size: int = 20, channels: int = 1
) -> Method:
    """Return the method.

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
    return outline_method(
        "splinedist",
        "instance segmentation by closed B-splines",
        f"where its {points} control points are, in pixels",
        size={"points": points},
        values=[f"{side} {point}" for point in range(points) for side in ("dy", "dx")],
        least=None,
        make_target=functools.partial(spline_target, points=points, grid=grid),
        loss=Loss(
            "spline", MappingProxyType({"unit": unit, "points": points, "shape_weight": 1.0})
        ),
        activation="spline",
        decoding=Spline("splines", points=points, grid=grid, min_size=min_size),
        unit=unit,
        channels=channels,
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return grid and sizes by the objects of the training images."""
    sizes = choose_grid(some_objects(samples))
    return Choice({**sizes, "channels": channels_of(samples)})


ENTRY: Final = MethodEntry(
    "splinedist",
    "segmentation",
    build,
    choose,
    presets(
        notebook(
            "ZeroCostDL4Mic SplineDist 2D 1.14.1",
            {
                "epochs": 100,
                "steps_per_epoch": 100,
                "patch_size": 128,
                "batch_size": 4,
                "learning_rate": 3e-4,
                "plateau": 40,
            },
            arguments={"points": 16, "grid": 2},
        )
    ),
)
