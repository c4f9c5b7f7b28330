"""Denoising, simulated: fluorescent E. coli at three photon levels, targets without noise."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import CameraNoise, Estimate
from deepbacs_zoo.simulation import get_scene
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.image_tasks import bm3d_rows, careamics_rows
from tests.benchmarks.accuracy.image_tasks.drawn import SIZE, drawn
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import (
    Sample,
    itself,
    margin,
    means,
    plane_of,
    read_samples,
    score,
    score_package,
)
from tests.benchmarks.accuracy.image_tasks.runs import Trained, trained
from tests.benchmarks.accuracy.table import Bar, Row, Table

SCENE = "denoising"
IMAGES = 128
"""A quarter of the images are tested."""
IMAGE_SEED = 0
"""Of the images; that of a training is its own."""
LEVELS = (5, 20, 80)
"""Photons in a pixel of a bright cell."""

INPUT, KNOWN, PLAIN = "input", "BM3D, true noise", "BM3D, one deviation"
CARE, NETWORK, N2V = "care", "care, plain network", "n2v"
THEIRS = {CARE: "CAREamics, CARE", N2V: "CAREamics, Noise2Void"}


def simulated(work: Path) -> Path:
    """Return the folder of simulated images, drawn once."""
    return drawn(SCENE, work, IMAGES, IMAGE_SEED)


def train_care(given: Options) -> Trained:
    """Train on pairs by the default command."""
    words = ("denoising", "--data", str(simulated(given.work)))
    return trained(words, given.work / "denoising_care", given.seed)


def train_plain(given: Options) -> Trained:
    """Train on the same pairs the network of CARE itself, which has offsets."""
    words = ("denoising", "--no-equivariant", "--data", str(simulated(given.work)))
    return trained(words, given.work / "denoising_plain", given.seed)


def train_n2v(given: Options, level: int) -> Trained:
    """Train on the noisy images of one photon level alone, as a recording has one."""
    folder = given.work / f"denoising_n2v_{level}"
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    for path in sorted((simulated(given.work) / "training" / "source").iterdir()):
        if at(level)(path.stem):
            shutil.copyfile(path, source / path.name)
    words = ("denoising", "--method", "n2v", "--source", str(source))
    return trained(words, folder, given.seed)


def true_noise() -> CameraNoise:
    """Return the noise of the simulated camera: variance of counts over their mean."""
    camera = get_scene(SCENE).camera
    return CameraNoise(
        camera.gain, (camera.gain * camera.read_noise) ** 2 - camera.gain * camera.offset
    )


def run(given: Options) -> Table:
    """Train and score all methods."""
    clock = Clock()
    samples = read_samples(simulated(given.work) / "test")
    found = {INPUT: score(INPUT, itself, samples, denoised=True), **_without_network(samples)}
    rows = [Row(name, columns(scores)) for name, scores in found.items()]
    plain = train_plain(given)
    found[NETWORK] = score_package(NETWORK, plain.package, samples, denoised=True)
    rows.append(Row(NETWORK, columns(found[NETWORK]), plain.seconds, plain.about))
    trainings: dict[str, tuple[_Training, ...]] = {
        CARE: ((train_care, lambda name: True),),
        N2V: tuple((partial(train_n2v, level=level), at(level)) for level in LEVELS),
    }
    spent: dict[str, Seconds] = {}
    for name, each in trainings.items():
        about = f"{len(each)} trainings of their own images" if len(each) > 1 else "one training"
        scored = {name: _trained(name, given, samples, each)}
        if given.careamics is not None:
            scored[THEIRS[name]] = _trained(THEIRS[name], given, samples, each, theirs=True)
        for row, (scores, seconds) in scored.items():
            found[row], spent[row] = scores, seconds
            rows.append(Row(row, columns(scores), seconds, about))
    notes = [
        "PSNR in dB after the fit to the target; unfitted: in the camera's counts, as predicted.  "
        "Simulated by the model that the training images were drawn by, with another number each.",
        *(() if KNOWN in found else (bm3d_rows.ABSENT,)),
        *(() if given.careamics else (careamics_rows.ABSENT,)),
    ]
    return Table(
        "denoising",
        f"Denoising, simulated: fluorescent E. coli, {len(samples)} test images of {SIZE} x {SIZE} "
        f"pixels with {', '.join(map(str, LEVELS))} photons in a pixel of a bright cell",
        rows,
        (*bars(found), *_beside_careamics(found, spent)),
        given.seed,
        clock.read(),
        notes,
    )


_Training = tuple[Callable[[Options], Trained], Callable[[str], bool]]
"""A training of ours, and the test images that are for it, by their names."""


def _trained(
    name: str,
    given: Options,
    samples: list[Sample],
    trainings: tuple[_Training, ...],
    *,
    theirs: bool = False,
) -> tuple[ImageScores, Seconds]:
    """Score the denoisers of all trainings, or those that CAREamics makes of the same images."""
    rows, seconds = {}, Seconds()
    for train, chosen in trainings:
        own = train(given)
        mine = [one for one in samples if chosen(one.name)]
        if theirs:
            other = careamics_rows.denoised(given, own, mine)
            scores = score(name, other, mine, denoised=True)
            seconds += other.seconds
        else:
            scores = score_package(name, own.package, mine, denoised=True)
            seconds += own.seconds
        rows |= {row.name: row for row in scores.rows}
    return ImageScores(name, name, tuple(rows[one.name] for one in samples)), seconds


def _beside_careamics(found: dict[str, ImageScores], spent: dict[str, Seconds]) -> tuple[Bar, ...]:
    """Return the bars that CAREamics sets where it was trained: scores, and time of all steps."""
    reached = []
    for name, other in THEIRS.items():
        if other not in found:
            continue
        for level in LEVELS:
            by = margin(found[name], found[other], "psnr", at(level))
            text = f"{level} photons: PSNR of {name} minus that of {other}: {by}, at least 0"
            reached.append(Bar(text, by.value >= 0))
        if spent[name].processor:  # else the training was found finished
            ratio = spent[name].processor / spent[other].processor
            text = f"processor time of {name} over that of {other}: {ratio:.2f}, at most 1"
            reached.append(Bar(text, ratio <= 1))
    return tuple(reached)


def _without_network(samples: list[Sample]) -> dict[str, ImageScores]:
    if not bm3d_rows.is_installed():
        return {}
    noise = true_noise()
    truths = {one.image.stem: plane_of(one.target) for one in samples}

    def known(image: Image) -> np.ndarray:
        return bm3d_rows.stabilized(plane_of(image), noise)[None]

    def plain(image: Image) -> np.ndarray:
        # The mean of the true variance, which plain BM3D takes for that of every pixel.
        deviation = float(np.sqrt(noise.variance(truths[image.stem]).mean()))
        return bm3d_rows.plain(plane_of(image), deviation)[None]

    return {
        PLAIN: score(PLAIN, plain, samples, denoised=True),
        KNOWN: score(KNOWN, known, samples, denoised=True),
    }


def at(level: int) -> Callable[[str], bool]:
    """Choose the images of a photon level by their names."""
    return lambda name: re.search(r"_(\d+)photons$", name).group(1) == str(level)


def columns(scores: ImageScores) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    found: dict[str, Estimate] = {}
    for key, words in (("psnr", "PSNR"), ("psnr_unfitted", "unfitted")):
        for level in LEVELS:
            found |= means(scores, {f"{words}, {level} photons": key}, at(level))
    shown = {"SSIM": "ssim", "structure kept": "structure_recall"}
    return found | means(scores, {**shown, "not invented": "structure_precision"})


def bars(found: dict[str, ImageScores]) -> list[Bar]:
    """Return the bars at each photon level; those of BM3D only where it is installed."""
    reached = []
    for level in LEVELS:
        asked = [(N2V, INPUT, 3.0)]
        if KNOWN in found:
            asked += [(CARE, KNOWN, 1.0), (NETWORK, KNOWN, 1.0), (N2V, PLAIN, -0.5)]
        for name, other, least in asked:
            by = margin(found[name], found[other], "psnr", at(level))
            text = (
                f"{level} photons: PSNR of {name} minus that of {other}: {by}, at least {least:g}"
            )
            reached.append(Bar(text, by.value >= least))
    return reached
