"""Each kind of outline that can be drawn in ImageJ, and what else is found in its zips."""

import struct
import zipfile

import numpy as np
import pytest
from roifile import ROI_OPTIONS, ROI_SUBTYPE, ROI_TYPE, ImagejRoi

from deepbacs_zoo.annotations import read_annotation, read_rois, rois
from deepbacs_zoo.errors import DataError
from tests.unit.annotations.test_rois import box, outline, saved

SIZE = (40, 50)


def framed(kind, left, top, right, bottom, **more):
    """Return a rectangle or an oval, which have no corners of their own in the file."""
    roi = ImagejRoi(roitype=kind, left=left, top=top, right=right, bottom=bottom, name="framed")
    for key, value in more.items():
        setattr(roi, key, value)
    return roi


def mask_of(roi, tmp_path):
    return read_rois(saved(tmp_path / "a.zip", roi), SIZE) == 1


def test_a_rectangle_is_its_pixels(tmp_path):
    expected = np.zeros(SIZE, bool)
    expected[3:9, 5:20] = True
    np.testing.assert_array_equal(mask_of(framed(ROI_TYPE.RECT, 5, 3, 20, 9), tmp_path), expected)


@pytest.mark.parametrize(("width", "height"), [(20, 12), (9, 9), (1, 1), (8, 30)])
def test_an_oval_is_the_pixels_whose_centre_is_inside(width, height, tmp_path):
    found = mask_of(framed(ROI_TYPE.OVAL, 5, 3, 5 + width, 3 + height), tmp_path)
    assert found.sum() == pytest.approx(np.pi / 4 * width * height, rel=0.1, abs=4)
    rows, columns = np.nonzero(found)
    assert (rows.min(), columns.min()) == (3, 5)
    np.testing.assert_array_equal(found[3 : 3 + height], found[3 : 3 + height][::-1])


@pytest.mark.parametrize("kind", [ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED])
def test_outlines_of_points_are_filled_alike(kind, tmp_path):
    points = [[5, 3], [20, 3], [20, 9], [12, 9], [12, 20], [5, 20]]
    expected = np.zeros(SIZE, bool)
    expected[3:9, 5:20] = expected[9:20, 5:12] = True
    np.testing.assert_array_equal(mask_of(outline(points, kind=kind), tmp_path), expected)


@pytest.mark.parametrize(
    ("subtype", "more", "expected"),
    [(ROI_SUBTYPE.ELLIPSE, 0.5, 100.5), (ROI_SUBTYPE.ROTATED_RECT, 8.0, 128)],
)
def test_turned_ellipses_and_rectangles_are_what_their_axes_say(subtype, more, expected, tmp_path):
    roi = outline([[10, 2], [18, 10], [2, 10]], kind=ROI_TYPE.FREEHAND, subtype=subtype)
    roi.x1, roi.y1, roi.x2, roi.y2 = 4.3, 3.1, 15.6, 14.4
    data = bytearray(roi.tobytes())
    data[52:56] = struct.pack(">f", more)
    path = tmp_path / "a.roi"
    path.write_bytes(data)
    found = read_rois(path, SIZE) == 1
    assert found.sum() == pytest.approx(expected, abs=8)
    assert found[8, 10]
    assert not found[5, 14]


def test_corners_between_pixels_count_as_they_are(tmp_path):
    points = np.array([[4.4, 2.4], [9.4, 2.4], [9.4, 6.4], [4.4, 6.4]], np.float32)
    roi = ImagejRoi.frompoints(points, name="fine")
    assert roi.options & ROI_OPTIONS.SUB_PIXEL_RESOLUTION
    expected = np.zeros(SIZE, bool)
    expected[2:6, 4:9] = True
    np.testing.assert_array_equal(mask_of(roi, tmp_path), expected)


def test_a_hole_in_a_composite_outline_stays_empty(tmp_path):
    def path(left, top, right, bottom):
        corners = ((left, top), (right, top), (right, bottom), (left, bottom))
        moves = [
            value for index, at in enumerate(corners) for value in (1.0 if index else 0.0, *at)
        ]
        return [*moves, 4.0]

    shape = np.array(path(2, 2, 20, 20) + path(6, 6, 12, 12), np.float32)
    roi = framed(ROI_TYPE.RECT, 2, 2, 20, 20, shape_roi_size=shape.size, multi_coordinates=shape)
    expected = np.zeros(SIZE, bool)
    expected[2:20, 2:20] = True
    expected[6:12, 6:12] = False
    np.testing.assert_array_equal(mask_of(roi, tmp_path), expected)


def test_outlines_of_cells_that_touch_stay_apart_where_a_mask_cannot(tmp_path):
    path = saved(tmp_path / "a.zip", box(2, 2, 20, 8, name="a"), box(2, 8, 20, 14, name="b"))
    found = read_annotation(path, SIZE)
    assert found.findings == ()
    assert [int((found.labels == number).sum()) for number in (1, 2)] == [108, 108]


@pytest.mark.parametrize("subtype", [ROI_SUBTYPE.TEXT, ROI_SUBTYPE.IMAGE])
def test_texts_and_pictures_laid_over_an_image_are_no_objects(subtype, tmp_path):
    note = framed(ROI_TYPE.RECT, 2, 2, 9, 9, subtype=subtype)
    with pytest.raises(DataError, match=f"encloses no area .{subtype.name.lower()}"):
        mask_of(note, tmp_path)


def test_a_zip_packed_again_by_macos_is_read(tmp_path):
    path = saved(tmp_path / "a.zip", box(1, 1, 9, 9, name="zelle µ"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("set/", b"")
        archive.writestr("set/0002.roi", box(20, 20, 25, 25).tobytes())
        archive.writestr("__MACOSX/set/._0002.roi", b"\x00\x05\x16\x07")
        archive.writestr("set/readme.txt", b"two cells")
    assert read_rois(path, SIZE).max() == 2


def test_a_member_that_is_too_large_for_an_outline_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(rois, "_LARGEST", 10_000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.roi", bytes(1_000_000))
    with pytest.raises(DataError, match="1000000 bytes are no outline"):
        read_rois(path, SIZE)
