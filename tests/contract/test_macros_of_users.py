"""What macros of ImageJ's users do, on every gateway with an ImageJ behind it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from deepbacs_zoo.errors import MacroError, UsageError
from tests.contract.test_gateways import gateway, imagej
from tests.fiji.gateways import BROKEN, image

__all__ = ["gateway", "imagej"]

CELLS = np.zeros((60, 60), np.uint8)
CELLS[5:15, 5:20] = CELLS[30:50, 30:40] = 255
GIVEN = {"cells": image(CELLS)}
ADD = 'makeRectangle(1, 2, 3, 4); roiManager("Add"); '
TWO = ADD + 'makeOval(30, 30, 9, 9); roiManager("Add"); '
AREA = 'run("Set Measurements...", "area mean redirect=None decimal=3"); '
BOUNDS = "Roi.getBounds(x, y, w, h); b = d2s(x, 0) + '-' + d2s(y, 0) + '-' + w + '-' + h; "
RESULT = 'setResult("Area", 0, 1); updateResults(); '

REGIONS = {
    "add": (TWO + 'return "" + roiManager("count") + "," + RoiManager.size;', "2,2"),
    "select": (ADD + f'run("Select None"); roiManager("Select", 0); {BOUNDS} return b;', "1-2-3-4"),
    "several": (
        TWO + 'roiManager("Select", newArray(0, 1)); return "" + RoiManager.selected;',
        "2",
    ),
    "delete": (
        TWO + 'roiManager("Select", 0); roiManager("Delete"); n = RoiManager.size;'
        'roiManager("Deselect"); roiManager("Delete"); return "" + n + "," + RoiManager.size;',
        "1,0",
    ),
    "reset": (TWO + 'roiManager("reset"); return "" + roiManager("count");', "0"),
    "rename": (
        ADD
        + 'roiManager("Select", 0); roiManager("Rename", "cell"); roiManager("Set Color", "red");'
        'roiManager("Set Line Width", 2); RoiManager.select(0);'
        "return '' + RoiManager.getName(0) + Roi.getName + Roi.getStrokeColor;",
        "cellcellred",
    ),
    "update": (
        ADD + 'roiManager("Select", 0); makeRectangle(7, 8, 2, 2); roiManager("Update");'
        f'run("Select None"); roiManager("Select", 0); {BOUNDS} return b;',
        "7-8-2-2",
    ),
    "combine": (
        TWO + f'roiManager("Select", newArray(0, 1)); roiManager("Combine"); {BOUNDS} return b;',
        "1-2-38-37",
    ),
    "and": (
        'makeRectangle(0, 0, 9, 9); roiManager("Add");'
        'makeRectangle(5, 6, 9, 9); roiManager("Add");'
        f'roiManager("Select", newArray(0, 1)); roiManager("AND"); {BOUNDS} return b;',
        "5-6-4-3",
    ),
    "translate": (
        ADD + f"RoiManager.translate(3, 2); RoiManager.select(0); {BOUNDS} return b;",
        "4-4-3-4",
    ),
    "show all": (TWO + 'roiManager("Show All with labels"); return "" + Overlay.size;', "2"),
    "fill": (
        ADD + 'run("Select None"); setForegroundColor(9, 9, 9); roiManager("Fill");'
        'return "" + getPixel(2, 3);',
        "9",
    ),
    "sort": (
        TWO + 'RoiManager.select(0); roiManager("Rename", "z"); roiManager("Sort");'
        "return '' + RoiManager.getName(1);",
        "z",
    ),
    "particles": (
        'setThreshold(128, 255); run("Analyze Particles...", "size=0-Infinity add");'
        'run("Analyze Particles...", "size=0-Infinity clear add"); return "" + RoiManager.size;',
        "2",
    ),
    "nested": (f"eval('{ADD}'); return '' + RoiManager.size;", "1"),
    "batch": (f"setBatchMode(true); {ADD} setBatchMode(false); return '' + RoiManager.size;", "1"),
    "commands": (
        'makeRectangle(1, 2, 3, 4); run("Add to Manager");'
        'run("From ROI Manager"); n = Overlay.size;'
        'roiManager("reset"); run("To ROI Manager"); return "" + n + "," + RoiManager.size;',
        "1,1",
    ),
    "call": (TWO + 'return call("ij.plugin.frame.RoiManager.getName", 0);', "0004-0002"),
    "window": (
        ADD + 'o = isOpen("ROI Manager"); selectWindow("ROI Manager"); run("Close");'
        'return "" + o + "," + RoiManager.size + "," + nImages;',
        "1,0,1",
    ),
    "close": (ADD + 'close("ROI Manager"); return "" + isOpen("ROI Manager") + nImages;', "1"),
}


@pytest.mark.parametrize("name", REGIONS)
def test_the_roi_manager_needs_no_window(imagej, name):
    code, expected = REGIONS[name]
    assert imagej.run_macro(code, images=GIVEN).value == expected


def test_regions_are_gone_when_the_next_macro_begins(imagej):
    imagej.run_macro(TWO, images=GIVEN)
    assert imagej.run_macro('return "" + RoiManager.size;').value == "0"


def test_regions_are_measured(imagej):
    code = AREA + TWO + 'roiManager("Deselect"); roiManager("Measure");'
    columns = imagej.run_macro(code, images=GIVEN).tables["Results"].columns
    np.testing.assert_array_equal(columns["Area"], [12, 69])
    np.testing.assert_array_equal(columns["Mean"], [0, 255])


def test_regions_are_measured_in_every_slice(imagej):
    stack = np.stack([CELLS, CELLS * 0])
    code = AREA + TWO + 'roiManager("multi-measure measure_all one");'
    columns = imagej.run_macro(code, images={"s": image(stack, "zyx")}).tables["Results"].columns
    np.testing.assert_array_equal(columns["Area2"], [69, 69])
    np.testing.assert_array_equal(columns["Mean2"], [255, 0])


@pytest.mark.parametrize("name", ["set.zip", "one.roi"])
def test_regions_are_saved_and_opened(imagej, tmp_path, name):
    path = tmp_path / name
    code = (
        ADD + 'roiManager("Save", getArgument()); roiManager("reset");'
        f'roiManager("Open", getArgument()); RoiManager.select(0); {BOUNDS} return b;'
    )
    assert imagej.run_macro(code, str(path), images=GIVEN).value == "1-2-3-4"
    assert path.stat().st_size > 50
    opened = 'open(getArgument()); return "" + RoiManager.size;'
    expected = "1" if path.suffix == ".zip" else "0"
    assert imagej.run_macro(opened, str(path), images=GIVEN).value == expected


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('roiManager("Add");', "does not have a selection"),
        ('roiManager("Select", 3);', "Index"),
        ('roiManager("Select", newArray(4));', "Invalid index"),
        ('roiManager("Frobnicate");', "Invalid ROI Manager command"),
        ('roiManager("Delete");', "empty"),
        (TWO + 'roiManager("Deselect"); roiManager("Rename", "a");', "Exactly one item"),
        (ADD + 'roiManager("Save", "/nowhere/a.zip");', "/nowhere/a.zip"),
        (ADD + 'roiManager("Save", "/nowhere/a.roi");', "/nowhere/a.roi"),
        (ADD + 'roiManager("Save", "/nowhere/a.txt");', "must end with '.zip'"),
        ('roiManager("Open", "/nowhere/a.zip");', "/nowhere/a.zip"),
        ('roiManager("Open", "/nowhere/a.roi");', "/nowhere/a.roi"),
    ],
)
def test_the_roi_manager_fails_in_words(imagej, code, message):
    with pytest.raises(MacroError, match=message) as caught:
        imagej.run_macro(f'{code} print("after");', images=GIVEN)
    assert "\nafter" not in f"\n{caught.value.log}"


WINDOWS = {
    "results": (
        RESULT + 'a = isOpen("Results"); selectWindow("Results"); run("Close");'
        'return "" + a + "," + isOpen("Results") + "," + nResults + "," + nImages;',
        "1,0,0,1",
    ),
    "close results": (RESULT + 'close("Results"); return "" + nResults;', "0"),
    "rename results": (
        RESULT + 'IJ.renameResults("mine"); return "" + nResults + "," + Table.size("mine");',
        "0,1",
    ),
    "rename table": (
        'Table.create("T"); Table.set("a", 0, 1); Table.update; Table.rename("T", "U");'
        'a = isOpen("T"); IJ.renameResults("U", "Results"); return "" + a + "," + nResults;',
        "0,1",
    ),
    "close table": (
        'Table.create("T"); Table.set("a", 0, 1); Table.update; selectWindow("T"); run("Close");'
        'return "" + isOpen("T") + "," + nImages;',
        "0,1",
    ),
    "log": (
        'print("a"); print("b"); print("\\\\Update:c"); l = getInfo("log"); print("\\\\Clear");'
        'return l + isOpen("Log");',
        "a\nc\n0",
    ),
    "titles": (
        RESULT + 'print("x"); return String.join(getList("window.titles"));',
        "Results, Log",
    ),
    "image in front": (
        RESULT + 'selectWindow("Results"); newImage("b", "8-bit", 4, 4, 1); run("Close");'
        'return "" + nResults + "," + nImages;',
        "1,1",
    ),
    "tool": ('setTool("rectangle"); setTool(0); return "after";', "after"),
    "message": ('showMessage("title", "all is well"); return "after";', "after"),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_are_known_by_their_titles(imagej, name):
    code, expected = WINDOWS[name]
    assert imagej.run_macro(code, images=GIVEN).value == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (RESULT + 'saveAs("Results", getArgument());', " ,Area\n1,1\n"),
        (RESULT + 'selectWindow("Results"); saveAs("Text", getArgument());', " ,Area\n1,1\n"),
        ('print("ü"); selectWindow("Log"); saveAs("Text", getArgument());', "ü\n"),
        (
            RESULT + 'Table.create("T"); Table.set("a", 0, 2); Table.update; selectWindow("T");'
            'saveAs("Results", getArgument());',
            "a\n2\n",
        ),
    ],
)
def test_the_window_in_front_is_saved(imagej, tmp_path, code, expected):
    path = tmp_path / "saved.csv"
    imagej.run_macro(code, str(path))
    assert path.read_text("utf-8") == expected


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('selectWindow("missing");', 'No window with the title "missing"'),
        ('saveAs("Results", "/nowhere/a.csv");', "no results to save"),
        (RESULT + 'saveAs("Results", "/nowhere/a.csv");', "/nowhere/a.csv"),
        ('File.makeDirectory("/proc/no");', "Cannot make the folder /proc/no"),
        ('l = getFileList("/nowhere");', "There is no folder /nowhere"),
        ('File.saveString("x", "/nowhere/x.txt");', "/nowhere/x.txt"),
        ('runMacro("/nowhere/x.ijm");', "/nowhere/x.ijm"),
    ],
)
def test_what_cannot_be_done_is_an_error_at_once(imagej, code, message):
    with pytest.raises(MacroError, match=message) as caught:
        imagej.run_macro(f'{code} print("after");', timeout=2)
    assert "\nafter" not in f"\n{caught.value.log}"


QUESTIONS = [
    'getDirectory("Choose a folder");',
    'getDir("Choose a folder");',
    'File.openDialog("Choose a file");',
    'File.openAsString("");',
    'File.openAsRawString("");',
    'File.open("");',
    'File.openSequence("");',
    'getString("name", "x");',
    'getNumber("n", 1);',
    'getBoolean("really?");',
    'getBoolean("really?", "of course", "never");',
    'waitForUser("look");',
    'waitForUser("title", "look");',
    "waitForUser;",
    'showText("title", "text");',
    'Dialog.create("t"); Dialog.addNumber("n", 3); Dialog.show();',
    'Dialog.create("t"); Dialog.addImageChoice("i"); Dialog.addFile("f", ""); Dialog.show;',
    'showMessageWithCancel("go on?");',
    'Dialog.createNonBlocking("t"); Dialog.addString("x", "1"); Dialog.show();',
    "open();",
    'open("");',
    'saveAs("Tiff");',
    'saveAs("Jpeg", "");',
    'run("Save");',
    'run("Open...");',
    'run("Raw...");',
    'run("LUT... ");',
    'run("Results... ");',
    'run("URL...");',
    'run("AVI...");',
    'run("Text Image... ");',
    'run("Stack From List...");',
    'run("Properties...");',
    'run("Brightness/Contrast...");',
    'run("Channels Tool...");',
    'run("Set Measurements...");',
    'run("Image Sequence...");',
    'run("Threshold...");',
    'run("Analyze Particles...");',
    'run("Set Scale...");',
]


@pytest.mark.parametrize("code", QUESTIONS)
def test_a_question_without_a_window_is_an_error_at_once(imagej, code):
    assigned = f"a = {code}" if code.startswith(("get", "File")) else code
    with pytest.raises(MacroError, match="there is no window") as caught:
        imagej.run_macro(f'\n{assigned}\nprint("after");', images=GIVEN, timeout=2)
    assert caught.value.where == "ImageJ's macro, line 2"
    assert assigned[:90] in str(caught.value)
    assert "\nafter" not in f"\n{caught.value.log}"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('selectImage("missing");', '"missing" not found'),
        ("selectImage(99);", "Image 99 not found"),
        ('selectWindow("missing");', 'No window with the title "missing" found'),
        ('open("/nowhere/a.tif");', "File not found: /nowhere/a.tif"),
        ('runMacro("nowhere.ijm");', "Macro or script not found: nowhere.ijm"),
        ('run("StarDist 2D");', 'Unrecognized command: "StarDist 2D"'),
    ],
)
def test_an_image_or_a_command_that_is_not_there_is_an_error(imagej, code, message):
    with pytest.raises(MacroError, match=re.escape(message)):
        imagej.run_macro(f'{code} print("after");', images=GIVEN)


@pytest.fixture()
def silent_chooser(imagej):
    """A choice of files that answers nothing, as that of Fiji does without a screen."""
    imagej.run_macro(f'call("{BROKEN}.openers", "true");')
    yield
    imagej.run_macro(f'call("{BROKEN}.openers", "false");')


@pytest.mark.usefixtures("silent_chooser")
@pytest.mark.parametrize("code", ["open();", 'run("Open...");'])
def test_imagej_asks_for_files_itself(imagej, code):
    with pytest.raises(MacroError, match="there is no window"):
        imagej.run_macro(code, timeout=2)


@pytest.mark.usefixtures("silent_chooser")
def test_a_file_of_the_options_is_opened(imagej, tmp_path):
    path = tmp_path / "cells.tif"
    imagej.run_macro(f'saveAs("Tiff", "{path.as_posix()}");', images=GIVEN)
    code = f'run("Open...", "open=[{path.as_posix()}]"); return getTitle();'
    assert imagej.run_macro(code).value == "cells.tif"


@pytest.mark.parametrize("body", ['a = getDirectory("Where?");', "undefined(1);", 'exit("no");'])
def test_a_macro_that_is_a_command_fails_for_the_one_that_runs_it(imagej, tmp_path, body):
    path = tmp_path / "inner.ijm"
    path.write_text(f"x = 1;\n{body}\nprint('inner');")
    code = (
        f'call("deepbacs.zoo.tests.Misbehaving.command", "Inner Macro", "{path}");\n'
        'run("Inner Macro");\nprint("after");'
    )
    with pytest.raises(MacroError) as caught:
        imagej.run_macro(code)
    assert caught.value.where == "ImageJ's macro, line 2"
    assert "after" not in caught.value.log
    assert "inner" not in caught.value.log.split("\n")


def test_each_measurement_is_a_row(imagej):
    measured = (
        'makeRectangle(1, 1, 2, 2); run("Measure"); makeRectangle(1, 1, 3, 2); run("Measure");'
    )
    result = imagej.run_macro(AREA + measured, images=GIVEN)
    np.testing.assert_array_equal(result.tables["Results"].columns["Area"], [4, 6])
    assert result.log == ""


def test_a_command_of_a_command_that_fails_ends_both(imagej):
    code = f'\n{RESULT}\nsaveAs("Results", "/nowhere/a.csv"); print("after");'
    with pytest.raises(MacroError, match=r"/nowhere/a\.csv") as caught:
        imagej.run_macro(code)
    assert caught.value.where == "ImageJ's macro, line 3"
    assert "after" not in caught.value.log


OPTIONS = {
    "hexadecimal": ('run("Add...", "value=0x10"); return "" + getPixel(0, 0);', "16"),
    "variable": ('s = 5; run("Add...", "value=&s"); return "" + getPixel(0, 0);', "5"),
    "old variable": ('s = 5; run("Add...", "value=s"); return "" + getPixel(0, 0);', "5"),
    "text": ('t = "my title"; run("Duplicate...", "title=&t"); return getTitle();', "my title"),
    "number as text": ('t = 7; run("Duplicate...", "title=&t"); return getTitle();', "7"),
    "choice": (
        'm = "Bilinear"; run("Scale...", "x=0.5 y=0.5 interpolation=&m average create title=h");'
        'return getTitle() + "," + getWidth();',
        "h,30",
    ),
    "lines": (
        'run("Convolve...", "text1=[0 0 0\\n0 0 1\\n0 0 0\\n] normalize");'
        'return "" + getPixel(4, 5) + "," + getPixel(19, 5);',
        "255,0",
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_read_as_in_a_dialog(imagej, name):
    code, expected = OPTIONS[name]
    assert imagej.run_macro(code, images=GIVEN).value == expected


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('run("Add...", "value=abc");', "'value' of Add... is 'abc' and not a number"),
        (
            'run("Scale...", "x=0.5 y=0.5 interpolation=Sharp create");',
            "'interpolation' of Scale... is 'Sharp' and not one of None, Bilinear, Bicubic",
        ),
        (
            'run("Find Maxima...", "prominence=77 output=Count");'
            'run("Find Maxima...", "output=Count");',
            "'prominence' of Find Maxima... is missing, and 77.0 is left of an earlier command",
        ),
    ],
)
def test_an_option_that_is_wrong_or_of_an_earlier_command_is_an_error(imagej, code, message):
    with pytest.raises(MacroError, match=re.escape(message)) as caught:
        imagej.run_macro(f'{code} print("after");', images=GIVEN)
    assert "after" not in caught.value.log.split("\n")


def test_an_option_that_a_command_does_not_have_is_named(imagej):
    with pytest.raises(UsageError, match=r"option 'sgima'.*allowed: .*sigma") as caught:
        imagej.run_plugin("Gaussian Blur...", {"sgima": 2}, images=GIVEN)
    assert caught.value.value == "ImageJ's command 'Gaussian Blur...'"
    given = {"sigma": 2, "stack": True}
    assert imagej.run_plugin("Gaussian Blur...", given, images=GIVEN).images["cells"]
