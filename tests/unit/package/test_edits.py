"""Fields of descriptions changed in their text."""

import pytest
import yaml

from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.writing.edits import Edit, edited
from deepbacs_zoo.package.yaml_text import parse_yaml
from tests.packages import CASES

TEXT = """\
# made by hand
name: tiny  # a good name
weights:
  onnx:
    source: a.onnx # here
    opset_version: '17'

  # the other
  torchscript: {source: b.pt, sha256: null}
documentation:
  source: README.md
  sha256: abc
covers:
- source: cover.png  # drawn
  sha256: def
- {source: b.png}
empty: {}
last: |
  two
  lines
"""


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        (("name",), "other", "name: other  # a good name"),
        (("weights", "onnx", "opset_version"), 17, "    opset_version: 17"),
        (("weights", "onnx", "sha256"), "fff", "    sha256: fff"),
        (("weights", "torchscript", "sha256"), "fff", "torchscript: {source: b.pt, sha256: fff}"),
        (("weights", "torchscript", "more"), 1, "{source: b.pt, sha256: null, more: 1}"),
        (("documentation",), "README.md", "documentation: README.md"),
        (("covers", 0), "cover.png", "- cover.png"),
        (("covers", 0, "more"), [1, 2], "  more: [1, 2]"),
        (("covers", 1), "b.png", "- b.png"),
        (("empty", "id"), "yes", "empty: {id: 'yes'}"),
        (("type",), "model", "type: model"),
    ],
)
def test_one_field_is_changed_and_everything_else_stays(place, value, line):
    text, kept = edited(TEXT, [Edit(place, value)])
    assert kept
    assert line in text
    before, after = set(TEXT.splitlines()), set(text.splitlines())
    assert len(after - before) == 1
    assert "# made by hand" in text
    assert "# the other" in text


def test_several_fields_are_changed_at_once():
    edits = [
        Edit(("covers", 0), "cover.png"),
        Edit(("weights", "onnx", "sha256"), "fff"),
        Edit(("weights", "onnx", "parent"), "torchscript"),
        Edit(("name",), "é: # ü"),
    ]
    text, kept = edited(TEXT, edits)
    described = parse_yaml(text.encode(), "text")
    assert kept
    assert described["name"] == "é: # ü"
    assert list(described["weights"]["onnx"]) == ["source", "opset_version", "sha256", "parent"]


def test_a_part_that_stands_in_two_places_is_written_twice():
    text = "# note\na: &part {id: 1}\nb: *part\n"
    found, kept = edited(text, [Edit(("a", "id"), 2)])
    assert not kept
    assert parse_yaml(found.encode(), "text") == {"a": {"id": 2}, "b": {"id": 1}}


def test_every_description_of_the_tests_takes_a_new_field(tmp_path):
    for name in ("bcyx", "all_weights_0_4", "format_0_5_12"):
        with open_package(CASES[name](tmp_path, name=f"{name}.zip")) as package:
            text = package.read(package.description_name).decode()
        found, kept = edited(text, [Edit(("weights", "onnx", "comment"), "x: y"), Edit(("n",), 1)])
        assert kept
        expected = yaml.safe_load(text)
        expected["weights"]["onnx"]["comment"] = "x: y"
        assert yaml.safe_load(found) == {**expected, "n": 1}
