"""Scripts by ``deepbacs-zoo fiji run``: parameters, arguments, results, errors with their line."""

import json

import numpy as np
import pytest

from deepbacs_zoo.images import Calibration, write_tiff
from tests.e2e.conftest import run_command

SCRIPT = """#@ Integer (min=1) n
#@ ImagePlus imp
#@output Integer twice
#@output list
twice = 2 * n; list = newArray(1, 2);
print("working on " + getTitle());
if (n > 5) undefined(n);
return getArgument();
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    write_tiff(folder / "cells.tif", np.ones((4, 5), np.uint8), "yx", Calibration())
    (folder / "s.ijm").write_text(SCRIPT)
    return folder / "s.ijm"


def run(script, *words):
    words = ("fiji", "run", script.name, "--image", "cells.tif", *words)
    return run_command(*words, cwd=script.parent)


def test_results_are_printed_by_name(script):
    done = run(script, "--arg", "n=3", "--argument", "a text")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "a text\ntwice=6\nlist=[1, 2]\n"
    assert "working on cells.tif" in done.stderr
    done = run(script, "--arg", "n=3", "--json")
    assert json.loads(done.stdout)["outputs"] == {"twice": 6, "list": [1, 2]}


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["--arg", "n=7"], 1, "s.ijm, line 7: Undefined identifier (if (n > 5) undefined(n);)"),
        (["--arg", "n=0"], 2, "parameter 'n': it is out of range (0); allowed: int from 1"),
        (["--arg", "n=x"], 2, "parameter 'n': it has another type (x)"),
        ([], 2, "parameter 'n': it has no value; allowed: int from 1; give it a value by --arg."),
        (["--arg", "m=1"], 2, "parameter 'm': the script has no such parameter"),
    ],
)
def test_errors_name_the_file_and_the_line_or_the_parameter(script, words, status, sentence):
    done = run(script, *words)
    assert done.returncode == status
    assert sentence in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
