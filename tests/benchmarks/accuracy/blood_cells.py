"""Blood cells in stained smears: boxes and counts, trained on one list, reported on the other.

    python -m tests.benchmarks.accuracy.blood_cells --data DIR [--curve] [--output DIR]

DIR is a copy of BCCD: ``JPEGImages``, ``Annotations`` (Pascal VOC), and the set's own lists
``train.txt`` and ``val.txt``.  Counts stand beside two baselines: the best constant guess, which
knows the tested images' median, and threshold-and-watershed, tuned on the training list.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepbacs_zoo.annotations import match_box_pairs, read_boxes
from deepbacs_zoo.cards import read_card
from deepbacs_zoo.evaluation import BoxEvaluation, evaluate
from deepbacs_zoo.exporting import export
from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import Estimate, estimated
from deepbacs_zoo.training import train
from tests.benchmarks.accuracy import options, smears, workflow
from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.clock import Clock
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.table import Bar, Row, Table

NAME = "blood_cells"
RED, WHITE = "RBC", "WBC"
LISTS = {"training": "train.txt", "test": "val.txt"}
VALIDATION = 0.15
"""Share of the training images that chooses epoch and thresholds."""
ABOUT = "task detection with its own settings"
CURVE = (0.25, 0.5)
"""Shares of the training list of the learning curve, beside the whole of it."""
MAP, EXACT, ERROR = "mAP at IoU 0.5", "white cells exact", "red-cell count error"


@dataclass(frozen=True)
class Smears:
    """Images and their red cells, counted by the annotators."""

    images: tuple[np.ndarray, ...]
    red: tuple[int, ...]


def run(given: Options) -> Table:
    """Train the detector, tune the baseline, count."""
    clock = Clock()
    names = {part: _names(given.data, file) for part, file in LISTS.items()}
    rows: list[Row] = []
    if given.wants("detection"):
        rows.extend(_detectors(given, names))
    if given.wants("classical"):
        rows.append(_counted_classically(given, names))
    return Table(
        NAME,
        f"Blood cells, real (BCCD): trained on {len(names['training'])} images, tested on "
        f"{len(names['test'])}",
        rows,
        bars(rows),
        given.seed,
        clock.read(),
        (
            "Some red cells have no box and a few boxes are wrong: no method can count exactly.",
            "The best constant guess beats counting by threshold and watershed, and is computed "
            "from the tested images themselves: the harder baseline of the two.",
        ),
    )


def _names(data: Path | None, file: str) -> tuple[str, ...]:
    if data is None or not (data / file).is_file():
        place = "--data DIR was not given" if data is None else f"it is not in {data}"
        raise MissingDataError(
            f"{file} of the BCCD data set is missing ({place}); expected is a folder with "
            "JPEGImages, Annotations, train.txt and val.txt"
        )
    return tuple((data / file).read_text().split())


def _laid_out(data: Path, names: Sequence[str], folder: Path) -> tuple[Path, Path]:
    """Copy the images and annotations of a list into ``source`` and ``target``."""
    source, target = folder / "source", folder / "target"
    for part in (source, target):
        part.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copy(data / "JPEGImages" / f"{name}.jpg", source)
        shutil.copy(data / "Annotations" / f"{name}.xml", target)
    return source, target


def _detectors(given: Options, names: dict[str, tuple[str, ...]]) -> list[Row]:
    assert given.data is not None
    test = match_box_pairs(*_laid_out(given.data, names["test"], given.work / "test"))
    rows = []
    for share in (*(CURVE if given.curve else ()), 1.0):
        order = np.random.default_rng(given.seed).permutation(len(names["training"]))
        chosen = [names["training"][place] for place in order[: round(share * len(order))]]
        label = "detection" if share == 1.0 else f"detection, {len(chosen)} images"
        folder = given.work / label.replace(", ", "_").replace(" ", "_")
        clock = Clock()
        folders = _laid_out(given.data, chosen, folder / "training")
        made = train(
            "detection",
            *folders,
            folder / "run",
            seed=given.seed,
            validation=VALIDATION,
            progress=False,
        )
        package = export(made, read_card(workflow.CARD), folder / "package.zip")
        seconds = clock.read()
        found = evaluate(package, test)
        assert isinstance(found, BoxEvaluation)
        rows.append(Row(label, columns(found), seconds, ABOUT))
    return [*rows, _guess(found)]


def columns(found: BoxEvaluation) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    counts = {each.name: each for each in found.model.counts.classes}
    average = {one.name: one for one in found.headlines()}
    return {
        MAP: _estimate(average[MAP]),
        "mAP at IoU 0.3": _estimate(average["mAP at IoU 0.3"]),
        EXACT: counts[WHITE].exact,
        ERROR: counts[RED].error,
    }


def _estimate(line: object) -> Estimate:
    return Estimate(line.value, line.low, line.high)


def _guess(found: BoxEvaluation) -> Row:
    assert found.constant is not None
    counts = {each.name: each for each in found.constant.classes}
    scores = {EXACT: counts[WHITE].exact, ERROR: counts[RED].error}
    return Row("constant guess", scores, about=found.constant.description)


def _counted_classically(given: Options, names: dict[str, tuple[str, ...]]) -> Row:
    assert given.data is not None
    clock = Clock()
    training = _read(given.data, names["training"][::5], given.work / "tuning")
    recipe = smears.tuned(training.images, training.red)
    seconds = clock.read()
    test = _read(given.data, names["test"], given.work / "test")
    errors = [
        abs(recipe.count(image) - red) for image, red in zip(test.images, test.red, strict=True)
    ]
    values = np.array([(error, 1.0) for error in errors], np.float64)
    error = estimated(values, lambda sums: sums[:, 0] / sums[:, 1])[()]
    return Row("threshold and watershed", {ERROR: error}, seconds, recipe.describe())


def _read(data: Path, names: Sequence[str], folder: Path) -> Smears:
    images, red = [], []
    for pair in match_box_pairs(*_laid_out(data, names, folder)):
        picture = np.asarray(read_image(pair.source).data[0, 0].transpose("y", "x", "c"))
        boxes = read_boxes(pair, picture.shape[:2]).boxes
        images.append(picture)
        red.append(sum(box.name == RED for box in boxes))
    return Smears(tuple(images), tuple(red))


def bars(rows: Sequence[Row]) -> list[Bar]:
    """Return the bars of the detector."""
    found = {row.method: row.scores for row in rows}
    if "detection" not in found:
        return []
    value = {name: each.value for name, each in found["detection"].items()}
    least = 0.75 if any(name.startswith("detection, ") for name in found) else 0.8
    reached = [
        Bar(f"mAP {value[MAP]:.3f} at IoU 0.5, at least {least:g}", value[MAP] >= least),
        Bar(
            f"white cells exact in {value[EXACT]:.1%} of images, at least 94 %",
            value[EXACT] >= 0.94,
        ),
    ]
    for baseline in ("constant guess", "threshold and watershed"):
        if baseline in found:
            other = found[baseline][ERROR].value
            text = f"red-cell count error {value[ERROR]:.2f}, below {other:.2f} of the {baseline}"
            reached.append(Bar(text, value[ERROR] < other))
    return reached


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
