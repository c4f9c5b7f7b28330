"""Pictures of a scene: image and truth side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.files.existing import refuse_existing
from deepbacs_zoo.results.overlay import canvas, outlines_on, rectangles_on, write_picture
from deepbacs_zoo.simulation.rendering import Sample, simulate
from deepbacs_zoo.simulation.scenes import Scene

__all__ = ["draw_scene"]

_BETWEEN = 4
"""White pixels between two pictures."""
Picture = NDArray[np.uint8]


def draw_scene(
    scene: Scene,
    output: str | Path,
    *,
    size: int = 384,
    seed: int = 0,
    images: int = 1,
    overwrite: bool = False,
) -> Path:
    """Write a PNG with images of a scene on the left, and the truth beside each.

    Parameters
    ----------
    scene
        The scene.
    output
        The file.
    size
        Side of an image in pixels.
    seed
        Seed of the random numbers.
    images
        Number of images, one below the other.
    overwrite
        Whether an existing file may be replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        ``size`` is out of its range.
    OutputExistsError
        The file exists.
    HostError
        The disk refuses.
    """
    path = Path(output)
    refuse_existing(path, overwrite=overwrite)
    rows = [_row(simulate(scene, size, seed=seed, index=index)) for index in range(images)]
    write_picture(path, _joined(rows, axis=0))
    return path


def _row(sample: Sample) -> Picture:
    """Return the picture ``y x 3`` uint8 of an image and its truth, both as large as the larger."""
    source = canvas(sample.source)
    if sample.target is None:
        corners = [(box.x0, box.y0, box.x1, box.y1) for box in sample.boxes]
        names = sorted({box.name for box in sample.boxes})
        numbers = [names.index(box.name) + 1 for box in sample.boxes]
        return _joined([source, rectangles_on(sample.source, corners, numbers)], axis=1)
    if sample.target.dtype.kind == "u":
        labels = sample.target.astype(np.int32)
        return _joined([source, outlines_on(sample.source, labels)], axis=1)
    planes = sample.target if sample.target.ndim == 3 else sample.target[None]
    truths = [canvas(plane) for plane in planes]
    scale = truths[0].shape[0] // source.shape[0]
    return _joined([source.repeat(scale, axis=0).repeat(scale, axis=1), *truths], axis=1)


def _joined(pictures: list[Picture], axis: int) -> Picture:
    """Return pictures beside each other (axis 1) or below each other (axis 0)."""
    shape = list(pictures[0].shape)
    shape[axis] = _BETWEEN
    parts = [pictures[0]]
    for picture in pictures[1:]:
        parts += [np.full(shape, 255, np.uint8), picture]
    return np.concatenate(parts, axis=axis)
