"""Places of cells: no overlap, contacts in colonies, sizes of a culture."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.simulation.arrangement import place_cells
from deepbacs_zoo.simulation.cells import spine_points
from deepbacs_zoo.simulation.species import SPECIES, Arrangement, draw_sizes


def gaps(cells):
    """The gap between each two cells in micrometers, from many points on both center lines."""
    columns = ("angle", "length", "curvature")
    centers = np.array([(cell.y, cell.x) for cell in cells])
    points = spine_points(
        centers, *(np.array([getattr(cell, name) for cell in cells]) for name in columns), 81
    )
    for i, j in zip(*np.triu_indices(len(cells), 1), strict=True):
        if np.hypot(*(centers[i] - centers[j])) < 8:
            apart = points[i][:, None] - points[j][None]
            distance = np.hypot(apart[..., 0], apart[..., 1]).min()
            yield i, j, distance - cells[i].radius - cells[j].radius


@pytest.mark.parametrize("species", SPECIES)
def test_cells_in_colonies_touch_and_do_not_overlap(species):
    arrangement = Arrangement((8.0, 8.0), colonies=0.8, generations=(2, 3))
    cells = place_cells(SPECIES[species], arrangement, (24.0, 24.0), np.random.default_rng(3))
    found = list(gaps(cells))
    assert len(cells) > 25
    assert min(gap for _, _, gap in found) > -0.02
    touching = [(i, j) for i, j, gap in found if gap < 0.1]
    assert len(touching) > 0.3 * len(cells)
    assert all(cells[i].group == cells[j].group for i, j in touching)


def test_the_number_of_cells_follows_the_density():
    arrangement = Arrangement((6.0, 6.0), colonies=0.0)
    cells = place_cells(SPECIES["ecoli"], arrangement, (30.0, 20.0), np.random.default_rng(0))
    assert len(cells) == 36
    assert len({cell.group for cell in cells}) == 36
    assert all(0 <= cell.y <= 30 and 0 <= cell.x <= 20 for cell in cells)


@pytest.mark.parametrize("name", SPECIES)
def test_sizes_are_those_that_are_stated(name):
    species = SPECIES[name]
    sizes = draw_sizes(species, 4000, np.random.default_rng(0))
    assert species.width[0] <= 2 * sizes.radius.min()
    assert 2 * sizes.radius.max() <= species.width[1]
    whole = sizes.length + 2 * sizes.radius
    low, high = species.length
    # Of a culture that grows steadily the mean length is 1.44 times that of new cells.
    expected = low * np.mean(
        (high / low) ** (1 - np.log2(1 + np.random.default_rng(1).random(9999)))
    )
    assert whole.mean() == pytest.approx(expected, rel=0.03)
    assert (sizes.constriction > 0).any() == species.constricts
    assert (sizes.septum > 0).any() != species.constricts
