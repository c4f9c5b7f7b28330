"""Two versions of a package side by side."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.validation.comparison import compare_packages
from tests import tiny_networks as networks
from tests.package_writer import image, like, write_package
from tests.packages import CASES, REFUSED


def tables(comparison):
    return {
        name: {each.where: (each.before, each.after) for each in getattr(comparison, name)}
        for name in ("description", "files", "tensors", "results", "verdicts")
    }


def affine(folder, name, factor, **fields):
    source = image()
    return write_package(
        folder / name,
        inputs=[source],
        outputs=[like(source)],
        network=networks.affine(factor),
        weights=("onnx",),
        **fields,
    )


def test_a_package_is_no_worse_than_itself(tmp_path):
    path = CASES["bcyx"](tmp_path)
    comparison = compare_packages(path, path)
    assert not any(tables(comparison).values())
    assert (comparison.new, comparison.gone, comparison.worse) == ((), (), ())
    assert comparison.to_text().endswith("they are the same")


def test_other_weights_are_seen_in_files_tensors_and_results(tmp_path):
    first, second = affine(tmp_path, "a.zip", 2.0), affine(tmp_path, "b.zip", 2.5)
    comparison = compare_packages(first, second)
    found = tables(comparison)
    assert {"weights.onnx", "test_output.npy"} <= set(found["files"])
    assert "weights.onnx.sha256" in found["description"]
    assert set(found["tensors"]) == {"output output"}
    largest = float(found["results"]["output output"][1].removeprefix("largest difference "))
    with np.load(second) as arrays:  # a package is a zip of arrays, too
        expected = np.abs(arrays["test_input"]).max() / 2
    assert largest == pytest.approx(expected, rel=0.1)
    assert comparison.worse == ()


def test_new_errors_and_lost_programs_make_it_worse(tmp_path):
    def change(description, files):
        files["test_output.npy"] = files["test_output.npy"][:-8] + bytes(8)
        description["inputs"][0]["axes"][2]["size"] = 20
        description["documentation"] = {"source": "README.md"}
        description["format_version"] = "0.5.12"

    first = CASES["torchscript_only"](tmp_path, name="a.zip")
    second = CASES["torchscript_only"](tmp_path, name="b.zip", change=change)
    comparison = compare_packages(first, second)
    text = "\n".join(comparison.worse)
    assert "test_output.npy" in text
    assert "deepImageJ 3.1: " in text
    assert "does not run now" in text
    back = compare_packages(second, first)
    assert back.worse == ()
    assert {each.id for each in back.gone} == {each.id for each in comparison.new}


def test_packages_of_other_images_have_no_results_to_compare(tmp_path):
    first = CASES["bcyx"](tmp_path, name="a.zip")
    second = CASES["three_channels"](tmp_path, name="b.zip")
    comparison = compare_packages(first, second)
    assert "take other images" in tables(comparison)["results"]["inputs"][1]


@pytest.mark.parametrize("name", ["encrypted_zip", "no_weights", "tampered_weights"])
def test_a_package_that_cannot_be_read_is_worse(tmp_path, name):
    first = CASES["bcyx"](tmp_path, name="a.zip")
    if name == "encrypted_zip":
        second = tmp_path / "b.zip"
        second.write_bytes(b"no zip")
    else:
        second = REFUSED[name](tmp_path, name="b.zip")
    comparison = compare_packages(first, second)
    assert comparison.worse
    assert "the second is worse" in comparison.to_text()


def test_answers_for_programs_and_pages(tmp_path):
    first, second = CASES["missing_ids"](tmp_path, name="a.zip"), tmp_path / "b.zip"
    second.write_bytes(first.read_bytes())
    answer = json.loads(compare_packages(first, second).to_json())
    assert set(answer) == {
        "first", "second", "worse", "description", "files", "tensors", "results", "verdicts",
        "new", "gone",
    }  # fmt: skip
    other = CASES["bcyx"](tmp_path, name="c.zip")
    markdown = compare_packages(first, other).to_markdown()
    assert '| `inputs.0.id` | missing | "input" |' in markdown
    assert {line.count("|") for line in markdown.splitlines() if line.startswith("|")} == {4}
