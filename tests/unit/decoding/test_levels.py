"""Splitting of components at higher levels, and the hulls that decide about it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.decoding.components import components, grown
from deepbacs_zoo.decoding.hulls import hull_pixels
from deepbacs_zoo.decoding.levels import split_components
from deepbacs_zoo.package.zoo_config import Foreground, Multilabel
from tests.data.decoding import make_levels

ENTRIES = make_levels.golden_levels()
LEVELS = (0.6, 0.7, 0.8, 0.9, 0.95)


def split(plane, levels=LEVELS, threshold=0.5, convexity=0.85, smallest=5, peak=0.0):
    return split_components(plane.astype(np.float32), threshold, peak, levels, convexity, smallest)


def disk(shape, y, x, radius, value=1.0):
    v, u = np.mgrid[: shape[0], : shape[1]]
    return np.where(np.hypot(v - y, u - x) <= radius, value, 0.0)


def two_disks(bridge, shape=(20, 40), peaks=(1.0, 1.0)):
    plane = np.maximum(disk(shape, 10, 10, 7, peaks[0]), disk(shape, 10, 28, 7, peaks[1]))
    plane[8:13, 15:24] = np.maximum(plane[8:13, 15:24], bridge)
    return plane


# --- golden vectors ------------------------------------------------------------------------------


def test_golden_planes_are_split_to_their_labels():
    assert [entry["kind"] for entry in ENTRIES] == ["multilabel"] * 200 + ["foreground"] * 200
    for entry in ENTRIES:
        found = make_levels.decoded(entry["kind"], entry["settings"], make_levels.tensor_of(entry))
        assert found.dtype == np.int32
        np.testing.assert_array_equal(found, make_levels.labels_of(entry), err_msg=str(entry))


@pytest.mark.parametrize("kind", ["multilabel", "foreground"])
def test_levels_count_in_the_golden_vectors(kind):
    cases = [
        (kind, entry["settings"], make_levels.tensor_of(entry))
        for entry in ENTRIES
        if entry["kind"] == kind
    ]
    assert sum(make_levels.is_split(*case) for case in cases) >= 150
    assert sum(make_levels.levels_needed(*case) > 1 for case in cases[50::3]) >= 5
    assert sum(make_levels.has_low_ones(*case) for case in cases) >= 50


@pytest.mark.parametrize("entry", ENTRIES[::20], ids=lambda entry: entry["kind"])
def test_labels_of_the_vectors_are_those_of_the_plain_implementation(entry):
    plain = make_levels.PLAIN[entry["kind"]]
    found = plain(entry["settings"], make_levels.tensor_of(entry))
    np.testing.assert_array_equal(found, make_levels.labels_of(entry))


# --- hulls ---------------------------------------------------------------------------------------


def test_hulls_are_those_of_a_count_pixel_by_pixel():
    rng = np.random.default_rng(0)
    for number in range(60):
        shape = tuple(int(side) for side in rng.integers(1, 14, 2))
        mask = rng.random(shape) < rng.choice([0.2, 0.5, 0.8, 0.95])
        labels = components(mask)
        if number % 2:
            labels = np.where(mask, rng.integers(0, 4, shape), 0).astype(np.int32)
        found = hull_pixels(labels)
        assert found.size == labels.max() + 1
        for label in set(labels.ravel().tolist()) - {0}:
            pixels = {tuple(each) for each in np.argwhere(labels == label).tolist()}
            assert found[label] == make_levels.hull_count(pixels)


def test_hulls_of_simple_shapes():
    labels = np.zeros((9, 9), np.int32)
    labels[0, 0] = 1
    labels[0, 2:8] = 2
    labels[2:8, 0] = 3
    labels[[2, 3, 4], [2, 3, 4]] = 5
    labels[2:7, 6], labels[6, 6:9] = 6, 6
    # The triangle of 5 by 3 pixels has two more on or within its long side.
    assert hull_pixels(labels).tolist() == [1, 1, 6, 6, 1, 3, 9]


@pytest.mark.parametrize("shape", [(0, 0), (0, 4), (4, 0)])
def test_planes_without_pixels_have_no_hulls(shape):
    assert hull_pixels(np.zeros(shape, np.int32)).tolist() == [1]
    assert split(np.zeros(shape)).shape == shape


# --- peaks ---------------------------------------------------------------------------------------


def test_components_without_a_peak_are_none():
    plane = np.maximum(disk((20, 60), 10, 10, 7, 0.7), disk((20, 60), 10, 40, 7, 0.7))
    plane[10, 40] = 0.9
    assert split(plane).max() == 2
    labels = split(plane, peak=0.9)
    assert labels.max() == 1
    assert np.array_equal(labels > 0, disk((20, 60), 10, 40, 7) > 0)
    assert split(plane, peak=np.nextafter(np.float32(0.9), np.float32(1))).max() == 0


@pytest.mark.parametrize("levels", [(), LEVELS])
def test_a_peak_counts_for_a_component_and_not_for_each_of_its_parts(levels):
    labels = split(two_disks(0.55, peaks=(0.75, 1.0)), levels, peak=0.9)
    assert labels.max() == (2 if levels else 1)


def test_a_pixel_that_is_no_number_is_no_peak():
    plane = disk((20, 20), 10, 10, 7, 0.7)
    plane[10, 10] = np.nan
    assert split(plane).max() == 1
    assert split(plane, peak=0.8).max() == 0


# --- splitting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("bridge", [0.55, 0.65, 0.94])
def test_two_disks_with_a_bridge_are_split_in_the_middle(bridge):
    plane = two_disks(bridge)
    assert split(plane, ()).max() == 1
    labels = split(plane)
    assert np.bincount(labels.ravel()).size == 3
    assert np.array_equal(labels > 0, plane >= 0.5)
    one, other = (np.argwhere(labels == number)[:, 1] for number in (1, 2))
    assert one.min() < 10 < 28 < other.max()


def test_a_bridge_above_the_last_level_stays():
    assert split(two_disks(0.96)).max() == 1


def test_single_objects_stay_in_one_piece():
    rng = np.random.default_rng(1)
    v, u = np.mgrid[:40, :40]
    angle = np.linspace(0, np.pi, 13)
    for each in angle:
        along = (v - 20) * np.sin(each) + (u - 20) * np.cos(each)
        across = (u - 20) * np.sin(each) - (v - 20) * np.cos(each)
        for bend in (0, 0.03):
            distance = np.hypot(np.maximum(abs(along) - 9, 0), across + bend * along**2)
            plane = np.clip(1.5 - distance / 6, 0, 1) + rng.normal(0, 0.01, v.shape)
            assert split(plane, smallest=20).max() == 1


def test_an_object_that_is_not_convex_stays_where_its_parts_are_not_either():
    plane = np.zeros((30, 70))
    plane[2:28, 2:4] = plane[26:28, 2:28] = plane[2:28, 66:68] = plane[26:28, 40:68] = 1
    plane[26:28, 28:40] = 0.55
    assert split(plane).max() == 1
    plane[2:26, 66:68] = 0  # now one of the two is straight
    assert split(plane).max() == 2


def test_faint_and_bright_objects_are_found_where_no_single_threshold_finds_both():
    plane = np.zeros((20, 80))
    plane[:, :40] = two_disks(0.8)
    plane = np.maximum(plane, disk(plane.shape, 10, 60, 7, 0.55))
    best = max(split(plane, (), threshold).max() for threshold in (0.3, 0.5, 0.6, 0.7, 0.85, 0.9))
    assert best == 2
    assert split(plane).max() == 3


def test_a_crowd_is_split_over_several_levels():
    plane = np.zeros((20, 76))
    for number, bridge in enumerate((0.55, 0.75, 0.92)):
        plane[8:13, 15 + 18 * number : 24 + 18 * number] = bridge
    for number in range(4):
        plane = np.maximum(plane, disk(plane.shape, 10, 10 + 18 * number, 7))
    assert [split(plane, LEVELS[:count]).max() for count in (0, 1, 3, 5)] == [1, 2, 3, 4]


def test_parts_that_are_too_small_are_none():
    plane = two_disks(0.55)
    plane[:, 20:] = np.where(plane[:, 20:] == 1, 0.58, plane[:, 20:])
    plane[9:11, 27:29] = 1
    assert split(plane, smallest=4).max() == 2
    assert split(plane, smallest=5).max() == 1


def test_what_is_not_above_the_threshold_is_no_level():
    plane = two_disks(0.65)
    assert np.array_equal(split(plane, (0.3, 0.5)), split(plane, ()))
    assert np.array_equal(split(plane, (0.3, 0.5, *LEVELS)), split(plane))


@pytest.mark.parametrize("seed", range(8))
def test_the_union_of_parts_is_their_component(seed):
    rng = np.random.default_rng(seed)
    plane = make_levels.crowd(rng, 60, 70)
    smallest = int(rng.integers(1, 9))
    labels, whole = split(plane, smallest=smallest), split(plane, ())
    assert np.array_equal(whole, components(plane >= np.float32(0.5)))
    assert np.array_equal(labels > 0, whole > 0)
    first = np.unique(labels[labels > 0], return_index=True)
    assert first[0].tolist() == list(range(1, labels.max() + 1))
    assert (np.diff(first[1]) > 0).all()
    for label in range(1, labels.max() + 1):
        assert components(labels == label).max() == 1
        assert np.unique(whole[labels == label]).size == 1


def test_components_are_split_alike_wherever_they_lie():
    planes = [np.pad(two_disks(bridge), 1) for bridge in (0.55, 0.75, 0.92)]
    alone = [split(plane) for plane in planes]
    assert sum(each.max() for each in alone) > sum(split(plane, ()).max() for plane in planes)
    for order in itertools.permutations(range(3)):
        together = split(np.hstack([planes[each] for each in order]))
        for place, each in enumerate(order):
            part = together[:, 42 * place : 42 * place + 42]
            pairs = set(zip(part.ravel().tolist(), alone[each].ravel().tolist(), strict=True))
            assert len(pairs) == alone[each].max() + 1


def test_without_levels_convexity_does_not_count():
    plane = two_disks(0.8).astype(np.float32)
    tensor = np.stack([1 - plane, plane, 0 * plane])
    for kind in (Multilabel, Foreground):
        assert np.array_equal(decode(kind("p"), tensor), decode(kind("p", convexity=0.1), tensor))


def test_waves_fill_a_long_path_from_its_end():
    free = np.zeros((201, 201), np.bool_)
    free[::2] = True
    free[1::4, -1] = free[3::4, 0] = True
    labels = np.zeros(free.shape, np.int32)
    labels[0, 0] = 3
    assert np.array_equal(grown(labels, free) == 3, free)
    assert np.count_nonzero(grown(labels, free, 500)) == 501
