"""Sizes of bacteria, each with its source, and how they group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["SPECIES", "Arrangement", "Sizes", "Species", "draw_sizes"]

_DIVIDES: Final = 0.75
"""Share of the time between two divisions after which a cell begins to constrict."""


@dataclass(frozen=True)
class Species:
    """Sizes of a species, in micrometers.

    Parameters
    ----------
    name
        Its scientific name.
    width
        Smallest and largest width.
    length
        Length of the whole cell after a division and before the next, averages.
    source
        The publication with these sizes.
    curvature
        Smallest and largest curvature, in 1/µm.
    spread
        Standard deviation of the length as a share of it.
    constricts
        Whether a dividing cell becomes narrow in the middle, or a septum grows across it.
    """

    name: str
    width: tuple[float, float]
    length: tuple[float, float]
    source: str
    curvature: tuple[float, float] = (0.0, 0.0)
    spread: float = 0.08
    constricts: bool = True


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes of some cells; one float64 for each in every array, as in `Cell`."""

    length: NDArray[np.float64]
    radius: NDArray[np.float64]
    curvature: NDArray[np.float64]
    constriction: NDArray[np.float64]
    septum: NDArray[np.float64]


@dataclass(frozen=True)
class Arrangement:
    """Grouping of cells.

    Parameters
    ----------
    density
        Smallest and largest number of cells in 100 square micrometers, of which one is drawn for
        each image; fewer where they find no place.
    colonies
        Share of the cells that are in colonies or chains.
    generations
        Fewest and most divisions of a colony: 3 give eight cells.
    disorder
        Standard deviation of the angle between two daughters, in radians; small for chains.
    cohesion
        Share of the way to the middle of its colony that a cell is drawn in each step; 0 for
        chains.
    """

    density: tuple[float, float] = (4.0, 8.0)
    colonies: float = 0.3
    generations: tuple[int, int] = (2, 4)
    disorder: float = 0.12
    cohesion: float = 0.03


SPECIES: Final[Mapping[str, Species]] = MappingProxyType(
    {
        "ecoli": Species(
            "Escherichia coli",
            (0.9, 1.05),
            (2.0, 4.0),
            "Milo and Phillips, Cell Biology by the Numbers (2015): 1 µm wide, 2 to 4 µm long",
        ),
        "bsubtilis": Species(
            "Bacillus subtilis",
            (0.75, 0.9),
            (2.7, 5.0),
            "Sharpe et al., J. Bacteriol. 180 (1998) 547: lengths by growth rate; 0.8 µm wide",
            constricts=False,
        ),
        "saureus": Species(
            "Staphylococcus aureus",
            (0.8, 1.0),
            (0.9, 1.2),
            "Monteiro et al., Nat. Commun. 6 (2015) 8055: spheres of 0.8 to 1 µm that grow longer",
            spread=0.03,
            constricts=False,
        ),
        "ccrescentus": Species(
            "Caulobacter crescentus",
            (0.55, 0.7),
            (1.8, 3.2),
            "Woldemeskel and Goley, Trends Microbiol. 25 (2017) 673: crescents of about 0.6 µm",
            curvature=(0.25, 0.55),
        ),
    }
)


def draw_sizes(species: Species, count: int, rng: np.random.Generator) -> Sizes:
    """Draw sizes as in a culture that grows steadily.

    The age of a cell, 0 after a division and 1 before the next, has the density
    ``2^(1 - age) ln 2`` (Powell, J. Gen. Microbiol. 15, 1956, 492), its length doubles, and the
    width stays.

    Parameters
    ----------
    species
        Ranges of sizes.
    count
        Number of cells.
    rng
        Source of random numbers.
    """
    age = 1.0 - np.log2(1.0 + rng.random(count))
    low, high = species.length
    whole = low * (high / low) ** age * rng.normal(1.0, species.spread, count).clip(0.7, 1.3)
    radius = rng.uniform(*species.width, count) / 2.0
    progress = ((age - _DIVIDES) / (1.0 - _DIVIDES)).clip(0.0, 0.95)
    none = np.zeros(count)
    sign = rng.choice((-1.0, 1.0), count)
    return Sizes(
        length=np.maximum(whole - 2.0 * radius, 0.0),
        radius=radius,
        curvature=sign * rng.uniform(*species.curvature, count),
        constriction=progress if species.constricts else none,
        septum=none if species.constricts else progress,
    )
