"""What is read from the files of several models."""

import numpy as np

from deepbacs_zoo.evaluation import compare_outputs, outputs_as_text
from deepbacs_zoo.evaluation.output_types import ALL, Agreement
from deepbacs_zoo.images import Calibration, write_tiff

LABELS = {"a": "labels", "b": "labels"}
BOXES = {"a": "boxes", "b": "boxes"}


def write_labels(folder, image, labels):
    """Labels ``t z y x``, and a table of as many rows."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tiff(folder / f"{image}_labels.tif", labels.astype(np.uint16), "tzyx", Calibration())
    count = sum(int(plane.max()) for stack in labels for plane in stack)
    rows = "\n".join(["label", *map(str, range(count))])
    (folder / f"{image}_table.csv").write_text(rows + "\n", "utf-8")


def write_boxes(folder, image, rows):
    """Boxes ``t name score x y width height``."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["label,t,z,class,score,x,y,width,height,unit"]
    lines += [
        f"{number},{t},0,{name},{score},{x},{y},{width},{height},pixel"
        for number, (t, name, score, x, y, width, height) in enumerate(rows, start=1)
    ]
    (folder / f"{image}_table.csv").write_text("\n".join(lines) + "\n", "utf-8")
    counts = [f"0,0,{name},{sum(row[1] == name for row in rows)}" for name in ("rod", "coccus")]
    (folder / f"{image}_counts.csv").write_text(
        "\n".join(["t,z,class,count", *counts]) + "\n", "utf-8"
    )


def test_labels_of_every_position_are_matched_apart(tmp_path):
    one = np.zeros((2, 1, 8, 12), int)
    one[0, 0, 1:4, 1:4], one[0, 0, 1:4, 6:9], one[1, 0, 2:7, 2:7] = 1, 2, 1
    other = one.copy()
    other[0, 0, 1:4, 6:9] = 0
    write_labels(tmp_path / "a", "cells", one)
    write_labels(tmp_path / "b", "cells", other)
    found = compare_outputs({"a": tmp_path / "a", "b": tmp_path / "b"}, LABELS, ["cells"])
    assert found.agreement("cells", "a", "b") == Agreement(3, 2, 2)
    assert found.agreement("cells", "b", "a") == Agreement(2, 3, 2)
    assert [row.objects for row in found.rows] == [3, 2]


def test_boxes_match_by_place_class_and_position(tmp_path):
    box = (10, 10, 20, 20)
    write_boxes(tmp_path / "a", "cells", [(0, "rod", 0.9, *box), (1, "rod", 0.8, *box)])
    write_boxes(tmp_path / "b", "cells", [(0, "coccus", 0.9, *box), (1, "rod", 0.5, *box)])
    found = compare_outputs({"a": tmp_path / "a", "b": tmp_path / "b"}, BOXES, ["cells"])
    assert found.agreement(ALL, "a", "b") == Agreement(2, 2, 1)
    assert found.classes == ("rod", "coccus")
    assert found.total("b").counts == {"rod": 1, "coccus": 1}


def test_images_without_objects_agree(tmp_path):
    for name in "ab":
        write_boxes(tmp_path / name, "empty", [])
    found = compare_outputs({name: tmp_path / name for name in "ab"}, BOXES, ["empty"])
    assert found.agreement("empty", "a", "b").share == 1.0


def test_results_that_are_not_there_are_reported_as_such(tmp_path):
    write_labels(tmp_path / "a", "cells", np.ones((1, 1, 4, 4), int))
    found = compare_outputs({"a": tmp_path / "a", "b": tmp_path / "b"}, LABELS, ["cells"], {})
    assert [row.objects for row in found.rows] == [1, None]
    assert found.total("b").objects is None
    assert found.agreement(ALL, "a", "b") is None


def test_many_images_are_only_reported_together(tmp_path):
    for number in range(21):
        write_boxes(tmp_path / "a", f"image{number}", [])
        write_boxes(tmp_path / "b", f"image{number}", [(0, "rod", 0.9, 1, 2, 30, 4)])
    names = [f"image{number}" for number in range(21)]
    text = outputs_as_text(
        compare_outputs(
            {name: tmp_path / name for name in "ab"}, BOXES, names, {("a", "image0"): 0.5}
        )
    )
    head, first, second = text.splitlines()
    assert head.split()[:6] == ["image", "model", "objects", "rod", "coccus", "seconds"]
    assert first.split() == ["(all)", "a", "0", "0", "0", "0.50", "0.000"]
    assert second.split() == ["(all)", "b", "21", "21", "0", "0.000"]
