"""Scenes: what is drawn, as which microscope sees it, and what belongs to each image as truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import UsageError, look_up
from deepbacs_zoo.options import Option
from deepbacs_zoo.simulation.camera import Camera
from deepbacs_zoo.simulation.checks import check
from deepbacs_zoo.simulation.optics import Objective
from deepbacs_zoo.simulation.species import SPECIES, Arrangement
from deepbacs_zoo.simulation.stains import STAINS
from deepbacs_zoo.simulation.transmitted import Transmitted

__all__ = ["SCENES", "SMALLEST", "Disturbances", "Scene", "get_scene", "scenes_of"]

SMALLEST: Final = 64
"""Pixels of the shorter side of an image; less shows no whole cell."""
LARGEST: Final = 8192


@dataclass(frozen=True)
class Disturbances:
    """Faults of an image that are not noise.

    Parameters
    ----------
    background
        Light everywhere, as a share of the photons of a bright cell; fluorescence only.
    unevenness
        Largest loss of light in a corner, as a share.
    dirt
        Number of specks out of focus in 1000 square micrometers.
    focus
        Mean and standard deviation in micrometers of the height of the focus above the cells.
    drift
        Largest displacement of the target, in micrometers.
    grain
        Standard deviation of the phase of the medium in radians; transmitted light only.

    Raises
    ------
    UsageError
        One is out of its range.
    """

    background: float = 0.1
    unevenness: float = 0.2
    dirt: float = 3.0
    focus: tuple[float, float] = (0.0, 0.1)
    drift: float = 0.0
    grain: float = 0.015

    def __post_init__(self) -> None:
        check("background", self.background, 0 <= self.background <= 100, "0 to 100")
        check("unevenness", self.unevenness, 0 <= self.unevenness < 1, "0, and below 1")
        check("dirt", self.dirt, 0 <= self.dirt <= 1000, "0 to 1000 specks in 1000 µm²")
        check("focus", self.focus[1], 0 <= self.focus[1] <= 10, "a deviation of 0 to 10 µm")
        check("drift", self.drift, 0 <= self.drift <= 5, "0 to 5 micrometers")
        check("grain", self.grain, 0 <= self.grain <= 1, "0 to 1 radian")


@dataclass(frozen=True)
class Scene:
    """Everything that makes images, apart from their size, their number and the seed.

    Parameters
    ----------
    name
        Its name.
    task
        The task that its images are for.
    summary
        One line for people.
    target
        Kind of truth: ``labels``, ``boxes``, ``noise-free``, ``stains`` or ``sim``.
    species
        Names in `SPECIES`; the images take them in turn.
    stains
        Names in `STAINS`: those that the images show in turn, or with the target ``stains`` the
        channels of the target.
    transmitted
        The microscope of images in transmitted light; ``None`` for fluorescence.
    photons
        Detected photons in a pixel of a bright cell (the 99th percentile of pixels in cells), in
        transmitted light of the background; the images take them in turn.
    pixel_size
        Side of a pixel in micrometers.
    binning
        Pixels of structured illumination, and of the grid on which cells are drawn, in each row of
        a pixel of the image.
    arrangement, objective, camera, disturbances
        See there.
    brightness
        Standard deviation of the logarithm of the brightness of cells.

    Raises
    ------
    UsageError
        A setting is not one that can be simulated.
    """

    name: str
    task: str
    summary: str
    target: str
    species: tuple[str, ...] = ("ecoli",)
    stains: tuple[str, ...] = ("membrane",)
    transmitted: Transmitted | None = None
    photons: tuple[float, ...] = (200.0,)
    pixel_size: float = 0.08
    binning: int = 2
    arrangement: Arrangement = field(default_factory=Arrangement)
    objective: Objective = field(default_factory=Objective)
    camera: Camera = field(default_factory=Camera)
    disturbances: Disturbances = field(default_factory=Disturbances)
    brightness: float = 0.2

    def __post_init__(self) -> None:
        for photons in self.photons or (-1.0,):
            check("photons", photons, 0 < photons <= 1e6, "above 0, at most 1,000,000")
        check("pixel_size", self.pixel_size, 0.01 <= self.pixel_size <= 0.5, "0.01 to 0.5 µm")
        check("binning", self.binning, 1 <= self.binning <= 8, "1 to 8")
        check("brightness", self.brightness, 0 <= self.brightness <= 2, "0 to 2")
        for name in self.species:
            look_up(SPECIES, name, Option("species"), "species")
        for name in self.stains:
            look_up(STAINS, name, Option("stains"), "stain")
        look_up(TARGETS, self.target, Option("target"), "kind of truth")

    @property
    def fine_pixel_size(self) -> float:
        """The side in micrometers of a pixel of the grid on which cells are drawn."""
        return self.pixel_size / self.binning


TARGETS: Final = MappingProxyType(
    {
        "labels": "label images, one number for each cell",
        "boxes": "boxes of the classes rod, dividing and microcolony (Pascal VOC)",
        "noise-free": "the same image without noise",
        "stains": "stains without noise, one channel each",
        "sim": "structured illumination without noise, on the fine grid",
    }
)
"""Kinds of truth, in words."""

_BRIGHT_FIELD: Final = Transmitted()
_PHASE: Final = Transmitted(numerical_aperture=1.3, condenser=0.5, ring=0.1)
_LAMP: Final = Camera(gain=0.5, offset=100.0, read_noise=1.6)
_IN_LIGHT: Final = Disturbances(unevenness=0.05, focus=(0.5, 0.1), dirt=8.0)
_IN_PHASE: Final = Disturbances(unevenness=0.1, focus=(0.0, 0.1), dirt=8.0)
_SPARSE: Final = Arrangement((2.0, 5.0), colonies=0.3, generations=(1, 3))
_COLONIES: Final = Arrangement((5.0, 9.0), colonies=0.85, generations=(3, 5))
_CHAINS: Final = Arrangement(
    (3.0, 6.0), colonies=0.7, generations=(1, 3), disorder=0.04, cohesion=0.0
)
_COCCI: Final = Arrangement((8.0, 20.0), colonies=0.75, generations=(1, 4), disorder=0.3)
_CURVED: Final = Arrangement((3.0, 8.0), colonies=0.2, generations=(1, 2))
_CLEAN: Final = Disturbances(unevenness=0.1, dirt=2.0)

_DENOISING: Final = Scene(
    "denoising",
    "denoising",
    "fluorescent E. coli at three photon levels (5, 20 and 80) in turn",
    "noise-free",
    stains=("membrane", "nucleoid", "ftsz"),
    photons=(5.0, 20.0, 80.0),
    disturbances=replace(_CLEAN, background=0.15),
)
_LABELING: Final = Scene(
    "labeling",
    "labeling",
    "bright-field E. coli, and its membrane and nucleoid stains as two channels",
    "stains",
    stains=("membrane", "nucleoid"),
    transmitted=_BRIGHT_FIELD,
    photons=(8000.0,),
    arrangement=_SPARSE,
    camera=_LAMP,
    disturbances=_IN_LIGHT,
    brightness=0.1,
)
_SUPER: Final = Scene(
    "superresolution",
    "superresolution",
    "membrane stain in wide field on the fine grid, and by structured illumination",
    "sim",
    species=("ecoli", "saureus", "bsubtilis"),
    photons=(150.0,),
    pixel_size=0.04,
    binning=1,
    disturbances=_CLEAN,
)

_TABLE: Final = (
    Scene(
        "rods-bright-field",
        "segmentation",
        "E. coli in bright field, slightly out of focus, single and in small colonies",
        "labels",
        transmitted=_BRIGHT_FIELD,
        photons=(8000.0,),
        arrangement=_SPARSE,
        camera=_LAMP,
        disturbances=_IN_LIGHT,
    ),
    Scene(
        "colonies-phase-contrast",
        "segmentation",
        "microcolonies of E. coli in phase contrast, with halos",
        "labels",
        transmitted=_PHASE,
        photons=(6000.0,),
        arrangement=_COLONIES,
        camera=_LAMP,
        disturbances=_IN_PHASE,
    ),
    Scene(
        "cocci-membrane",
        "segmentation",
        "S. aureus with a membrane stain, in clusters, with septa",
        "labels",
        species=("saureus",),
        arrangement=_COCCI,
    ),
    Scene(
        "chains-membrane",
        "segmentation",
        "B. subtilis with a membrane stain, in chains",
        "labels",
        species=("bsubtilis",),
        arrangement=_CHAINS,
    ),
    Scene(
        "curved-cytoplasm",
        "segmentation",
        "curved C. crescentus with a fluorescent cytoplasm",
        "labels",
        species=("ccrescentus",),
        stains=("cytoplasm",),
        arrangement=_CURVED,
    ),
    Scene(
        "growth-stages",
        "detection",
        "E. coli in bright field as rods, dividing cells and microcolonies",
        "boxes",
        transmitted=_BRIGHT_FIELD,
        photons=(8000.0,),
        arrangement=Arrangement((2.0, 5.0), colonies=0.5, generations=(2, 4)),
        camera=_LAMP,
        disturbances=_IN_LIGHT,
    ),
    _DENOISING,
    *(
        replace(
            _DENOISING,
            name=f"denoising-{photons:.0f}",
            summary=f"fluorescent E. coli at {photons:.0f} photons in a pixel of a bright cell",
            photons=(photons,),
        )
        for photons in _DENOISING.photons
    ),
    _LABELING,
    *(
        replace(
            _LABELING,
            name=f"labeling-{stain}",
            summary=f"bright-field E. coli, and its {stain} stain",
            stains=(stain,),
        )
        for stain in _LABELING.stains
    ),
    replace(
        _LABELING,
        name="labeling-drift",
        summary="as labeling-membrane, with stains displaced by up to 0.4 µm",
        stains=("membrane",),
        disturbances=replace(_IN_LIGHT, drift=0.4),
    ),
    _SUPER,
    replace(
        _SUPER,
        name="superresolution-upscale",
        summary="membrane stain in wide field at 80 nm, and by structured illumination at 40 nm",
        pixel_size=0.08,
        binning=2,
    ),
)

SCENES: Final[Mapping[str, Scene]] = MappingProxyType({scene.name: scene for scene in _TABLE})
"""Scenes by name."""


def get_scene(name: str) -> Scene:
    """Return the scene of a name.

    Raises
    ------
    UsageError
        There is none.
    """
    return look_up(SCENES, name, "synthesize", "scene")


def scenes_of(task: str | None = None) -> tuple[Scene, ...]:
    """Return the scenes for a task, or all.

    Raises
    ------
    UsageError
        No scene is for this task.
    """
    tasks = dict.fromkeys(scene.task for scene in _TABLE)
    if task is not None and task not in tasks:
        raise UsageError(
            Option("task"),
            "no scene is for this task",
            value=task,
            allowed=", ".join(tasks),
            hint="choose one of these",
        )
    return tuple(scene for scene in _TABLE if task in {None, scene.task})
