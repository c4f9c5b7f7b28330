import base64
import gzip
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image

from deepbacs_zoo.annotations import read_annotation
from deepbacs_zoo.annotations.labels.read import read_label_stack
from deepbacs_zoo.errors import DataError

SIZE = (24, 32)
SQUARE = [[4, 3], [10, 3], [10, 8], [4, 8]]
OTHER = [[20, 12], [28, 12], [28, 20], [20, 20]]


def read(path, content, size=SIZE):
    path.write_text(json.dumps(content), "utf-8")
    return read_annotation(path, size)


def labelme(*shapes, **more):
    return {
        "version": "5.4.1",
        "flags": {},
        "shapes": [{"label": "cell", "group_id": None, **shape} for shape in shapes],
        "imagePath": "..\\images\\a.tif",
        "imageData": None,
        "imageHeight": SIZE[0],
        "imageWidth": SIZE[1],
        **more,
    }


def polygon(points=SQUARE, kind="polygon", **more):
    return {"shape_type": kind, "points": points, **more}


def feature(*polygons, kind="annotation", name="Cell", **more):
    rings = [[[*ring, ring[0]] for ring in each] for each in polygons]
    if len(rings) == 1:
        geometry = {"type": "Polygon", "coordinates": rings[0]}
    else:
        geometry = {"type": "MultiPolygon", "coordinates": rings}
    properties = {"objectType": kind, "classification": {"name": name, "color": [200, 0, 0]}}
    return {
        "type": "Feature",
        "id": "2c6e6e2b-5e2c-4b1c-8a77-4a5b5f3a3f1e",
        "geometry": {**geometry, **more},
        "properties": properties,
    }


def collection(*features):
    return {"type": "FeatureCollection", "features": list(features)}


def areas(annotation):
    return np.bincount(annotation.labels.ravel())[1:].tolist()


# --- labelme --------------------------------------------------------------------------------------


def png(mask):
    file = io.BytesIO()
    Image.fromarray(mask.astype(np.uint8) * 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_a_polygon_of_labelme_has_the_pixels_under_its_edge(tmp_path):
    found = read(tmp_path / "a.json", labelme(polygon(), polygon(OTHER)))
    assert areas(found) == [7 * 6, 9 * 9]
    assert found.labels[3:9, 4:11].all()
    assert found.findings == ()


def test_every_area_of_labelme_is_filled(tmp_path):
    mask = np.array([[1, 0, 1], [1, 1, 1]], bool)
    found = read(
        tmp_path / "a.json",
        labelme(
            polygon([[10, 8], [4, 3]], "rectangle"),
            polygon([[20, 6], [20, 9]], "circle"),
            polygon([[1, 20], [3, 21]], "mask", mask=png(mask)),
            polygon([[8, 14], [10, 12], [12, 14], [10, 16]], "oriented_rectangle"),
            {"points": [[24, 14], [28, 14], [28, 18], [24, 18]]},  # before version 3
        ),
    )
    assert areas(found) == [42, 37, 5, 13, 25]
    assert np.array_equal(found.labels[20:22, 1:4] == 3, mask)


def test_shapes_of_a_group_are_one_object(tmp_path):
    found = read(
        tmp_path / "a.json",
        labelme(
            polygon(group_id=3), polygon(OTHER, group_id=3), polygon([[1, 15], [3, 15], [3, 18]])
        ),
    )
    assert areas(found) == [42 + 81, 8]


def test_points_and_lines_of_labelme_are_left_out_and_counted(tmp_path):
    point, line = polygon([[3, 3]], "point"), polygon([[1, 1], [9, 9], [12, 3]], "linestrip")
    found = read(tmp_path / "a.json", labelme(point, polygon(), line, point))
    assert areas(found) == [42]
    (finding,) = found.findings
    assert finding.id == "outlines-without-area"
    assert "3 of its 4 shapes" in finding.what
    assert "2 point, 1 linestrip" in finding.what
    with pytest.raises(DataError, match=r"no outline with an area in it \(1 point\)"):
        read(tmp_path / "a.json", labelme(point))


def test_a_file_of_labelme_without_a_shape_is_an_empty_field(tmp_path):
    assert areas(read(tmp_path / "a.json", labelme())) == []


def test_the_image_inside_and_unknown_fields_do_not_matter(tmp_path):
    content = labelme(polygon(flags={}, description="", attributes={}), imageData="no image at all")
    content |= {"lineColor": [0, 255, 0, 128], "imageHeight": None, "imageWidth": None}
    (tmp_path / "a.json").write_text(json.dumps(content), "utf-8-sig")
    assert areas(read_annotation(tmp_path / "a.json", SIZE)) == [42]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (labelme(polygon(), imageHeight=99), "an image of another size"),
        (
            labelme(polygon([[100, 100], [110, 100], [110, 110]])),
            "no pixel of the image lies inside",
        ),
        (labelme(polygon(), polygon()), "others cover more than half of this outline"),
        (labelme(polygon(kind="cuboid")), "a shape of the unknown type 'cuboid'"),
        (labelme(polygon([[1, 2], [3, "x"], [4, 5]])), "its outlines cannot be read"),
        (labelme(polygon([[1, 2], [3, float("nan")], [4, 5]])), "no pairs of numbers"),
        (labelme({"shape_type": "polygon"}), "no 'points'"),
        (labelme(polygon([[1, 1], [2, 2]], "mask", mask="AAAA")), "a mask that is no PNG"),
        (labelme(polygon([[1, 1], [9, 9]], "mask", mask=png(np.ones((2, 2))))), "2 x 2 pixels"),
        (labelme() | {"shapes": ["shape"]}, "its outlines cannot be read"),
    ],
)
def test_what_is_wrong_in_a_file_of_labelme_is_one_sentence(tmp_path, content, match):
    with pytest.raises(DataError, match=match):
        read(tmp_path / "a.json", content)


# --- GeoJSON --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        collection(feature([SQUARE])),
        [feature([SQUARE])],
        feature([SQUARE]),
        feature([SQUARE])["geometry"],
        collection(
            {
                "type": "Feature",
                "id": "PathAnnotationObject",
                "geometry": feature([SQUARE])["geometry"],
            }
        ),
    ],
    ids=["collection", "list", "feature", "geometry", "0.2"],
)
def test_every_layout_of_geojson_is_read(tmp_path, content):
    found = read(tmp_path / "a.geojson", content)
    assert areas(found) == [6 * 5]
    assert found.labels[3:8, 4:10].all()
    assert areas(read(tmp_path / "a.json", content)) == [30]


def test_compressed_files_of_qupath_are_read(tmp_path):
    text = json.dumps(collection(feature([SQUARE]), feature([OTHER]))).encode()
    (tmp_path / "a.geojson.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.geojson", text)
        archive.writestr("__MACOSX/._a.geojson", b"a note")
    for name in ("a.geojson.gz", "a.zip"):
        assert areas(read_annotation(tmp_path / name, SIZE)) == [30, 64]


def test_holes_and_several_parts_are_those_of_one_object(tmp_path):
    hole = [[6, 4], [8, 4], [8, 6], [6, 6]]
    found = read(tmp_path / "a.geojson", collection(feature([SQUARE, hole], [OTHER])))
    assert areas(found) == [30 - 4 + 64]
    assert not found.labels[4:6, 6:8].any()


# Filled by Java 17: Graphics2D.fill on a gray BufferedImage, as QuPath's LabeledImageServer does.
BY_JAVA = [
    (
        [[2.25, 1.5], [9.75, 3.0], [6.5, 8.25]],
        "|...##.......|....######..|....######..|.....####...|......##....|......##....|",
    ),
    (
        [[1.3, 0.7], [10.6, 2.2], [8.1, 7.9], [3.4, 6.1]],
        "..##........|..########..|...########.|...#######..|...#######..|....#####...|......###...|",
    ),
    (
        [[1, 1], [10, 3], [6, 8]],
        "|..####......|...#######..|....######..|....#####...|.....###....|......#.....|",
    ),
]


@pytest.mark.parametrize(("corners", "rows"), BY_JAVA)
def test_polygons_are_filled_as_qupath_fills_them(tmp_path, corners, rows):
    found = read(tmp_path / "a.geojson", feature([corners]), (9, 12))
    filled = "|".join("".join(".#"[value] for value in row) for row in found.labels)
    empty = "." * 12
    assert filled.replace(empty, "").strip("|") == rows.strip("|")


def test_points_and_lines_of_qupath_are_left_out_and_counted(tmp_path):
    points = {
        "type": "Feature",
        "geometry": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
    }
    line = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}
    found = read(tmp_path / "a.geojson", collection(points, feature([SQUARE]), line))
    assert areas(found) == [30]
    assert "2 of its 3 shapes" in found.findings[0].what
    with pytest.raises(DataError, match="1 MultiPoint, 1 LineString"):
        read(tmp_path / "a.geojson", collection(points, line))


def test_a_region_around_detected_cells_is_left_out(tmp_path):
    region = feature([[[0, 0], [31, 0], [31, 23], [0, 23]]])
    cells = [feature([SQUARE], kind="cell"), feature([OTHER], kind="cell")]
    cells[0]["nucleusGeometry"] = cells[0]["geometry"]
    flat = read(tmp_path / "a.geojson", collection(region, *cells))
    region["properties"]["childObjects"] = cells
    nested = read(tmp_path / "a.geojson", collection(region))
    for found in (flat, nested):
        assert areas(found) == [30, 64]
        assert [each.id for each in found.findings] == ["outlines-of-regions"]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (
            collection(feature([SQUARE], plane={"z": 2}), feature([OTHER], plane={"t": 1})),
            r"several planes of a stack.*\(z 3, t 2\)",
        ),
        (feature([[[50, 50], [60, 50], [60, 60]]]), "no pixel of the image lies inside it"),
        (collection(feature([SQUARE]), feature([SQUARE])), "more than half of this outline"),
        (
            {"type": "Feature", "geometry": {"type": "Curve", "coordinates": []}},
            "unknown type 'Curve'",
        ),
        ({"type": "FeatureCollection"}, "no 'features'"),
        (feature([[["a", 1], [2, 3], [4, 5]]]), "its outlines cannot be read"),
        ({"images": [], "annotations": [], "categories": []}, "JSON of COCO"),
        ({"a.png123": {"filename": "a.png", "regions": []}}, "JSON of VGG Image Annotator"),
        ([{"id": 1, "data": {}, "annotations": []}], "JSON of Label Studio"),
        ({"some": "thing"}, "JSON of an unknown kind"),
        (7, "JSON of an unknown kind"),
    ],
)
def test_what_is_wrong_in_geojson_is_one_sentence(tmp_path, content, match):
    with pytest.raises(DataError, match=match):
        read(tmp_path / "a.json", content)


def test_outlines_of_a_stack_belong_to_the_planes_that_qupath_states(tmp_path):
    content = collection(feature([SQUARE]), feature([OTHER], plane={"c": -1, "z": 2, "t": 0}))
    (tmp_path / "a.geojson").write_text(json.dumps(content), "utf-8")
    stack = read_label_stack(tmp_path / "a.geojson", (1, 3, *SIZE))
    assert [areas(stack.plane(0, z)) for z in range(3)] == [[30], [], [64]]
    with pytest.raises(DataError, match=r"a plane that the image does not have \(z 3\)"):
        read_label_stack(tmp_path / "a.geojson", (1, 2, *SIZE))
    one = read(tmp_path / "a.geojson", collection(content["features"][1]))
    assert areas(one) == [64]
    assert "belong to z 3 of a stack" in one.findings[0].what


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000])
def test_what_is_no_json_is_one_sentence(tmp_path, data):
    (tmp_path / "a.geojson").write_bytes(data)
    with pytest.raises(DataError, match="its outlines cannot be read"):
        read_annotation(tmp_path / "a.geojson", SIZE)


def test_many_objects_that_touch_nobody_are_all_there(tmp_path):
    squares = [
        feature([[[x, y], [x + 8, y], [x + 8, y + 8], [x, y + 8]]])
        for y in range(0, 300, 10)
        for x in range(0, 300, 10)
    ]
    found = read(tmp_path / "a.geojson", collection(*squares), (300, 300))
    assert areas(found) == [64] * len(squares)
