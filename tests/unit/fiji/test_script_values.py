from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.script_values import fill


def value(line, given=None, images=()):
    return fill(line, {} if given is None else {"v": given}, images).values["v"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("String", "a b", "a b"),
        ("String", 3, "3"),
        ("String", Path("a/b"), str(Path("a/b"))),
        ("char", "x", "x"),
        ("byte", "-128", -128),
        ("int", " +7 ", 7),
        ("int", np.int64(7), 7),
        ("long", 2**63 - 1, 2**63 - 1),
        ("BigInteger", str(2**80), 2**80),
        ("double", "1e-5", 1e-5),
        ("double", np.float32(0.5), 0.5),
        ("boolean", "Yes", True),
        ("boolean", False, False),
        ("boolean", "0", False),
        ("String[]", "a, b", ["a", "b"]),
        ("int[]", [1, "2"], [1, 2]),
        ("double[]", np.array([0.5]), [0.5]),
    ],
)
def test_values_have_the_type_that_the_line_names(kind, given, expected):
    found = value(f"#@ {kind} v", given)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("int", "1.5"),
        ("int", "abc"),
        ("int", 1.5),
        ("int", True),
        ("int", 2**31),
        ("byte", 128),
        ("double", "nan"),
        ("double", "x"),
        ("double", True),
        ("boolean", "maybe"),
        ("boolean", 2),
        ("char", "ab"),
        ("String", ["a"]),
        ("String", True),
        ("int[]", "1, x"),
        ("int[]", 1),
        ("File", 3),
        ("File", ""),
    ],
)
def test_another_type_is_an_error_that_names_value_and_type(kind, given):
    with pytest.raises(UsageError, match=r"parameter 'v'.*another type") as caught:
        value(f"#@ {kind} v", given)
    assert kind.removesuffix("[]") in str(caught.value)


@pytest.mark.parametrize(
    ("line", "given", "allowed"),
    [
        ("#@ int (min=1, max=3) v", 4, "int from 1 up to 3"),
        ("#@ double (min=0) v", -0.5, "double from 0"),
        ("#@ String (choices={a, b}) v", "c", "a, b"),
        ("#@ int (choices={1, 3}) v", 2, "1, 3"),
        ("#@ int (min=1, value=0) v", None, "int from 1"),
    ],
)
def test_a_value_beyond_what_the_script_allows_is_an_error(line, given, allowed):
    with pytest.raises(UsageError, match=f"allowed: {allowed}"):
        value(line, given)


def test_choices_of_numbers_are_compared_as_numbers():
    assert value("#@ double (choices={1, 3}) v", "1.0") == 1


@pytest.mark.parametrize(
    ("style", "good", "bad"),
    [
        ("directory", ".", "a.txt"),
        ("open", "a.txt", "."),
        ("file", "a.txt", "none.txt"),
        ("save", "new.txt", "none/new.txt"),
        ("", "a.txt", "none"),
    ],
)
def test_files_must_be_what_their_style_says(tmp_path, style, good, bad):
    (tmp_path / "a.txt").write_text("")
    line = f'#@ File (style="{style}", label="Images") v'
    assert value(line, tmp_path / good) == str((tmp_path / good).absolute())
    with pytest.raises(UsageError, match=r"parameter 'v' \(Images\): it is not there"):
        value(line, str(tmp_path / bad))


def test_files_are_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert value("#@ File v", ".") == str(tmp_path)
    assert value("#@ File (value='a.txt') v") == str(tmp_path / "a.txt"), "need not be there yet"


def test_a_missing_value_is_an_error_and_an_unknown_one_too():
    with pytest.raises(UsageError, match=r"parameter 'v' \(How many\): it has no value"):
        value("#@ int (label='How many') v")
    with pytest.raises(UsageError, match=r"'w': the script has no such parameter; allowed: v"):
        fill("#@ int v\n#@output int w", {"w": 1}, ())
    with pytest.raises(UsageError, match="no line that begins with #@"):
        fill("x = 1;", {"w": 1}, ())


def test_what_is_not_required_may_be_missing():
    code = (
        "#@ String (required=false) v\n#@ int (required=false) n\n#@ String (visibility=MESSAGE) m"
    )
    assert fill(code, {}, ()).macro().startswith('var v = ""; var n = 0; var m = "";')


def test_images_are_given_in_turn():
    code = "#@ ImagePlus a\n#@ ImagePlus b\n#@ ImagePlus (required=false) c"
    assert fill(code, {"b": "x"}, ["x", "y"]).values == {"a": "y", "b": "x", "c": None}


def test_a_macro_has_its_variables_in_its_first_line():
    code = "#@ String s\n#@ double x\n#@ boolean f\n#@ int[] l\nrest;"
    given = {"s": 'a"\\\n', "x": -1e-5, "f": True, "l": [1, 2]}
    first, *more = fill(code, given, ()).macro().split("\n")
    assert first == r'var s = "a\"\\\n"; var x = -1e-05; var f = true; var l = newArray(1, 2); '
    assert more == ["", "", "", "rest;"]


def test_other_languages_get_types_and_texts():
    filled = fill(
        "#@ long n\n#@ boolean f\n#@ File[] p\n#@output r", {"n": 2**60, "f": 1, "p": []}, ()
    )
    assert filled.inputs() == {
        "n": ["long", str(2**60)],
        "f": ["boolean", True],
        "p": ["File[]", []],
    }
    assert filled.outputs == {"r": "Object"}
