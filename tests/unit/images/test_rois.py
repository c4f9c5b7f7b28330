"""ROIs are read as ImageJ reads them; its numbers for every type and option lie in a table."""

from __future__ import annotations

import base64
import struct
from collections import Counter

import numpy as np
import pytest

from deepbacs_zoo.images.rois import read_roi
from tests.data.rois.drawings import SIZE, digest, drawings, files_of_roifile, golden

ROWS = {row["name"]: row for row in golden()}
LAID_OVER = ("text", "image")


def filled(roi, size=SIZE):
    mask = np.zeros(size, bool)
    place, inside = roi.fill(size)
    mask[place] = inside
    return mask


def test_the_table_holds_every_type_and_option():
    assert len(ROWS) == len(drawings()) + len(files_of_roifile())
    assert sum(row.get("area", False) for row in ROWS.values()) >= 200
    assert sum(row.get("count", 0) > 0 for row in ROWS.values()) >= 300
    assert len(Counter(each["type"] for each in drawings())) == 26


@pytest.mark.parametrize("name", ROWS)
def test_the_pixels_of_a_roi_are_those_that_imagej_counts(name):
    row = ROWS[name]
    data = base64.b64decode(row["roi"])
    if not row["opens"]:
        return
    roi = read_roi(data)
    assert list(roi.position) == row["position"]
    assert roi.is_note == name.startswith((*LAID_OVER, "arrow"))
    if not row["area"] or name.startswith(LAID_OVER):
        assert not roi.has_area
        return
    mask = filled(roi)
    assert (int(mask.sum()), digest(mask)) == (row["count"], row["digest"])


def test_the_files_of_roifile_are_still_those_of_the_table():
    for name, data in files_of_roifile().items():
        assert base64.b64decode(ROWS[name]["roi"]) == data, name


@pytest.mark.parametrize(
    ("name", "kind"),
    [("oval 53", "oval"), ("rounded rectangle 25", "rounded rectangle"), ("ELLIPSE", "ellipse")],
)
def test_a_roi_tells_its_kind_and_bounds(name, kind):
    roi = read_roi(base64.b64decode(ROWS[name]["roi"]), "cell")
    assert (roi.name, roi.kind) == ("cell", kind)
    left, top, right, bottom = roi.bounds
    assert left < right
    assert top < bottom


def test_a_name_is_read_in_utf_16():
    names = {read_roi(base64.b64decode(row["roi"])).name for row in ROWS.values() if row["opens"]}
    assert "Zelle µ 细菌 \U0001f9a0" in names
    assert "" in names


@pytest.mark.parametrize("name", ["POLYGON 0.5", "oval 53", "composite of shapes 225", "line 272"])
def test_a_roi_that_is_cut_off_anywhere_is_refused_or_read(name):
    data = base64.b64decode(ROWS[name]["roi"])
    whole = read_roi(data)
    for end in range(len(data)):
        try:
            part = read_roi(data[:end])
        except ValueError as error:
            assert "ROI" in str(error)
            continue
        # The second header comes last; without it nothing of the outline is missing.
        assert part.kind == whole.kind
        np.testing.assert_array_equal(filled(part), filled(whole))


@pytest.mark.parametrize("seed", range(40))
def test_bytes_by_chance_are_a_roi_or_an_error_in_words(seed):
    rng = np.random.default_rng(seed)
    for row in rng.choice(list(ROWS.values()), 20):
        data = bytearray(base64.b64decode(row["roi"]))
        for at in rng.integers(2, len(data), 3):
            data[at] = rng.integers(256)
        try:
            roi = read_roi(bytes(data))
        except ValueError as error:
            assert "ROI" in str(error) or "path" in str(error)
        else:
            filled(roi)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ([(6, ">B", 6)], "type 6"),
        ([(6, ">B", 11)], "type 11"),
        ([(16, ">H", 0)], "without a point"),
        ([(16, ">H", 60000)], "cut off"),
        ([(16, ">H", 0), (18, ">i", 2**31 - 1)], "cut off"),
    ],
)
def test_a_damaged_roi_is_refused_with_the_reason(fields, message):
    data = bytearray(files_of_roifile()["POLYGON 0"])
    for at, kind, value in fields:
        struct.pack_into(kind, data, at, value)
    with pytest.raises(ValueError, match=message):
        read_roi(bytes(data))


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e30])
def test_coordinates_that_no_image_has_are_refused(value):
    data = bytearray(files_of_roifile()["POLYGON 0.5"])
    struct.pack_into(">f", data, 64 + 4 * 10, value)
    with pytest.raises(ValueError, match="coordinates that no image has"):
        read_roi(bytes(data))
