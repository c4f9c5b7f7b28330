"""Outlines that ImageJ saves are filled in Python as ImageJ fills them."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.annotations import Pair, read_label_pairs, read_rois
from deepbacs_zoo.fiji import open_worker
from deepbacs_zoo.images.rois import read_roi
from tests.data.rois.drawings import (
    SIZE,
    drawn_by,
    filled_by,
    golden,
    mask_of,
    of_imagej,
    random_drawings,
)
from tests.fiji.gateways import gateway_setup

SHAPES = {
    "rectangle": "makeRectangle(3, 4, 17, 11);",
    "oval": "makeOval(3, 4, 17, 11);",
    "circle": "makeOval(10, 5, 24, 24);",
    "polygon": "makePolygon(5, 5, 30, 8, 21, 33, 14, 20);",
    "crossed": "makePolygon(5, 5, 40, 35, 40, 5, 5, 35);",
    "freehand": 'makeSelection("freehand", newArray(5,30,31,18,7), newArray(6,9,22,30,25));',
    "subpixel": "makePolygon(5.25, 5.6, 30.3, 8.1, 21.7, 33.4);",
    "ellipse": "makeEllipse(8, 30, 40, 8, 0.4);",
    "traced": "makeOval(8, 8, 9, 9); fill(); doWand(12, 12);",
    "composite": "makeRectangle(5, 5, 30, 30); setKeyDown('alt'); makeRectangle(15, 15, 8, 8);"
    " setKeyDown('none');",
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """By shape, ImageJ's file and the pixels that it fills."""
    folder = tmp_path_factory.mktemp("rois")
    code = "setBatchMode(true);"
    for name, line in SHAPES.items():
        code += f"""
        newImage("{name}", "8-bit black", 50, 40, 1); setColor(255);
        {line}
        saveAs("Selection", "{folder / name}.roi");
        run("Select None"); setColor(0); fill(); run("Restore Selection"); setColor(255); fill();
        """
    with open_worker(gateway_setup()) as gateway:
        images = gateway.run_macro(code, timeout=120).images
    return folder, {name: image.data.values[0, 0, 0] == 255 for name, image in images.items()}


@pytest.mark.parametrize("name", SHAPES)
def test_the_pixels_of_an_outline_are_those_that_imagej_fills(name, drawn):
    folder, filled = drawn
    labels = read_rois(folder / f"{name}.roi", (40, 50))
    assert filled[name].any()
    np.testing.assert_array_equal(labels > 0, filled[name])


def test_outlines_in_an_image_that_imagej_saved_are_its_labels(tmp_path):
    code = f"""
    setBatchMode(true);
    newImage("cells", "16-bit ramp", 50, 40, 1);
    saveAs("Tiff", "{tmp_path}/cells.tif");
    makeOval(3, 4, 17, 11); Overlay.addSelection;
    makeRectangle(25, 5, 10, 12); Roi.setName("second"); Overlay.addSelection;
    makeText("a note", 30, 30); Overlay.addSelection;
    Overlay.show;
    run("Select None");
    saveAs("Tiff", "{tmp_path}/drawn.tif");
    """
    with open_worker(gateway_setup()) as gateway:
        gateway.run_macro(code, timeout=120)
    (found,) = read_label_pairs([Pair("cells", tmp_path / "cells.tif", tmp_path / "drawn.tif")])
    labels = found.annotation.labels
    assert int((labels == 2).sum()) == 120
    assert labels[9, 11] == 1
    assert [each.id for each in found.annotation.findings] == ["outline-is-note"]


def test_the_table_of_rois_is_what_imagej_draws_opens_and_counts(imagej):
    """The numbers that `tests/unit/images/test_rois.py` compares with, from ImageJ as it is."""
    found, expected = of_imagej(imagej), golden()
    assert [row["name"] for row in found] == [row["name"] for row in expected]
    differing = [
        row
        for row, known in zip(found, expected, strict=True)
        if without_picture(row) != without_picture(known)
    ]
    assert differing == []


def without_picture(row):
    """The pixels of a picture stand in its file as the JVM's settings have it."""
    return {key: row[key] for key in row if key != "roi" or not row["name"].startswith("image")}


@pytest.mark.parametrize("seed", range(3))
def test_random_outlines_are_filled_as_imagej_fills_them(seed, imagej):
    files = drawn_by(imagej, random_drawings(seed))
    differing = []
    for data, answer in zip(files, filled_by(imagej, files), strict=True):
        found = np.zeros(SIZE, bool)
        place, inside = read_roi(data).fill(SIZE)
        found[place] = inside
        if not np.array_equal(found, mask_of(answer)):
            differing.append(data.hex())
    assert differing == []
