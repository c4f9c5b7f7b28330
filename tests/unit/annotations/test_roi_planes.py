"""Outlines belong to the planes of a stack that ImageJ shows them on."""

import numpy as np
import pytest

from deepbacs_zoo.annotations.rois import read_roi_labels
from deepbacs_zoo.errors import DataError
from tests.unit.annotations.test_rois import box, saved

ROWS, COLUMNS = 20, 30


def read(tmp_path, planes, *rois, channels=1):
    return read_roi_labels(saved(tmp_path / "a.zip", *rois), (*planes, ROWS, COLUMNS), channels)


def planes_of(found, number=1):
    return [tuple(at) for at in np.argwhere((found.labels == number).any(axis=(2, 3))).tolist()]


def hyper(c, z, t):
    return {"c_position": c, "z_position": z, "t_position": t, "position": 1}


@pytest.mark.parametrize(
    ("planes", "channels", "place", "expected"),
    [
        ((4, 1), 1, {"position": 3}, [(2, 0)]),
        ((1, 4), 1, {"position": 3}, [(0, 2)]),
        ((4, 1), 1, hyper(1, 1, 3), [(2, 0)]),
        ((4, 1), 1, hyper(2, 0, 3), [(2, 0)]),
        ((4, 1), 1, hyper(1, 3, 1), [(2, 0)]),
        ((1, 4), 1, hyper(1, 1, 3), [(0, 2)]),
        ((1, 4), 1, hyper(1, 3, 0), [(0, 2)]),
        ((2, 3), 1, hyper(1, 3, 2), [(1, 2)]),
        ((2, 3), 1, hyper(1, 3, 0), [(0, 2), (1, 2)]),
        ((2, 3), 1, hyper(0, 0, 2), [(1, 0), (1, 1), (1, 2)]),
        ((2, 3), 1, {"position": 5}, [(1, 1)]),
        ((2, 3), 2, {"position": 9}, [(1, 1)]),
        ((4, 1), 2, {"position": 4}, [(3, 0)]),
        ((4, 1), 2, {"position": 7}, [(3, 0)]),
        ((4, 1), 1, {"name": "0003-0005-0005"}, [(2, 0)]),
        ((4, 1), 1, {"name": "00003-00005-00005"}, [(2, 0)]),
        ((4, 1), 1, {"name": "0003-0005-0005", "position": 2}, [(1, 0)]),
    ],
)
def test_a_position_is_a_plane(planes, channels, place, expected, tmp_path):
    found = read(tmp_path, planes, box(1, 1, 9, 9, **place), channels=channels)
    assert planes_of(found) == expected
    assert found.findings == ()


@pytest.mark.parametrize("name", ["cell", "0007", "abcd-0005-0005", "t0002-z0003-0001-2"])
def test_what_has_no_position_is_on_every_plane_with_a_warning(name, tmp_path):
    rois = box(1, 1, 9, 9, name=name), box(9, 9, 15, 15, name="b", position=2)
    found = read(tmp_path, (3, 1), *rois)
    assert planes_of(found) == [(0, 0), (1, 0), (2, 0)]
    assert planes_of(found, 2) == [(1, 0)]
    (finding,) = found.findings
    assert finding.id == "outline-on-every-plane"
    assert "1 of 2 outlines" in finding.sentence()


@pytest.mark.parametrize(
    ("planes", "place"),
    [
        ((4, 1), {"position": 5}),
        ((4, 1), hyper(1, 1, 5)),
        ((4, 1), hyper(1, 2, 2)),
        ((2, 3), hyper(1, 4, 1)),
        ((2, 3), {"position": 7}),
    ],
)
def test_a_plane_that_the_image_does_not_have_is_refused(planes, place, tmp_path):
    with pytest.raises(DataError, match="plane that the image does not have"):
        read(tmp_path, planes, box(1, 1, 9, 9, **place))


def test_outlines_may_overlap_on_different_planes(tmp_path):
    found = read(
        tmp_path, (2, 1), box(1, 1, 9, 9, position=1), box(1, 1, 9, 9, name="b", position=2)
    )
    assert [int(plane.max()) for plane in found.labels[:, 0]] == [1, 2]


@pytest.mark.parametrize(
    ("places", "channels"),
    [
        ([{"position": 1}, {}], 1),
        ([hyper(2, 1, 1), hyper(1, 1, 1)], 1),
        ([hyper(2, 0, 0), {}], 1),
        ([{"position": 2}, {"position": 3}], 3),
    ],
)
def test_the_first_plane_and_any_channel_are_those_of_a_single_image(places, channels, tmp_path):
    rois = [
        box(1, 1 + 9 * at, 9, 9 + 9 * at, name=f"cell {at}", **place)
        for at, place in enumerate(places)
    ]
    found = read(tmp_path, (1, 1), *rois, channels=channels)
    assert found.labels.max() == 2
    assert found.findings == ()


@pytest.mark.parametrize(
    ("place", "plane"),
    [
        ({"position": 3}, "plane 3"),
        (hyper(2, 1, 2), "t 2"),
        (hyper(0, 4, 0), "z 4"),
        (hyper(1, 4, 2), "t 2, z 4"),
        ({"name": "0003-0005-0005"}, "plane 3"),
    ],
)
def test_outlines_of_one_later_plane_are_taken_with_a_warning(place, plane, tmp_path):
    found = read(tmp_path, (1, 1), box(1, 1, 9, 9, **place), box(9, 9, 15, 15, name="b"))
    assert found.labels.max() == 2
    (finding,) = found.findings
    assert finding.id == "outline-of-stack"
    assert plane in finding.sentence()


def test_outlines_of_several_planes_are_refused_for_a_single_image(tmp_path):
    rois = box(1, 1, 9, 9, position=1), box(9, 9, 15, 15, name="b", position=2)
    with pytest.raises(DataError, match="several planes") as caught:
        read(tmp_path, (1, 1), *rois)
    assert "b" in caught.value.where
