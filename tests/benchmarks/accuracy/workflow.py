"""From training fields to scores by the project's own public functions: train, export, evaluate."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.annotations import Pair, match_pairs
from deepbacs_zoo.cards import read_card
from deepbacs_zoo.evaluation import LabelScores, evaluate
from deepbacs_zoo.evaluation.labels.scoring import gather, score_image
from deepbacs_zoo.exporting import export
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.results import write_overlay
from deepbacs_zoo.training import train
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.fields import Field

CARD = Path(__file__).with_name("card.md")


@dataclass(frozen=True)
class Method:
    """A network and how it is trained.

    Parameters
    ----------
    name
        Its name in the table, and of its folder.
    method
        A method of the task segmentation.
    settings
        Keyword arguments of ``deepbacs_zoo.train``: epochs, preset, settings, validation.
    """

    name: str
    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def describe(self) -> str:
        """Return the settings in one line."""
        flat = {**self.settings, **self.settings.get("settings", {})}
        flat.pop("settings", None)
        said = ", ".join(f"{name} {value}" for name, value in flat.items())
        return f"method {self.method}" + (f", {said}" if said else "")


@dataclass(frozen=True)
class Package:
    """What training left, and how long it took."""

    path: Path
    seconds: Seconds


def write_fields(fields: Sequence[Field], folder: Path, pixel: float | None) -> tuple[Path, Path]:
    """Write images and label images as a user has them; return the two folders.

    Parameters
    ----------
    fields
        The images.
    folder
        Where ``source`` and ``target`` go.
    pixel
        Side of a pixel in micrometers, ``None`` where nobody knows.
    """
    size = Calibration(x=pixel, y=pixel, unit="µm") if pixel else Calibration()
    source, target = folder / "source", folder / "target"
    for part in (source, target):
        part.mkdir(parents=True, exist_ok=True)
    for one in fields:
        write_tiff(source / f"{one.name}.tif", one.image, "yx", size)
        write_tiff(
            target / f"{one.name}.tif", one.labels.astype(np.uint16), "yx", size, labels=True
        )
    return source, target


def make_package(
    method: Method,
    fields: Sequence[Field],
    folder: Path,
    *,
    seed: int,
    pixel: float | None = None,
    pretrained: Path | None = None,
) -> Package:
    """Train a method on fields and export it.

    Parameters
    ----------
    method
        What is trained, and how.
    fields
        The training part; the project chooses among them what validates.
    folder
        A new folder for images, run and package.
    seed
        Of the training.
    pixel
        As in :func:`write_fields`.
    pretrained
        A package whose weights are fine-tuned.
    """
    clock = Clock()
    source, target = write_fields(fields, folder / "training", pixel)
    options: dict[str, Any] = dict(method.settings)
    if pretrained is not None:
        options["pretrained"] = pretrained
    run = train(
        "segmentation",
        source,
        target,
        folder / "run",
        method=method.method,
        seed=seed,
        progress=False,
        **options,
    )
    path = export(run, read_card(CARD), folder / "package.zip")
    return Package(path, clock.read())


def score_package(
    package: Path,
    fields: Sequence[Field],
    folder: Path,
    pixel: float | None = None,
    *,
    complete: bool = True,
) -> LabelScores:
    """Score a package on the test part, and draw what it found into ``folder``."""
    pairs = match_pairs(*write_fields(fields, folder / "test", pixel))
    return score_pairs(package, pairs, folder, complete=complete)


def score_pairs(
    package: Path, pairs: Sequence[Pair], folder: Path, *, complete: bool = True
) -> LabelScores:
    """Score a package on files, and draw what it found into ``folder``."""
    found = evaluate(package, pairs, training=(), labels_complete=complete, previews=len(pairs))
    for picture in found.previews:
        draw(picture.image, picture.predicted, folder / "overlays" / f"{picture.name}.png")
    return found.model


def score_function(
    name: str,
    function: Callable[[np.ndarray], np.ndarray],
    fields: Sequence[Field],
    folder: Path,
) -> LabelScores:
    """Score anything that makes a label image of an image, and draw what it found."""
    rows = []
    for one in fields:
        started = time.perf_counter()
        found = np.asarray(function(one.image), np.int32)
        seconds = time.perf_counter() - started
        rows.append(score_image(one.name, one.labels, found, seconds=seconds))
        draw(one.image.astype(np.float32), found, folder / "overlays" / f"{one.name}.png")
    return gather(name, name, rows)


def draw(image: np.ndarray, labels: np.ndarray, path: Path) -> None:
    """Write an overlay of outlines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    write_overlay(path, image, labels)
