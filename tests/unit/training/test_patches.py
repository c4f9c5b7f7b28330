"""Patches: each follows from seed, epoch and index, and shows what the image has there."""

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.tasks import Field, Labels, Margins, Window
from deepbacs_zoo.training.data.arrays import padded
from deepbacs_zoo.training.data.augmentation import draw_turn, draw_zoom, intensity, rotated
from deepbacs_zoo.training.data.examples import read_examples
from deepbacs_zoo.training.data.patches import Patches, cut_image, epoch_length
from tests.unit.training.small import TASK, make_images


@pytest.fixture
def examples(tmp_path):
    return read_examples(TASK, match_pairs(*make_images(tmp_path)))


def test_a_patch_is_the_same_whenever_it_is_asked_for(examples):
    first, again = (Patches(TASK, examples, TASK.training, 3, 5) for _ in range(2))
    backwards = [again[index] for index in reversed(range(len(again)))][::-1]
    for index, (image, target) in enumerate(backwards):
        np.testing.assert_array_equal(first[index][0], image)
        np.testing.assert_array_equal(first[index][1], target)


@pytest.mark.parametrize(("seed", "epoch"), [(4, 5), (3, 6)])
def test_seed_and_epoch_change_the_patches(examples, seed, epoch):
    first, other = (
        Patches(TASK, examples, TASK.training, 3, 5),
        Patches(TASK, examples, TASK.training, seed, epoch),
    )
    assert any(not np.array_equal(first[i][0], other[i][0]) for i in range(len(first)))


def test_an_epoch_has_the_area_of_all_images_in_full_batches(examples):
    patches = Patches(TASK, examples, TASK.training, 0, 0)
    assert len(patches) == epoch_length([(24, 30)] * 4, TASK.training) == 12
    five = dataclasses.replace(TASK.training, batch_size=5)
    assert epoch_length([(24, 30)] * 4, five) == 15
    with pytest.raises(IndexError):
        patches[12]


@pytest.mark.parametrize(("least", "length"), [(9, 12), (10, 16), (30, 40)])
def test_few_images_get_longer_epochs_that_make_the_least_number_of_steps(least, length):
    settings = dataclasses.replace(TASK.training, least_steps=least)  # 3 epochs, batches of 4
    assert epoch_length([(24, 30)] * 4, settings) == length
    assert epoch_length([(24, 30)] * 4, dataclasses.replace(settings, steps_per_epoch=1)) == 4


@pytest.mark.parametrize("steps", [1, 7])
def test_an_epoch_may_have_a_set_number_of_steps(examples, steps):
    patches = Patches(
        TASK, examples, dataclasses.replace(TASK.training, steps_per_epoch=steps), 0, 0
    )
    assert len(list(patches)) == steps * TASK.training.batch_size


def test_patches_have_the_size_and_types_of_a_batch(examples):
    for image, target in Patches(TASK, examples, TASK.training, 0, 0):
        assert (image.shape, image.dtype) == ((1, 16, 16), np.float32)
        assert (target.shape, target.dtype) == ((16, 16), np.int64)
        assert image.flags.c_contiguous
        assert target.flags.c_contiguous


def test_patches_on_objects_hold_one(examples):
    settings = dataclasses.replace(TASK.training, foreground_fraction=1.0)
    assert all(target.any() for _, target in Patches(TASK, examples, settings, 0, 0))


def test_images_smaller_than_a_patch_are_mirrored(tmp_path):
    settings = dataclasses.replace(TASK.training, patch_size=64)
    small = read_examples(TASK, match_pairs(*make_images(tmp_path)))
    for image, target in Patches(TASK, small, settings, 0, 0):
        assert image.shape == (1, 64, 64)
        assert target.any()


def test_padding_mirrors_the_ends_and_leaves_large_arrays_alone():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(padded(array, 3, 4), [[0, 1, 2, 2], [3, 4, 5, 5], [3, 4, 5, 5]])
    assert padded(array, 1, 3) is array


def numbered(side, truth, **changes):
    """A task whose target is the number of each pixel, on an image of these numbers."""
    numbers = np.arange(side * side).reshape(side, side)
    grid = changes.pop("grid", 1)
    axes = [dataclasses.replace(axis, scale=grid) for axis in TASK.outputs[0].axes]
    task = dataclasses.replace(
        TASK,
        outputs=(dataclasses.replace(TASK.outputs[0], axes=tuple(axes)),),
        make_target=lambda labels: {"number": labels[::grid, ::grid]},
        training=dataclasses.replace(TASK.training, **changes),
    )
    image = numbers.astype(np.float32)[np.newaxis]
    return task, [Field(image, Labels(truth(numbers).astype(np.int32)))]


@pytest.mark.parametrize("grid", [1, 2, 4])
def test_image_and_target_are_turned_and_mirrored_alike(grid):
    task, examples = numbered(
        32, lambda numbers: numbers + 1, patch_size=16, batch_size=64, grid=grid
    )
    seen = set()
    for image, target in Patches(task, examples, task.training, 0, 0):
        places = target["number"]
        assert places.shape == (16 // grid, 16 // grid)
        seen.add((np.sign(places[0, 1] - places[0, 0]), abs(places[0, 1] - places[0, 0])))
        # Contrast, gamma and brightness keep the order of values; noise blurs it.
        assert np.corrcoef(image[0, ::grid, ::grid].ravel(), places.ravel())[0, 1] > 0.8
    assert seen == {(sign, grid * step) for sign in (-1, 1) for step in (1, 32)}


@pytest.mark.parametrize("grid", [1, 2])
def test_a_target_is_made_from_whole_objects(grid):
    """The target is the size of the object of each pixel, as far as it is seen."""
    labels = np.zeros((48, 48), np.int32)
    labels[2:40, 10:13], labels[45:48, 20:44] = 1, 2
    sizes = [0, 38 * 3, 3 * 24]
    task, examples = numbered(
        48, lambda _: labels, patch_size=16, batch_size=32, grid=grid, foreground_fraction=1.0
    )

    def make_target(seen):
        return (
            np.bincount(seen.ravel(), minlength=3)[seen][::grid, ::grid]
            * (seen > 0)[::grid, ::grid]
        )

    task = dataclasses.replace(task, make_target=make_target)
    for _, target in Patches(task, examples, task.training, 0, 0):
        assert set(np.unique(target)) <= set(sizes)


def test_margins_turn_with_the_patch():
    marked = np.arange(30).reshape(5, 6)
    margins = Margins(top=1, left=2, bottom=3, right=3)
    for turns in range(4):
        for mirrored in (False, True):
            found = rotated(marked[np.newaxis], turns, mirrored)[0]
            there = margins.rotated(turns, mirrored)
            height, width = found.shape
            inner = found[there.top : height - there.bottom, there.left : width - there.right]
            np.testing.assert_array_equal(inner, [[marked[1, 2]]])


def test_a_zoomed_cut_of_image_and_labels_fits_together():
    rows = np.repeat(np.arange(40, dtype=np.float32)[:, np.newaxis], 40, axis=1)
    window = Window(4, 6, 16, 16, 1.5)
    image = cut_image(rows[np.newaxis], window)[0]
    np.testing.assert_allclose(image[:, 0], 4 + (np.arange(16) + 0.5) * 1.5 - 0.5)
    labels = Labels(rows.astype(np.int32)).cut(window).content
    assert np.abs(labels - image).max() <= 0.5
    assert Labels(rows.astype(np.int32)).cut(Window(-2, 0, 4, 4)).content[:2].max() == 0


def test_zoom_is_drawn_within_its_limits_and_only_if_asked_for(examples):
    drawn = [draw_zoom(np.random.default_rng(seed), 1.5) for seed in range(200)]
    assert 0.4 < np.mean(np.array(drawn) == 1) < 0.6
    assert 1 / 1.5 <= min(drawn) < 0.8
    assert 1.2 < max(drawn) <= 1.5
    assert draw_zoom(np.random.default_rng(0), 1.0) == 1
    settings = dataclasses.replace(TASK.training, max_zoom=1.5)
    for image, target in Patches(TASK, examples, settings, 0, 0):
        assert image.shape == (1, 16, 16)
        assert target.shape == (16, 16)


def test_patches_are_turned_in_all_ways():
    assert len({draw_turn(np.random.default_rng(seed)) for seed in range(100)}) == 8


def test_intensities_change_within_limits():
    image = np.random.default_rng(0).normal(0, 1, (1, 64, 64)).astype(np.float32)
    deviations = []
    for seed in range(100):
        changed = intensity(np.random.default_rng(seed), image, 1.4)
        assert np.isfinite(changed).all()
        deviations.append(changed.std())
    assert 0.5 < min(deviations) < 0.9
    assert 1.1 < max(deviations) < 2.0


@pytest.mark.parametrize(
    ("seed", "expected"),
    [(0, [-0.8120379, 0.3479034, 1.1879622]), (2, [-0.8131278, 0.0600603, 0.9332484])],
)
def test_a_seed_changes_grey_patches_as_ever(seed, expected):
    image = np.arange(9, dtype=np.float32).reshape(1, 3, 3) / 4 - 1
    changed = intensity(np.random.default_rng(seed), image, 1.4)
    np.testing.assert_allclose(changed.ravel()[[0, 4, 8]], expected, rtol=1e-4)


def test_a_flat_patch_stays_finite():
    for seed in range(20):
        changed = intensity(np.random.default_rng(seed), np.zeros((1, 8, 8), np.float32), 1.4)
        assert np.isfinite(changed).all()


def test_the_given_array_is_left_as_it_is():
    image = np.ones((1, 8, 8), np.float32)
    for seed in range(10):
        intensity(np.random.default_rng(seed), image, 1.4)
    assert (image == 1).all()
