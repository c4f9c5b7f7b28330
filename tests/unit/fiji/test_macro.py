from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.macro import macro_text, run_line


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, 'run("Measure");'),
        ({"sigma": 2.5, "stack": True}, 'run("Measure", "sigma=[2.5] stack");'),
        ({"a": False, "b": None, "c": np.bool_(True)}, 'run("Measure", "c");'),
        ({"n": np.int64(3), "x": np.float64(0.5)}, 'run("Measure", "n=[3] x=[0.5]");'),
        ({"path": Path("/a b/ü.tif")}, 'run("Measure", "path=[/a b/ü.tif]");'),
        ({"path": 'C:\\new "x"'}, 'run("Measure", "path=[C:\\\\new \\"x\\"]");'),
        ({"name": "", "list": "a [b] c"}, 'run("Measure", "name=[] list=[a [b] c]");'),
        ({"off": 0}, 'run("Measure", "off=[0]");'),
    ],
)
def test_options_are_written_as_the_recorder_writes_them(options, expected):
    assert run_line("Measure", options) == expected


@pytest.mark.parametrize("value", ["]", "[", "a]b[c", "one\ntwo", "one\rtwo"])
def test_values_that_imagej_would_read_otherwise_are_refused(value):
    with pytest.raises(UsageError) as caught:
        run_line("Measure", {"path": value})
    assert caught.value.where == "option 'path'"
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize("key", ["", "Upper", "two words", "a=b", "ü", "[x]"])
def test_keys_that_imagej_does_not_find_are_refused(key):
    with pytest.raises(UsageError, match="does not find"):
        run_line("Measure", {key: 1})


@pytest.mark.parametrize("value", [b"bytes", [1], {"a": 1}, 1j])
def test_values_of_other_types_are_refused(value):
    with pytest.raises(UsageError, match=type(value).__name__):
        run_line("Measure", {"key": value})


@pytest.mark.parametrize("command", ["", "  ", "\n"])
def test_a_command_has_a_name(command):
    with pytest.raises(UsageError, match="no name"):
        run_line(command, {})


def test_a_literal_keeps_what_the_macro_language_has_a_meaning_for():
    assert macro_text('a\\n"b"\n\t\r') == '"a\\\\n\\"b\\"\\n\\t\\r"'
