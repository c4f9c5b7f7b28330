"""Images alone are found in every layout, and each is its own target."""

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations.noisy import find_image_folder, match_with_themselves
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.tasks import annotation_kind


def write(folder, *names, shape=(8, 9)):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        tifffile.imwrite(folder / name, np.zeros(shape, np.uint16))


@pytest.mark.parametrize(
    "place", [".", "source", "training", "training/source", "train/low_SNR", "WF"]
)
def test_images_are_found_below_a_folder(tmp_path, place):
    write(tmp_path / place, "b.tif", "a.tif")
    (tmp_path / place / "notes.txt").write_text("no image")
    folder, same = find_image_folder(tmp_path, "training")
    assert folder == same == tmp_path / place
    pairs = match_with_themselves(folder, same)
    assert [(pair.name, pair.source, pair.target) for pair in pairs] == [
        (name, folder / f"{name}.tif", folder / f"{name}.tif") for name in ("a", "b")
    ]


def test_targets_are_not_taken_for_images(tmp_path):
    write(tmp_path / "training" / "target", "a.tif")
    write(tmp_path / "training" / "source", "a.tif")
    assert find_image_folder(tmp_path, "training")[0].name == "source"


def test_label_images_beside_an_image_are_no_images(tmp_path):
    write(tmp_path, "a.tif", "a_labels.tif", "b.tif", "b_masks.tif")
    assert [pair.name for pair in match_with_themselves(tmp_path, tmp_path)] == ["a", "b"]


def test_two_images_of_a_name_are_refused(tmp_path):
    write(tmp_path, "a.tif", "a.tiff", "b.tif")
    with pytest.raises(DataError, match=r"two images have the same name \(a\.tif, a\.tiff\)"):
        match_with_themselves(tmp_path, tmp_path)


@pytest.mark.parametrize("make", [True, False])
def test_a_folder_without_images_is_named(tmp_path, make):
    folder = tmp_path / "empty"
    if make:
        folder.mkdir()
    with pytest.raises(UsageError, match="no images") as caught:
        find_image_folder(folder, "training")
    assert ("no such folder" in str(caught.value)) != make


def test_a_movie_is_read_frame_by_frame(tmp_path):
    write(tmp_path, "movie.tif", shape=(5, 8, 9))
    kind = annotation_kind("noisy")
    assert not kind.has_truth
    found = list(kind.read(kind.match(*kind.find(tmp_path, None))))
    assert len(found) == 5
    assert all(each.truth.content.shape == (1, 8, 9) for each in found)
