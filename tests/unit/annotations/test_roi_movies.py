"""Outlines of ImageJ with images, movies and stacks: as labels, and as boxes with classes."""

import struct
import zipfile

import numpy as np
import pytest
import tifffile

from deepbacs_zoo.annotations import read_label_pairs
from deepbacs_zoo.annotations.kinds import KINDS
from deepbacs_zoo.annotations.labels.options import LabelOptions
from deepbacs_zoo.annotations.pairs import Pair, read_as
from deepbacs_zoo.annotations.rois import read_roi_labels, read_rois
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration, ReadOptions, write_tiff
from deepbacs_zoo.results import write_rois
from deepbacs_zoo.results.boxes.rois import write_box_rois
from deepbacs_zoo.results.boxes.rows import BoxRow
from tests.data.rois.drawings import golden
from tests.unit.annotations.test_rois import box, outline, saved

SIZE = (40, 50)
ROIS = {row["name"]: row for row in golden()}


def pair_of(folder, shape, axes="tzyx"):
    image = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    write_tiff(folder / "movie.tif", image, axes, Calibration())
    return Pair("movie", folder / "movie.tif", folder / "movie.zip")


def row(label, t, z, name, edges):
    x0, y0, x1, y1 = edges
    sides = (float(x0), float(y0), float(x1 - x0), float(y1 - y0))
    return BoxRow(label, t, z, name, 0.9, *sides, "pixel", edges)


@pytest.mark.parametrize("planes", [(3, 1), (1, 3), (2, 3)])
def test_outlines_of_a_movie_that_predict_wrote_are_its_labels_again(planes, tmp_path):
    labels = np.random.default_rng(1).integers(0, 3, (*planes, *SIZE)).astype(np.int32)
    pair = pair_of(tmp_path, (*planes, *SIZE))
    write_rois(pair.target, labels)
    found = list(read_label_pairs([pair]))
    assert len(found) == planes[0] * planes[1]
    for each, plane in zip(found, np.ndindex(*planes), strict=True):
        np.testing.assert_array_equal(each.annotation.labels, labels[plane])
        assert each.annotation.findings == ()


def test_outlines_on_a_channel_are_those_of_the_image(tmp_path):
    pair = pair_of(tmp_path, (2, 3, *SIZE), "tcyx")
    saved(pair.target, box(1, 1, 9, 9, name="a", position=4), box(9, 9, 15, 15, c_position=3))
    found = list(read_label_pairs([pair]))
    assert [int(each.annotation.labels.max()) for each in found] == [1, 2]


def test_the_channels_of_the_file_count_where_one_of_them_is_read(tmp_path):
    pair = pair_of(tmp_path, (2, 3, *SIZE), "tcyx")
    saved(pair.target, box(1, 1, 9, 9, name="rod", position=4), box(9, 9, 15, 15, position=3))
    (pair,) = read_as([pair], ReadOptions(channel="2"))
    for kind in ("labels", "boxes"):
        found = list(KINDS[kind].read([pair], ["rod"], LabelOptions()))
        assert [each.image.shape[2] for each in found] == [1, 1]
        assert [each.pair.t for each in found] == [0, 1]
    assert [len(each.annotation.boxes) for each in found] == [1, 1]
    labels = [each.annotation.labels for each in read_label_pairs([pair])]
    assert [sorted(set(each.ravel().tolist())) for each in labels] == [[0, 1], [0, 1]]


def test_the_colors_of_a_picture_are_one_plane_for_outlines(tmp_path):
    movie = np.random.default_rng(0).integers(0, 255, (2, 2, *SIZE, 3), np.uint8)
    tifffile.imwrite(tmp_path / "movie.tif", movie, imagej=True, metadata={"axes": "TZYXS"})
    pair = Pair("movie", tmp_path / "movie.tif", tmp_path / "movie.zip")
    saved(pair.target, box(1, 1, 9, 9, position=3))
    found = list(read_label_pairs([pair]))
    assert [each.annotation.labels.any() for each in found] == [False, False, True, False]


def test_a_frame_without_an_outline_is_one_without_objects(tmp_path):
    pair = pair_of(tmp_path, (3, 1, *SIZE))
    saved(pair.target, box(1, 1, 9, 9, position=2))
    found = list(read_label_pairs([pair], LabelOptions(allow_empty=True)))
    assert [int(each.annotation.labels.max()) for each in found] == [0, 1, 0]


def test_boxes_that_predict_wrote_have_their_planes_and_classes_again(tmp_path):
    pair = pair_of(tmp_path, (2, 2, *SIZE))
    rows = [
        row(1, 0, 0, "rod", (1.5, 2.25, 9.5, 8.0)),
        row(1, 1, 1, "Kugel µ \U0001f9a0: 1", (4.0, 5.0, 20.0, 12.5)),
        row(2, 1, 1, "rod", (30.0, 5.0, 41.5, 12.5)),
    ]
    write_box_rois(pair.target, rows, ["rod", "Kugel µ \U0001f9a0: 1"], 2, 2)
    found = list(KINDS["boxes"].read([pair], None, LabelOptions()))
    assert [each.pair.name for each in found] == [
        f"movie_t00{t}_z00{z}" for t in (1, 2) for z in (1, 2)
    ]
    boxes = [[tuple(vars(each).values()) for each in every.annotation.boxes] for every in found]
    assert boxes[0] == [(*rows[0].pixels, "rod")]
    assert boxes[1:3] == [[], []]
    assert boxes[3] == [(*each.pixels, each.name) for each in rows[1:]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rod 12", "rod"),
        ("0001-rod", "rod"),
        ("set/12_rod", "rod"),
        ("field 3/rod", "rod"),
        ("rod", "rod"),
        ("long rod-3", "long rod"),
    ],
)
def test_the_name_of_an_outline_is_its_class_without_its_number(name, expected, tmp_path):
    pair = pair_of(tmp_path, (1, 1, *SIZE))
    saved(pair.target, box(1, 1, 9, 9, name=name))
    (found,) = KINDS["boxes"].read([pair], None, LabelOptions())
    assert [each.name for each in found.annotation.boxes] == [expected]


def test_boxes_are_those_of_areas_and_notes_are_left_out(tmp_path):
    pair = pair_of(tmp_path, (1, 1, *SIZE))
    members = {"a.roi": files("rounded rectangle 25"), "b.roi": files("text 284")}
    zipped(pair.target, members)
    (found,) = KINDS["boxes"].read([pair], ["cell"], LabelOptions())
    assert len(found.annotation.boxes) == 1
    assert [each.id for each in found.annotation.findings] == ["outline-is-note"]
    zipped(pair.target, members | {"c.roi": files("line 272")})
    with pytest.raises(DataError, match="encloses no area"):
        list(KINDS["boxes"].read([pair], ["cell"], LabelOptions()))


def files(name):
    import base64

    return base64.b64decode(ROIS[name]["roi"])


def zipped(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_notes_beside_outlines_are_left_out_by_name(tmp_path):
    members = {f"{kind.split()[0]}.roi": files(kind) for kind in ("text 284", "image 285")}
    members |= {"arrow.roi": files("arrow 283"), "cell.roi": box(1, 1, 9, 9).tobytes()}
    found = read_roi_labels(zipped(tmp_path / "a.zip", members), (1, 1, *SIZE))
    assert found.labels.max() == 1
    (finding,) = found.findings
    assert finding.id == "outline-is-note"
    for words in ("3 of 4 outlines", "text (text)", "image (image)", "arrow (arrow)"):
        assert words in finding.sentence()


def test_what_systems_and_programs_put_into_a_zip_is_passed_over(tmp_path):
    data = [box(left, 1, left + 5, 9, name="").tobytes() for left in (1, 10, 20, 30)]
    members = {
        "cells/0001.roi": data[0],
        "cells\\0002.ROI": data[1],
        "other/0001.roi": data[2],
        "__MACOSX/cells/._0001.roi": b"\x00\x05\x16\x07",
        "__MACOSX/0003.roi": b"no roi",
        "cells/.hidden.roi": b"no roi",
        "cells/.DS_Store": b"",
        "readme.txt": b"cells",
        "picture.png": b"\x89PNG",
        "cells/Zelle µ 细菌.roi": data[3],
    }
    labels = read_rois(zipped(tmp_path / "a.zip", members), SIZE)
    assert [int(labels[4, x]) for x in (2, 11, 21, 31)] == [1, 2, 3, 4]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_outlines_of_one_name_are_objects_of_their_own(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for left in (1, 10, 20):
            archive.writestr("cell.roi", box(left, 1, left + 5, 9).tobytes())
    labels = read_rois(path, SIZE)
    assert [int(labels[4, x]) for x in (2, 11, 21)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data.replace(b"\x14\x00\x00\x00", b"\x14\x00\x01\x00"), "encrypted"),
        (lambda data: data.replace(b"\x14\x00\x00\x00\x00\x00", b"\x14\x00\x00\x00\x63\x00"), ""),
        (lambda data: data.replace(b"Iout", b"Iouu", 1), "CRC"),
        (lambda data: data[: len(data) // 2], ""),
    ],
    ids=["a password", "a compression", "a damaged outline", "the end"],
)
def test_a_zip_that_cannot_be_unpacked_is_one_sentence(change, words, tmp_path):
    path = saved(tmp_path / "a.zip", box(1, 1, 9, 9, name="cell 1"))
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataError, match="its outlines cannot be read") as caught:
        read_rois(path, SIZE)
    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_the_damaged_outline_of_a_set_is_named(tmp_path):
    data = bytearray(outline([[1, 1], [9, 1], [9, 9]]).tobytes())
    struct.pack_into(">H", data, 16, 5000)
    path = zipped(tmp_path / "a.zip", {"good.roi": box(1, 1, 9, 9).tobytes(), "bad.roi": data})
    with pytest.raises(DataError, match="cut off") as caught:
        read_rois(path, SIZE)
    assert "bad" in caught.value.where
