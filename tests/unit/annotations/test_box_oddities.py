"""Boxes as programs write them beside what their formats say: outlines, confidences, crowds."""

import json

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import match_box_pairs, read_boxes
from deepbacs_zoo.checkpoints.split import record_part
from deepbacs_zoo.errors import DataError

SIZE = (40, 50)
BOX = (5.0, 8.0, 25.0, 18.0, "cell")


@pytest.fixture
def data(tmp_path):
    for name in ("images", "labels"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        tifffile.imwrite(tmp_path / "images" / f"{name}.tif", np.zeros(SIZE, np.uint8))
    (tmp_path / "labels" / "classes.txt").write_text("cell\n")
    return tmp_path


def shares(*corners):
    return " ".join(f"{x / SIZE[1]:.6f} {y / SIZE[0]:.6f}" for x, y in corners)


CORNERS = shares((5, 8), (25, 8), (25, 18), (5, 18))
PLAIN = "0 " + shares((15, 13), (20, 10))


def read(data, text, suffix=".txt"):
    for name in ("a", "b"):
        (data / "labels" / f"{name}{suffix}").write_text(text)
    pair = match_box_pairs(data / "images", data / "labels")[0]
    found = read_boxes(pair, SIZE)
    boxes = [(box.x0, box.y0, box.x1, box.y1, box.name) for box in found.boxes]
    return boxes, [each.id for each in found.findings], [each.what for each in found.findings]


@pytest.mark.parametrize(
    ("lines", "ids"),
    [
        ([PLAIN], []),
        (["0.0" + PLAIN[1:]], []),
        ([PLAIN + " 0.5757"], ["confidence-left-out"]),
        ([f"0 {CORNERS}"], ["box-of-outline"]),
        ([f"0 {CORNERS} {shares((5, 13))}"], ["box-of-outline"]),
        ([f"0 {CORNERS} {shares((5, 13))} 0.9"], ["confidence-left-out", "box-of-outline"]),
        ([f"0 {shares((15, 8), (25, 13), (15, 18), (5, 13))}"], ["box-of-outline"]),
        ([f"0 {shares((5, 8), (25, 8), (15, 18))}"], ["box-of-outline"]),
    ],
)
def test_lines_of_yolo_hold_boxes_outlines_and_confidences(data, lines, ids):
    assert read(data, "\n".join(lines))[:2] == ([BOX], ids)


def test_the_finding_counts_lines(data):
    boxes, _, said = read(data, f"{PLAIN} 0.5\n{PLAIN} 1\n{PLAIN}\n")
    assert len(boxes) == 3
    assert said == ["2 lines have a confidence, which is left out"]


@pytest.mark.parametrize("angle", [0.1, 0.4, 0.785, 1.2, -0.3])
def test_rotated_boxes_are_refused_by_name(data, angle):
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = np.array([[-8, -3], [8, -3], [8, 3], [-8, 3]]) @ turn + (25, 20)
    with pytest.raises(DataError, match="a box is rotated"):
        read(data, f"0 {shares(*corners)}")


@pytest.mark.parametrize("text", [PLAIN + " 45", PLAIN + " -0.4"])
def test_an_angle_is_no_confidence(data, text):
    with pytest.raises(DataError, match="a box is rotated"):
        read(data, text)


def test_a_rotated_box_of_pascal_voc_is_refused_by_name(data):
    (data / "labels" / "classes.txt").unlink()
    inside = "<object><name>rod</name><robndbox><cx>9</cx><angle>1</angle></robndbox></object>"
    with pytest.raises(DataError, match=r"a box is rotated.*rod, robndbox"):
        read(data, f"<annotation>{inside}</annotation>", ".xml")


def test_an_image_without_a_file_of_yolo_has_no_object(data):
    (data / "labels" / "a.txt").write_text(PLAIN)
    _, empty = match_box_pairs(data / "images", data / "labels")
    found = read_boxes(empty, SIZE)
    assert (empty.name, found.boxes) == ("b", ())
    assert [each.id for each in found.findings] == ["no-annotation-file"]
    part = record_part([empty])
    assert part.pairs()[0].target == empty.target
    empty.target.write_text(PLAIN)
    with pytest.raises(DataError, match="has changed"):
        part.pairs()


def test_a_file_of_yolo_without_an_image_is_an_error_as_ever(data):
    (data / "labels" / "c.txt").write_text(PLAIN)
    with pytest.raises(DataError, match="the image that it belongs to is missing"):
        match_box_pairs(data / "images", data / "labels")


def coco(data, **changes):
    entry = {"id": 7, "image_id": 1, "category_id": 1, "bbox": [5, 8, 20, 10], **changes}
    content = {
        "images": [{"id": number, "file_name": f"{name}.tif"} for number, name in enumerate("ba")],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [{key: value for key, value in entry.items() if value is not None}],
    }
    (data / "labels" / "classes.txt").unlink()
    (data / "labels" / "all.json").write_text(json.dumps(content))
    pair = match_box_pairs(data / "images", data / "labels")[0]
    found = read_boxes(pair, SIZE)
    boxes = [(box.x0, box.y0, box.x1, box.y1, box.name) for box in found.boxes]
    return boxes, [each.id for each in found.findings]


def runs():
    from pycocotools import mask

    painted = np.zeros(SIZE, np.uint8, order="F")
    painted[8:18, 5:25] = 1
    packed = mask.encode(painted)
    flat = painted.reshape(-1, order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *edges, flat.size]).tolist()
    return [
        {"size": list(SIZE), "counts": counts},
        {"size": list(SIZE), "counts": packed["counts"].decode()},
    ]


@pytest.mark.parametrize(
    "outline", [[[5, 8, 25, 8, 25, 18]], [[5, 8, 9, 9, 6, 18], [20, 9, 25, 9, 22, 12]], *runs()]
)
@pytest.mark.parametrize("bbox", [None, []])
def test_an_outline_of_coco_without_a_bbox_has_the_box_around_it(data, outline, bbox):
    assert coco(data, bbox=bbox, segmentation=outline) == ([BOX], ["box-of-outline"])


def test_crowd_regions_are_left_out(data):
    assert coco(data, iscrowd=1) == ([], ["crowd-left-out"])


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"bbox": [9, 9, 4, 4, 30]}, "a box is rotated"),
        ({"bbox": None}, "annotation 7 has neither a bbox nor a segmentation"),
        ({"bbox": None, "segmentation": {"counts": [1]}}, "cannot be read"),
        ({"bbox": None, "segmentation": [[1, 2, 3]]}, "cannot be read"),
    ],
)
def test_what_is_no_upright_box_is_refused(data, changes, part):
    with pytest.raises(DataError, match=part):
        coco(data, **changes)
