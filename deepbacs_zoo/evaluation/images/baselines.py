"""Methods without a network that images are compared with, by task, tuned on training images.

Denoising: a Gaussian filter, and BM3D (Dabov et al., IEEE Transactions on Image Processing 16, 2080
(2007)) or non-local means between the generalized Anscombe transform and its inverse.
Superresolution: deconvolution by Richardson and Lucy.  Labeling: a linear regression on responses
of filters.  Each chooses its parameters by the mean squared error after the fit, which is that of
the PSNR.
"""

from __future__ import annotations

import importlib
import importlib.util
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.evaluation.previews import on_grid_of, planes_of
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images import Image
from deepbacs_zoo.metrics import CameraNoise, estimate_noise, fit_to_target, scale_target

__all__ = ["ImageBaselines", "ImageField", "ImageMethod", "image_field", "tune_image_baselines"]

NO_BM3D: Final = Rule(
    "bm3d-not-installed",
    Severity.INFO,
    "BM3D is the usual measure of a denoiser; its package is free for non-commercial use only, so "
    "nothing here asks for it.",
    "https://pypi.org/project/bm3d",
)

Plane = NDArray[np.float32]
Planes = NDArray[np.float32]


class ImageField(NamedTuple):
    """A training image ``y x`` and its target ``c y x``, float32, of one size."""

    image: Plane
    target: Planes


class ImageMethod(Protocol):
    """A method that makes an image of an image."""

    @property
    def name(self) -> str:
        """Short name of the method."""

    @property
    def description(self) -> str:
        """The method with its parameters in one sentence."""

    def __call__(self, image: Plane, channels: int) -> Planes:
        """Return ``c y x`` float32, or one plane for all channels, of an image ``y x`` float32."""


@dataclass(frozen=True, eq=False)
class ImageBaselines:
    """Methods with their parameters, and remarks about those that are missing."""

    methods: tuple[ImageMethod, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class Filter:
    """A method whose image is the same for every channel of the target.

    Parameters
    ----------
    name, description
        As of any method.
    function
        Takes and returns ``y x``, float32 and any real dtype.
    """

    name: str
    description: str
    function: Callable[[Plane], NDArray[Any]]

    def __call__(self, image: Plane, channels: int) -> Planes:
        """Return ``c y x`` float32 of ``y x`` float32."""
        plane = np.asarray(self.function(image), np.float32)
        return np.repeat(plane[None], channels, axis=0)


@dataclass(frozen=True, eq=False)
class FilterRegression:
    """A linear function of the responses of filters, ``weights`` of them and a constant by channel.

    Parameters
    ----------
    weights
        ``response channel`` float64, the constant last.
    images
        Number of training images that they were chosen by.
    """

    weights: NDArray[np.float64]
    images: int
    name: str = "filters + ridge regression"

    @property
    def description(self) -> str:
        """The method with its parameters in one sentence."""
        return (
            f"ridge regression on {len(self.weights) - 1} responses of filters (Gaussian, gradient "
            f"and curvatures at 1, 2, 4 and 8 px), fitted on {self.images} training images"
        )

    def __call__(self, image: Plane, channels: int) -> Planes:
        """Return ``c y x`` float32 of ``y x`` float32."""
        del channels
        return np.asarray(np.moveaxis(_responses(image) @ self.weights, -1, 0), np.float32)


def image_field(image: Plane, target: Image) -> ImageField:
    """Return a training image ``y x`` float32 on the grid of its target."""
    planes = planes_of(target)
    return ImageField(on_grid_of(planes[:1], image[None])[0], planes)


def tune_image_baselines(fields: Sequence[ImageField], task: str | None) -> ImageBaselines | None:
    """Choose the parameters of the methods of a task.

    Parameters
    ----------
    fields
        The training images; those whose target has one value only teach nothing.
    task
        One of DeepBacs' tasks; another is treated as denoising.

    Returns
    -------
    ImageBaselines or None
        ``None`` where no training image is left.
    """
    usable = [each for each in fields if np.ptp(each.target) > 0 and np.ptp(each.image) > 0]
    if not usable:
        return None
    return _TUNED.get(task or "", _tune_denoising)(usable)


_SIGMAS: Final = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_POINT_SPREADS: Final = (1.0, 1.5, 2.0, 3.0)
_ITERATIONS: Final = (5, 10, 20, 40)
_MOST_DECONVOLVED: Final = 4, 256
"""Images, and pixels of their side, that choose a deconvolution: it takes seconds each."""
_RIDGE: Final = 1e-3


def _tune_denoising(fields: Sequence[ImageField]) -> ImageBaselines:
    noise = _mean_noise(fields)
    where = f"noise of {len(fields)} training images: variance {noise.gain:.3g} * mean "
    where += f"{noise.constant:+.3g}"
    if importlib.util.find_spec("bm3d") is not None:
        patches = Filter("BM3D", f"BM3D after an Anscombe transform ({where})", _bm3d(noise))
        return ImageBaselines((_tuned_gaussian(fields), patches))
    means = Filter(
        "non-local means",
        f"non-local means after an Anscombe transform (patches of 5 px within 6 px; {where})",
        _non_local_means(noise),
    )
    missing = NO_BM3D.finding(
        "baseline",
        "BM3D is not installed, so non-local means stand in its place",
        "the package bm3d",
        "pip install bm3d, if its license allows your use",
    )
    return ImageBaselines((_tuned_gaussian(fields), means), (missing,))


def _tuned_gaussian(fields: Sequence[ImageField]) -> Filter:
    from scipy import ndimage

    sigma = min(
        _SIGMAS, key=lambda each: _loss(fields, lambda image: ndimage.gaussian_filter(image, each))
    )
    return Filter(
        "Gaussian filter",
        f"Gaussian filter with a standard deviation of {sigma:g} px, the best of {len(_SIGMAS)} on "
        f"{len(fields)} training images",
        lambda image: np.asarray(ndimage.gaussian_filter(image, sigma)),
    )


def _mean_noise(fields: Sequence[ImageField]) -> CameraNoise:
    """Estimate one camera's noise from all images, with their targets as signal."""
    signals = [
        fit_to_target(np.asarray(each.image, np.float64), each.target.mean(axis=0))
        for each in fields
    ]
    return estimate_noise(
        np.concatenate([each.ravel() for each in signals]),
        np.concatenate([each.image.ravel() for each in fields]),
    )


def _bm3d(noise: CameraNoise) -> Callable[[Plane], NDArray[Any]]:
    def denoise(image: Plane) -> NDArray[Any]:
        bm3d: Any = importlib.import_module("bm3d")
        stabilized = noise.stabilize(image)
        low, extent = stabilized.min(), max(float(np.ptp(stabilized)), 1e-9)
        found = bm3d.bm3d((stabilized - low) / extent, 1 / extent)
        return noise.restore(np.asarray(found) * extent + low)

    return denoise


def _non_local_means(noise: CameraNoise) -> Callable[[Plane], NDArray[Any]]:
    def denoise(image: Plane) -> NDArray[Any]:
        from skimage import restoration

        functions: Any = restoration
        stabilized = noise.stabilize(image)
        found = functions.denoise_nl_means(
            stabilized, patch_size=5, patch_distance=6, h=0.8, sigma=1.0, fast_mode=True
        )
        return noise.restore(found)

    return denoise


def _tune_deconvolution(fields: Sequence[ImageField]) -> ImageBaselines:
    most, side = _MOST_DECONVOLVED
    parts = [
        ImageField(each.image[:side, :side], each.target[:, :side, :side]) for each in fields[:most]
    ]
    parts = [each for each in parts if np.ptp(each.target) > 0] or list(fields[:1])
    spread, iterations = min(
        itertools.product(_POINT_SPREADS, _ITERATIONS),
        key=lambda each: _loss(parts, lambda image: _richardson_lucy(image, *each)),
    )
    method = Filter(
        "Richardson-Lucy",
        f"deconvolution by Richardson and Lucy, {iterations} iterations with a Gaussian point "
        f"spread function (standard deviation {spread:g} px), the best of "
        f"{len(_POINT_SPREADS) * len(_ITERATIONS)} on {len(parts)} training images",
        lambda image: _richardson_lucy(image, spread, iterations),
    )
    return ImageBaselines((method,))


def _richardson_lucy(image: Plane, spread: float, iterations: int) -> NDArray[Any]:
    from skimage import restoration

    reach = int(np.ceil(3 * spread))
    places = np.arange(-reach, reach + 1)
    profile = np.exp(-(places**2) / (2 * spread**2))
    point = np.outer(profile, profile) / profile.sum() ** 2
    padded = np.pad(np.asarray(image - image.min(), np.float64), 2 * reach, mode="reflect")
    functions: Any = restoration
    found = functions.richardson_lucy(padded, point, num_iter=iterations, clip=False)
    inner = slice(2 * reach, -2 * reach)
    return np.asarray(found[inner, inner])


def _tune_regression(fields: Sequence[ImageField]) -> ImageBaselines:
    square: Any = 0.0
    mixed: Any = 0.0
    for image, target in fields:
        responses = _responses(image).reshape(image.size, -1)
        square = square + responses.T @ responses
        mixed = mixed + responses.T @ target.reshape(len(target), -1).T
    # Responses differ in scale by orders of magnitude, and each is held back by its own.
    scale = np.sqrt(np.maximum(np.diag(square), 1e-12))
    penalty = _RIDGE * np.eye(len(scale))
    penalty[-1, -1] = 0
    weights = np.linalg.solve(square / np.outer(scale, scale) + penalty, mixed / scale[:, None])
    return ImageBaselines((FilterRegression(weights / scale[:, None], len(fields)),))


def _responses(image: Plane) -> NDArray[np.float64]:
    """Return responses of filters, a constant last: ``y x response`` float64."""
    from skimage import feature

    functions: Any = feature
    found = functions.multiscale_basic_features(image, sigma_min=1, sigma_max=8)
    return np.concatenate([found, np.ones((*image.shape, 1))], axis=-1)


def _loss(fields: Sequence[ImageField], method: Callable[[Plane], NDArray[Any]]) -> float:
    """Return the mean over images of the squared error after the fit, logarithmic as the PSNR."""
    return float(
        np.mean(
            [
                np.log(np.mean((fit_to_target(truth, found) - truth) ** 2) + 1e-12)
                for image, target in fields
                for found in [method(image)]
                for truth in map(scale_target, target)
                if np.isfinite(truth).all()
            ]
        )
    )


_TUNED: Final[Mapping[str, Callable[[Sequence[ImageField]], ImageBaselines]]] = {
    "denoising": _tune_denoising,
    "superresolution": _tune_deconvolution,
    "labeling": _tune_regression,
}
