"""Boxes from tensors of anchors, and as rows, counts and ROIs."""

from __future__ import annotations

import json
import time
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from roifile import ImagejRoi

from deepbacs_zoo.decoding import anchor_boxes as boxes_module
from deepbacs_zoo.decoding.anchor_boxes import DetectedBox, decode_boxes, find_boxes
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.package.zoo_config.decoding import AnchorBoxes
from deepbacs_zoo.package.zoo_config.reading import read_decoding
from deepbacs_zoo.results.boxes.rois import write_box_rois
from deepbacs_zoo.results.boxes.rows import BoxRow, ClassCount, count_boxes, list_boxes
from tests.data.decoding import make_boxes

GOLDEN = json.loads(make_boxes.FILE.read_text("utf-8"))
SETTINGS = AnchorBoxes("anchors", ("rod", "coccus"), 5, 8, 0.3, 0.3)


def settings_of(entry) -> AnchorBoxes:
    found = read_decoding({"decode": {"kind": "boxes", **entry["settings"]}})
    assert isinstance(found, AnchorBoxes)
    return found


def tensor_of(entry) -> np.ndarray:
    values = np.array([float(value) for value in entry["tensor"]])
    return values.astype(np.float32).reshape(entry["shape"])


def rows_of(found):
    return [[each.x0, each.y0, each.x1, each.y1, each.class_index, each.score] for each in found]


def random_tensor(seed, rows, columns, low, high, settings=SETTINGS):
    rng = np.random.default_rng(seed)
    block = 5 + len(settings.classes)
    tensor = rng.random((settings.anchors, block, rows, columns)).astype(np.float32)
    tensor[:, 2:4] = rng.uniform(low, high, (settings.anchors, 2, rows, columns))
    return tensor.reshape(-1, rows, columns)


@pytest.mark.parametrize("number", range(len(GOLDEN)), ids=lambda n: GOLDEN[n]["name"])
def test_golden_vectors_are_met_exactly(number):
    entry = GOLDEN[number]
    found = decode_boxes(settings_of(entry), tensor_of(entry), tuple(entry["size"]))
    assert rows_of(found) == entry["boxes"]


def test_the_golden_file_is_what_its_maker_writes():
    assert json.loads(json.dumps(make_boxes.entries())) == GOLDEN


@pytest.mark.parametrize("overlap", [0.01, 0.3, 0.95])
@pytest.mark.parametrize(("low", "high"), [(0.5, 6), (2, 90), (300, 900)])
def test_neighbours_are_found_whatever_the_sizes_of_boxes(low, high, overlap):
    settings = replace(SETTINGS, nms_threshold=overlap, anchors=2)
    tensor = random_tensor(3, 12, 20, low, high, settings)
    plain = make_boxes.plain_decode(
        {**asdict(settings), "overlap_threshold": overlap}, tensor, [96, 160]
    )
    assert rows_of(decode_boxes(settings, tensor, (96, 160))) == plain


def test_boxes_lie_inside_the_image_by_score_highest_first():
    found = decode_boxes(SETTINGS, random_tensor(0, 9, 12, 1, 60), (70, 91))
    assert len(found) > 20
    assert all(0 <= each.x0 < each.x1 <= 91 and 0 <= each.y0 < each.y1 <= 70 for each in found)
    assert [each.score for each in found] == sorted((e.score for e in found), reverse=True)
    assert {each.class_index for each in found} == {0, 1}


def test_wider_types_are_taken_as_float32():
    tensor = random_tensor(1, 5, 5, 4, 20)
    assert decode_boxes(SETTINGS, tensor.astype(np.float64), (40, 40)) == decode_boxes(
        SETTINGS, tensor, (40, 40)
    )


def test_a_tensor_of_other_channels_is_refused():
    with pytest.raises(PackageError, match=r"channels.*30x4x4.*35 channels, 7 for each anchor"):
        decode_boxes(SETTINGS, np.zeros((30, 4, 4), np.float32), (32, 32))


@pytest.mark.parametrize("size", [(64, 32), (32, 24), (32, 41)])
def test_a_tensor_of_another_grid_is_refused(size):
    with pytest.raises(PackageError, match=r"4 x 4 cells for .* pixels\); allowed: cells of 8"):
        decode_boxes(SETTINGS, np.zeros((35, 4, 4), np.float32), size)


def test_the_last_cell_may_be_cut_or_missing():
    for size in ((25, 39), (32, 32)):
        assert decode_boxes(SETTINGS, np.zeros((35, 4, 4), np.float32), size) == ()


def test_thousands_of_candidates_take_little_time():
    tensor = random_tensor(0, 128, 128, 20, 80)
    tensor.reshape(5, 7, 128, 128)[:, 4] *= np.random.default_rng(1).random((5, 128, 128)) < 0.1
    assert 3000 < find_boxes(SETTINGS, tensor, (1024, 1024))[1] < 10000
    started = time.perf_counter()
    decode_boxes(SETTINGS, tensor, (1024, 1024))
    assert time.perf_counter() - started < 2


def test_only_the_best_candidates_are_looked_at(monkeypatch):
    tensor = random_tensor(0, 6, 6, 1, 3)
    everything = decode_boxes(SETTINGS, tensor, (48, 48))
    assert find_boxes(SETTINGS, tensor, (48, 48))[1] >= len(everything) > 20
    monkeypatch.setattr(boxes_module, "MOST_CANDIDATES", 10)
    assert decode_boxes(SETTINGS, tensor, (48, 48)) == everything[:10]


# --- rows, counts and ROIs -----------------------------------------------------------------------

FOUND = (DetectedBox(1.5, 2.25, 11.5, 8.0, 1, 0.875), DetectedBox(0.0, 0.0, 4.0, 3.0, 0, 0.5))
CLASSES = ("rod", "coccus", "sphere")


def test_rows_are_in_units_where_the_size_of_a_pixel_is_known():
    row, second = list_boxes(FOUND, CLASSES, Calibration(0.5, 2.0, None, "µm"), t=1, z=2)
    pixels = (1.5, 2.25, 11.5, 8.0)
    assert row == BoxRow(1, 1, 2, "coccus", 0.875, 0.75, 4.5, 5.0, 11.5, "µm", pixels)
    assert (second.label, second.name) == (2, "rod")


def test_rows_are_in_pixels_where_it_is_not():
    row, _ = list_boxes(FOUND, CLASSES, Calibration(0.5, None, None, "µm"), t=0, z=0)
    assert (row.x, row.y, row.width, row.height, row.unit) == (1.5, 2.25, 10.0, 5.75, "pixel")


def test_every_class_is_counted_at_every_position():
    rows = list_boxes(FOUND, CLASSES, Calibration(), t=1, z=0)
    counts = count_boxes(rows, CLASSES, 2, 1)
    assert counts == (
        *(ClassCount(0, 0, name, 0) for name in CLASSES),
        ClassCount(1, 0, "rod", 1),
        ClassCount(1, 0, "coccus", 1),
        ClassCount(1, 0, "sphere", 0),
    )


def read_set(path: Path) -> dict[str, ImagejRoi]:
    with zipfile.ZipFile(path) as archive:
        return {name: ImagejRoi.frombytes(archive.read(name)) for name in archive.namelist()}


def test_rois_are_rectangles_with_class_score_and_colour(tmp_path):
    rows = list_boxes(FOUND, CLASSES, Calibration(), t=0, z=0)
    write_box_rois(tmp_path / "a.zip", rows, CLASSES, 1, 1)
    rois = read_set(tmp_path / "a.zip")
    assert list(rois) == ["0001-coccus.roi", "0002-rod.roi"]
    roi = rois["0001-coccus.roi"]
    assert (roi.name, roi.roitype.name, roi.position) == ("0001-coccus", "RECT", 0)
    assert (roi.xd, roi.yd, roi.widthd, roi.heightd) == (1.5, 2.25, 10.0, 5.75)
    assert (roi.left, roi.top, roi.right, roi.bottom) == (1, 2, 12, 8)
    assert roi.properties == {"class": "coccus", "score": 0.875}
    assert tuple(roi.stroke_color) == (255, *colour_of(2))


def test_rois_of_stacks_carry_their_position(tmp_path):
    rows = list_boxes(FOUND, CLASSES, Calibration(), t=1, z=2)
    write_box_rois(tmp_path / "a.zip", rows, CLASSES, 2, 3)
    roi = read_set(tmp_path / "a.zip")["t0002-z0003-0001-coccus.roi"]
    assert (roi.c_position, roi.z_position, roi.t_position, roi.position) == (1, 3, 2, 6)


def test_class_names_that_no_file_can_have_stay_in_the_properties(tmp_path):
    classes = ("\u00fcber/all\\es: \U0001f9a0\n", "x")
    rows = list_boxes((FOUND[1],), classes, Calibration(), t=0, z=0)
    write_box_rois(tmp_path / "a.zip", rows, classes, 1, 1)
    ((name, roi),) = read_set(tmp_path / "a.zip").items()
    assert name == "0001-_ber_all_es_ __.roi"
    escaped = "class: \\u00fcber/all\\u005ces: \\ud83e\\udda0\\u000a\n"
    assert roi.props == f"{escaped}score: 0.5\n"
