"""Boxes from images: positions, scales, edges, files, and what ImageJ wrote read back."""

from __future__ import annotations

import csv
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from roifile import ImagejRoi

import deepbacs_zoo.decoding.kinds as kinds
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import planned_outputs, read_outputs, save
from deepbacs_zoo.tensors import SteppedSize
from tests.unit.prediction.samples import fake, image_of, noise
from tests.unit.runners.stub import output, tensor

GRID = 8
CLASSES = ["rod", "two, words", "coccus"]
DECODE = {"kind": "boxes", "output": "anchors", "classes": CLASSES, "anchors": 1, "grid": GRID}
FILES = ("anchors.tif", "rois.zip", "table.csv", "counts.csv", "overlay.png")
MICROSCOPE = Calibration(0.1, 0.2, None, "µm")


def marks(image):
    """A box of 10 by 6 pixels in every cell that holds a mark: its class, and score 0.9."""
    b, _, y, x = image.shape
    cells = image.reshape(b, y // GRID, GRID, x // GRID, GRID).max((2, 4))
    tensor = np.zeros((b, 8, y // GRID, x // GRID), np.float32)
    tensor[:, :2], tensor[:, 2], tensor[:, 3], tensor[:, 4] = 0.5, 10, 6, 1
    for number in range(3):
        tensor[:, 5 + number] = np.where(cells == number + 1, np.float32(0.9), 0)
    return tensor


def detector(**config):
    size = SteppedSize(GRID, GRID)
    return fake(
        marks,
        inputs=(tensor("raw", size=size),),
        outputs=(output("anchors", "raw", channels=8, scale=1 / GRID),),
        decode=DECODE,
        **config,
    )


def marked(*places, shape=(48, 64)):
    """An image with marks at ``row column class``."""
    array = np.zeros(shape, np.float32)
    for row, column, number in places:
        array[row, column] = number
    return array


PLANE = marked((4, 4, 1), (20, 30, 2), (44, 62, 1))


def detected(array=PLANE, axes="yx", calibration=None, **options):
    package, session = detector()
    return predict(package, image_of(array, axes, calibration), session=session, **options)


def test_boxes_are_rows_in_units_and_no_labels():
    found = detected(calibration=MICROSCOPE)
    assert (found.labels, found.objects) == (None, ())
    assert found.n_objects == 3
    first, second, third = found.boxes
    assert (first.label, first.name, first.unit) == (1, "rod", "µm")
    assert first.score == pytest.approx(0.9)
    assert first.pixels == (0.0, 1.0, 9.0, 7.0)
    assert (first.x, first.y) == pytest.approx((0.0, 0.2))
    assert (first.width, first.height) == pytest.approx((0.9, 1.2))
    assert (second.name, second.pixels) == ("rod", (55.0, 41.0, 64.0, 47.0))
    assert (third.name, third.pixels) == ("two, words", (23.0, 17.0, 33.0, 23.0))
    assert found.classes == tuple(CLASSES)
    assert [each.count for each in found.counts] == [2, 1, 0]
    assert found.class_counts == {"rod": 2, "two, words": 1, "coccus": 0}


def test_a_package_without_decoding_has_no_boxes():
    package, session = fake(lambda x: x)
    found = predict(package, image_of(noise(32, 24)), session=session)
    assert (found.boxes, found.counts, found.classes, found.n_objects) == (None, (), (), None)
    assert found.class_counts is None


def test_stacks_are_detected_position_by_position():
    stack = np.stack([PLANE, marked((20, 20, 3)), marked()])
    found = detected(stack, "tyx")
    assert [(row.t, row.z, row.label) for row in found.boxes] == [
        (0, 0, 1),
        (0, 0, 2),
        (0, 0, 3),
        (1, 0, 1),
    ]
    assert [each.count for each in found.counts] == [2, 1, 0, 0, 0, 1, 0, 0, 0]
    assert [(each.t, each.z) for each in found.counts][-1] == (2, 0)


@pytest.mark.parametrize("border", ["none", "halo"])
def test_cells_cover_the_edge_of_an_image_of_any_size(border):
    array = marked((44, 60, 1), shape=(45, 61))  # 5.6 x 7.6 cells
    found = detected(array, border=border)
    assert found.tensors["anchors"].array.shape[-2:] == (6, 8)
    assert [row.pixels for row in found.boxes] == [(55.0, 41.0, 61.0, 45.0)]


def test_cells_cover_the_edge_in_tiles_too():
    array = marked((44, 60, 1), (3, 30, 3), shape=(45, 61))
    package, session = detector(bytes_per_pixel=1.0)
    whole = predict(package, image_of(array), session=session)
    tiled = predict(package, image_of(array), session=session, memory=1000)
    assert len(tiled.plan.tiles) > 3
    assert tiled.boxes == whole.boxes
    np.testing.assert_array_equal(tiled.tensors["anchors"].array, whole.tensors["anchors"].array)


def test_boxes_of_a_resampled_image_are_in_its_own_pixels():
    package, session = detector(pixel_size={"y": 0.1, "x": 0.1, "unit": "µm"})
    image = image_of(PLANE.repeat(2, 0).repeat(2, 1), calibration=Calibration(0.05, 0.05))
    image = replace(image, calibration=Calibration(0.05, 0.05, None, "µm"))
    session._function = lambda tensors: [marks(np.rint(PLANE)[None, None])]
    found = predict(package, image, session=session, rescale="auto")
    assert session.shapes[0]["raw"][2:] == (48, 64)
    assert found.boxes[1].pixels == (110.0, 82.0, 128.0, 94.0)
    assert found.boxes[1].x == pytest.approx(5.5)


def test_more_candidates_than_are_looked_at_are_reported(monkeypatch):
    monkeypatch.setattr(kinds, "MOST_CANDIDATES", 2)
    (finding,) = detected().findings
    assert finding.severity is Severity.WARNING
    assert finding.id == "too-many-candidates"
    assert finding.sentence().startswith("3 candidates pass the score threshold, and only the best")


def test_a_tensor_of_other_channels_is_the_packages_fault():
    package, session = fake(
        lambda x: np.zeros((1, 7, 6, 8), np.float32),
        inputs=(tensor("raw", size=SteppedSize(GRID, GRID)),),
        outputs=(output("anchors", "raw", channels=7, scale=1 / GRID),),
        decode=DECODE,
    )
    with pytest.raises(PackageError, match="8 channels, 8 for each anchor"):
        predict(package, image_of(PLANE), session=session)


# --- files ---------------------------------------------------------------------------------------


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_planned_outputs_are_the_files_that_are_written(tmp_path):
    written = save(detected(), tmp_path)
    assert [path.name for path in written] == [f"image_{name}" for name in FILES]
    assert planned_outputs(detector()[0], "image", tmp_path) == written
    assert sorted(tmp_path.iterdir()) == sorted(written)


def test_files_tell_of_the_same_boxes(tmp_path):
    found = detected(np.stack([PLANE, marked((20, 20, 3))]), "zyx", MICROSCOPE)
    anchors, rois, table, counts, overlay = save(found, tmp_path)
    assert read_image(anchors).calibration.x == pytest.approx(0.8)
    rows = rows_of(table)
    assert list(rows[0]) == [
        "label",
        "t",
        "z",
        "class",
        "score",
        "x",
        "y",
        "width",
        "height",
        "unit",
    ]
    assert [row["class"] for row in rows] == ["rod", "rod", "two, words", "coccus"]
    assert (rows[1]["x"], rows[1]["score"], rows[3]["z"]) == ("5.5", "0.9", "1")
    assert [tuple(row.values()) for row in rows_of(counts)] == [
        ("0", "0", "rod", "2"),
        ("0", "0", "two, words", "1"),
        ("0", "0", "coccus", "0"),
        ("0", "1", "rod", "0"),
        ("0", "1", "two, words", "0"),
        ("0", "1", "coccus", "1"),
    ]
    with zipfile.ZipFile(rois) as archive:
        names = archive.namelist()
        last = ImagejRoi.frombytes(archive.read(names[3]))
    assert names[2:] == ["z0001-0003-two_ words.roi", "z0002-0001-coccus.roi"]
    assert (last.z_position, last.position, last.properties["class"]) == (2, 2, "coccus")
    picture = read_image(overlay).data.values[0, 0]
    assert tuple(picture[:, 17, 25]) == colour_of(2)
    assert tuple(picture[:, 1, 4]) == tuple(picture[:, 44, 63]) == colour_of(1)
    assert tuple(picture[:, 20, 20]) == (0, 0, 0)


def test_an_image_without_boxes_has_all_its_files(tmp_path):
    _, rois, table, counts, _ = save(detected(marked()), tmp_path)
    assert zipfile.ZipFile(rois).namelist() == []
    assert rows_of(table) == []
    assert [row["count"] for row in rows_of(counts)] == ["0"] * 3


def test_cells_with_quotes_and_lines_are_read_back_by_any_reader(tmp_path):
    odd = ['say "x"', "two\r\nlines", "plain"]
    package, session = detector()
    package.zoo_entries["decode"] = {**DECODE, "classes": odd}
    found = predict(package, image_of(PLANE), session=session)
    _, _, table, counts, _ = save(found, tmp_path)
    assert [row["class"] for row in rows_of(counts)] == odd
    assert [row["class"] for row in rows_of(table)] == [odd[0], odd[0], odd[1]]


def test_what_was_written_is_read_back(tmp_path):
    package, _ = detector()
    expected = detected(np.stack([PLANE, marked((20, 20, 3))]), "tyx", MICROSCOPE)
    save(expected, tmp_path)
    tensors, found = read_outputs(package, expected.stem, tmp_path, expected.calibration)
    assert list(tensors) == list(expected.tensors)
    assert found.counts == expected.counts
    assert found.classes == expected.classes
    assert len(found.rows) == len(expected.boxes)
    for one, other in zip(found.rows, expected.boxes, strict=True):
        assert (one.label, one.t, one.name, one.unit) == (
            other.label,
            other.t,
            other.name,
            other.unit,
        )
        assert one.pixels == pytest.approx(other.pixels, rel=1e-6)
        assert (one.x, one.height, one.score) == pytest.approx(
            (other.x, other.height, other.score), rel=1e-5
        )
