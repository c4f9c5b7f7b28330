"""Real images: what models trained on simulation and on the noisy image alone make of them.

Reported, without a bar but for one: each set is a single field, so that no interval can be given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
import tifffile

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import CameraNoise, estimate_noise, fit_to_target
from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.image_tasks import bm3d_rows, denoising, panels, superresolution
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import (
    ImagePair,
    itself,
    means,
    plane_of,
    read_samples,
    score,
    score_package,
    write_pairs,
)
from tests.benchmarks.accuracy.image_tasks.runs import Trained, trained
from tests.benchmarks.accuracy.table import Row, Table

KEYS = {
    "PSNR": "psnr",
    "SSIM": "ssim",
    "structure kept": "structure_recall",
    "not invented": "structure_precision",
    "resolution in pixels": "resolution",
}


@dataclass(frozen=True)
class NoisyPair:
    """Where a pair lies in the folder of real images."""

    name: str
    image: str
    target: str

    def read(self, given: Options) -> ImagePair:
        """Return the pair as published."""
        image, target = (
            _gray(imageio.imread(_path(given, each))) for each in (self.image, self.target)
        )
        return ImagePair(self.name, image, target)


NOISY = (
    NoisyPair(
        "Myxococcus",
        "instant-image-denoising/bacteria/myxo_OD0_noisy_16bit.png",
        "instant-image-denoising/bacteria/myxo_OD0_target_16bit.png",
    ),
    NoisyPair(
        "zebrafish",
        "instant-image-denoising/test_images_2d/Confocal_FISH_3.png",
        "instant-image-denoising/test_images_2d/gt_Confocal_FISH_3.png",
    ),
)
WIDE = "u-net-sim/microtuble/HE_X2/Sample_1/HE_15.tif"
STRUCTURED = "u-net-sim/microtuble/HER/Sample_1.tif"


def run(given: Options) -> Table:
    """Train what is missing, and score all methods on every real image."""
    clock = Clock()
    fine = superresolution.EQUAL.train(given)
    rows: list[Row] = []
    for noisy in NOISY:
        pair = noisy.read(given)
        rows += _denoised(given, pair, {"n2v": _trained_alone(given, pair)})
    rows += _denoised(given, panels.NOISY.read(_data(given)), {})
    for pair in (_wide(given), panels.WIDE.read(_data(given))):
        rows += _resolved(given, pair, fine)
    return Table(
        "real",
        "Real images: one field each of Myxococcus and zebrafish (noisy and averaged), and of "
        "microtubules (wide field and structured illumination); panels of two figures of DeepBacs",
        rows,
        (),
        given.seed,
        clock.read(),
        (
            "PSNR in dB after the fit to the target; targets are averages and hold noise, too.",
            "BM3D knows the noise by the target, which nobody has; care was trained on simulated "
            "bacteria, n2v on the noisy image of its row.",
            "Panels are drawings of the images in eight bits, whose background is cut off.",
            *(() if bm3d_rows.is_installed() else (bm3d_rows.ABSENT,)),
        ),
    )


def _trained_alone(given: Options, pair: ImagePair) -> Trained:
    """Train `n2v` on the noisy image itself."""
    source = _written(given, pair) / "test" / "source"
    words = ("denoising", "--method", "n2v", "--source", str(source))
    return trained(words, source.parents[1], given.seed)


def _written(given: Options, pair: ImagePair) -> Path:
    folder = given.work / f"real_{pair.name}"
    write_pairs([pair], folder / "test")
    return folder


def _denoised(given: Options, pair: ImagePair, alone: Mapping[str, Trained]) -> list[Row]:
    samples = read_samples(_written(given, pair) / "test")
    scored = {"input": score("input", itself, samples, denoised=True)}
    if bm3d_rows.is_installed():
        signal = fit_to_target(pair.image.astype(np.float64), pair.target.astype(np.float64))
        noise = estimate_noise(signal, pair.image)
        scored["BM3D"] = score("BM3D", _stabilized(noise), samples, denoised=True)
    packages = {
        "care, simulated": denoising.train_care(given),
        "care, plain network, simulated": denoising.train_plain(given),
        **alone,
    }
    for name, each in packages.items():
        scored[name] = score_package(name, each.package, samples, denoised=True)
    seconds = {name: each.seconds for name, each in alone.items()}
    return [_row(pair.name, name, each, seconds.get(name)) for name, each in scored.items()]


def _stabilized(noise: CameraNoise) -> Callable[[Image], np.ndarray]:
    return lambda image: bm3d_rows.stabilized(plane_of(image), noise)[None]


def _wide(given: Options) -> ImagePair:
    image, target = (tifffile.imread(_path(given, each)) for each in (WIDE, STRUCTURED))
    if image.shape != target.shape:
        raise MissingDataError(f"{WIDE} and {STRUCTURED} are no pair")
    return ImagePair("microtubules", image, target)


def _resolved(given: Options, pair: ImagePair, fine: Trained) -> list[Row]:
    samples = read_samples(_written(given, pair) / "test")
    scored = {
        "input": score("input", itself, samples),
        "care, simulated": score_package("care", fine.package, samples),
    }
    return [_row(pair.name, name, each) for name, each in scored.items()]


def _row(field: str, name: str, scores: ImageScores, seconds: Seconds | None = None) -> Row:
    return Row(f"{field}: {name}", means(scores, KEYS), seconds or Seconds())


def _data(given: Options) -> Path:
    if given.data is None:
        raise MissingDataError("the real images are in a folder that --data names")
    return given.data


def _path(given: Options, name: str) -> Path:
    path = _data(given) / name
    if not path.is_file():
        raise MissingDataError(f"{name} is not in {given.data}")
    return path


def _gray(pixels: np.ndarray) -> np.ndarray:
    """Return ``y x`` of a picture whose channels are equal, or which has one."""
    return pixels[..., 0] if pixels.ndim == 3 else pixels
