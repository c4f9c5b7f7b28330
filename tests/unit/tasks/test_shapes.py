"""Targets of polygons, splines and foreground; what tasks choose by the labels."""

import numpy as np
import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.tasks import Labels, Sample, get_entry, get_method
from deepbacs_zoo.tasks.targets.classes import foreground_target
from deepbacs_zoo.tasks.targets.objects import choose_grid, objectness, some_objects
from deepbacs_zoo.tasks.targets.splines import basis, control_points, spline_target
from deepbacs_zoo.tasks.targets.star_convex import (
    RAYS,
    _distances_from,
    choose_rays,
    reconstruction,
    star_target,
)


def disk(side, radius, middle=None):
    y, x = np.mgrid[:side, :side]
    row, column = middle or (side // 2, side // 2)
    return (y - row) ** 2 + (x - column) ** 2 <= radius**2


def rod(side, length, width, angle):
    y, x = np.mgrid[:side, :side] - side // 2
    along, across = y * np.sin(angle) + x * np.cos(angle), y * np.cos(angle) - x * np.sin(angle)
    beyond = np.maximum(np.abs(along) - length / 2, 0)
    return np.hypot(beyond, across) <= width / 2


def crescent(side=64):
    y = np.arange(side)[:, np.newaxis]
    return disk(side, 28) & ~disk(side, 18) & (y > side // 2 - 8)


def samples(*masks, channels=1):
    return [Sample("data/target/a.tif", channels, Labels(mask.astype(np.int32))) for mask in masks]


def test_distances_of_a_disk_are_its_radius():
    target = star_target(disk(41, 12).astype(np.int32), 16, 1)
    np.testing.assert_allclose(target["distances"][:, 20, 20], 12.5, atol=1)
    assert target["probability"][20, 20] == 1
    assert not target["distances"][:, 0, 0].any()
    assert target["probability"][0, 0] == 0


def test_ray_0_points_to_the_right_and_rays_turn_downwards():
    labels = np.zeros((30, 30), np.int32)
    labels[10:20, 5:29] = 1
    far = star_target(labels, 4, 1)["distances"][:, 12, 10]
    np.testing.assert_allclose(far, [18.5, 7.5, 5.5, 2.5])  # right, down, left, up


@pytest.mark.parametrize("grid", [2, 4])
def test_a_grid_takes_every_nth_pixel(grid):
    labels = np.zeros((37, 50), np.int32)
    labels[3:20, 4:30], labels[22:37, 25:50] = 1, 2
    for make in (star_target, spline_target):
        fine, coarse = make(labels, 8, 1), make(labels, 8, grid)
        for name, array in coarse.items():
            assert np.array_equal(array, fine[name][..., ::grid, ::grid])


def test_numbers_above_16_bits_are_distinguished():
    labels = np.zeros((10, 20), np.int32)
    labels[:, :10], labels[:, 10:] = 1, 1 + 2**16
    far = star_target(labels, 4, 1)["distances"]
    assert far[0, 5, 2] == 7.5


def test_objectness_is_the_depth_over_the_deepest():
    labels = np.zeros((9, 30), np.int32)
    labels[2:7, 2:12] = 1
    labels[1:8, 12:28] = 2
    found = objectness(labels, 1)
    assert found[4, 6] == found[4, 20] == 1
    assert found[2, 6] == pytest.approx(1 / 3)
    assert found[4, 11] == pytest.approx(1 / 3), "the neighbour is outside"
    assert not found[labels == 0].any()


def test_reconstruction_is_good_for_stars_and_bad_for_crescents():
    for mask in (disk(64, 20), rod(64, 30, 12, 0.4)):
        found = reconstruction(mask)
        assert list(found) == list(RAYS)
        assert found[64] > 0.95
        assert found[8] < found[64]
    assert reconstruction(crescent())[64] < 0.8


def test_distances_of_one_pixel_are_those_among_all():
    mask = rod(64, 30, 12, 0.4)
    for place in ((30, 25), (32, 32), (36, 45)):
        alone = _distances_from(mask, np.array(place), 64)
        among_all = star_target(mask.astype(np.int32), 64, 1)["distances"][:, *place]
        np.testing.assert_allclose(alone, among_all, atol=1e-4)


def test_the_fewest_rays_that_are_as_good_are_chosen():
    assert choose_rays([{8: 0.9, 16: 0.985, 32: 0.99, 64: 0.99}]) == 16
    assert choose_rays([{8: 0.5, 16: 0.6, 32: 0.7, 64: 0.8}]) == 64
    round_ones = get_entry("stardist").choose(samples(disk(64, 20))).arguments["rays"]
    long_ones = get_entry("stardist").choose(samples(rod(64, 44, 8, 0.3))).arguments["rays"]
    assert round_ones < long_ones


@pytest.mark.parametrize(("radius", "grid"), [(3, 1), (7, 2), (14, 4), (28, 4)])
def test_the_grid_leaves_thin_objects_six_pixels(radius, grid):
    chosen = choose_grid(some_objects(samples(disk(64, radius))))
    assert chosen["grid"] == grid
    assert chosen["unit"] == pytest.approx(np.sqrt(np.pi) * radius / 2, rel=0.15)
    assert 4 <= chosen["min_size"] < disk(64, radius).sum()


def test_cut_objects_say_nothing_about_the_grid_but_count_for_the_smallest_size():
    whole, cut = disk(64, 14), disk(64, 14, (-11, 30))
    chosen = choose_grid(some_objects(samples(whole, cut)))
    assert chosen["grid"] == choose_grid(some_objects(samples(whole)))["grid"] == 4
    assert chosen["min_size"] < 0.3 * whole.sum() / 2
    assert choose_grid(some_objects(samples(cut)))["grid"] == 1, "there is nothing else"


def test_labels_that_are_not_star_convex_are_reported_with_their_share():
    entry = get_entry("stardist")
    (finding,) = entry.choose(samples(crescent(), disk(64, 20), disk(64, 9))).findings
    assert finding.severity is Severity.WARNING
    assert finding.id == "objects-not-star-convex"
    assert finding.sentence().startswith("33% of the objects")
    assert "splinedist" in str(finding.hint)
    assert entry.choose(samples(*[disk(64, 20)] * 30, crescent())).findings == ()


@pytest.mark.parametrize("name", ["unet", "stardist", "splinedist"])
def test_colour_pictures_give_a_network_of_three_channels(name):
    entry = get_entry(name)
    grey, colour = (
        entry.choose(samples(disk(64, 20), channels=channels)).arguments for channels in (1, 3)
    )
    assert get_method(name, grey).channels == 1
    assert get_method(name, colour).channels == 3
    assert get_method(name, colour).network_arguments["in_channels"] == 3


def test_weights_of_control_points_are_those_of_a_cubic_b_spline():
    weights = basis(6, 48)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(weights[0, [5, 0, 1]], [1 / 6, 4 / 6, 1 / 6])
    np.testing.assert_allclose(weights[4, [5, 0, 1, 2]], [1 / 48, 23 / 48, 23 / 48, 1 / 48])


@pytest.mark.parametrize("mask", [disk(64, 20), rod(64, 36, 10, 0.7), crescent()])
def test_a_spline_follows_the_rim(mask):
    from skimage.draw import polygon2mask

    curve = basis(16, 128) @ control_points(mask, 16)
    drawn = polygon2mask(mask.shape, curve)
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.93


def test_like_objects_have_like_control_points():
    one, turned, moved = (
        control_points(mask, 16)
        for mask in (
            rod(64, 30, 12, 0.5),
            rod(64, 30, 12, 0.55),
            np.roll(rod(64, 30, 12, 0.5), (5, -7), (0, 1)),
        )
    )
    assert np.abs(one - turned).max() < 3
    np.testing.assert_allclose(moved, one + np.array([5, -7]), atol=1e-9)


def test_splines_start_at_the_right_and_run_one_way():
    for angle in np.linspace(0, 3, 7):
        found = control_points(rod(64, 30, 14, angle), 16) - 32
        assert abs(found[0, 0]) < 4
        assert found[0, 1] > 5
        assert found[2, 0] < found[0, 0] < found[-2, 0]


def test_offsets_lead_from_each_pixel_to_the_control_points():
    labels = np.zeros((40, 44), np.int32)
    labels[8:30, 10:35] = 1
    mask = np.pad(labels == 1, 1)
    expected = control_points(mask, 16) - 1
    offsets = spline_target(labels, 16, 2)["offsets"]
    for row, column in ((8, 9), (6, 13)):
        found = offsets[:, row, column].reshape(16, 2) + np.array([2 * row, 2 * column])
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert not offsets[:, 0, 0].any()


def test_an_object_of_one_pixel_and_one_in_parts_have_splines():
    labels = np.zeros((20, 20), np.int32)
    labels[3, 3] = 1
    labels[10:18, 5:15] = 2
    labels[5, 15] = 2
    offsets = spline_target(labels, 8, 1)["offsets"]
    assert np.isfinite(offsets).all()
    assert np.abs(offsets[:, 3, 3]).max() < 1
    places = offsets[::2, 14, 10] + 14
    assert places.min() > 8, "the larger part counts"


def test_touching_objects_have_background_between_them():
    labels = np.zeros((6, 9), np.int32)
    labels[1:5, 1:5], labels[1:5, 5:8] = 1, 2
    found = foreground_target(labels)
    assert found[2].tolist() == [0, 1, 1, 1, 0, 0, 1, 1, 0]
    labels[labels == 2] = 1
    assert foreground_target(labels)[2].tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 0]
