"""What is made of the words of bioimageio.spec, and what it is not shown."""

import sys

import pytest

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks import format as judge
from deepbacs_zoo.validation.checks.format import _one_line, _place, _remote_sources, check_format
from tests.packages import CASES, REFUSED


def judged(path):
    with open_package(path) as package:
        return check_format(path, package)


def said(outcome, severity=None):
    return [
        f"{finding.where}: {finding.what}"
        for finding in outcome.findings
        if severity in (None, finding.severity)
    ]


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
    outcome = judged(CASES[name](tmp_path))
    assert said(outcome, Severity.ERROR) == []
    assert 0 < outcome.figures["metadata_completeness"] < 1


def test_a_package_one_folder_down_is_judged_without_its_files(tmp_path):
    texts = said(judged(CASES["one_folder_down"](tmp_path)))
    assert any("they lie in a folder of a zip" in text for text in texts)


def test_a_folder_is_judged_with_its_files(tmp_path):
    def change(description, files):
        files["README.md"] = b"# no such section\n"

    texts = said(judged(CASES["folder"](tmp_path, change=change)))
    assert any("Validation" in text for text in texts)


def test_remote_files_are_not_fetched(tmp_path):
    texts = said(judged(REFUSED["weights_elsewhere"](tmp_path)))
    assert any("some lie on the network" in text for text in texts)


def test_another_model_as_input_is_not_looked_up(tmp_path):
    def chain(description, files):
        description["inputs"][0]["output_of"] = "some-other-model"

    outcome = judged(CASES["format_0_5_12"](tmp_path, change=chain))
    assert any("which was not looked up" in text for text in said(outcome))
    assert said(outcome, Severity.ERROR) == []


def test_information_stays_information(tmp_path):
    path = CASES["bcyx"](tmp_path, name="package.zip")
    long_name = "a" * 70

    def rename(description, files):
        description["name"] = long_name

    outcome = judged(CASES["bcyx"](tmp_path, change=rename))
    assert path.exists()
    assert any("64 characters" in text for text in said(outcome, Severity.INFO))


def test_without_the_library_the_error_names_it(tmp_path, monkeypatch):
    path = CASES["bcyx"](tmp_path)
    monkeypatch.setitem(sys.modules, "bioimageio", None)
    with open_package(path) as package, pytest.raises(MissingExtraError) as caught:
        check_format(path, package)
    assert "bioimageio.spec" in str(caught.value)


def test_a_judge_that_breaks_down_is_a_finding(tmp_path, monkeypatch):
    def broken(*args, **kwargs):
        raise TypeError("an incompatible pydantic\nwith more lines")

    monkeypatch.setattr(judge, "_ask", broken)
    (finding,) = judged(CASES["bcyx"](tmp_path)).findings
    assert finding.severity == Severity.ERROR
    assert "TypeError: an incompatible pydantic with more lines" in finding.what
    assert finding.hint
