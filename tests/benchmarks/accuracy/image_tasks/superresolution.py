"""Super-resolution, simulated: wide field on the fine grid to structured illumination."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.evaluation.images.baselines import (
    ImageMethod,
    image_field,
    tune_image_baselines,
)
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import Estimate, estimated_mean
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.image_tasks.drawn import SIZE, drawn
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import (
    every,
    itself,
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

SCENE = "superresolution"
IMAGES = 96
IMAGE_SEED = 3
INPUT, LUCY, CARE = "input", "Richardson-Lucy", "care"
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


def simulated(work: Path) -> Path:
    """Return the folder of simulated images, drawn once."""
    return drawn(SCENE, work, IMAGES, IMAGE_SEED)


def train(given: Options) -> Trained:
    """Train by the default command."""
    words = ("superresolution", "--data", str(simulated(given.work)))
    return trained(words, given.work / "superresolution_care", given.seed)


def run(given: Options) -> Table:
    """Train and score all methods."""
    clock = Clock()
    folder = simulated(given.work)
    samples = read_samples(folder / "test")
    found = {INPUT: score(INPUT, itself, samples)}
    rows = [Row(INPUT, columns(found[INPUT]))]
    started = Clock()
    fields = [
        image_field(plane_of(one.image), one.target) for one in read_samples(folder / "training")
    ]
    tuned = tune_image_baselines(fields, SCENE)
    seconds = started.read()
    for method in () if tuned is None else tuned.methods:

        def deconvolved(image: Image, method: ImageMethod = method) -> np.ndarray:
            return method(plane_of(image), 1)

        found[LUCY] = score(LUCY, deconvolved, samples)
        rows.append(Row(LUCY, columns(found[LUCY]), seconds, method.description))
    package = train(given)
    found[CARE] = score_package(CARE, package.package, samples)
    rows.append(Row(CARE, columns(found[CARE]), package.seconds, package.about))
    return Table(
        "superresolution",
        f"Super-resolution, simulated: wide field on the fine grid to structured illumination, "
        f"{len(samples)} test images of {SIZE} x {SIZE} pixels of 0.04 µm",
        rows,
        bars(found),
        given.seed,
        clock.read(),
        ("Resolution by Fourier ring correlation against the target, at 1/7.",),
    )


def columns(scores: ImageScores) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    return means(scores, KEYS)


def bars(found: dict[str, ImageScores]) -> list[Bar]:
    """Return the bars, with paired intervals."""
    before, after = (values(found[name], "resolution", every) for name in (INPUT, CARE))
    finer = estimated_mean(before / after)
    by = margin(found[CARE], found[LUCY], "psnr")
    return [
        Bar(
            f"resolution of {CARE} finer than the input's {finer} times, at least {GAIN:g}",
            finer.value >= GAIN,
        ),
        Bar(
            f"PSNR of {CARE} minus that of {LUCY}: {by}, at least {DECIBEL:g}", by.value >= DECIBEL
        ),
    ]
