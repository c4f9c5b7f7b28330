import unicodedata

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import find_folders, folders_beside, match_pairs, read_annotated
from deepbacs_zoo.errors import DataError, UsageError

LABELS = np.zeros((12, 14), np.uint16)
LABELS[1:4, 1:8] = 1
LABELS[6:9, 1:8] = 2


def put(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name.lower().endswith(".tif"):
            tifffile.imwrite(folder / name, LABELS)
        else:
            (folder / name).write_bytes(b"")


def matched(*folders):
    return {pair.source.name: pair.target.name for pair in match_pairs(*folders)}


SUFFIXED = [
    ("img_0.tif", "img_0_masks.tif"),
    ("img_0.tif", "img_0_cp_masks.png"),
    ("img_0.tif", "img_0_seg.npy"),
    ("img_0.tif", "img_0_labels.tif"),
    ("img_0.tif", "img_0_Label.tif"),
    ("img_0.tif", "img_0_mask.png"),
    ("img_0.tif", "img_0_Object Identities.tif"),
    ("img_0.tif", "img_0_Object-Identities.tif"),
    ("img_0.tif", "img_0_Simple Segmentation.tif"),
    ("img_0.tif", "img_0-labels.png"),
    ("img_0.tif", "img_0-labelled.tif"),
    ("img_0.tif", "img_0.geojson"),
    ("img_0.tif", "img_0.geojson.gz"),
    ("img_0.tif", "img_0.tif.geojson"),
    ("img_0.tif", "img_0.json"),
    ("img_0.tif", "img_0_rois.zip"),
    ("img_0.tif", "Mask of img_0.tif"),
    ("img_0.tif", "Count Masks of img_0.tif.tif"),
    ("img_0.ome.tif", "img_0_masks.ome.tif"),
    ("img_0.ome.tif", "img_0.ome_cp_masks.png"),
    ("img_0.ome.tif", "img_0.ome.tif.geojson"),
    ("img_0.ome.tif", "img_0.ome.json"),
    ("f [x=0,y=0,w=512,h=512].tif", "f [x=0,y=0,w=512,h=512]-labelled.png"),
    ("000_img.png", "000_masks.png"),
    ("image_001.tif", "mask_001.tif"),
    ("image001.tif", "mask001.tif"),
    ("t000.tif", "man_seg000.tif"),
    ("\u00e9_raw.tif", "e\u0301_masks.tif"),
]


@pytest.mark.parametrize(("image", "annotation"), SUFFIXED)
def test_names_that_programs_give_are_known_in_one_folder_and_in_two(tmp_path, image, annotation):
    put(tmp_path / "one", image, annotation)
    assert find_folders(tmp_path / "one") == (tmp_path / "one", tmp_path / "one")
    assert matched(tmp_path / "one", tmp_path / "one") == {image: annotation}
    put(tmp_path / "source", image)
    put(tmp_path / "target", annotation)
    assert matched(tmp_path / "source", tmp_path / "target") == {image: annotation}


def test_the_name_of_the_image_wins_and_the_other_is_said(tmp_path):
    put(tmp_path / "source", "a.tif", "b.tif")
    put(tmp_path / "target", "a.tif", "a_masks.tif", "b_masks.tif")
    pairs = match_pairs(tmp_path / "source", tmp_path / "target")
    assert [pair.target.name for pair in pairs] == ["a.tif", "b_masks.tif"]
    (finding,) = pairs[0].findings
    assert finding.id == "second-annotations"
    assert "1 file is left out (a_masks.tif)" in finding.what
    assert read_annotated(pairs[0])[1].findings == (finding,)
    assert pairs[1].findings == ()


def test_a_label_image_wins_over_the_file_of_the_window_of_cellpose(tmp_path):
    put(tmp_path, "a.tif", "a_cp_masks.tif", "a_seg.npy", "a_flows.tif", "a_cp_outlines.txt")
    (pair,) = match_pairs(tmp_path, tmp_path)
    assert pair.target.name == "a_cp_masks.tif"
    second, other = pair.findings
    assert "a_seg.npy" in second.what
    assert "2 files are left out (a_cp_outlines.txt, a_flows.tif)" in other.what


@pytest.mark.parametrize("second", ["a_labels.tif", "a.json", "a_masks.png"])
def test_two_annotations_of_an_image_are_one_sentence(tmp_path, second):
    put(tmp_path / "source", "a.tif")
    put(tmp_path / "target", "a_masks.tif" if second != "a.json" else "a.tif", second)
    with pytest.raises(DataError, match=r"several annotations|the same name") as caught:
        matched(tmp_path / "source", tmp_path / "target")
    assert second in str(caught.value)


def test_an_annotation_of_two_images_is_one_sentence(tmp_path):
    put(tmp_path / "source", "a_img.tif", "a_raw.tif")
    put(tmp_path / "target", "a_masks.tif")
    with pytest.raises(DataError, match="several images fit this annotation"):
        matched(tmp_path / "source", tmp_path / "target")


@pytest.mark.parametrize("name", ["a_Probabilities.tif", "a_flows.tif", "a_cp_ncolor_masks.tif"])
def test_what_holds_no_labels_by_its_name_is_no_annotation(tmp_path, name):
    put(tmp_path / "source", "a.tif", "b.tif")
    put(tmp_path / "target", name, "b_masks.tif")
    with pytest.raises(DataError, match="no partner") as caught:
        matched(tmp_path / "source", tmp_path / "target")
    assert f"by its name {name} holds none" in str(caught.value)


def test_an_image_may_have_such_a_word_in_its_name(tmp_path):
    names = ("cell.tif", "cell_mask.tif", "cell_flows.tif")
    put(tmp_path / "source", *names)
    put(tmp_path / "target", *names)
    assert matched(tmp_path / "source", tmp_path / "target") == dict(zip(names, names, strict=True))


def test_accents_of_macos_and_of_windows_are_the_same(tmp_path):
    for form, folder in (("NFD", "source"), ("NFC", "target")):
        put(tmp_path / folder, *(unicodedata.normalize(form, f"Z\u00e9lle{n}.tif") for n in "01"))
    pairs = match_pairs(tmp_path / "source", tmp_path / "target")
    assert len(pairs) == 2
    assert all(pair.source.is_file() and pair.target.is_file() for pair in pairs)


def test_other_capitals_are_a_hint(tmp_path):
    put(tmp_path / "source", "Field1.tif", "b.tif")
    put(tmp_path / "target", "field1.tif", "b.tif")
    with pytest.raises(DataError, match=r"write its name and field1\.tif with the same capitals"):
        matched(tmp_path / "source", tmp_path / "target")


def test_files_that_are_neither_are_counted(tmp_path):
    put(tmp_path, "a.tif", "a_masks.tif", "notes.txt", "a_cells.csv", "._a.tif", "Thumbs.db")
    (pair,) = match_pairs(tmp_path, tmp_path)
    (finding,) = pair.findings
    assert finding.id == "files-left-out"
    assert finding.what.startswith("2 files are left out (a_cells.csv, notes.txt)")


def test_folders_of_parts_hold_images_and_annotations_side_by_side(tmp_path):
    put(tmp_path / "train", "a.tif", "a_masks.tif")
    put(tmp_path / "test", "b.tif", "b_masks.tif")
    train, test = tmp_path / "train", tmp_path / "test"
    assert find_folders(tmp_path, "training") == (train, train)
    assert find_folders(tmp_path, "test") == (test, test)
    assert folders_beside(train, train) == (test, test)
    assert folders_beside(test, test) is None


def test_a_folder_of_images_alone_is_none_of_pairs(tmp_path):
    put(tmp_path, "a.tif", "b.tif", "c_mask.tif")
    with pytest.raises(UsageError, match=r"a_masks\.tif beside a\.tif"):
        find_folders(tmp_path)


def test_labels_in_a_format_that_is_not_read_are_named(tmp_path):
    put(tmp_path / "source", "a.tif", "b.tif")
    put(tmp_path / "target", "a_Object Identities.h5")
    with pytest.raises(UsageError, match=r"it holds a_Object.*export the labels as TIFF"):
        matched(tmp_path / "source", tmp_path / "target")
    put(tmp_path / "target", "b_masks.tif")
    with pytest.raises(DataError, match=r"export a_Object Identities\.h5 as TIFF or PNG"):
        matched(tmp_path / "source", tmp_path / "target")


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_of_pixels_of_ilastik_are_a_mask_or_no_labels(tmp_path, classes):
    values = np.ones((12, 14), np.uint8)
    values[LABELS > 0] = 2
    values[10:, 10:] = classes
    tifffile.imwrite(tmp_path / "a.tif", LABELS)
    tifffile.imwrite(tmp_path / "a_Simple Segmentation.tif", values)
    (pair,) = match_pairs(tmp_path, tmp_path)
    if classes == 2:
        found = read_annotated(pair)[1]
        assert found.labels.max() == 3
        assert [each.id for each in found.findings] == ["two-values-as-mask"]
    else:
        with pytest.raises(DataError, match=r"holds classes of pixels and no objects \(3 classes"):
            read_annotated(pair)
