import json

import numpy as np
import pytest
import tifffile
from roifile import ROI_TYPE, ImagejRoi, roiwrite

from deepbacs_zoo.annotations import Box, find_box_folders, match_box_pairs, match_pairs, read_boxes
from deepbacs_zoo.errors import DataError, UsageError

SIZE = (30, 40)  # rows, columns
TRUE = (Box(2.0, 3.0, 12.0, 8.0, "rod"), Box(20.0, 10.0, 40.0, 30.0, "coccus"))


def voc(boxes=TRUE, size=SIZE, filename="a.tif", extra=""):
    objects = "".join(
        f"<object><name>{box.name}</name><difficult>0</difficult><bndbox>"
        f"<xmin>{box.x0 + 1:g}</xmin><ymin>{box.y0 + 1:g}</ymin>"
        f"<xmax>{box.x1:g}</xmax><ymax>{box.y1:g}</ymax></bndbox></object>"
        for box in boxes
    )
    return (
        f"{extra}<annotation><filename>{filename}</filename><size><width>{size[1]}</width>"
        f"<height>{size[0]}</height><depth>1</depth></size>{objects}</annotation>"
    )


def yolo(boxes=TRUE, names=("coccus", "rod")):
    rows, columns = SIZE
    return "".join(
        f"{names.index(box.name)} {(box.x0 + box.x1) / 2 / columns:.6f} "
        f"{(box.y0 + box.y1) / 2 / rows:.6f} {box.width / columns:.6f} {box.height / rows:.6f}\n"
        for box in boxes
    )


def coco(boxes=TRUE, images=("a.tif", "b.tif"), size=SIZE):
    names = ("coccus", "rod")
    return {
        "images": [
            {"id": 7 + number, "file_name": f"some/{name}", "height": size[0], "width": size[1]}
            for number, name in enumerate(images)
        ],
        "categories": [{"id": 3, "name": names[0]}, {"id": 5, "name": names[1]}],
        "annotations": [
            {
                "id": number,
                "image_id": 7,
                "category_id": 5 if box.name == "rod" else 3,
                "bbox": [box.x0, box.y0, box.width, box.height],
            }
            for number, box in enumerate(boxes)
        ],
    }


@pytest.fixture
def data(tmp_path):
    for name in ("source", "target"):
        (tmp_path / name).mkdir()
    for name in ("a", "b"):
        tifffile.imwrite(tmp_path / "source" / f"{name}.tif", np.zeros(SIZE, np.uint8))
    return tmp_path


def write(data, suffix, first, second):
    for name, content in (("a", first), ("b", second)):
        (data / "target" / f"{name}{suffix}").write_text(content)


def pairs_of(data):
    return match_box_pairs(data / "source", data / "target")


def read(data, **options):
    return tuple(read_boxes(pair, SIZE, **options) for pair in pairs_of(data))


def assert_refused(data, *parts, kind=DataError, **options):
    with pytest.raises(kind) as caught:
        read(data, **options)
    for part in ("allowed: ", *parts):
        assert part in str(caught.value), str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_pascal_voc_counts_from_1_and_both_corners_belong_to_the_box(data):
    first = voc((Box(0, 0, 10, 5, "rod"),))
    assert "<xmin>1</xmin>" in first
    assert "<xmax>10</xmax>" in first
    write(data, ".xml", first, voc((), filename="b.tif"))
    one, none = read(data)
    assert one.boxes == (Box(0.0, 0.0, 10.0, 5.0, "rod"),)
    assert none.boxes == ()
    assert one.findings == none.findings == ()


def test_all_formats_say_the_same(data):
    write(data, ".xml", voc(), voc((), filename="b.tif"))
    assert read(data)[0].boxes == TRUE
    for path in (data / "target").iterdir():
        path.unlink()
    write(data, ".txt", yolo(), "")
    (data / "target" / "classes.txt").write_text("coccus\nrod\n\n")
    assert [one.boxes for one in read(data)] == [TRUE, ()]
    for path in (data / "target").iterdir():
        path.unlink()
    (data / "target" / "all.json").write_text(json.dumps(coco()))
    assert [one.boxes for one in read(data)] == [TRUE, ()]
    assert {pair.target.name for pair in pairs_of(data)} == {"all.json"}
    assert match_box_pairs(data / "source", data / "target" / "all.json") == pairs_of(data)
    (data / "target" / "all.json").unlink()
    for name, boxes in (("a_rois.zip", TRUE), ("b.zip", TRUE[:1])):
        rois = []
        for number, box in enumerate(boxes):
            edges = {
                "left": int(box.x0),
                "top": int(box.y0),
                "right": int(box.x1),
                "bottom": int(box.y1),
            }
            roi = ImagejRoi(roitype=ROI_TYPE.RECT, version=227, **edges)
            roi.name = f"{box.name} {number + 1}"
            rois.append(roi)
        roiwrite(data / "target" / name, rois)
    assert [one.boxes for one in read(data)] == [TRUE, TRUE[:1]]


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("target/classes.txt", "coccus\nrod"),
        ("target/obj.names", "coccus\nrod"),
        ("data.yaml", "train: x\nnames: [coccus, rod]"),
        ("data.yaml", "names:\n  0: coccus\n  1: rod\n"),
    ],
)
def test_names_of_classes_lie_beside_the_annotations_or_above(data, place, content):
    write(data, ".txt", yolo(), yolo(TRUE[1:]))
    (data / place).write_text(content)
    assert [box.name for box in read(data)[0].boxes] == ["rod", "coccus"]


def test_boxes_around_labels_are_of_one_class_or_of_those_in_a_table(data):
    labels = np.zeros(SIZE, np.uint16)
    labels[3:8, 2:12] = 1
    labels[10:30, 20:40] = 2
    for name in ("a", "b"):
        tifffile.imwrite(data / "target" / f"{name}.tif", labels)
    assert_refused(data, "a.tif", "label image where boxes", "a_classes.csv")
    assert [box.name for box in read(data, classes=["cell"])[0].boxes] == ["cell", "cell"]
    for name in ("a", "b"):
        (data / "target" / f"{name}_classes.csv").write_text("label,class\n1,rod\n2,coccus\n")
    assert read(data)[1].boxes == TRUE
    (data / "target" / "b_classes.csv").write_text("label,class\n1,rod\n")
    assert_refused(data, "b.tif", "no class", "(2)")
    (data / "target" / "b_classes.csv").write_text("label,kind\n1,rod\n")
    assert_refused(data, "b_classes.csv", "label and class")


def test_boxes_where_a_label_image_was_expected_are_refused(data):
    write(data, ".xml", voc(), voc(filename="b.tif"))
    with pytest.raises(UsageError, match=r"boxes.*a\.xml.*train detection"):
        match_pairs(data / "source", data / "target")


def test_a_box_that_stands_out_a_little_is_cut_and_one_outside_is_refused(data):
    write(data, ".xml", voc((Box(-1, -1, 5, 5, "rod"),)), voc((), filename="b.tif"))
    (found, _) = read(data)  # xmin 0: a program that counts from 0
    assert found.boxes == (Box(0.0, 0.0, 5.0, 5.0, "rod"),)
    assert found.findings == ()
    write(data, ".xml", voc((Box(30, 20, 42, 30, "rod"),)), voc((), filename="b.tif"))
    (found, _) = read(data)
    assert found.boxes[0].x1 == 40
    assert [each.id for each in found.findings] == ["boxes-cut-at-edge"]
    assert "1 of 1 boxes" in found.findings[0].sentence()
    write(data, ".xml", voc((Box(30, 20, 43, 30, "rod"),)), voc((), filename="b.tif"))
    assert_refused(data, "a.xml", "outside the image", "x 30 to 43", "40 x 30")
    write(data, ".xml", voc((Box(40, 20, 42, 30, "rod"),)), voc((), filename="b.tif"))
    assert_refused(data, "a.xml", "outside the image")


def test_a_box_of_one_pixel_is_odd_and_one_without_area_is_refused(data):
    write(data, ".xml", voc((Box(4, 4, 5, 5, "rod"),)), voc((), filename="b.tif"))
    (found, _) = read(data)
    assert found.boxes == (Box(4.0, 4.0, 5.0, 5.0, "rod"),)
    assert found.findings[0].id == "boxes-tiny"
    write(data, ".xml", voc((Box(6, 4, 5, 5, "rod"),)), voc((), filename="b.tif"))
    assert_refused(data, "a.xml", "no area", "x 6 to 5")
    write(data, ".xml", voc((Box(float("nan"), 4, 5, 5, "rod"),)), voc((), filename="b.tif"))
    assert_refused(data, "a.xml", "no numbers")


def test_an_unknown_class_is_named_with_those_that_are_known(data):
    write(data, ".xml", voc(), voc(filename="b.tif"))
    assert_refused(
        data, "a.xml", "unknown class", "coccus", "rod, microcolony", classes=["rod", "microcolony"]
    )
    write(data, ".txt", "2 0.5 0.5 0.1 0.1", "")
    for name in ("a.xml", "b.xml"):
        (data / "target" / name).unlink()
    (data / "target" / "classes.txt").write_text("coccus\nrod\n")
    assert_refused(data, "a.txt", "unknown class", "line 1: 2", "0 coccus, 1 rod")


def test_an_annotation_of_another_size_or_name_is_reported(data):
    write(data, ".xml", voc(size=(60, 80)), voc(filename="b.tif"))
    assert_refused(data, "a.xml", "another size", "80 x 60 against 40 x 30")
    write(data, ".xml", voc(size=(0, 0), filename="other.png"), voc(filename="old/b.png"))
    one, other = read(data)
    assert one.findings[0].id == "other-image-named"
    assert "other.png" in one.findings[0].sentence()
    assert other.findings == ()


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("", "no element"),
        ("<annotation>", "no element"),
        ("<svg/>", "<svg>"),
        (voc(extra='<!DOCTYPE annotation [<!ENTITY a "aaaa">]>'), "DOCTYPE"),
        ("<annotation><object><bndbox/></object></annotation>", "no name"),
        ("<annotation><object><name>a</name></object></annotation>", "bndbox/xmin is not there"),
        (voc().replace(">12<", ">wide<"), "'wide', no number"),
    ],
)
def test_broken_xml_is_refused(data, content, part):
    write(data, ".xml", content, voc(filename="b.tif"))
    assert_refused(data, "a.xml", "Pascal VOC", part)


def test_entities_are_refused_in_any_encoding(data):
    write(data, ".xml", voc(), voc(filename="b.tif"))
    text = '<?xml version="1.0" encoding="utf-16"?>' + voc(extra="<!DOCTYPE annotation>")
    (data / "target" / "a.xml").write_bytes(text.encode("utf-16"))
    assert_refused(data, "a.xml", "DOCTYPE")


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("0 0.5 0.5 0.1", "line 1: 4 numbers"),
        ("rod 0.5 0.5 0.1 0.1", "line 1"),
        ("0.5 0.5 0.5 0.1 0.1", "line 1"),
        ("0 20 15 4 4", "outside the image"),
        ("0 nan 0.5 0.1 0.1", "outside the image"),
        ("0 0.5 0.5 0 0.1", "no area"),
    ],
)
def test_broken_lines_are_refused(data, line, part):
    write(data, ".txt", line, "")
    (data / "target" / "classes.txt").write_text("coccus\nrod\n")
    assert_refused(data, "a.txt", part)


def test_numbers_without_names_are_refused(data):
    write(data, ".txt", yolo(), "")
    assert_refused(data, "target", "classes.txt", "what the numbers mean")
    (data / "target" / "classes.txt").write_text("rod\nrod\n")
    assert_refused(data, "classes.txt", "repetitions", "rod, rod")
    (data / "target" / "classes.txt").unlink()
    (data / "data.yaml").write_text("path: x")
    assert_refused(data, "data.yaml", "names")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda content: content.pop("categories"), ("COCO", "categories")),
        (lambda content: content["annotations"][0].pop("bbox"), ("COCO", "bbox")),
        (lambda content: content["annotations"][0].update(bbox=[1, 2, 3]), ("COCO",)),
        (lambda content: content["annotations"][0].update(category_id=9), ("category 9", "5 rod")),
        (lambda content: content["annotations"][0].update(image_id=9), ("image 9",)),
        (lambda content: content["images"][0].update(height=31), ("another size",)),
        (lambda content: content["images"].pop(), ("b.tif", "an entry in the file")),
        (
            lambda content: content["images"].append({"id": 1, "file_name": "c.tif"}),
            ("c.tif", "are not in"),
        ),
    ],
)
def test_broken_json_is_refused(data, change, parts):
    content = coco()
    change(content)
    (data / "target" / "all.json").write_text(json.dumps(content))
    assert_refused(data, *parts)


def test_text_that_is_no_json_is_refused(data):
    (data / "target" / "all.json").write_text('{"images": [')
    assert_refused(data, "all.json", "COCO")
    (data / "target" / "all.json").write_bytes(b"\xff\xfe\x00")
    assert_refused(data, "all.json", "COCO")


def test_files_without_partner_are_named(data):
    write(data, ".xml", voc(), voc(filename="b.tif"))
    (data / "source" / "b.tif").unlink()
    assert_refused(data, "b.xml", "the image that it belongs to is missing")
    (data / "target" / "b.xml").unlink()
    tifffile.imwrite(data / "source" / "c.tif", np.zeros(SIZE, np.uint8))
    assert_refused(data, "c.tif", "no annotation")


def test_kinds_are_not_mixed(data):
    write(data, ".xml", voc(), voc(filename="b.tif"))
    write(data, ".txt", "", "")
    assert_refused(data, "several kinds", "a.txt", "a.xml")
    for name in ("a.xml", "b.xml", "a.txt", "b.txt"):
        (data / "target" / name).unlink()
    assert_refused(data, "no annotation", kind=UsageError)
    for name in ("one.json", "two.json"):
        (data / "target" / name).write_text(json.dumps(coco()))
    assert_refused(data, "several files of COCO", "one.json, two.json")


def test_an_outline_without_a_class_is_refused(data):
    for name in ("a", "b"):
        roi = ImagejRoi.frompoints(np.array([[2, 3], [12, 3], [12, 8], [2, 8]]))
        roi.name = "0005-0007"
        roiwrite(data / "target" / f"{name}.zip", [roi])
    assert_refused(data, "a.zip", "0005-0007", "rod 12")
    assert read(data, classes=["rod"])[0].boxes == (Box(2.0, 3.0, 12.0, 8.0, "rod"),)


@pytest.mark.parametrize(
    "names",
    [
        ("images", "annotations"),
        ("images", "labels"),
        ("images/train", "labels/train"),
        ("JPEGImages", "Annotations"),
        ("source", "target"),
        ("training/source", "training/target"),
        (".", "."),
        ("training", "training"),
    ],
)
def test_folders_of_other_programs_are_found(tmp_path, names):
    folders = [tmp_path / name for name in names]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(folders[0] / "a.tif", np.zeros(SIZE, np.uint8))
    (folders[1] / "a.xml").write_text(voc())
    found = find_box_folders(tmp_path, "training")
    assert [folder.resolve() for folder in found] == [folder.resolve() for folder in folders]
    (pair,) = match_box_pairs(*found)
    assert read_boxes(pair, SIZE).boxes == TRUE


def test_no_folder_is_reported(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        find_box_folders(tmp_path / "none")
    with pytest.raises(UsageError, match="source/"):
        find_box_folders(tmp_path)
