import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import Pair, find_folders, match_pairs, read_pair
from deepbacs_zoo.errors import DataError, UsageError


@pytest.fixture
def data(tmp_path):
    labels = np.zeros((12, 14), np.uint16)
    labels[1:4, 1:8] = 1
    labels[6:9, 1:8] = 2
    for part in ("source", "target"):
        (tmp_path / part).mkdir()
        for name in ("a", "b"):
            content = labels if part == "target" else labels * 100 + 7
            tifffile.imwrite(tmp_path / part / f"{name}.tif", content)
    return tmp_path


def pairs_of(data):
    return match_pairs(data / "source", data / "target")


def assert_refused(data, *parts, kind=DataError, **options):
    with pytest.raises(kind) as caught:
        for pair in pairs_of(data):
            read_pair(pair, **options)
    for part in ("allowed: ", *parts):
        assert part in str(caught.value), str(caught.value)


def test_pairs_are_matched_by_name_in_order_whatever_the_suffix(data):
    (data / "source" / "b.tif").rename(data / "source" / "b.tiff")
    (data / "source" / ".hidden.tif").write_bytes(b"")
    (data / "source" / "notes.txt").write_text("not an image")
    assert [pair.name for pair in pairs_of(data)] == ["a", "b"]
    image, labels = read_pair(pairs_of(data)[1])
    assert image.data.shape == (1, 1, 1, 12, 14)
    assert labels.dtype == np.int32
    assert np.unique(labels).tolist() == [0, 1, 2]


def test_both_suffixes_of_an_ome_tiff_are_no_part_of_its_name(data):
    (data / "source" / "b.tif").rename(data / "source" / "b.ome.tif")
    assert [pair.name for pair in pairs_of(data)] == ["a", "b"]
    tifffile.imwrite(data / "source" / "b.tif", np.ones((3, 3), np.uint8))
    assert_refused(data, "b.ome.tif", "b.tif", "same name")


@pytest.mark.parametrize("part", ["source", "target"])
def test_a_missing_partner_is_named(data, part):
    (data / part / "b.tif").unlink()
    assert_refused(data, "b.tif", part)


def test_many_missing_partners_are_counted(data):
    for number in range(9):
        tifffile.imwrite(data / "source" / f"c{number}.tif", np.ones((3, 3), np.uint8))
    assert_refused(data, "c0.tif", "c4.tif", "and 4 more")


def test_two_images_of_one_name_are_refused(data):
    tifffile.imwrite(data / "source" / "a.tiff", np.ones((3, 3), np.uint8))
    assert_refused(data, "a.tiff", "a.tif", "same name")


def test_a_folder_without_images_and_a_missing_one_are_usage(data):
    for path in data.glob("target/*"):
        path.unlink()
    assert_refused(data, "target", "no image", kind=UsageError)
    (data / "target").rmdir()
    assert_refused(data, "target", "no such folder", kind=UsageError)


def replaced(data, labels):
    tifffile.imwrite(data / "target" / "b.tif", labels)


def test_sizes_that_differ_are_both_named(data):
    replaced(data, np.ones((12, 13), np.uint16))
    assert_refused(data, "b.tif", "13x12 against 14x12")


def test_an_empty_mask_is_refused_unless_allowed(data):
    replaced(data, np.zeros((12, 14), np.uint16))
    assert_refused(data, "b.tif", "0 objects", "allow_empty")
    read_pair(pairs_of(data)[1], allow_empty=True)


def test_fractions_negatives_and_stacks_are_no_labels(data):
    fractions = np.zeros((12, 14), np.float32)
    fractions[2:5, 2:9], fractions[7:9, 2:9] = 0.25, 1
    negatives = np.zeros((12, 14), np.int16)
    negatives[2:5, 2:9], negatives[7:9, 2:9] = -3, -4
    for labels, part in (
        (fractions, "0.25"),
        (negatives, "-4, -3"),
        (np.zeros((2, 12, 14), np.uint8), "2 slices against one plane"),
    ):
        tifffile.imwrite(data / "target" / "b.tif", labels, photometric="minisblack")
        assert_refused(data, "b.tif", part)


def test_whole_numbers_in_floats_are_labels(data):
    labels = np.zeros((12, 14), np.float32)
    labels[2:5, 2:9], labels[7:9, 2:9] = 1, 2
    replaced(data, labels)
    _, found = read_pair(pairs_of(data)[1])
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found, labels)


def test_folders_are_found_in_both_layouts(data):
    assert find_folders(data) == (data / "source", data / "target")
    assert find_folders(data, "test") == (data / "source", data / "target")
    for part in ("source", "target"):
        (data / "test" / part).mkdir(parents=True)
    assert find_folders(data, "test") == (data / "test" / "source", data / "test" / "target")


def test_a_folder_without_pairs_says_what_it_holds(data):
    (data / "source").rename(data / "images")
    with pytest.raises(UsageError) as caught:
        find_folders(data, "training")
    for part in ("images, target", "source/ and target/", "training/"):
        assert part in str(caught.value)
    with pytest.raises(UsageError, match="no such folder"):
        find_folders(data / "nowhere")


def test_a_pair_is_a_value():
    assert Pair("a", "x", "y") == Pair("a", "x", "y")
