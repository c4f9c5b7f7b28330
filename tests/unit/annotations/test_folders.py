"""The layouts of folders that people have: this project's, ZeroCostDL4Mic's, the archives'."""

import pytest

from deepbacs_zoo.annotations.folders import FOLDER_PAIRS, find_folders, folders_beside
from deepbacs_zoo.errors import UsageError


def make(base, *names):
    for name in names:
        (base / name).mkdir(parents=True)


def found(base, part=None):
    return tuple(path.relative_to(base).as_posix() for path in find_folders(base, part))


@pytest.mark.parametrize(
    ("training", "test"),
    [
        (("training/source", "training/target"), ("test/source", "test/target")),
        (("train/brightfield", "train/masks_RoiMap"), ("test/brightfield", "test/masks_RoiMap")),
        (("train/low_SNR", "train/high_SNR"), ("test/low_SNR", "test/high_SNR")),
        (("train/WF", "train/SIM"), ("test/WF", "test/SIM")),
        (("Training_source", "Training_target"), ("Test_source", "Test_target")),
        (("Train/Images", "Train/Masks"), ("Testing/Images", "Testing/Masks")),
        (
            ("Training dataset/Training_source", "Training dataset/Training_target"),
            ("Quality control dataset/Training_source", "Quality control dataset/Training_target"),
        ),
    ],
)
def test_both_parts_are_found_and_the_test_part_beside_the_other(tmp_path, training, test):
    make(tmp_path, *training, *test)
    assert found(tmp_path, "training") == training
    assert found(tmp_path, "test") == test
    beside = folders_beside(*(tmp_path / name for name in training))
    assert beside == tuple(tmp_path / name for name in test)


@pytest.mark.parametrize("pair", FOLDER_PAIRS)
def test_a_folder_that_is_not_divided_serves_for_any_part(tmp_path, pair):
    make(tmp_path, *pair)
    assert found(tmp_path) == found(tmp_path, "training") == found(tmp_path, "test") == pair
    assert folders_beside(*(tmp_path / name for name in pair)) is None


def test_the_names_of_this_project_come_first(tmp_path):
    make(tmp_path, "train/source", "train/target", "training/source", "training/target")
    make(tmp_path, "training/images", "training/masks")
    assert found(tmp_path, "training") == ("training/source", "training/target")


def test_label_images_in_another_form_are_not_preferred(tmp_path):
    make(tmp_path, "train/brightfield", "train/masks_binary", "train/masks_RoiMap")
    assert found(tmp_path, "training") == ("train/brightfield", "train/masks_RoiMap")


def test_training_images_never_serve_as_test_images(tmp_path):
    make(tmp_path, "Training_source", "Training_target")
    assert found(tmp_path, "training") == ("Training_source", "Training_target")
    with pytest.raises(UsageError, match="Training_source, Training_target"):
        find_folders(tmp_path, "test")


def test_a_part_without_its_two_folders_is_none(tmp_path):
    make(tmp_path, "training/source", "test/source", "test/target")
    with pytest.raises(UsageError, match="training/ with those"):
        find_folders(tmp_path, "training")


def test_folders_in_two_places_have_nothing_beside_them(tmp_path):
    make(tmp_path, "training/source", "elsewhere/target", "test/source", "test/target")
    assert folders_beside(tmp_path / "training/source", tmp_path / "elsewhere/target") is None


def test_a_test_part_of_another_layout_is_not_taken(tmp_path):
    make(tmp_path, "training/source", "training/target", "test/WF", "test/SIM")
    assert folders_beside(tmp_path / "training/source", tmp_path / "training/target") is None
