"""One set of few images: trained by the default command with several seeds, tested and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deepbacs_zoo.annotations import match_pairs
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.few_images.runs import DEFAULT, FOUND, Recipe, trained, write_parts
from tests.benchmarks.accuracy.few_images.scores import bars, columns, summary
from tests.benchmarks.accuracy.few_images.sets import SETS, FewImages
from tests.benchmarks.accuracy.table import Row, Table
from tests.benchmarks.accuracy.workflow import score_pairs


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Parameters
    ----------
    archives
        Folder that holds the archives; ``None`` for the project's cache and pip.
    work
        Where images, runs, packages and overlays go; what is finished there is used.
    seeds
        Of the trainings.
    """

    archives: Path | None
    work: Path
    seeds: Sequence[int]


def run(name: str, given: Options, recipe: Recipe = DEFAULT) -> Table:
    """Train and score one of ``SETS``."""
    clock = Clock()
    chosen = SETS[name]
    data = given.work / name
    write_parts(chosen.cut(chosen.archive.locate(given.archives)), data)
    rows = [_row(chosen, recipe, data, seed) for seed in given.seeds]
    rows += summary(rows)
    return Table(
        f"few_images_{name}",
        chosen.title,
        rows,
        bars(chosen.asked, rows),
        ", ".join(map(str, given.seeds)),
        clock.read(),
        (
            "Intervals of a seed: over the test fields.  Merged, split: shares of labelled objects."
            "  Seconds of the training, from the command to its end.",
        ),
    )


def _row(chosen: FewImages, recipe: Recipe, data: Path, seed: int) -> Row:
    folder = data / f"seed_{seed}"
    found = trained(recipe, data, folder, seed)
    pairs = match_pairs(data / "test" / "source", data / "test" / "target")
    scores = score_pairs(found.package, pairs, folder, complete=chosen.complete)
    about = f"thresholds: {found.run.thresholds}"
    if found.seconds is None:
        about = f"{FOUND}; {about}"
    return Row(f"seed {seed}", columns(scores), found.seconds or Seconds(), about)
