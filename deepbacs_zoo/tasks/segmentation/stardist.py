"""Instance segmentation by StarDist: star-convex polygons on a grid.

Schmidt et al. 2018, https://doi.org/10.1007/978-3-030-00934-2_30; Weigert et al. 2020,
https://doi.org/10.1109/WACV45572.2020.9093435.  Rays and grid are chosen by the training labels.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.findings import Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.zoo_config import StarConvex
from deepbacs_zoo.tasks.presets import notebook, presets
from deepbacs_zoo.tasks.segmentation.grid_shapes import outline_method
from deepbacs_zoo.tasks.specs import channels_of
from deepbacs_zoo.tasks.targets.objects import choose_grid, some_objects
from deepbacs_zoo.tasks.targets.star_convex import RAYS, choose_rays, reconstruction, star_target
from deepbacs_zoo.tasks.types import Choice, Loss, Method, MethodEntry, Sample

__all__ = ["ENTRY"]

_POOR: Final = 0.8
"""IoU of an object and its polygon below which it is not star-convex."""
_MOST_POOR: Final = 0.05

_NOT_STAR_CONVEX: Final = Rule(
    "objects-not-star-convex",
    Severity.WARNING,
    "A network cannot learn a shape that rays from one point do not describe.",
    "Schmidt et al. 2018, https://doi.org/10.1007/978-3-030-00934-2_30",
)


def build(
    rays: int = 32, grid: int = 2, unit: float = 8.0, min_size: int = 20, channels: int = 1
) -> Method:
    """Return the method.

    Parameters
    ----------
    rays
        Number of rays of a polygon.
    grid
        Image pixels per pixel of the output.
    unit
        Image pixels of a usual distance, in which the network computes.
    min_size
        Objects of fewer pixels are dropped.
    channels
        1 for grey images, 3 for RGB pictures.
    """
    return outline_method(
        "stardist",
        "instance segmentation by star-convex polygons",
        f"distances in pixels to its rim along {rays} rays",
        size={"rays": rays},
        values=[f"distance {ray}" for ray in range(rays)],
        least=0.0,
        make_target=functools.partial(star_target, rays=rays, grid=grid),
        loss=Loss(
            "star",
            MappingProxyType({"unit": unit, "distance_weight": 1.0, "background_weight": 1e-4}),
        ),
        activation="star",
        decoding=StarConvex("stars", n_rays=rays, grid=grid, min_size=min_size),
        unit=unit,
        channels=channels,
    )


def choose(samples: Sequence[Sample]) -> Choice:
    """Return rays, grid and sizes by the objects of the training images.

    Rays are the fewest whose polygons overlap the objects as well as 64 do (mean IoU within 0.01).
    Where objects are no stars, a warning says how many, and what to use.
    """
    objects = some_objects(samples)
    found = [reconstruction(one.mask) for one in objects]
    poor = sum(max(one.values()) < _POOR for one in found)
    arguments = {
        "rays": choose_rays(found),
        **choose_grid(objects),
        "channels": channels_of(samples),
    }
    if poor <= _MOST_POOR * len(objects):
        return Choice(arguments)
    finding = _NOT_STAR_CONVEX.finding(
        str(Path(samples[0].name).parent),
        f"{poor / len(objects):.0%} of the objects are not star-convex: even {max(RAYS)} rays from "
        f"their middle give a polygon whose IoU with them is below {_POOR:g}",
        f"at most {_MOST_POOR:.0%} of such objects",
        "set "
        + Option("method", "splinedist")
        + " for curved cells, or "
        + Option("method", "multilabel-unet")
        + " for any shape",
    )
    return Choice(arguments, (finding,))


ENTRY: Final = MethodEntry(
    "stardist",
    "segmentation",
    build,
    choose,
    presets(
        notebook(
            "StarDist of the MIXED data set, Zenodo 5551009, notebook 1.12.2",
            {
                "epochs": 200,
                "steps_per_epoch": 120,
                "patch_size": 256,
                "batch_size": 4,
                "learning_rate": 3e-4,
                "plateau": 40,
            },
            arguments={"rays": 64, "grid": 2},
        )
    ),
)
