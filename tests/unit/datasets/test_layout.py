"""Folders and pairs are found in the published layouts, in ZeroCostDL4Mic's, and refused else."""

import pytest

from deepbacs_zoo.datasets import PUBLISHED, get_set, get_variant
from deepbacs_zoo.datasets.preparation.layout import find_parts
from deepbacs_zoo.errors import DataError
from tests.unit.datasets.drawn import ARCHIVES, boxes, part

COUNTS = {
    ("saureus-brightfield", "default"): (2, 1),
    ("saureus-brightfield", "patches"): (8, 1),
    ("saureus-fluorescence", "default"): (2, 1),
    ("saureus-fluorescence", "patches"): (8, 1),
    ("ecoli-brightfield", "default"): (19, 15),
    ("ecoli-brightfield", "binary"): (19, 15),
    ("bsubtilis-fluorescence", "default"): (4, 4),
    ("bsubtilis-fluorescence", "binary"): (4, 4),
    ("bsubtilis-multilabel", "default"): (4, 4),
    ("bsubtilis-multilabel", "classes"): (4, 4),
    ("mixed", "default"): (60, 3),
    ("ecoli-stationary", "default"): (5, 1),
    ("ecoli-growth-stage", "default"): (5, 1),
    ("ecoli-antibiotics", "default"): (6, 2),
    ("ecoli-antibiotics", "stitched"): (6, 1),
    ("ecoli-hns", "default"): (5, 1),
    ("ecoli-mreb", "default"): (5, 1),
    ("bsubtilis-vercini", "default"): (5, 1),
    ("ecoli-membrane", "default"): (5, 1),
    ("ecoli-membrane-paint", "default"): (5, 1),
    ("ecoli-sim", "default"): (5, 1),
    ("saureus-sim", "default"): (5, 1),
}
WAYS = [(entry.name, way.name) for entry in PUBLISHED.values() for way in entry.variants]


def found(files, name="mixed", variant="default"):
    parts = find_parts(sorted(files), get_variant(get_set(name), variant), "set.zip")
    return {one.name: one for one in parts}


@pytest.mark.parametrize(("name", "variant"), WAYS)
@pytest.mark.parametrize("around", ["", "Some folder/"])
def test_every_set_is_found_in_its_layout_and_in_a_folder_around_it(name, variant, around):
    files = {around + path: data for path, data in ARCHIVES[name].items()}
    parts = found(files, name, variant)
    counts = tuple(len(parts[part].pairs) for part in ("training", "test"))
    assert counts == COUNTS[name, variant]
    targets = [pair.target for one in parts.values() for pair in one.pairs]
    assert all(targets) is (name != "bsubtilis-vercini")
    assert not any(one.alone for one in parts.values())


def test_variants_take_the_targets_they_name():
    files = ARCHIVES["ecoli-brightfield"]
    assert found(files, "ecoli-brightfield")["test"].target == "test/masks_RoiMap"
    assert found(files, "ecoli-brightfield", "binary")["test"].target == "test/masks_binary"
    files = ARCHIVES["ecoli-antibiotics"]
    assert found(files, "ecoli-antibiotics")["test"].source == "test_individual_treatment"


@pytest.mark.parametrize(
    "folders",
    [
        ("training/source", "training/target"),
        ("Training_source", "Training_target"),
        ("Training dataset/Training_source", "Training dataset/Training_target"),
        ("train/source", "train/target"),
    ],
)
def test_folders_of_zerocostdl4mic_do_for_every_set(folders):
    files = part(*folders, ["a", "b", "c"])
    for name in ("ecoli-brightfield", "ecoli-hns", "saureus-sim", "ecoli-membrane"):
        assert len(found(files, name)["training"].pairs) == 3
    with pytest.raises(DataError):
        found(files, "ecoli-brightfield", "binary")


def test_both_datasets_of_zerocostdl4mic_are_distinguished():
    files = part("A/Training dataset/Training_source", "A/Training dataset/Training_target", ["a"])
    base = "A/Quality control dataset/Training"
    parts = found(files | part(f"{base}_source", f"{base}_target", ["b", "c"]))
    assert {name: len(one.pairs) for name, one in parts.items()} == {"training": 1, "test": 2}


def test_case_does_not_matter():
    files = part("Train/Brightfield", "Train/Masks_roimap", ["a"])
    files |= part("TEST/BrightField", "TEST/masks_RoiMap2", ["b"])
    assert set(found(files, "ecoli-brightfield")) == {"training", "test"}


def test_a_wrong_layout_names_what_is_there_and_what_should_be():
    with pytest.raises(DataError, match="not in it") as caught:
        found(part("stuff/images", "stuff/other", ["a"]))
    for text in ("stuff/images, stuff/other", "train/source with train/target", "from_file"):
        assert text in str(caught.value)


def test_many_folders_are_counted_and_none_is_said():
    with pytest.raises(DataError, match="and 8 more"):
        found({f"f{number:02d}/a.tif": b"" for number in range(20)})
    with pytest.raises(DataError, match="it holds no images"):
        found({"readme.txt": b""})


def test_a_missing_test_part_is_reported_where_the_set_has_one():
    files = part("train/brightfield", "train/masks_RoiMap", ["a", "b"])
    with pytest.raises(DataError, match="test/brightfield"):
        found(files, "ecoli-brightfield")
    assert set(found(files, "ecoli-stationary")) == {"training"}


def test_a_set_that_is_there_twice_is_not_chosen_from():
    files = {f"{top}/{name}": data for top in "ab" for name, data in ARCHIVES["mixed"].items()}
    with pytest.raises(DataError, match="more than once") as caught:
        found(files)
    assert "a/training/source, b/training/source" in str(caught.value)


def test_names_that_differ_by_a_word_are_partners():
    files = {"train/low_SNR/cell1_low_SNR.tif": b"", "train/low_SNR/WF-cell2.tif": b""}
    files |= {"train/high_SNR/cell1_high_SNR.tif": b"", "train/high_SNR/cell2.tif": b""}
    files |= {name.replace("train", "test"): b"" for name in files}
    pairs = found(files, "ecoli-hns")["training"].pairs
    assert [(pair.name, pair.target) for pair in pairs] == [
        ("WF-cell2", "train/high_SNR/cell2.tif"),
        ("cell1_low_SNR", "train/high_SNR/cell1_high_SNR.tif"),
    ]


def test_partners_are_never_guessed_among_several():
    files = part("training/source", None, ["a"]) | part(
        "training/target", None, ["a_mask", "mask_a"]
    )
    with pytest.raises(DataError, match="no image has a partner"):
        found(files | part("test/source", "test/target", ["t"]))


def test_files_without_a_partner_are_left_out_and_named():
    files = ARCHIVES["mixed"] | {"training/source/alone.tif": b"", "training/target/lost.tif": b""}
    training = found(files)["training"]
    assert training.alone == ("training/source/alone.tif", "training/target/lost.tif")
    assert len(training.pairs) == 60


def test_two_files_of_one_name_are_refused():
    with pytest.raises(DataError, match="same name"):
        found(ARCHIVES["mixed"] | {"training/source/JE2_000.png": b""})


def test_boxes_may_lie_in_one_file_or_beside_a_list_of_classes():
    files = boxes("train", "elsewhere", ["a", "b"]) | {"train/all.json": b"{}"}
    files |= boxes("test", "test", ["t"])
    training = found(files, "ecoli-growth-stage")["training"]
    assert [pair.target for pair in training.pairs] == [None, None]
    assert training.more == ("train/all.json",)
    files = {"training/source/a.png": b"", "training/target/a.txt": b"0 .5 .5 .1 .1"}
    files |= {"training/target/classes.txt": b"rod"}
    files |= boxes("test/source", "test/target", ["t"])
    training = found(files, "ecoli-growth-stage")["training"]
    assert training.more == ("training/target/classes.txt",)
    assert len(training.pairs) == 1
