"""Findings made of the messages of bioimageio.spec, and the parts that it is not shown."""

import sys

import pytest

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks import format as format_check
from deepbacs_zoo.validation.checks.format import _one_line, _place, _remote_sources, check_format
from tests.packages import CASES, REFUSED


def checked(path):
    with open_package(path) as package:
        return check_format(path, package)


def findings(outcome, id):
    return [finding for finding in outcome.findings if finding.id == id]


def errors(outcome):
    return [finding for finding in outcome.findings if finding.severity == Severity.ERROR]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (("inputs", 0, "axes", 2, "size"), "inputs.0.axes.2.size"),
        (("weights", "onnx", "WeightsDescr", "source"), "weights.onnx.source"),
        (("covers", 0, "function-after[check(), url['http']]"), "covers.0"),
        ((), "description"),
        (("",), "description"),
    ],
)
def test_places_are_paths_without_the_names_of_classes(location, expected):
    assert _place(location) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Value error, too long.", "too long"),
        ("two\n  lines", "two lines"),
        ("plain", "plain"),
    ],
)
def test_messages_become_one_line(text, expected):
    assert _one_line(text) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ({"weights": {"onnx": {"source": "https://a.org/w.onnx"}}}, ["https://a.org/w.onnx"]),
        ({"weights": {"onnx": {"source": "w.onnx"}}}, []),
        ({"covers": ["cover.png", "https://a.org/c.png"]}, ["https://a.org/c.png"]),
        ({"covers": [{"source": "https://a.org/c.png"}]}, ["https://a.org/c.png"]),
        ({"attachments": {"files": ["https://a.org/m.ijm"]}}, ["https://a.org/m.ijm"]),
        ({"documentation": "https://a.org/README.md"}, ["https://a.org/README.md"]),
        ({"cite": [{"url": "https://a.org"}], "git_repo": "https://a.org"}, []),
        ({"config": {"mine": {"source": "https://a.org"}}}, []),
    ],
)
def test_remote_files_are_found_and_other_addresses_are_not_files(description, expected):
    assert list(_remote_sources(description)) == expected


@pytest.mark.parametrize("name", [name for name in CASES if name != "list_axes_0_4"])
def test_every_generated_package_is_valid(tmp_path, name):
    outcome = checked(CASES[name](tmp_path))
    assert errors(outcome) == []
    assert 0 < outcome.figures["metadata_completeness"] < 1


def test_a_package_one_folder_down_is_checked_without_its_files(tmp_path):
    (finding,) = findings(checked(CASES["one_folder_down"](tmp_path)), "format-partly-checked")
    assert "they lie in a folder of a zip" in finding.sentence()


def test_a_folder_is_checked_with_its_files(tmp_path):
    def change(description, files):
        files["README.md"] = b"# no such section\n"

    outcome = checked(CASES["folder"](tmp_path, change=change))
    assert "documentation" in [each.where for each in findings(outcome, "format-warning")]


def test_remote_files_are_not_fetched(tmp_path):
    outcome = checked(REFUSED["weights_elsewhere"](tmp_path))
    (finding,) = findings(outcome, "format-partly-checked")
    assert "some lie on the network" in finding.sentence()


def test_another_model_as_input_is_not_looked_up(tmp_path):
    def chain(description, files):
        description["inputs"][0]["output_of"] = "some-other-model"

    outcome = checked(CASES["format_0_5_12"](tmp_path, change=chain))
    (finding,) = findings(outcome, "format-partly-checked")
    assert "which was not looked up" in finding.sentence()
    assert errors(outcome) == []


def test_information_stays_information(tmp_path):
    path = CASES["bcyx"](tmp_path, name="package.zip")
    long_name = "a" * 70

    def rename(description, files):
        description["name"] = long_name

    outcome = checked(CASES["bcyx"](tmp_path, change=rename))
    assert path.exists()
    (finding,) = [each for each in findings(outcome, "format-note") if each.where == "name"]
    assert finding.severity == Severity.INFO


def test_without_the_library_the_error_names_it(tmp_path, monkeypatch):
    path = CASES["bcyx"](tmp_path)
    monkeypatch.setitem(sys.modules, "bioimageio", None)
    with open_package(path) as package, pytest.raises(MissingExtraError) as caught:
        check_format(path, package)
    assert "bioimageio.spec" in str(caught.value)


def test_a_library_that_breaks_down_is_a_finding(tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise TypeError("an incompatible pydantic\nwith more lines")

    monkeypatch.setattr(format_check, "_check", broken)
    (finding,) = checked(CASES["bcyx"](tmp_path)).findings
    assert (finding.id, finding.severity) == ("format-unreadable", Severity.ERROR)
    assert "TypeError: an incompatible pydantic with more lines" in finding.sentence()
    assert finding.hint
