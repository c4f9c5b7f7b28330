"""Objects of a live session as objects of Python: each case in a process of its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fiji.gateways import gateway_setup

pytest.importorskip("jpype")
ROOT = Path(__file__).parents[2]
FIJI = os.environ.get("DEEPBACS_ZOO_FIJI", "")
BEGIN = """
import pickle, sys
import numpy as np
import jpype
from roifile import ImagejRoi
from deepbacs_zoo.errors import *
from deepbacs_zoo.fiji import *
from deepbacs_zoo.images import *
setup = pickle.loads(bytes.fromhex(sys.argv[1]))
"""
STACK = """
array = np.arange(2 * 3 * 4 * 6 * 5, dtype=np.uint16).reshape(2, 3, 4, 6, 5)
known = Calibration(0.08, 0.09, None, "µm", 2.5)
"""


def run(code):
    words = [sys.executable, "-c", BEGIN + STACK + code, pickle.dumps(gateway_setup()).hex()]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_objects_of_imagej_pass_both_ways():
    code = """
gateway = open_embedded(setup)
image = to_imageplus(image_of(array, "tzcyx", calibration=known), "stack")
print(image.getTitle(), image.getNChannels(), image.getNSlices(), image.getNFrames())
back = from_java(image)
print(np.array_equal(back.data.values, array), back.calibration == known)
image.getProcessor().set(0, 0, 99)
print(back.data.values[0, 0, 0, 0, 0], array[0, 0, 0, 0, 0])

table = Table.of({"Label": ["a", "ü"], "n": [1.0, 2.5], "Text": ["x", "7"]})
again = from_java(to_java(table))
print(list(again.columns), again.columns["n"], again.columns["Label"], again.columns["Text"])
print(again.dataframe()["n"].sum())

outline = ImagejRoi.frompoints([[1, 2], [9, 2], [7, 11.5]], name="cell", z=1)
roi = to_java(outline)
print(roi.getName(), roi.getZPosition(), from_java(roi).coordinates().tolist())
overlay = jpype.JClass("ij.gui.Overlay")(roi)
print([each.name for each in from_java(overlay)])
print(from_java(jpype.JClass("java.util.ArrayList")([1, 2])), from_java("as it is"))
print(to_java(image) is image, list(to_java(["a", "b"])))
"""
    assert run(code).splitlines() == [
        "stack 4 3 2",
        "True True",
        "0 0",
        "['Label', 'n', 'Text'] [1.  2.5] ('a', 'ü') ('x', '7')",
        "3.5",
        "cell 2 [[1.0, 2.0], [9.0, 2.0], [7.0, 11.5]]",
        "['cell']",
        "[1, 2] as it is",
        "True ['a', 'b']",
    ]


def test_an_image_of_java_goes_in_and_out_without_a_copy():
    code = """
gateway = open_embedded(setup)
image = to_imageplus(array[0, 0, 0], "mine")
pixels = image.getProcessor()
result = gateway.run_macro('run("Add...", "value=7"); return getTitle();', images={"given": image})
print(result.value, image.getTitle(), result.images["given"].equals(image))
print(pixels is not None, image.getProcessor().get(1, 0), array[0, 0, 0, 0, 1])
try: gateway.run_macro("undefined(1);", images={"given": image})
except MacroError: print(image.getTitle(), image.getProcessor().get(1, 0))
both = {"plain": array[0, 0, 0], "given": image}
result = gateway.run_macro('newImage("new", "8-bit", 4, 4, 1); return "" + nImages;', images=both)
print(result.value, sorted(result.images), type(result.images["plain"]).__name__)
try: gateway.run_macro("x = 1;", images={"given": jpype.JClass("java.util.ArrayList")()})
except DataError as error: print(error.what)
print(image.getProcessor().get(1, 0))
"""
    assert run(code).splitlines() == [
        "given mine True",
        "True 8 1",
        "mine 8",
        "3 ['given', 'new', 'plain'] Image",
        "this object of Java is no image",
        "8",
    ]


def test_without_java_there_is_an_error_with_advice():
    code = """
for function in (to_imageplus, to_java):
    try: function(array[0, 0, 0])
    except HostError as error: print(error.what, "|", error.hint)
print(from_java(3))
"""
    lines = run(code).splitlines()
    assert lines[:2] == 2 * [
        "no Java runs in this process | call start_pyimagej or open_embedded first"
    ]
    assert lines[2] == "3"


@pytest.mark.skipif(not FIJI, reason="DEEPBACS_ZOO_FIJI names no Fiji folder")
def test_a_live_session_of_pyimagej():
    pytest.importorskip("imagej")
    code = f"""
ij = start_pyimagej(setup, {FIJI!r})
gateway = attach(ij)
given = image_of(array, "tzcyx", calibration=known)
dataset = ij.py.to_dataset(array[0, :, 0], dim_order=["pln", "row", "col"])
print(np.array_equal(from_java(dataset).data.values[0, :, 0], array[0, :, 0]))
code = 'run("Add...", "value=7 stack"); getDimensions(w, h, c, z, t); return "" + z + " " + c;'
result = gateway.run_macro(code, images={{"set": dataset}})
print(result.value, np.array_equal(result.images["set"].data.values[0, :, 0], array[0, :, 0] + 7))
print(np.array_equal(from_java(dataset).data.values[0, :, 0], array[0, :, 0]), array.max())
for dtype in (np.uint8, np.float32):
    other = ij.py.to_dataset(array[0, 0, 0].astype(dtype))
    print(from_java(other).dtype, (from_java(other).data.values == array[0, 0, 0]).all())
try: from_java(ij.py.to_dataset(array[0, 0, 0].astype(np.int32)))
except DataError as error: print(error.what, "|", error.value)
own = ij.py.from_java(to_imageplus(given))
print(np.array_equal(image_of(own.drop_vars(own.coords)).data.values, array), own.dims)
table = from_java(ij.py.to_java({{"a": 1}}))
print(table)
"""
    assert run(code).splitlines() == [
        "True",
        "3 1 True",
        "True 719",
        "uint8 True",
        "float32 True",
        "ImageJ 1 would change the numbers of this Dataset without a word | 32-bit int",
        "True ('t', 'pln', 'row', 'col', 'ch')",
        "{'a': 1}",
    ]
