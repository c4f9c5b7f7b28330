"""Outlines that ImageJ saves are filled in Python as ImageJ fills them."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.annotations import read_rois
from deepbacs_zoo.fiji import open_worker
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
