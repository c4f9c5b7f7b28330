"""An image of a scene and its truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from deepbacs_zoo.annotations.boxes.types import Box
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.simulation.arrangement import place_cells
from deepbacs_zoo.simulation.boxes import boxes_of
from deepbacs_zoo.simulation.cells import Cell, Floats
from deepbacs_zoo.simulation.drawing import Grid, draw_labels, draw_stain, draw_thickness
from deepbacs_zoo.simulation.optics import image_layers
from deepbacs_zoo.simulation.scenes import LARGEST, SMALLEST, Scene
from deepbacs_zoo.simulation.species import SPECIES
from deepbacs_zoo.simulation.stains import LAYERS
from deepbacs_zoo.simulation.transmitted import Transmitted, image_phase, phase_of

__all__ = ["Sample", "simulate"]

_MARGIN: Final = 32
"""Pixels around the image, over which light of cells beyond its edges falls into it."""
_SPECK: Final = 0.15
"""Radius of dirt in micrometers, and its phase in radians in transmitted light."""
_SPECK_PHASE: Final = 0.4
_GRAIN: Final = 0.3
"""Size of the grain of the medium in micrometers."""


@dataclass(frozen=True, eq=False)
class Sample:
    """An image with everything that is known about it.

    Parameters
    ----------
    source
        ``y x`` uint16: the image that a camera took.
    target
        What the task makes of it: ``y x`` uint16 labels, ``y x`` or ``c y x`` float32 in counts of
        the camera; ``None`` where it is boxes.
    labels
        ``y x`` int32, the pixels of ``source``; numbers are places in ``cells``, from 1.
    boxes
        Boxes of cells and microcolonies, in pixels of ``source``.
    noise_free
        ``y x`` float32: the counts that were to be expected of ``source``.
    cells
        The cells, those outside of the image among them.
    pixel_size, target_pixel_size
        Side of a pixel in micrometers.
    shift
        Displacement of the target along y and x, in micrometers.
    photons
        The photon level.
    """

    source: NDArray[np.uint16]
    target: NDArray[np.generic] | None
    labels: NDArray[np.int32]
    boxes: tuple[Box, ...]
    noise_free: Floats
    cells: tuple[Cell, ...]
    pixel_size: float
    target_pixel_size: float
    shift: tuple[float, float]
    photons: float


@dataclass(frozen=True, eq=False)
class _Field:
    """Cells before a microscope.

    The grid of the camera and the fine one cover the same area, with a margin.
    """

    scene: Scene
    cells: tuple[Cell, ...]
    labels: NDArray[np.int32]
    coarse: Grid
    fine: Grid
    photons: float
    stain: str
    focus: float
    shift: tuple[float, float]

    def scale_of(self, image: Floats) -> float:
        """Return the photons for one unit of an image ``y x`` float32 of the camera's grid."""
        inside = image[self.labels > 0]
        level = float(np.percentile(inside, 99)) if inside.size else float(image.max())
        return self.photons / max(level, 1e-6)


@dataclass(frozen=True, eq=False)
class _Light:
    """Expected photons ``y x`` float32 of the camera's grid.

    Of fluorescence also the fluorophores ``layer y x`` and the photons for one unit of them.
    """

    electrons: Floats
    layers: Floats
    scale: float


def simulate(scene: Scene, size: int = 512, *, seed: int = 0, index: int = 0) -> Sample:
    """Return one image of a scene with its truth.

    Parameters
    ----------
    scene
        The scene.
    size
        Side of the image in pixels.
    seed
        Seed of the random numbers.
    index
        Number of the image, from 0.  The same scene, size, seed and number give the same image,
        whichever others are made.

    Raises
    ------
    UsageError
        The image would be too small or too large.
    """
    if not SMALLEST <= size <= LARGEST:
        raise UsageError(
            Option("size"),
            "images of this size cannot be simulated",
            value=f"{size} pixels",
            allowed=f"{SMALLEST} to {LARGEST} pixels",
            hint="choose a size in this range",
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(index,)))
    field = _set_up(scene, size, index, rng)
    light = (_fluorescence if scene.transmitted is None else _transmitted)(field, rng)
    expected = scene.camera.expect(light.electrons)
    target, target_pixel_size = _TARGETS[scene.target](field, light, rng)
    inner = (slice(_MARGIN, -_MARGIN),) * 2
    source = scene.camera.expose(np.ascontiguousarray(light.electrons[inner]), rng)
    labels = np.ascontiguousarray(field.labels[inner])
    return Sample(
        source=source,
        target=target,
        labels=labels,
        boxes=boxes_of(labels, field.cells, scene.pixel_size),
        noise_free=np.ascontiguousarray(expected[inner]),
        cells=field.cells,
        pixel_size=scene.pixel_size,
        target_pixel_size=target_pixel_size,
        shift=field.shift,
        photons=field.photons,
    )


def _set_up(scene: Scene, size: int, index: int, rng: np.random.Generator) -> _Field:
    """Place cells and number those that are seen from 1, in the order of ``cells``."""
    n_species, n_photons = len(scene.species), len(scene.photons)
    around = _MARGIN * scene.pixel_size
    side = size * scene.pixel_size + 2 * around
    species = SPECIES[scene.species[index % n_species]]
    cells = [
        replace(
            cell,
            y=cell.y - around,
            x=cell.x - around,
            brightness=float(rng.lognormal(0.0, scene.brightness)),
        )
        for cell in place_cells(species, scene.arrangement, (side, side), rng)
    ]
    whole, binning = size + 2 * _MARGIN, scene.binning
    coarse = Grid((whole, whole), scene.pixel_size, _MARGIN)
    fine = Grid((whole * binning,) * 2, scene.fine_pixel_size, _MARGIN * binning)
    labels = draw_labels(cells, coarse)
    seen = np.unique(labels[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN])
    seen = seen[seen > 0]
    others = np.setdiff1d(np.arange(1, len(cells) + 1), seen)
    order = np.concatenate([seen, others])
    numbers = np.zeros(len(cells) + 1, np.int32)
    numbers[order] = np.arange(1, len(cells) + 1)
    faults = scene.disturbances
    drift, direction = faults.drift * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
    return _Field(
        scene=scene,
        cells=tuple(cells[number - 1] for number in order),
        labels=numbers[labels],
        coarse=coarse,
        fine=fine,
        photons=scene.photons[index % n_photons],
        stain=scene.stains[index // n_photons % len(scene.stains)],
        focus=float(rng.normal(*faults.focus)),
        shift=(drift * math.sin(direction), drift * math.cos(direction)),
    )


def _fluorescence(field: _Field, rng: np.random.Generator) -> _Light:
    scene, faults = field.scene, field.scene.disturbances
    optics = (scene.objective, field.fine.pixel_size)
    layers = draw_stain(field.stain, field.cells, field.fine, rng)
    seen = image_layers(layers, LAYERS, *optics, focus=field.focus, binning=scene.binning)
    scale = field.scale_of(seen)
    electrons = seen * np.float32(scale) + np.float32(faults.background * field.photons)
    specks = _specks(field.fine, faults.dirt, rng)
    if specks is not None:
        depth = float(rng.uniform(1.0, 3.0))
        blurred = image_layers(specks[None], (depth,), *optics, binning=scene.binning)
        brightest = rng.uniform(0.1, 0.6) * field.photons / max(float(blurred.max()), 1e-9)
        electrons += blurred * np.float32(brightest)
    return _Light(electrons * _illumination(field, rng), layers, scale)


def _transmitted(field: _Field, rng: np.random.Generator) -> _Light:
    scene, faults = field.scene, field.scene.disturbances
    microscope = scene.transmitted or Transmitted()
    thickness = draw_thickness(field.cells, field.coarse)
    grain = rng.standard_normal(field.coarse.shape, np.float32)
    grain = ndimage.gaussian_filter(grain, _GRAIN / scene.pixel_size)
    phase = phase_of(thickness, microscope) + grain * np.float32(faults.grain / grain.std())
    specks = _specks(field.coarse, faults.dirt, rng)
    intensity = image_phase(
        phase,
        microscope,
        scene.pixel_size,
        focus=field.focus,
        far=None if specks is None else specks * np.float32(_SPECK_PHASE),
        distance=float(rng.uniform(3.0, 8.0)),
    )
    electrons = intensity * np.float32(field.photons) * _illumination(field, rng)
    return _Light(electrons, np.zeros((0, 0, 0), np.float32), 1.0)


def _specks(grid: Grid, dirt: float, rng: np.random.Generator) -> Floats | None:
    """Return specks of dirt ``y x`` float32, each 1 or less in its middle; ``None`` without any."""
    area = grid.shape[0] * grid.shape[1] * grid.pixel_size**2
    count = int(rng.poisson(dirt * area / 1000.0))
    if not count:
        return None
    places = (rng.random((count, 2)) * grid.shape).astype(np.intp)
    specks = np.zeros(grid.shape, np.float32)
    specks[places[:, 0], places[:, 1]] = rng.uniform(0.1, 1.0, count)
    sigma = _SPECK / grid.pixel_size
    blurred: Floats = ndimage.gaussian_filter(specks, sigma, truncate=3.0)
    blurred *= np.float32(2 * math.pi * sigma**2)
    return blurred


def _illumination(field: _Field, rng: np.random.Generator) -> Floats:
    """Return the share of light ``y x`` float32 of the camera's grid, a parabola about a middle."""
    height, width = field.coarse.shape
    middle = rng.uniform(0.35, 0.65, 2) * (height, width)
    y, x = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    square = (y[:, None] - np.float32(middle[0])) ** 2 + (x - np.float32(middle[1])) ** 2
    share: Floats = 1 - np.float32(field.scene.disturbances.unevenness) * (square / square.max())
    return share


def _labels(
    field: _Field, light: _Light, rng: np.random.Generator
) -> tuple[NDArray[np.generic] | None, float]:
    del light, rng
    inner = field.labels[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    return inner.astype(np.uint16), field.scene.pixel_size


def _no_image(
    field: _Field, light: _Light, rng: np.random.Generator
) -> tuple[NDArray[np.generic] | None, float]:
    del light, rng
    return None, field.scene.pixel_size


def _noise_free(
    field: _Field, light: _Light, rng: np.random.Generator
) -> tuple[NDArray[np.generic] | None, float]:
    del rng
    inner = light.electrons[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
    return field.scene.camera.expect(inner), field.scene.pixel_size


def _stains(
    field: _Field, light: _Light, rng: np.random.Generator
) -> tuple[NDArray[np.generic] | None, float]:
    """Return each stain in focus, its brightness as bright as ``_STAIN_PHOTONS`` make it."""
    del light
    scene = field.scene
    shown = []
    for stain in scene.stains:
        layers = draw_stain(stain, field.cells, field.fine, rng)
        image = image_layers(
            layers,
            LAYERS,
            scene.objective,
            field.fine.pixel_size,
            shift=field.shift,
            binning=scene.binning,
        )
        photons = image * np.float32(field.scale_of(image) / field.photons * _STAIN_PHOTONS)
        shown.append(photons[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN])
    stack = scene.camera.expect(np.stack(shown) if len(shown) > 1 else shown[0])
    return stack, scene.pixel_size


def _sim(
    field: _Field, light: _Light, rng: np.random.Generator
) -> tuple[NDArray[np.generic] | None, float]:
    del rng
    scene = field.scene
    structured = replace(scene.objective, pattern=_PATTERN)
    pixel_size = field.fine.pixel_size
    image = image_layers(light.layers, LAYERS, structured, pixel_size, shift=field.shift)
    margin = field.fine.margin
    inner = image[margin:-margin, margin:-margin] * np.float32(light.scale)
    return scene.camera.expect(inner), pixel_size


_STAIN_PHOTONS: Final = 500.0
"""Photons in a pixel of a bright cell in images of stains."""
_PATTERN: Final = 0.9
"""Frequency of the pattern of structured illumination as a share of the cut-off."""
_Target = Callable[[_Field, _Light, np.random.Generator], tuple[NDArray[np.generic] | None, float]]
_TARGETS: Final[Mapping[str, _Target]] = MappingProxyType(
    {
        "labels": _labels,
        "boxes": _no_image,
        "noise-free": _noise_free,
        "stains": _stains,
        "sim": _sim,
    }
)
"""Target and its pixel size by the kinds of truth of `scenes.TARGETS`."""
