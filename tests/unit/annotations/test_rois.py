import zipfile

import numpy as np
import pytest
from roifile import ROI_TYPE, ImagejRoi

from deepbacs_zoo.annotations import match_pairs, read_pair, read_rois
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.results import write_rois

SIZE = (40, 50)


def outline(corners, name="cell", kind=ROI_TYPE.POLYGON, **more):
    roi = ImagejRoi.frompoints(np.array(corners, np.int32), name=name)
    roi.roitype = kind
    for key, value in more.items():
        setattr(roi, key, value)
    return roi


def box(left, top, right, bottom, **more):
    return outline([[left, top], [right, top], [right, bottom], [left, bottom]], **more)


def saved(path, *rois):
    with zipfile.ZipFile(path, "w") as archive:
        for index, roi in enumerate(rois):
            archive.writestr(f"{roi.name or index}.roi", roi.tobytes())
    return path


@pytest.fixture
def labels():
    """Convex, concave, one pixel, and two parts of one label."""
    found = np.zeros(SIZE, np.int32)
    found[2:8, 3:12] = 1
    found[10:20, 5:9] = found[16:20, 5:20] = 2
    found[0, 49] = 3
    found[30:35, 30:40] = 4
    found[37:39, 1:4] = 4
    return found


def test_outlines_that_predict_wrote_are_the_labels_again(labels, tmp_path):
    write_rois(tmp_path / "a_rois.zip", labels[None, None])
    np.testing.assert_array_equal(read_rois(tmp_path / "a_rois.zip", SIZE), labels)


def test_labels_count_in_the_order_of_the_set(tmp_path):
    path = saved(tmp_path / "a.zip", box(20, 20, 25, 25, name="b"), box(1, 2, 4, 6, name="a"))
    labels = read_rois(path, SIZE)
    assert labels[22, 22] == 1
    assert np.count_nonzero(labels == 2) == 3 * 4
    assert labels[2:6, 1:4].min() == 2


def test_one_outline_may_stand_alone(tmp_path):
    path = tmp_path / "a.roi"
    path.write_bytes(box(1, 2, 4, 6).tobytes())
    assert np.count_nonzero(read_rois(path, SIZE)) == 12


def test_where_outlines_overlap_the_first_one_counts(tmp_path):
    path = saved(tmp_path / "a.zip", box(0, 0, 10, 10, name="a"), box(8, 0, 20, 10, name="b"))
    labels = read_rois(path, SIZE)
    assert labels[5, 9] == 1
    assert np.count_nonzero(labels == 2) == 100


def test_an_outline_is_cut_where_the_image_ends(tmp_path):
    labels = read_rois(saved(tmp_path / "a.zip", box(-5, -5, 3, 4)), SIZE)
    assert np.count_nonzero(labels) == 12


@pytest.mark.parametrize(
    ("rois", "what"),
    [
        ([box(60, 0, 70, 9)], "no pixel of the image"),
        ([outline([[1, 1], [9, 9]], kind=ROI_TYPE.LINE)], "encloses no area"),
        ([outline([[4, 4]], kind=ROI_TYPE.POINT)], "encloses no area"),
        ([box(1, 1, 9, 9), box(1, 1, 9, 9, name="again")], "more than half"),
        (
            [box(9, 9, 12, 12, t_position=1), box(1, 1, 9, 9, t_position=3, name="b")],
            "several planes",
        ),
        ([], "no outline"),
    ],
)
def test_what_is_no_label_is_refused_with_its_name(rois, what, tmp_path):
    path = saved(tmp_path / "a.zip", *rois)
    with pytest.raises(DataError, match=what) as caught:
        read_rois(path, SIZE)
    assert str(path) in str(caught.value)
    for roi in rois[-1:]:
        assert roi.name in caught.value.where


@pytest.mark.parametrize("content", [b"", b"Iout", b"no roi at all", b"Iout\x00\xe4\x00\x00" * 3])
@pytest.mark.parametrize("name", ["a.roi", "a.zip"])
def test_a_damaged_file_is_refused(name, content, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_rois(path, SIZE)


@pytest.mark.parametrize("name", ["a.zip", "a_rois.zip", "A.ROI"])
def test_outlines_take_the_place_of_a_label_image(name, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    stem = "A" if name == "A.ROI" else "a"
    write_tiff(source / f"{stem}.tif", np.zeros(SIZE, np.uint8), "yx", Calibration())
    if name == "A.ROI":
        (target / name).write_bytes(box(1, 2, 4, 6).tobytes())
    else:
        saved(target / name, box(1, 2, 4, 6))
    (pair,) = match_pairs(source, target)
    image, labels = read_pair(pair)
    assert labels.shape == image.data.shape[-2:]
    assert np.count_nonzero(labels) == 12


def test_an_image_cannot_have_both(tmp_path):
    for folder in ("source", "target"):
        (tmp_path / folder).mkdir()
        write_tiff(tmp_path / folder / "a.tif", np.zeros(SIZE, np.uint8), "yx", Calibration())
    saved(tmp_path / "target" / "a.zip", box(1, 2, 4, 6))
    with pytest.raises(DataError, match="same name"):
        match_pairs(tmp_path / "source", tmp_path / "target")
