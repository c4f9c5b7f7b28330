"""Blood cells in stained smears: boxes and counts, trained on one list, reported on the other.

    python -m tests.benchmarks.accuracy.blood_cells --data DIR [--seeds N] [--curve] [--output DIR]

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

from deepbacs_zoo.annotations import Pair, match_box_pairs, read_boxes
from deepbacs_zoo.cards import read_card
from deepbacs_zoo.evaluation import BOX_THRESHOLDS, BoxEvaluation, Headline, evaluate
from deepbacs_zoo.exporting import export
from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import Estimate, estimated, ratio
from deepbacs_zoo.training import train
from tests.benchmarks.accuracy import options, smears, workflow
from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.options import Options
from tests.benchmarks.accuracy.table import Bar, Row, Table

NAME = "blood_cells"
RED, WHITE = "RBC", "WBC"
LISTS = {"training": "train.txt", "test": "val.txt"}
ABOUT = "task detection, without any option"
MEAN = "detection, mean"
GUESS = "constant guess"
LEAST_MAP, MOST_OF_GUESS = 0.88, 0.9
"""The bars: mAP at IoU 0.5, and the count error of red cells as a share of that of the guess."""
CURVE = (0.25, 0.5)
"""Shares of the training list of the learning curve, beside the whole of it."""
MAP, EXACT, ERROR = "mAP at IoU 0.5", "white cells exact", "red-cell count error"
SHARE, BIAS, FOUND = "error / guess", "red cells too many", "red cells found"


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
    for share in CURVE if given.curve else ():
        order = np.random.default_rng(given.seed).permutation(len(names["training"]))
        chosen = [names["training"][place] for place in order[: round(share * len(order))]]
        label = f"detection, {len(chosen)} images"
        found, seconds = _evaluated(given, label, chosen, test, given.seed)
        rows.append(Row(label, columns(found), seconds, ABOUT))
    every = []
    for seed in range(given.seed, given.seed + given.seeds):
        label = f"detection, seed {seed}"
        found, seconds = _evaluated(given, label, names["training"], test, seed)
        rows.append(Row(label, columns(found), seconds, f"{ABOUT}; {found.least_scores}"))
        every.append(found)
    about = f"of {len(every)} seeds; intervals: of an image's mean over the seeds"
    return [*rows, Row(MEAN, mean_columns(every), about=about), _guess(found)]


def _evaluated(
    given: Options, label: str, chosen: Sequence[str], test: Sequence[Pair], seed: int
) -> tuple[BoxEvaluation, Seconds]:
    """Train on images by their names, and score the package."""
    assert given.data is not None
    folder = given.work / label.replace(", ", "_").replace(" ", "_")
    clock = Clock()
    folders = _laid_out(given.data, chosen, folder / "training")
    made = train("detection", *folders, folder / "run", seed=seed, progress=False)
    package = export(made, read_card(workflow.CARD), folder / "package.zip")
    seconds = clock.read()
    found = evaluate(package, test)
    assert isinstance(found, BoxEvaluation)
    return found, seconds


def columns(found: BoxEvaluation) -> dict[str, Estimate]:
    """Return the scores that the table shows."""
    counts = {each.name: each for each in found.model.counts.classes}
    average = {one.name: one for one in found.headlines()}
    red = found.model.classes[found.classes.index(RED)]
    return {
        MAP: _estimate(average[MAP]),
        EXACT: counts[WHITE].exact,
        FOUND: red.points[BOX_THRESHOLDS.index(0.5)].recall,
        **_counted([found]),
    }


def mean_columns(every: Sequence[BoxEvaluation]) -> dict[str, Estimate]:
    """Return means over trainings of the scores that the table shows."""
    each = [columns(found) for found in every]
    means = {
        name: Estimate(float(np.mean([one[name].value for one in each])))
        for name in (MAP, EXACT, FOUND)
    }
    return {**means, **_counted(every)}


def _counted(every: Sequence[BoxEvaluation]) -> dict[str, Estimate]:
    """Return how red cells are counted; trainings are averaged image by image."""
    index = every[0].classes.index(RED)
    true = np.array([row.true[index] for row in every[0].model.rows], np.float64)
    found = np.array([[row.found[index] for row in one.model.rows] for one in every])
    wrong = np.abs(found - true).mean(axis=0)
    guess = np.abs(true - np.median(true))
    both = np.stack([wrong, (found - true).mean(axis=0), guess, np.ones_like(true)], axis=1)
    scores = estimated(
        both,
        lambda sums: np.stack(
            [
                ratio(sums[:, 0], sums[:, 3]),
                ratio(sums[:, 0], sums[:, 2]),
                ratio(sums[:, 1], sums[:, 3]),
            ],
            axis=-1,
        ),
    )
    return {name: scores[place] for place, name in enumerate((ERROR, SHARE, BIAS))}


def _estimate(line: Headline) -> Estimate:
    return Estimate(line.value, line.low, line.high)


def _guess(found: BoxEvaluation) -> Row:
    assert found.constant is not None
    counts = {each.name: each for each in found.constant.classes}
    scores = {EXACT: counts[WHITE].exact, ERROR: counts[RED].error}
    return Row(GUESS, scores, about=found.constant.description)


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
    """Return the bars of the detector: of the mean over its trainings."""
    scores = {row.method: row.scores for row in rows}
    if MEAN not in scores:
        return []
    value = {name: each.value for name, each in scores[MEAN].items()}
    reached = [
        Bar(f"mAP {value[MAP]:.3f} at IoU 0.5, at least {LEAST_MAP:g}", value[MAP] >= LEAST_MAP),
        Bar(
            f"white cells exact in {value[EXACT]:.1%} of images, at least 94 %",
            value[EXACT] >= 0.94,
        ),
    ]
    for baseline, most in ((GUESS, MOST_OF_GUESS), ("threshold and watershed", 1.0)):
        if baseline in scores:
            other = most * scores[baseline][ERROR].value
            part = f"{most:.0%} of the {baseline}"
            text = f"red-cell count error {value[ERROR]:.2f}, at most {other:.2f}, {part}"
            reached.append(Bar(text, value[ERROR] <= other))
    return reached


if __name__ == "__main__":
    sys.exit(options.main(__doc__, run))
