from pathlib import Path

import pytest

from deepbacs_zoo.cli.backends import BackendOptions, open_backend
from deepbacs_zoo.cli.fiji_run import _find, _given, _pairs
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji import scripts_folder
from deepbacs_zoo.options import Option
from deepbacs_zoo.prediction import PredictOptions


def test_values_are_given_as_key_and_value():
    assert _pairs(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}


@pytest.mark.parametrize(
    ("words", "what"), [(["/d"], "no KEY=VALUE.*--argument '/d'"), (["a=1", "a=2"], "twice")]
)
def test_a_wrong_value_is_named(words, what):
    with pytest.raises(UsageError, match=what):
        _pairs(words)


@pytest.mark.parametrize("name", ["DeepBacs_Image.ijm", "DeepBacs_Image"])
def test_a_shipped_macro_is_found_by_its_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = _find(tmp_path.joinpath(name).relative_to(tmp_path))
    assert found == scripts_folder() / "macros" / "DeepBacs_Image.ijm"


def test_a_macro_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with pytest.raises(UsageError, match="DeepBacs_Folder") as caught:
        _find(tmp_path / "none.ijm")
    assert "none.ijm" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "code", "argument", "expected"),
    [
        ("a.ijm", "#@ int n", None, ({"n": "1"}, "")),
        ("a.ijm", "#@ int n", "text", ({"n": "1"}, "text")),
        ("a.ijm", "x = 1;", None, ({}, "n=1")),
        ("a.groovy", "println n", None, ({"n": "1"}, "")),
    ],
)
def test_values_are_for_parameters_or_else_for_the_argument(
    tmp_path, name, code, argument, expected
):
    path = tmp_path / name
    path.write_text(code)
    assert _given(path, {"n": "1"}, argument) == expected


def test_a_text_is_the_argument_as_it_is(tmp_path):
    path = tmp_path / "a.ijm"
    path.write_text("x = 1;")
    assert _given(path, {}, "a=b\\") == ({}, "a=b\\")
    with pytest.raises(UsageError, match="--argument"):
        _given(path, {"n": "1"}, "text")


@pytest.mark.parametrize(("option", "value"), [("device", "cuda"), ("rescale", "auto")])
def test_what_the_plugin_cannot_do_is_refused_before_java_starts(option, value):
    given = {"device": "auto", "rescale": "none", option: value}
    chosen = BackendOptions("fiji", given["device"])
    options = PredictOptions(rescale=given["rescale"])
    with open_backend(chosen) as backend, pytest.raises(UsageError) as caught:
        backend.open(None, options)
    assert caught.value.where == Option(option)


@pytest.mark.parametrize(
    ("runner", "option", "value"),
    [
        ("onnx", "timeout", 5.0),
        (None, "timeout", 5.0),
        ("fiji", "timeout", 5.0),
        ("onnx", "fiji", Path("Fiji.app")),
        (None, "fiji", Path("Fiji.app")),
    ],
)
def test_an_option_of_another_runner_is_refused(runner, option, value):
    with pytest.raises(UsageError) as caught:
        open_backend(BackendOptions(runner, **{option: value}))
    assert caught.value.where == Option(option)
    assert "deepimagej" in str(caught.value)


def test_a_device_is_refused_by_the_name_of_the_runner(tmp_path):
    chosen = BackendOptions("deepimagej", "cuda", fiji=tmp_path)
    with open_backend(chosen) as backend, pytest.raises(UsageError, match="deepimagej does not"):
        backend.open(None, PredictOptions())
