"""Super-resolution, simulated: wide field to structured illumination.

On the fine grid, and from pixels of twice the side.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.evaluation.images.baselines import (
    ImageMethod,
    image_field,
    tune_image_baselines,
)
from deepbacs_zoo.evaluation.previews import on_grid_of, planes_of
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import Estimate, estimated_mean
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.image_tasks.drawn import SIZE, drawn
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import (
    every,
    margin,
    means,
    plane_of,
    read_samples,
    score,
    score_package,
    values,
)
from tests.benchmarks.accuracy.image_tasks.runs import Trained, trained
from tests.benchmarks.accuracy.table import Bar, Row, Table

IMAGES = 96
IMAGE_SEED = 3
INPUT, LUCY = "input", "Richardson-Lucy"
KEYS = {
    "PSNR": "psnr",
    "unfitted": "psnr_unfitted",
    "SSIM": "ssim",
    "resolution in pixels": "resolution",
    "structure kept": "structure_recall",
    "not invented": "structure_precision",
}
GAIN, DECIBEL = 1.5, 2.0
"""What is asked: resolution improved so many times, and PSNR above the deconvolution."""


@dataclass(frozen=True)
class Grid:
    """A method, and what it is trained on.

    Parameters
    ----------
    name, title
        Of the table.
    scene
        Name of the scene.
    method
        Name of the method.
    factor
        Rows of a target for each of its image.
    """

    name: str
    title: str
    scene: str
    method: str
    factor: int

    def simulated(self, work: Path) -> Path:
        """Return the folder of simulated images, drawn once."""
        return drawn(self.scene, work, IMAGES, IMAGE_SEED)

    def train(self, given: Options) -> Trained:
        """Train by the default command, the method named."""
        data = str(self.simulated(given.work))
        words = ("superresolution", "--method", self.method, "--data", data)
        return trained(words, given.work / f"superresolution_{self.method}", given.seed)

    def enlarged(self, image: Image) -> np.ndarray:
        """Return ``c y x`` on the grid of the target, by cubic splines."""
        planes = planes_of(image)
        sides = (self.factor * side for side in planes.shape[1:])
        return on_grid_of(np.empty((len(planes), *sides), np.float32), planes)


EQUAL: Final = Grid(
    "superresolution",
    "wide field on the fine grid to structured illumination",
    "superresolution",
    "care",
    1,
)
FINER: Final = Grid(
    "upscaling",
    "wide field at 0.08 µm to structured illumination at 0.04 µm",
    "superresolution-upscale",
    "upscale",
    2,
)


def run(given: Options, grid: Grid = EQUAL) -> Table:
    """Train and score all methods."""
    clock = Clock()
    folder = grid.simulated(given.work)
    samples = read_samples(folder / "test")
    found = {INPUT: score(INPUT, grid.enlarged, samples)}
    rows = [Row(INPUT, columns(found[INPUT]))]
    started = Clock()
    fields = [
        image_field(plane_of(one.image), one.target) for one in read_samples(folder / "training")
    ]
    tuned = tune_image_baselines(fields, "superresolution")
    seconds = started.read()
    for method in () if tuned is None else tuned.methods:

        def deconvolved(image: Image, method: ImageMethod = method) -> np.ndarray:
            return method(grid.enlarged(image)[0], 1)

        found[LUCY] = score(LUCY, deconvolved, samples)
        rows.append(Row(LUCY, columns(found[LUCY]), seconds, method.description))
    package = grid.train(given)
    found[grid.method] = score_package(grid.method, package.package, samples)
    rows.append(Row(grid.method, columns(found[grid.method]), package.seconds, package.about))
    return Table(
        grid.name,
        f"Super-resolution, simulated: {grid.title}, {len(samples)} test images of "
        f"{SIZE} x {SIZE} pixels",
        rows,
        bars(found, grid.method),
        given.seed,
        clock.read(),
        ("Resolution by Fourier ring correlation against the target, at 1/7, in its pixels.",),
    )


def columns(scores: ImageScores) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    return means(scores, KEYS)


def bars(found: dict[str, ImageScores], method: str = EQUAL.method) -> list[Bar]:
    """Return the bars, with paired intervals."""
    before, after = (values(found[name], "resolution", every) for name in (INPUT, method))
    finer = estimated_mean(before / after)
    by = margin(found[method], found[LUCY], "psnr")
    return [
        Bar(
            f"resolution of {method} finer than the input's {finer} times, at least {GAIN:g}",
            finer.value >= GAIN,
        ),
        Bar(
            f"PSNR of {method} minus that of {LUCY}: {by}, at least {DECIBEL:g}",
            by.value >= DECIBEL,
        ),
    ]
