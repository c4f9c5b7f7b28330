"""Predictions that people corrected: which file counts, and what is said about the changes."""

import shutil

import numpy as np
import pytest
import tifffile
from roifile import ROI_TYPE

from deepbacs_zoo.annotations import find_folders, match_pairs, read_label_pairs
from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.annotations.predicted import other_file
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Gathered
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.tasks import METHODS
from tests.unit.annotations.predictions import SIZE, cells, drawn, edit_rois, paint, segment


@pytest.fixture
def predicted(tmp_path):
    """Folders of images and results, and the six objects that were found in image a."""
    folders = tmp_path / "images", tmp_path / "results"
    return (*folders, segment(*folders, "a", cells())[0, 0])


def read(images, results, **options):
    """Return the annotations of all planes and their findings by id."""
    found = list(read_label_pairs(match_pairs(images, results), LabelOptions(**options)))
    said = {each.id: each.what for one in found for each in one.annotation.findings}
    return found, said


def assert_same_objects(found, expected):
    """The same pixels belong together, whatever their numbers are."""
    pairs = np.unique(np.stack([found.ravel(), expected.ravel()]), axis=1)
    assert pairs.shape[1] == np.unique(found).size == np.unique(expected).size
    assert (pairs[:, 0] == 0).all()


def correct(rois):
    """Delete the first, move a corner of the second, draw a new one."""
    moved = rois[1].integer_coordinates.copy()
    moved[moved[:, 0] == moved[:, 0].max(), 0] += 3
    offset = (rois[1].left, rois[1].top)
    again = drawn(moved + offset, rois[1].name, ROI_TYPE.FREEHAND)
    return [again, *rois[2:], drawn([[56, 12], [61, 12], [61, 16], [56, 16]], "0014-0058")]


def corrected(labels):
    """Return the labels that follow from it."""
    after = labels.copy()
    after[after == 1] = 0
    rows, columns = np.nonzero(labels == 2)
    after[rows.min() : rows.max() + 1, columns.max() + 1 : columns.max() + 4] = 2
    after[12:16, 56:61] = 9
    return after


def test_outlines_that_were_edited_are_the_truth_and_the_note_counts_them(predicted):
    images, results, labels = predicted
    edit_rois(results / "a_rois.zip", correct)
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert (one.pair.target.name, one.pair.other) == ("a_rois.zip", None)
    assert said == {
        "edited-file-taken": "it is taken, since it was edited, and a_labels.tif is as it was "
        "predicted",
        "objects-corrected": "3 of 7 objects were corrected: 1 removed, 1 added, 1 redrawn",
    }


PAINTED = {
    "imagej": {"imagej": True},
    "8 bit": {"dtype": np.uint8},
    "float": {"dtype": np.float32},
    "napari": {"dtype": np.int64, "compression": "zlib"},
    "numbers with gaps": {"dtype": np.uint16, "factor": 11},
}


@pytest.mark.parametrize("how", PAINTED)
def test_labels_that_were_painted_are_the_truth_however_they_are_saved(predicted, how):
    images, results, labels = predicted
    options = {"dtype": np.uint16, "factor": 1, **PAINTED[how]}
    dtype, factor = options.pop("dtype"), options.pop("factor")
    paint(results / "a_labels.tif", lambda old: (corrected(old) * factor).astype(dtype), **options)
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert one.pair.target.name == "a_labels.tif"
    assert "a_rois.zip is as it was" in said["edited-file-taken"]
    assert said["objects-corrected"].startswith("3 of 7 objects")


@pytest.mark.parametrize("renumbered", [False, True])
def test_what_nobody_corrected_is_a_warning_also_under_other_numbers(predicted, renumbered):
    images, results, labels = predicted
    if renumbered:
        paint(results / "a_labels.tif", lambda old: np.where(old, 40 - 3 * old, 0))
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, labels)
    assert said.pop("prediction-not-corrected").startswith("6 objects are as they were predicted")
    assert set(said) <= {"labels-renumbered"}


def test_a_file_saved_again_without_a_change_was_not_edited(predicted):
    images, results, labels = predicted
    edit_rois(results / "a_rois.zip", lambda rois: rois)
    paint(results / "a_labels.tif", lambda old: corrected(old).astype(np.int32))
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert "a_rois.zip is as it was" in said["edited-file-taken"]


def test_two_files_that_were_both_edited_are_one_sentence(predicted):
    images, results, _ = predicted
    edit_rois(results / "a_rois.zip", correct)
    paint(results / "a_labels.tif", lambda old: np.where(old == 3, 0, old))
    with pytest.raises(DataError, match="both were edited") as caught:
        read(images, results)
    assert "a_labels.tif: it holds other objects than a_rois.zip" in str(caught.value)


def test_two_files_that_were_edited_alike_are_compared_with_the_table(predicted):
    images, results, labels = predicted
    edit_rois(results / "a_rois.zip", correct)
    paint(results / "a_labels.tif", corrected)
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert said.pop("objects-corrected").startswith("3 of 7 objects")
    assert "edited-file-taken" not in said


def test_without_the_table_files_that_differ_are_one_sentence(predicted):
    images, results, labels = predicted
    (results / "a_table.csv").unlink()
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, labels)
    assert set(said) == {"files-left-out"}
    edit_rois(results / "a_rois.zip", correct)
    with pytest.raises(DataError, match="table of the prediction is not there"):
        read(images, results)


@pytest.mark.parametrize("size", [SIZE, Calibration(), Calibration(0.13, 0.065, None, "µm")])
def test_one_file_alone_is_compared_with_the_table(tmp_path, size):
    images, results = tmp_path / "images", tmp_path / "results"
    labels = segment(images, results, "a", cells(), size)[0, 0]
    (results / "a_labels.tif").unlink()
    edit_rois(results / "a_rois.zip", correct)
    ((one,), said) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert said == {
        "objects-corrected": "3 of 7 objects were corrected: 1 removed, 1 added, 1 redrawn"
    }


def test_corrections_saved_elsewhere_are_counted_where_nothing_tells_what_was_there(
    predicted, tmp_path
):
    images, results, labels = predicted
    (tmp_path / "corrected").mkdir()
    shutil.copy(results / "a_rois.zip", tmp_path / "corrected")
    edit_rois(tmp_path / "corrected" / "a_rois.zip", correct)
    ((one,), said) = read(images, tmp_path / "corrected")
    assert_same_objects(one.annotation.labels, corrected(labels))
    assert said["corrections-unknown"].startswith("6 objects, and no table")


def test_the_notes_of_several_files_add_up(predicted):
    images, results, _ = predicted
    for name in "bc":
        segment(images, results, name, cells())
        edit_rois(results / f"{name}_rois.zip", correct)
    found, _ = read(images, results)
    gathered = Gathered()
    for one in found:
        gathered.add(one.annotation.findings)
    said = {each.id: each.what for each in gathered.together()}
    assert said["objects-corrected"] == (
        "2 of 3 files: 6 of 14 objects were corrected: 2 removed, 2 added, 2 redrawn"
    )
    assert said["prediction-not-corrected"].startswith("1 of 3 files: 6 objects")


def test_images_and_results_may_lie_side_by_side_without_a_word(predicted):
    images, results, _ = predicted
    for path in results.iterdir():
        shutil.copy(path, images)
    assert find_folders(images) == (images, images)
    (pair,) = match_pairs(images, images)
    assert (pair.target.name, pair.findings) == ("a_labels.tif", ())
    assert pair.other == images / "a_rois.zip"
    (pair,) = match_pairs(images, results)
    assert pair.source == images / "a.tif", "no result is an image"


def test_outputs_of_all_methods_are_no_annotations_and_no_images(predicted):
    images, results, _ = predicted
    outputs = {spec.id for entry in METHODS.values() for spec in entry.build().outputs}
    for name in outputs - {"probabilities"}:
        shutil.copy(results / "a_probabilities.tif", results / f"a_{name}.tif")
    shutil.copy(results / "a_probabilities.tif", results / "a_labels_tensor.tif")
    (pair,) = match_pairs(images, results)
    assert pair.findings == ()
    (results / "a_labels_tensor.tif").unlink()
    shutil.copy(images / "a.tif", results)
    assert [pair.source.name for pair in match_pairs(results, results)] == ["a.tif"]


def test_label_images_of_an_image_that_is_not_there_are_not_passed_over(predicted):
    images, results, _ = predicted
    shutil.copy(results / "a_labels.tif", results / "a_2_labels.tif")
    with pytest.raises(DataError, match="no partner") as caught:
        match_pairs(images, results)
    assert "a_2_labels.tif" in str(caught.value)


def test_movies_are_corrected_frame_by_frame(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    labels = segment(images, results, "m", cells(2, 1, frames=3))[:, 0]
    edit_rois(
        results / "m_rois.zip",
        lambda rois: [roi for roi in rois if not roi.name.startswith("t0002-")],
    )
    found, said = read(images, results)
    assert [int(one.annotation.labels.max()) for one in found] == [2, 0, 2]
    assert_same_objects(found[2].annotation.labels, labels[2])
    assert said["objects-corrected"].startswith("2 of 6 objects were corrected: 2 removed")


def test_a_prediction_of_a_single_object_is_no_mask(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    segment(images, results, "a", cells(1, 1))
    paint(
        results / "a_labels.tif",
        lambda old: np.where(np.arange(old.shape[1]) == 10, 0, old).astype(old.dtype),
    )
    ((one,), said) = read(images, results)
    assert int(one.annotation.labels.max()) == 1
    assert "two-values-as-mask" not in said
    assert said["objects-corrected"].startswith("1 of 1 objects were corrected: 0 removed, 0 added")


@pytest.mark.parametrize("gone", ["a_labels.tif", "a_rois.zip", None])
def test_an_image_in_which_nothing_was_found_has_no_object(tmp_path, gone):
    images, results = tmp_path / "images", tmp_path / "results"
    segment(images, results, "a", np.zeros_like(cells()))
    if gone:
        (results / gone).unlink()
    ((one,), said) = read(images, results)
    assert not one.annotation.labels.any()
    assert {"image-without-object", "prediction-not-corrected"} <= set(said)
    if gone is None:
        edit_rois(results / "a_rois.zip", lambda _: [drawn([[3, 3], [9, 3], [9, 9], [3, 9]], "x")])
        ((one,), said) = read(images, results)
        assert said["objects-corrected"] == (
            "1 of 1 objects were corrected: 0 removed, 1 added, 0 redrawn"
        )


@pytest.mark.parametrize("text", ["label,t,z,area,pixels\n1,0,0,x,3\n", "label,t,z,pixels\n1\n"])
def test_a_damaged_table_is_one_sentence(predicted, text):
    images, results, _ = predicted
    (results / "a_table.csv").write_text(text)
    with pytest.raises(DataError, match="table of the prediction cannot be read"):
        read(images, results)


def test_a_table_of_another_program_says_nothing(predicted):
    images, results, _ = predicted
    (results / "a_table.csv").write_text("Area,Mean\n3,4\n")
    assert read(images, results)[1] == {}


def test_names_that_the_roi_manager_gives_are_no_parts_of_other_objects(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    segment(images, results, "a", cells())
    square = np.array([[0, 0], [4, 0], [4, 4], [0, 4]])
    names = {"0004": (1, 1), "0004-0045": (20, 1), "0004-1": (40, 1), "0004-2": (8, 1)}
    edit_rois(
        results / "a_rois.zip",
        lambda _: [drawn(square + place, name) for name, place in names.items()],
    )
    labels = read(images, results)[0][0].annotation.labels
    assert labels[2, 2] == labels[2, 9]
    assert len({labels[2, 2], labels[2, 21], labels[2, 41]}) == 3


def test_the_other_file_of_a_prediction_is_known_by_its_name(tmp_path):
    for name in ("a_labels.png", "a_rois.zip", "b_labels.tif", "c_rois.zip", "a.tif"):
        (tmp_path / name).touch()
    assert other_file(tmp_path / "a_rois.zip") == tmp_path / "a_labels.png"
    assert other_file(tmp_path / "a_labels.png") == tmp_path / "a_rois.zip"
    assert other_file(tmp_path / "b_labels.tif") is None
    assert other_file(tmp_path / "c_rois.zip") is None
    assert other_file(tmp_path / "a.tif") is None


def test_what_painting_programs_write_is_read(predicted):
    """An ImageJ file with a look-up table, as Fiji saves a label image that was painted in."""
    images, results, labels = predicted
    lut = np.tile(np.arange(256, dtype=np.uint8), (3, 1))
    tifffile.imwrite(
        results / "a_labels.tif",
        corrected(labels).astype(np.uint16),
        imagej=True,
        metadata={"LUTs": [lut]},
    )
    ((one,), _) = read(images, results)
    assert_same_objects(one.annotation.labels, corrected(labels))
