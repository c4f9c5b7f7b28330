"""Patches: each follows from seed, epoch and index, and shows what the image has there."""

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.images import match_pairs
from deepbacs_zoo.training.augmentation import augment
from deepbacs_zoo.training.examples import read_examples
from deepbacs_zoo.training.patches import Patches, epoch_length, padded
from tests.unit.training.small import TASK, make_images


@pytest.fixture
def examples(tmp_path):
    return read_examples(TASK, match_pairs(*make_images(tmp_path)))


def test_a_patch_is_the_same_whenever_it_is_asked_for(examples):
    first, again = (Patches(examples, TASK.training, 3, 5) for _ in range(2))
    backwards = [again[index] for index in reversed(range(len(again)))][::-1]
    for index, (image, target) in enumerate(backwards):
        np.testing.assert_array_equal(first[index][0], image)
        np.testing.assert_array_equal(first[index][1], target)


@pytest.mark.parametrize(("seed", "epoch"), [(4, 5), (3, 6)])
def test_seed_and_epoch_change_the_patches(examples, seed, epoch):
    first, other = (
        Patches(examples, TASK.training, 3, 5),
        Patches(examples, TASK.training, seed, epoch),
    )
    assert any(not np.array_equal(first[i][0], other[i][0]) for i in range(len(first)))


def test_an_epoch_has_the_area_of_all_images_in_full_batches(examples):
    patches = Patches(examples, TASK.training, 0, 0)
    assert len(patches) == epoch_length([(24, 30)] * 4, 16, 4) == 12
    assert epoch_length([(24, 30)] * 4, 16, 5) == 15
    with pytest.raises(IndexError):
        patches[12]


def test_patches_have_the_size_and_types_of_a_batch(examples):
    for image, target in Patches(examples, TASK.training, 0, 0):
        assert (image.shape, image.dtype) == ((1, 16, 16), np.float32)
        assert (target.shape, target.dtype) == ((16, 16), np.int64)
        assert image.flags.c_contiguous
        assert target.flags.c_contiguous


def test_patches_on_objects_hold_one(examples):
    settings = dataclasses.replace(TASK.training, foreground=1.0)
    assert all(target.any() for _, target in Patches(examples, settings, 0, 0))


def test_images_smaller_than_a_patch_are_mirrored(tmp_path):
    settings = dataclasses.replace(TASK.training, patch=64)
    small = read_examples(TASK, match_pairs(*make_images(tmp_path)))
    for image, target in Patches(small, settings, 0, 0):
        assert image.shape == (1, 64, 64)
        assert target.any()


def test_padding_mirrors_the_ends_and_leaves_large_arrays_alone():
    array = np.arange(6, dtype=np.int32).reshape(2, 3)
    np.testing.assert_array_equal(padded(array, 3, 4), [[0, 1, 2, 2], [3, 4, 5, 5], [3, 4, 5, 5]])
    assert padded(array, 1, 3) is array


def test_image_and_target_are_turned_and_mirrored_alike():
    target = np.arange(64, dtype=np.int32).reshape(8, 8)
    seen = set()
    for seed in range(100):
        image, turned = augment(
            np.random.default_rng(seed), (target / 10).astype(np.float32)[np.newaxis], target
        )
        seen.add(turned.tobytes())
        # Contrast, gamma and brightness keep the order of values; noise blurs it.
        assert np.corrcoef(image.ravel(), turned.ravel())[0, 1] > 0.9
    assert len(seen) == 8


def test_intensities_change_within_limits():
    image = np.random.default_rng(0).normal(0, 1, (1, 64, 64)).astype(np.float32)
    target = np.zeros((64, 64), np.int32)
    deviations = []
    for seed in range(100):
        changed, _ = augment(np.random.default_rng(seed), image, target)
        assert np.isfinite(changed).all()
        deviations.append(changed.std())
    assert 0.5 < min(deviations) < 0.9
    assert 1.1 < max(deviations) < 2.0


def test_a_flat_patch_stays_finite():
    for seed in range(20):
        changed, _ = augment(
            np.random.default_rng(seed), np.zeros((1, 8, 8), np.float32), np.zeros((8, 8), np.int32)
        )
        assert np.isfinite(changed).all()


def test_the_given_arrays_are_left_as_they_are():
    image, target = np.ones((1, 8, 8), np.float32), np.ones((8, 8), np.int32)
    for seed in range(10):
        augment(np.random.default_rng(seed), image, target)
    assert (image == 1).all()
    assert (target == 1).all()
