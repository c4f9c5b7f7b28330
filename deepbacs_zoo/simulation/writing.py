"""Folders of simulated images, as the project reads training data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.annotations.boxes.voc import write_voc
from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.files.existing import refuse_existing
from deepbacs_zoo.files.staging import hidden_folder, move_into_place
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.options import Option
from deepbacs_zoo.simulation.checks import check
from deepbacs_zoo.simulation.rendering import Sample, simulate
from deepbacs_zoo.simulation.scenes import TARGETS, Scene
from deepbacs_zoo.simulation.species import SPECIES

__all__ = ["SETTINGS_FILE", "synthesize"]

SETTINGS_FILE: Final = "simulation.json"
README_FILE: Final = "README.txt"
_TEST_SHARE: Final = 0.25
_MOST_IMAGES: Final = 10_000


def synthesize(  # long: half of it documents its parameters
    scene: Scene,
    output: str | Path,
    *,
    images: int = 16,
    size: int = 512,
    seed: int = 0,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write images of a scene with their truth: a folder that training takes.

    A quarter of the images, at least one, are in ``test/``, the others in ``training/``, each with
    ``source/`` and ``target/``.  ``simulation.json`` holds every setting, ``README.txt`` what is
    what.

    Parameters
    ----------
    scene
        The scene.
    output
        The folder, which is there whole or not at all.
    images
        Number of images, at least 2.
    size
        Side of an image in pixels.
    seed
        Seed of the random numbers, 0 or more; the same settings give the same bytes.
    overwrite
        Whether a folder that this function wrote may be replaced.
    progress
        Called with the number of images that are done and of all.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        A number is out of its range, or a folder of something else would be replaced.
    OutputExistsError
        Something stands at ``output``.
    HostError
        The disk refuses.
    """
    folder = Path(output)
    check("images", images, 2 <= images <= _MOST_IMAGES, f"2 to {_MOST_IMAGES} images")
    check("seed", seed, seed >= 0, "0 or more")
    _check_output(folder, overwrite=overwrite)
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        with hidden_folder(folder.absolute().parent, folder.name) as hidden:
            made = hidden / "new"
            made.mkdir()
            n_test = max(round(images * _TEST_SHARE), 1)
            for index in range(images):
                part = made / ("training" if index < images - n_test else "test")
                _write(scene, simulate(scene, size, seed=seed, index=index), part, index)
                if progress is not None:
                    progress(index + 1, images)
            _describe(scene, made, {"images": images, "size": size, "seed": seed})
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
            move_into_place(made, folder, hidden)
    except HostError:
        raise
    except OSError as error:
        raise HostError(
            folder,
            "the images cannot be written here",
            value=error.strerror or error,
            allowed="a folder that may be written, on a disk with free space",
            hint="free some space or choose another " + Option("output"),
        ) from error
    return folder


def _check_output(folder: Path, *, overwrite: bool) -> None:
    refuse_existing(folder, overwrite=overwrite, empty=True)
    is_ours = folder.is_dir() and (folder / SETTINGS_FILE).is_file()
    if folder.exists() and not is_ours and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            folder,
            "this is no folder of simulated images and would be lost",
            allowed=f"a new path, or a folder with {SETTINGS_FILE} to be replaced",
            hint="choose another " + Option("output"),
        )


def _write(scene: Scene, sample: Sample, part: Path, index: int) -> None:
    """Write one image and its truth under one name, which holds the photon level."""
    name = f"{scene.name}_{index:04d}"
    if len(scene.photons) > 1:
        name += f"_{sample.photons:g}photons"
    source, target = part / "source" / f"{name}.tif", part / "target" / f"{name}.tif"
    write_tiff(source, sample.source, "yx", _square(sample.pixel_size))
    if sample.target is None:
        write_voc(target.with_suffix(".xml"), source.name, sample.source.shape, sample.boxes)
        return
    write_tiff(
        target,
        sample.target,
        "cyx"[-sample.target.ndim :],
        _square(sample.target_pixel_size),
        labels=scene.target == "labels",
    )


def _square(pixel_size: float) -> Calibration:
    return Calibration(x=pixel_size, y=pixel_size, unit="µm")


def _describe(scene: Scene, folder: Path, numbers: dict[str, Any]) -> None:
    """Write every setting for programs, and what is what for people."""
    settings = {
        "made_by": f"deepbacs_zoo {__version__}",
        **numbers,
        "scene": asdict(scene),
        "species": {name: asdict(SPECIES[name]) for name in scene.species},
    }
    text = json.dumps(settings, indent=2, ensure_ascii=False)
    (folder / SETTINGS_FILE).write_text(text + "\n", "utf-8")
    lines = (
        f"Simulated images, no photographs: {scene.summary}.",
        f"Made by deepbacs_zoo {__version__}: scene {scene.name}, for the task {scene.task}, "
        f"{numbers['images']} images of {numbers['size']} pixels, seed {numbers['seed']}.",
        "",
        "source: images of 16 bits, as a camera takes them.",
        f"target: {TARGETS[scene.target]}.",
        f"A pixel of the source is {scene.pixel_size:g} micrometers wide.",
        "Targets without noise are 32-bit numbers in counts of the same camera.",
        f"{SETTINGS_FILE}: every setting of shapes, optics and camera.",
        "",
        *(f"{SPECIES[name].name}: {SPECIES[name].source}." for name in scene.species),
    )
    (folder / README_FILE).write_text("\n".join(lines) + "\n", "utf-8")
