"""Train a very small run of each method, for tests that need a run and not its training.

    python -m tests.data.runs.make_runs

draws the images (``images/``, a few objects each) and trains each method for some seconds, on the
CPU, with a network of a few channels and a fixed seed.  Kept of a run: ``run.json`` with the
folders of its images relative to this one, ``history.csv``, and the state dict of the best epoch.
`test_frozen_runs.py` trains them again and compares.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image as Picture
from scipy.ndimage import gaussian_filter

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.tasks import Method, annotation_kind, get_entry
from deepbacs_zoo.training.data.examples import read_raw
from tests.data.runs.frozen import HERE, IMAGES, RUNS, image_folders
from tests.unit.training.drawn_boxes import draw as draw_boxes
from tests.unit.training.drawn_boxes import voc

KEPT = ("history.csv", "best.pt")
PARTS = {"training": 4, "test": 2}
"""Images of each part."""
SIZE, FINE = (Calibration(side, side, None, "µm") for side in (0.1, 0.05))
SETTINGS = {
    "labels": {
        "epochs": 3,
        "steps_per_epoch": 60,
        "patch_size": 32,
        "max_contrast": 1.4,
        "max_zoom": 1.0,
        "composed_fields": 0,
    },
    "image": {"epochs": 3, "steps_per_epoch": 60, "patch_size": 32},
    "boxes": {"epochs": 4, "steps_per_epoch": 60, "patch_size": 64, "max_zoom": 1.0},
}
ALL = {"batch_size": 4, "learning_rate": 1e-2}
_PLACES = ((5, 18), (28, 30), (26, 48), (52, 20), (50, 64), (18, 76))


def draw_labels(
    random: np.random.Generator, shape: tuple[int, int] = (66, 90)
) -> tuple[np.ndarray, np.ndarray]:
    """Return an image and its labels: bright ellipses, some touching, one cut by the edge."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    labels = np.zeros(shape, np.uint16)
    for number, (row, column) in enumerate(_PLACES, start=1):
        angle = random.uniform(0, np.pi)
        along = (y - row) * np.sin(angle) + (x - column) * np.cos(angle)
        across = (y - row) * np.cos(angle) - (x - column) * np.sin(angle)
        inside = (along / random.uniform(10, 14)) ** 2 + (across / 8) ** 2 < 1
        labels[inside & (labels == 0)] = number
    image = random.normal(1000, 40, shape) + 400 * (labels > 0)
    return image.astype(np.uint16), labels


def draw_images() -> None:
    """Write the images of all runs: labels, also in colors, boxes of two classes, noisy pairs."""
    random, noise = np.random.default_rng(0), np.random.default_rng(1)
    shutil.rmtree(IMAGES, ignore_errors=True)
    for part, count in PARTS.items():
        for index in range(count):
            image, labels = draw_labels(random)
            place = IMAGES / "labels" / part
            write_tiff(place / "source" / f"{index}.tif", image, "yx", SIZE)
            write_tiff(place / "target" / f"{index}.tif", labels, "yx", SIZE, labels=True)
            place = IMAGES / "colors" / part
            write_png(place / "source" / f"{index}.png", stained(image))
            write_tiff(place / "target" / f"{index}.tif", labels, "yx", SIZE, labels=True)
            place = IMAGES / "image" / part
            for folder, plane in zip(("source", "target"), noisy_pair(noise), strict=True):
                write_tiff(place / folder / f"{index}.tif", plane, "yx", SIZE)
            picture, rows = draw_boxes(random)
            place = IMAGES / "boxes" / part
            write_tiff(place / "source" / f"{index}.tif", picture, "yx", SIZE)
            (place / "target").mkdir(parents=True, exist_ok=True)
            (place / "target" / f"{index}.xml").write_text(voc(f"{index}.tif", rows))


def draw_enlarged() -> None:
    """Write images whose targets have twice their rows and columns."""
    random = np.random.default_rng(2)
    for part, count in PARTS.items():
        for index in range(count):
            for folder, plane, size in zip(
                ("source", "target"), enlarged_pair(random), (SIZE, FINE), strict=True
            ):
                place = IMAGES / "upscale" / part / folder / f"{index}.tif"
                write_tiff(place, plane, "yx", size)


def noisy_pair(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return an image of few photons, and the same without noise, uint16."""
    _, labels = draw_labels(random)
    clean = gaussian_filter(20.0 + 60 * (labels > 0), 1.5)
    noisy = 100 + 5 * random.poisson(clean)
    return noisy.astype(np.uint16), np.rint(100 + 5 * clean).astype(np.uint16)


def enlarged_pair(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a blurred image, and the sharp one with twice its rows and columns, uint16."""
    _, labels = draw_labels(random)
    fine = gaussian_filter(100.0 + 300 * (labels > 0), 1.0)
    coarse = gaussian_filter(fine, 2.0).reshape(33, 2, 45, 2).mean((1, 3))
    image = random.normal(coarse, 5.0)
    return np.rint(image).astype(np.uint16), np.rint(fine).astype(np.uint16)


def stained(image: np.ndarray) -> np.ndarray:
    """Return a grey image ``y x`` as RGB ``y x c`` uint8 of three different planes."""
    grey = image.astype(float)
    planes = [grey / 8, 255 - grey / 6, grey / 20]
    return np.stack(planes, -1).clip(0, 255).astype(np.uint8)


def write_png(path: Path, picture: np.ndarray) -> None:
    """Write an RGB picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.fromarray(picture).save(path)


def small_method(name: str, pairs: tuple[Pair, ...]) -> Method:
    """Return a method with a network of a few channels, its choices made by these images."""
    entry = get_entry(name)
    kind = annotation_kind(entry.annotation)
    samples = [raw.sample for raw in read_raw(kind, pairs)]
    method = entry.build(**entry.choose(samples).arguments)
    network = {"base": 3} if entry.annotation == "boxes" else {"base": 4, "depth": 1}
    return dataclasses.replace(
        method,
        network_arguments={**method.network_arguments, **network},
        training=dataclasses.replace(method.training, **SETTINGS[kind.kind], **ALL),
    )


def train_small(name: str, output: Path) -> Run:
    """Train the method of a frozen run on its images."""
    from deepbacs_zoo.training import train

    method_name, images = RUNS[name]
    source, target = image_folders(images)
    kind = annotation_kind(get_entry(method_name).annotation)
    target = target if kind.has_truth else source
    pairs = kind.match(source, target)
    method = small_method(method_name, pairs)
    return train(method, source, target, output, seed=0, device="cpu", tuned=False, progress=False)


def freeze(run: Run, folder: Path) -> None:
    """Keep what tests need of a run."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in KEPT:
        shutil.copyfile(run.folder / name, folder / name)
    block = json.loads((run.folder / "run.json").read_text("utf-8"))
    for part in filter(None, block["split"].values()):
        for key in ("source_folder", "target_folder"):
            part[key] = Path(part[key]).relative_to(HERE).as_posix()
    for finding in block["findings"]:
        finding["where"] = Path(finding["where"]).name
    (folder / "run.json").write_text(json.dumps(block, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Make everything anew."""
    draw_images()
    draw_enlarged()
    for name in RUNS:
        with tempfile.TemporaryDirectory() as aside:
            run = train_small(name, Path(aside) / "run")
            freeze(run, HERE / name)
            print(name, run.best)


if __name__ == "__main__":
    main()
