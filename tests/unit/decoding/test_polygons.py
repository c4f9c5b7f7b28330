import math

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode, polygons
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.zoo_config import Spline, StarConvex
from tests.data.decoding.golden import golden, settings_of, size_of, tensor_of
from tests.data.decoding.make_polygons import (
    SPLINES,
    STARS,
    disks,
    nasty,
    noise,
    plain_decode,
    ring,
    spline_cases,
    star_cases,
)

ENTRIES = [(kind, entry) for kind in ("stars", "splines") for entry in golden(kind)]


def stars(height, width, rays=32, **changes):
    settings = StarConvex("p", rays, **changes)
    return settings, np.zeros((1 + rays, height, width), np.float32)


def put(tensor, y, x, distances, probability=1.0):
    tensor[0, y, x], tensor[1:, y, x] = probability, distances


@pytest.mark.parametrize(("kind", "entry"), ENTRIES, ids=lambda each: each and str(each)[:40])
def test_a_golden_tensor_is_decoded_to_its_labels(kind, entry):
    found = decode(settings_of(kind, entry["settings"]), tensor_of(entry), size_of(entry))
    assert found.dtype == np.int32
    assert found.reshape(-1).tolist() == entry["labels"]


def test_the_labels_of_the_vectors_are_those_of_the_plain_implementation():
    # From the stored tensors: another processor's sine may make other ones in the last place.
    names = [case[0] for case in (*star_cases(), *spline_cases())]
    assert [entry["name"] for _, entry in ENTRIES] == names
    for _, entry in ENTRIES:
        if math.prod(entry["shape"]) < 900:
            found = plain_decode(entry["settings"], tensor_of(entry), size_of(entry))
            assert found.reshape(-1).tolist() == entry["labels"]


@pytest.mark.parametrize("seed", range(24))
def test_both_implementations_agree_on_random_tensors(seed):
    rng = np.random.default_rng(seed)
    kind, base = (("stars", STARS), ("splines", SPLINES))[seed % 2]
    count, grid = int(rng.integers(3, 9)), int(rng.choice([1, 2, 3]))
    settings = base | {
        "rays" if kind == "stars" else "points": count,
        "grid": grid,
        "probability_threshold": float(rng.choice([0.1, 0.3, 0.7])),
        "overlap_threshold": float(rng.choice([0.1, 0.3, 0.5, 0.9])),
        "min_size": int(rng.integers(0, 6)),
    }
    height, width = (int(side) for side in rng.integers(1, 7, 2))
    size = tuple(int(side) * grid - int(rng.integers(grid)) for side in (height, width))
    channels = 1 + count * (1 if kind == "stars" else 2)
    tensor = noise(rng, channels, height, width)
    if seed % 3 == 0:
        tensor = nasty(rng, tensor)
    elif seed % 3 == 1:
        tensor = disks(rng, settings, height, width)
    np.testing.assert_array_equal(
        decode(settings_of(kind, settings), tensor, size), plain_decode(settings, tensor, size)
    )


@pytest.mark.parametrize("kind", ["stars", "splines"])
def test_candidates_are_looked_at_in_lots_that_show_nowhere(kind, monkeypatch):
    base = STARS if kind == "stars" else SPLINES
    settings = settings_of(kind, base | {"grid": 2})
    tensor = disks(np.random.default_rng(2), base | {"grid": 2}, 40, 30)
    expected = decode(settings, tensor)
    assert np.count_nonzero(tensor[0] >= 0.5) > 100
    for lot in (1, 7, 100):
        monkeypatch.setattr(polygons, "_CHUNK", lot)
        np.testing.assert_array_equal(decode(settings, tensor), expected)


def test_a_disk_has_the_pixels_within_its_distance():
    settings, tensor = stars(41, 41, 64)
    put(tensor, 20, 20, 12.5)
    y, x = np.mgrid[:41, :41]
    disk = np.hypot(y - 20, x - 20) <= 12.5
    found = decode(settings, tensor) == 1
    assert np.count_nonzero(found & disk) / np.count_nonzero(found | disk) > 0.97


def test_rays_start_along_x_and_turn_to_y():
    settings, tensor = stars(21, 21, 4)
    put(tensor, 10, 10, [8, 4, 2, 2])  # right, down, left, up
    rows, columns = np.nonzero(decode(settings, tensor))
    assert (columns.max(), rows.max()) == (17, 13)  # the far ends belong to the outside
    assert (columns.min(), rows.min()) == (8, 9)


def test_places_on_a_grid_are_multiples_of_it():
    for grid in (1, 2, 4):
        settings, tensor = stars(12, 12, grid=grid)
        put(tensor, 5, 6, 4)
        rows, columns = np.nonzero(decode(settings, tensor))
        assert rows.mean() == pytest.approx(5 * grid, abs=0.5)
        assert columns.mean() == pytest.approx(6 * grid, abs=0.5)


def test_labels_have_the_size_of_the_image_not_of_the_grid():
    settings, tensor = stars(6, 7, grid=4)
    put(tensor, 2, 2, 5)
    put(tensor, 5, 6, 30, 0.9)  # at (20, 24): beyond an image of 20 x 26
    assert decode(settings, tensor).shape == (24, 28)
    labels = decode(settings, tensor, (20, 26))
    assert (labels.shape, labels.max()) == ((20, 26), 1)


def test_the_more_probable_of_two_that_overlap_much_is_kept():
    settings, tensor = stars(30, 30)
    put(tensor, 15, 13, 6, 0.8)
    put(tensor, 15, 16, 6, 0.9)
    labels = decode(settings, tensor)
    assert labels.max() == 1
    assert np.nonzero(labels)[1].mean() == pytest.approx(16, abs=0.5)


def test_two_that_overlap_little_share_their_pixels():
    settings, tensor = stars(30, 40)
    put(tensor, 15, 12, 6, 0.8)
    put(tensor, 15, 22, 6, 0.9)
    labels = decode(settings, tensor)
    alone = decode(settings, np.where(tensor[0] == np.float32(0.9), tensor, 0)) > 0
    assert labels.max() == 2
    np.testing.assert_array_equal(labels[alone], 2)  # the better one keeps all of its pixels


def test_objects_are_numbered_by_their_first_pixel_whatever_their_probability():
    settings, tensor = stars(60, 60)
    for index, (y, x) in enumerate([(50, 50), (10, 40), (10, 10), (50, 10), (30, 30)]):
        put(tensor, y, x, 6, 0.95 - index / 10)
    labels = decode(settings, tensor)
    present, first = np.unique(labels, return_index=True)
    assert present.tolist() == [0, 1, 2, 3, 4, 5]
    assert (np.diff(first[1:]) > 0).all()


def test_neither_far_nor_senseless_distances_stop_the_decoding():
    settings, tensor = stars(8, 9, 16)
    tensor[0] = np.linspace(0.6, 1, 72).reshape(8, 9)
    tensor[1:] = np.random.default_rng(0).choice(
        np.array([math.nan, math.inf, -math.inf, -5, 0, 3e38], np.float32), (16, 8, 9)
    )
    assert decode(settings, tensor).shape == (8, 9)
    tensor[0] = math.nan
    assert decode(settings, tensor).max() == 0


def test_objects_are_at_least_as_large_as_asked_for():
    rng = np.random.default_rng(3)
    tensor = noise(rng, 9, 40, 40)
    for size in (1, 10, 25):
        labels = decode(StarConvex("p", 8, min_size=size), tensor)
        counts = np.bincount(labels.ravel())[1:]
        assert counts.size
        assert counts.min() >= size


def test_a_spline_of_a_circle_is_a_disk():
    settings = Spline("p", 16, grid=2)
    tensor = np.zeros((33, 20, 20), np.float32)
    put(tensor, 10, 10, ring(16, 9, 9) + np.tile((1, -3), 16))
    labels = decode(settings, tensor, (39, 40))
    rows, columns = np.nonzero(labels)
    assert rows.mean() == pytest.approx(21, abs=0.6)
    assert columns.mean() == pytest.approx(17, abs=0.6)
    # A cubic B-spline lies a little inside of its control points: (2 + cos(22.5°)) / 3.
    radius = 9 * (2 + math.cos(math.pi / 8)) / 3
    assert rows.size == pytest.approx(math.pi * radius**2, rel=0.03)


def test_a_spline_may_be_bent_as_no_star_can():
    settings = Spline("p", 12, min_size=5)
    outer = [(-10, -10), (-14, 0), (-10, 10), (0, 14), (10, 10), (12, 5)]
    inner = [(6, 6), (2, 6), (-4, 4), (-5, 0), (-4, -6), (-6, -9)]
    tensor = np.zeros((25, 40, 40), np.float32)
    put(tensor, 20, 20, np.array(outer + inner).ravel())
    labels = decode(settings, tensor)
    assert labels.max() == 1
    assert labels[10, 20] == 1
    assert labels[20, 20] == 0  # the candidate's own place, in the hollow


@pytest.mark.parametrize(
    ("settings", "field"),
    [(StarConvex("p", 16), "rays"), (Spline("p", 16), "points")],
    ids=["stars", "splines"],
)
def test_a_tensor_of_other_channels_is_refused(settings, field):
    channels = 17 if field == "rays" else 33
    for shape in ((16, 4, 4), (1, channels, 4, 4)):
        with pytest.raises(PackageError) as caught:
            decode(settings, np.zeros(shape, np.float32))
        for part in ("output p", "x".join(map(str, shape)), f"with {channels} channels", field):
            assert part in str(caught.value)
