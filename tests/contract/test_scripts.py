"""Scripts as Fiji's users have them, with ``#@`` parameters, on every gateway with an ImageJ."""

from __future__ import annotations

import numpy as np
import pytest
import roifile

from deepbacs_zoo.errors import HostError, MacroError, UsageError
from deepbacs_zoo.fiji import scripts_folder
from tests.contract.test_gateways import FIJI, gateway, imagej
from tests.fiji.gateways import BROKEN, image

__all__ = ["gateway", "imagej"]

CELLS = {"cells": image(np.full((4, 5), 7, np.uint8))}
SCRIPT = r"""#!/usr/bin/env imagej
#@ String (label="Your name (or his)", value="Ann \"B\"") name
#@ Integer (min=0, max=10, value=3) n
#@ Double x
#@ boolean (value=true, persist=true) flag
#@ String (choices={"a b", "c"}, style="listBox", value="c") choice
#@ File (style="directory") folder
#@ ImagePlus imp
#@ String[] names
#@ LogService log
#@output String text
#@output Integer count
#@output ImagePlus result
#@output list
#@output never
function both() { return "" + name + n; }
selectImage(imp);
text = "" + both() + " " + x + "," + flag + choice + getTitle() + names[1];
text = text + File.isDirectory(folder);
count = n + 1;
list = newArray(1.5, 2);
newImage("out", "8-bit", 4, 4, 1);
result = getImageID();
"""


def test_a_script_gets_its_parameters_and_gives_its_results(imagej, tmp_path):
    given = {"x": "0.25", "folder": tmp_path, "names": "p, q"}
    images = {"other": CELLS["cells"], **CELLS}
    result = imagej.run_macro(SCRIPT, parameters={**given, "imp": "cells"}, images=images)
    assert result.outputs == {
        "text": 'Ann "B"3 0.25,1ccellsq1',
        "count": 4,
        "result": "out",
        "list": [1.5, 2],
        "never": None,
    }
    assert result.outputs["result"] in result.images


def test_values_of_an_earlier_run_are_never_taken(imagej):
    code = "#@ String name\n#@ Double (value=2) x\nreturn name + x;"
    assert imagej.run_macro(code, parameters={"name": "a", "x": 7}).value == "a7"
    assert imagej.run_macro(code, parameters={"name": "b"}).value == "b2"
    with pytest.raises(UsageError, match="parameter 'name': it has no value"):
        imagej.run_macro(code)


@pytest.mark.parametrize(
    ("value", "kind"), [(-3, "int"), (1e-5, "double"), (2**40, "long"), (True, "boolean")]
)
def test_numbers_arrive_as_they_are(imagej, value, kind):
    code = f"#@ {kind} v\n#@output {kind} w\nw = v;"
    assert imagej.run_macro(code, parameters={"v": value}).outputs["w"] == value


@pytest.mark.parametrize("text", ['C:\\new "x"\n\ttab', "ü 漢 🦠", ""])
def test_texts_arrive_as_they_are(imagej, text):
    code = "#@ String v\n#@output w\nw = v;"
    assert imagej.run_macro(code, parameters={"v": text}).outputs["w"] == text


def test_results_are_there_after_an_early_end(imagej):
    code = "#@output a\n#@output b\na = 1; if (a == 1) { b = 'x'; exit(); } a = 2;"
    assert imagej.run_macro(code).outputs == {"a": 1, "b": "x"}


def test_lines_of_errors_are_those_of_the_file(imagej, tmp_path):
    path = tmp_path / "ä script.ijm"
    path.write_text("#@ int a\n\n// more\nb = a;\nundefined(b);\n", "utf-8")
    with pytest.raises(MacroError, match="Undefined identifier") as caught:
        imagej.run_script(path, parameters={"a": 1})
    assert caught.value.where == f"{path}, line 5"
    assert caught.value.value == "undefined(b);"


def test_a_script_has_an_argument_beside_its_parameters(imagej, tmp_path):
    path = tmp_path / "s.ijm"
    path.write_text("#@ int a\nreturn getArgument() + a;")
    assert imagej.run_script(path, "text ", parameters={"a": 1}).value == "text 1"


def test_a_command_works_on_the_images_that_are_given(imagej):
    result = imagej.run_plugin("Add...", {"value": 5}, images=CELLS)
    assert (result.images["cells"].data.values == 12).all()


def test_an_image_that_is_missing_is_named(imagej):
    with pytest.raises(UsageError, match=r"parameter 'imp'.*no image is left"):
        imagej.run_macro("#@ ImagePlus imp\nx = 1;")
    with pytest.raises(UsageError, match=r"parameter 'imp'.*no such image \(b\).*cells"):
        imagej.run_macro("#@ ImagePlus imp\nx = 1;", parameters={"imp": "b"}, images=CELLS)


def test_a_report_of_an_earlier_run_is_not_taken_for_this_one(imagej):
    with pytest.raises(UsageError, match="DeepBacs Run"):
        imagej.run_macro('run("DeepBacs Run");')
    assert imagej.run_macro("x = 1;").report is None
    with pytest.raises(MacroError, match="plugin broke"):
        imagej.run_macro(f'call("{BROKEN}.register"); run("Misbehave throw");')


def test_the_script_of_the_readme_counts_and_saves(imagej, tmp_path):
    text = (scripts_folder() / "README.md").read_text("utf-8")
    path = tmp_path / "count.ijm"
    path.write_text("#@ String" + text.partition("```\n#@ String")[2].partition("```")[0])
    cells = np.zeros((60, 60), np.uint8)
    cells[5:15, 5:20] = cells[30:50, 30:40] = 200
    cells[55:57, 55:57] = 200
    given = {"smallest": "20", "output": tmp_path}
    result = imagej.run_script(path, parameters=given, images={"cells": image(cells)})
    assert result.outputs == {"count": 2}
    assert sorted(result.tables["Results"].columns["Area"]) == [150, 200]
    assert len(roifile.roiread(tmp_path / "rois.zip")) == 2


GROOVY = """
#@ String name
#@ Integer (value=3) n
#@ File (style="directory") folder
#@ ImagePlus imp
#@ Boolean flag
#@output String text
#@output Integer count
#@output ImagePlus copy
import ij.IJ
println "printed"
text = name + n + folder.directory + flag + imp.title
count = n + 1
copy = imp.duplicate()
copy.title = "copy"
IJ.run(copy, "Add...", "value=5")
"""


@pytest.fixture()
def groovy(imagej, request):
    """A gateway on a Fiji folder with Groovy."""
    if not request.node.callspec.params["gateway"].startswith("Fiji"):
        pytest.skip(f"Groovy is part of Fiji, and {FIJI} names none")
    return imagej


def test_a_script_in_groovy_gets_parameters_and_gives_results(groovy, tmp_path):
    path = tmp_path / "a script.groovy"
    path.write_text(GROOVY)
    given = {"name": "Ann", "folder": str(tmp_path), "flag": "no"}
    result = groovy.run_script(path, parameters=given, images=CELLS)
    assert result.outputs == {"text": "Ann3truefalsecells", "count": 4, "copy": "copy"}
    assert (result.images["copy"].data.values == 12).all()
    assert result.log == "printed\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("throw new IllegalStateException('it broke')", "it broke"),
        ("nowhere()", "nowhere"),
        (")(", "Unexpected input"),
        ("ij.IJ.run('No Such Command')", "No Such Command"),
        ("ij.IJ.openImage('/nowhere.tif').title", "null"),
    ],
)
def test_a_script_in_groovy_fails_with_its_line(groovy, tmp_path, line, message):
    path = tmp_path / "s.groovy"
    path.write_text(f"#@ int a\nx = a\n{line}\nprintln 'after'\n")
    with pytest.raises(MacroError, match=message) as caught:
        groovy.run_script(path, parameters={"a": 1})
    assert caught.value.where == f"{path}, line 3"
    assert "after" not in caught.value.log.split("\n")


def test_without_groovy_the_error_says_where_it_is(imagej, request, tmp_path):
    if request.node.callspec.params["gateway"].startswith("Fiji"):
        pytest.skip("this Fiji may have it")
    path = tmp_path / "s.groovy"
    path.write_text("println 1")
    with pytest.raises(HostError, match=r"no Groovy.*Fiji folder"):
        imagej.run_script(path)


@pytest.mark.parametrize("name", ["s.py", "s", "missing.ijm"])
def test_a_file_that_cannot_be_run_is_refused(gateway, tmp_path, name):
    path = tmp_path / name
    if not name.startswith("missing"):
        path.write_text("print(1)")
    with pytest.raises(UsageError, match=name):
        gateway.run_script(path)
