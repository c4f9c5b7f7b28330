"""Shapes of cells and their stains against formulas."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from deepbacs_zoo.simulation.cells import Cell, part_of
from deepbacs_zoo.simulation.drawing import Grid, draw_labels, draw_stain, draw_thickness

ROD = Cell(4.0, 4.0, angle=0.4, length=2.4, radius=0.5)
BENT = replace(ROD, curvature=0.5, length=3.0)
COCCUS = replace(ROD, length=0.0, radius=0.45)
DIVIDING = replace(ROD, constriction=0.6, length=3.0)
GRID = Grid((200, 200), 0.04)


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("cell", [ROD, BENT, COCCUS, replace(BENT, curvature=-0.5)])
def test_labels_have_the_area_of_a_spherocylinder(cell):
    # The mean over places within a pixel: one place alone is right to some pixels of the rim.
    places = np.random.default_rng(0).uniform(3.9, 4.1, (10, 2))
    drawn = [draw_labels([replace(cell, y=y, x=x)], GRID) for y, x in places]
    area = np.mean([(labels == 1).sum() for labels in drawn]) * GRID.pixel_size**2
    assert area == pytest.approx(math.pi * cell.radius**2 + 2 * cell.radius * cell.length, rel=0.01)


def test_a_bent_cell_bends_to_the_side_of_its_sign():
    middles = [
        ndimage.center_of_mass(draw_labels([replace(BENT, angle=0.0, curvature=bend)], GRID))[0]
        for bend in (-0.5, 0.0, 0.5)
    ]
    assert middles[0] < middles[1] - 3
    assert middles[2] > middles[1] + 3


@pytest.mark.parametrize("cell", [ROD, BENT, COCCUS])
def test_thickness_has_the_volume_of_a_spherocylinder(cell):
    volume = draw_thickness([cell], GRID).sum() * GRID.pixel_size**2
    exact = 4 / 3 * math.pi * cell.radius**3 + math.pi * cell.radius**2 * cell.length
    assert volume == pytest.approx(exact, rel=0.01)


def test_thickness_is_largest_at_the_center_line():
    assert draw_thickness([ROD], GRID).max() == pytest.approx(2 * ROD.radius, rel=0.01)


def test_layers_add_up_to_the_whole():
    layers = draw_stain("cytoplasm", [ROD, COCCUS], GRID, rng())
    assert np.allclose(layers.sum(axis=0), draw_thickness([ROD, COCCUS], GRID), atol=1e-4)
    # The layer about the middle is 0.3 micrometers thick.
    assert layers[0].max() <= 2 * 0.3 * 1.001


def test_a_membrane_has_the_volume_of_its_surface():
    drawn = draw_stain("membrane", [ROD], GRID, rng()).sum() * GRID.pixel_size**2
    inner = replace(ROD, radius=ROD.radius - 0.03)
    volumes = [
        4 / 3 * math.pi * c.radius**3 + math.pi * c.radius**2 * c.length for c in (ROD, inner)
    ]
    assert drawn == pytest.approx(volumes[0] - volumes[1], rel=0.02)


@pytest.mark.parametrize("cell", [ROD, BENT, DIVIDING])
def test_membranes_lie_at_the_rim_of_labels_and_nucleoids_inside(cell):
    labels = draw_labels([cell], GRID) > 0
    depth = ndimage.distance_transform_edt(labels) * GRID.pixel_size
    membrane = draw_stain("membrane", [cell], GRID, rng())[0]
    rim = (depth > 0) & (depth < 0.08)
    core = depth > 0.25
    assert membrane[rim].mean() > 3 * membrane[core].mean()
    assert membrane[ndimage.distance_transform_edt(~labels) > 1.5].max() == 0
    nucleoid = draw_stain("nucleoid", [cell], GRID, rng()).sum(axis=0)
    assert nucleoid.sum() > 0
    assert nucleoid[depth < 0.08].sum() < 0.01 * nucleoid.sum()


def test_a_dividing_cell_is_narrow_in_the_middle_and_has_two_nucleoids():
    flat = replace(DIVIDING, angle=0.0)
    labels = draw_labels([flat], GRID)
    widths = labels.sum(axis=0) * GRID.pixel_size
    assert widths[100] == pytest.approx(2 * 0.5 * (1 - 0.6), abs=2 * GRID.pixel_size)
    assert widths.max() == pytest.approx(1.0, abs=1.5 * GRID.pixel_size)
    nucleoid = draw_stain("nucleoid", [flat], GRID, rng()).sum(axis=0)
    assert ndimage.label(nucleoid > 0)[1] == 2


def test_a_ring_and_a_septum_lie_across_the_middle():
    dividing = replace(ROD, angle=0.0, septum=0.5, length=3.0)
    for stain in ("ftsz", "membrane"):
        line = draw_stain(stain, [dividing], GRID, rng()).sum(axis=(0, 1))
        plain = draw_stain(stain, [replace(dividing, septum=0.0, length=0.9)], GRID, rng())
        assert abs(int(line.argmax()) - 100) <= 1
        assert line.max() > 1.5 * np.median(line[line > 0.1 * line.max()])
        assert plain.sum() > 0


def test_bodies_in_a_cell_follow_its_center_line():
    part = part_of(BENT, 0.5, 1.0, 0.2)
    assert part.length == pytest.approx(0.5)
    inside = draw_labels([BENT], GRID) > 0
    assert inside[draw_labels([part], GRID) > 0].all()


def test_cells_beyond_the_grid_are_not_drawn():
    assert not draw_labels([replace(ROD, y=-30.0)], GRID).any()
    assert draw_labels([replace(ROD, y=0.0)], GRID).any()
