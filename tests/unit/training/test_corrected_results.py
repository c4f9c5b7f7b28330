"""Predictions that were corrected, trained on as they are: the truth, and what the run records."""

import numpy as np
from roifile import ROI_TYPE

from deepbacs_zoo.annotations import read_annotated
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.training import train
from tests.unit.annotations.predictions import drawn, edit_rois, paint, segment
from tests.unit.training.small import TASK

LABELS = np.zeros((24, 30), np.uint8)
LABELS[3:11, 4:12] = LABELS[14:22, 15:27] = 1


def test_predictions_that_were_corrected_are_trained_on_as_they_are(tmp_path):
    images, results = tmp_path / "images", tmp_path / "results"
    for number in range(4):
        segment(images, results, f"field{number}", LABELS[None])
    # One is redrawn and one drawn anew, in another image one is painted over, two stay as they are.
    square = drawn([[20, 2], [28, 2], [28, 8], [20, 8]], "0005-0024")
    larger = drawn([[3, 3], [12, 3], [12, 11], [3, 11]], "0001", ROI_TYPE.FREEHAND)
    edit_rois(results / "field0_rois.zip", lambda rois: [larger, rois[1], square])
    paint(results / "field1_labels.tif", lambda old: np.where(old == 2, 0, old).astype(np.float32))
    run = train(
        TASK, images, results, tmp_path / "run", epochs=1, device="cpu", progress=False, tuned=False
    )
    said = {each.id: each.what for each in open_run(run.folder).findings}
    assert said["objects-corrected"] == (
        "2 of 4 files: 3 of 5 objects were corrected: 1 removed, 1 added, 1 redrawn"
    )
    assert said["prediction-not-corrected"].startswith("2 of 4 files: 4 objects are as they were")
    assert "2 of 4 files, such as field0_rois.zip: it is taken" in said["edited-file-taken"]
    # What was recorded is read again as it was, whatever lies beside it.
    pairs = {
        pair.name: pair
        for part in (run.split.training, run.split.validation)
        for pair in part.pairs()
    }
    assert [pairs[name].target.name for name in sorted(pairs)] == [
        "field0_rois.zip",
        *(f"field{number}_labels.tif" for number in (1, 2, 3)),
    ]
    expected = np.zeros(LABELS.shape, np.int32)
    expected[3:11, 3:12], expected[14:22, 15:27], expected[2:8, 20:28] = 1, 2, 3
    np.testing.assert_array_equal(read_annotated(pairs["field0"])[1].labels, expected)
    assert read_annotated(pairs["field1"])[1].labels.max() == 1
