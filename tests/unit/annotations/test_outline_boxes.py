import json
import unicodedata

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import Box, find_box_folders, match_box_pairs, read_boxes
from deepbacs_zoo.errors import DataError

SIZE = (24, 32)
IMAGE = np.zeros(SIZE, np.uint16)


def put(path, content=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        tifffile.imwrite(path, IMAGE)
    else:
        path.write_text(json.dumps(content), "utf-8")


def labelme(*shapes):
    return {"version": "5.4.1", "shapes": list(shapes), "imageHeight": 24, "imageWidth": 32}


def shape(label, kind, *points, **more):
    return {"label": label, "shape_type": kind, "points": [list(point) for point in points], **more}


def geojson(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def feature(classification, *corners):
    ring = [list(corner) for corner in (*corners, corners[0])]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {
        "geometry": geometry,
        "type": "Feature",
        "properties": {"classification": classification},
    }


def boxes_in(folder, classes=None):
    folders = find_box_folders(folder, "training")
    (pair,) = match_box_pairs(*folders)
    found = read_boxes(pair, SIZE, classes=classes)
    return list(found.boxes), [each.id for each in found.findings]


RECTANGLE = shape("rod", "rectangle", (10, 8.5), (4, 3))


@pytest.mark.parametrize("beside", [True, False])
def test_shapes_of_labelme_are_boxes_of_their_class(tmp_path, beside):
    put(tmp_path / "a.tif" if beside else tmp_path / "images" / "a.tif")
    circle = shape("coccus", "circle", (20, 10), (20, 14))
    put(
        (tmp_path if beside else tmp_path / "labels") / "a.json",
        labelme(RECTANGLE, circle, shape("rod", "point", (1, 1))),
    )
    boxes, findings = boxes_in(tmp_path)
    assert boxes == [Box(4, 3, 10, 8.5, "rod"), Box(16, 6, 24, 14, "coccus")]
    assert findings == ["outlines-without-area"]


@pytest.mark.parametrize(
    ("classification", "name"),
    [
        ({"name": "rod", "colorRGB": -3670016}, "rod"),
        ({"name": "rod", "color": [200, 0, 0]}, "rod"),
        ({"names": ["rod", "dividing"], "color": [200, 0, 0]}, "rod: dividing"),
        ("rod", "rod"),
    ],
)
def test_classifications_of_qupath_are_classes(tmp_path, classification, name):
    put(tmp_path / "a.tif")
    put(tmp_path / "a.geojson", geojson(feature(classification, (4, 3), (10, 3), (10, 8), (4, 8))))
    assert boxes_in(tmp_path) == ([Box(4, 3, 10, 8, name)], [])


def test_an_object_without_a_class_has_the_one_that_is_named(tmp_path):
    put(tmp_path / "a.tif")
    put(tmp_path / "a.geojson", geojson(feature(None, (4, 3), (10, 3), (10, 8), (4, 8))))
    with pytest.raises(DataError, match="an outline has no class"):
        boxes_in(tmp_path)
    assert boxes_in(tmp_path, ["cell"])[0] == [Box(4, 3, 10, 8, "cell")]


def test_label_images_beside_images_are_boxes_of_the_one_class(tmp_path):
    put(tmp_path / "a.tif")
    labels = np.zeros(SIZE, np.uint16)
    labels[3:8, 4:10], labels[12:20, 20:28] = 1, 2
    tifffile.imwrite(tmp_path / "a_masks.tif", labels)
    boxes, _ = boxes_in(tmp_path, ["cell"])
    assert boxes == [Box(4, 3, 10, 8, "cell"), Box(20, 12, 28, 20, "cell")]


def test_an_annotation_of_another_size_is_refused(tmp_path):
    put(tmp_path / "a.tif")
    put(tmp_path / "a.json", labelme(RECTANGLE) | {"imageWidth": 640})
    with pytest.raises(DataError, match="an image of another size"):
        boxes_in(tmp_path)


def test_coco_may_write_accents_otherwise_than_the_disk(tmp_path):
    on_disk, stated = (unicodedata.normalize(form, "Z\u00e9lle.tif") for form in ("NFD", "NFC"))
    put(tmp_path / "images" / on_disk)
    coco = {
        "images": [{"id": 1, "file_name": stated, "width": 32, "height": 24}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [4, 3, 6, 5]}],
        "categories": [{"id": 1, "name": "rod"}],
    }
    put(tmp_path / "labels" / "all.json", coco)
    assert boxes_in(tmp_path) == ([Box(4, 3, 10, 8, "rod")], [])


def test_notes_of_systems_are_no_annotations(tmp_path):
    put(tmp_path / "a.tif")
    put(tmp_path / "a.json", labelme(RECTANGLE))
    for name in ("._a.tif", "._a.json", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    assert boxes_in(tmp_path) == ([Box(4, 3, 10, 8.5, "rod")], [])
