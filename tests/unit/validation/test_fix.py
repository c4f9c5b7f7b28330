"""Packages mended: what is changed, what is left, and what must not happen."""

from __future__ import annotations

import hashlib
import json
import zipfile
from functools import partial

import pytest
import yaml

from deepbacs_zoo.errors import OutputExistsError, UsageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.package import open_package
from deepbacs_zoo.tensors import SteppedSize
from deepbacs_zoo.validation.fix import fix
from tests.package_cases import box_case, case
from tests.packages import ALL_WEIGHTS, CASES, FILE_CASES, REFUSED, REFUSED_FILES

EVERY = {
    **CASES,
    **{name: case.build for name, case in FILE_CASES.items()},
    **REFUSED,
    **REFUSED_FILES,
}
QUICK = (
    "all_weights",
    "bioimageio_yaml",
    "encrypted",
    "external_unstated",
    "folder_in_folder",
    "format_0_5_12",
    "halo_too_small",
    "latin_1",
    "list_axes_0_4",
    "missing_ids",
    "pad_edge",
    "tampered_weights_folder",
    "two_inputs",
    "utf_16",
    "wrong_output_size",
)


def mended(tmp_path, name="bcyx", change=None, **fields):
    build = EVERY[name]
    path = build(tmp_path, **fields) if change is None else build(tmp_path, change=change, **fields)
    return fix(path, tmp_path / f"copy{path.suffix}")


def places(fixed):
    return {each.where: each.after for each in fixed.changes}


def bytes_of(path):
    if path.is_file():
        return path.read_bytes()
    return {each.relative_to(path): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def errors(summary):
    return {(each.id, each.where) for each in summary.findings if each.severity == Severity.ERROR}


def check(tmp_path, name):
    path = EVERY[name](tmp_path)
    before = bytes_of(path)
    fixed = fix(path, tmp_path / f"copy{path.suffix}")
    assert bytes_of(path) == before, "the original is never changed"
    assert errors(fixed.after) <= errors(fixed.before)
    if fixed.output is None:
        assert not (tmp_path / f"copy{path.suffix}").exists()
        return
    if not errors(fixed.before):  # else checks begin that did not run before
        assert fixed.after.count("warning") <= fixed.before.count("warning")
    again = fix(fixed.output, tmp_path / f"again{path.suffix}")
    assert again.changes == ()
    assert bytes_of(again.output) == bytes_of(fixed.output)


@pytest.mark.parametrize("name", QUICK)
def test_a_copy_has_no_new_errors_and_nothing_more_to_mend(tmp_path, name):
    check(tmp_path, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(EVERY) - set(QUICK)))
def test_so_has_that_of_every_package_of_the_tests(tmp_path, name):
    check(tmp_path, name)


@pytest.mark.slow
def test_a_package_of_ours_is_the_same(tmp_path):
    name = "deepbacs-denoising-care"
    assert name in SHIPPED
    fixed = fix(name, tmp_path / "copy.zip")
    assert fixed.changes == ()
    assert "nothing to mend" in fixed.to_text()


# --- what is mended ------------------------------------------------------------------------------


def test_missing_hashes_are_added(tmp_path):
    def change(description, files):
        for entry in (*description["weights"].values(), description["inputs"][0]["test_tensor"]):
            del entry["sha256"]
        del description["weights"]["pytorch_state_dict"]["architecture"]["sha256"]

    fixed = mended(tmp_path, "all_weights", change, weights=ALL_WEIGHTS)
    with zipfile.ZipFile(fixed.output) as archive:
        digest = hashlib.sha256(archive.read("weights.onnx")).hexdigest()
    assert places(fixed)["weights.onnx.sha256"] == f'"{digest}"'
    assert {
        "inputs.0.test_tensor.sha256",
        "weights.torchscript.sha256",
        "weights.pytorch_state_dict.architecture.sha256",
    } <= set(places(fixed))
    assert "hash-missing" not in {each.id for each in fixed.after.findings}


def test_no_hash_is_added_to_a_file_that_is_cut_off(tmp_path):
    def change(description, files):
        del description["inputs"][0]["test_tensor"]["sha256"]
        files["test_input.npy"] = files["test_input.npy"][:-9]

    assert "inputs.0.test_tensor.sha256" not in places(mended(tmp_path, change=change))


def test_a_wrong_hash_is_left_and_the_reason_said(tmp_path):
    fixed = mended(tmp_path, "tampered_weights")
    assert fixed.changes == ()
    (left,) = fixed.left
    assert left.where == "weights.onnx"
    assert "whether the file is damaged" in left.why


def test_a_halo_is_that_of_the_receptive_field(tmp_path):
    package = case(partial(box_case, SteppedSize(8, 4), halo=0))(tmp_path)
    fixed = fix(package, tmp_path / "copy")
    assert places(fixed)["outputs.0.axes.2.halo"] == "4"
    assert places(fixed)["inputs.0.axes.3.size.min"] == "12"
    with open_package(fixed.output) as package:
        assert package.outputs[0].axis("y").halo == 4


def test_numbers_that_are_texts_are_numbers(tmp_path):
    def change(description, files):
        for axis in description["inputs"][0]["axes"][2:]:
            axis["size"] = {"min": "5", "step": "1"}
        description["weights"]["onnx"]["opset_version"] = "17"

    fixed = mended(tmp_path, change=change)
    assert errors(fixed.before)
    assert not errors(fixed.after)
    assert places(fixed)["inputs.0.axes.2.size.min"] == "5"


def test_a_smallest_size_that_the_network_does_not_take_is_raised(tmp_path):
    def change(description, files):
        for axis in description["inputs"][0]["axes"][2:]:
            axis["size"]["min"] = 1

    fixed = mended(tmp_path, "valid_convolution", change)
    assert "size-fails" in {each.id for each in fixed.before.findings}
    assert "size-fails" not in {each.id for each in fixed.after.findings}
    assert int(places(fixed)["inputs.0.axes.2.size.min"]) >= 3


def test_channels_without_names_are_counted(tmp_path):
    def change(description, files):
        del description["inputs"][0]["axes"][1]["channel_names"]

    fixed = mended(tmp_path, "three_channels", change)
    names = ["channel0", "channel1", "channel2"]
    assert places(fixed)["inputs.0.axes.1.channel_names"] == json.dumps(names)
    assert not errors(fixed.after)


def test_spelling_of_doi_orcid_and_licence(tmp_path):
    def change(description, files):
        description["cite"][0]["doi"] = "https://doi.org/10.5281/zenodo.5764892"
        description["authors"][0]["orcid"] = "https://orcid.org/0000-0002-1825-0097"
        description["license"] = "cc0-1.0"

    assert places(mended(tmp_path, change=change)) == {
        "cite.0.doi": '"10.5281/zenodo.5764892"',
        "authors.0.orcid": '"0000-0002-1825-0097"',
        "license": '"CC0-1.0"',
    }


def test_the_opset_is_that_of_the_file(tmp_path):
    def change(description, files):
        description["weights"]["onnx"]["opset_version"] = 11

    assert places(mended(tmp_path, change=change)) == {"weights.onnx.opset_version": "17"}


def test_comments_and_unknown_fields_stay(tmp_path):
    folder = CASES["folder"](tmp_path)
    description = folder / "rdf.yaml"
    text = description.read_text().replace("tags:", "mine: {a: 1}  # of my own\ntags:")
    text = text.replace("format_version: 0.5.10", "format_version: 0.5  # or so")
    description.write_text(f"# made by hand\n{text}")
    fixed = fix(folder, tmp_path / "copy")
    found = (fixed.output / "rdf.yaml").read_text()
    assert found == f"# made by hand\n{text}".replace("0.5  # or so", "0.5.10  # or so")
    assert yaml.safe_load(found)["mine"] == {"a": 1}


# --- the copy ------------------------------------------------------------------------------------


def test_the_form_of_the_copy_is_that_of_its_name(tmp_path):
    path = CASES["bcyx"](tmp_path)
    assert fix(path, tmp_path / "folder").output.is_dir()
    assert zipfile.is_zipfile(fix(tmp_path / "folder", tmp_path / "again.zip").output)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["again.zip", "folder", path.name]


def test_an_existing_copy_stays_unless_it_may_be_replaced(tmp_path):
    path = CASES["missing_ids"](tmp_path)
    copy = CASES["bcyx"](tmp_path, name="copy.zip")
    with pytest.raises(OutputExistsError):
        fix(path, copy)
    assert fix(path, copy, overwrite=True).output == copy
    with open_package(copy) as package:
        assert package.inputs[0].axis_names == "bcx"


def test_a_copy_does_not_lie_in_the_package(tmp_path):
    folder = CASES["folder"](tmp_path)
    with pytest.raises(UsageError, match="would lie in the package"):
        fix(folder, folder / "copy")
    with pytest.raises(UsageError, match="would lie in the package"):
        fix(folder, folder, overwrite=True)


def test_answers_for_people_and_programs(tmp_path):
    fixed = mended(tmp_path, "missing_ids")
    text = fixed.to_text()
    assert 'inputs.0.axes.2.id: missing -> "x"; programs tell axes apart by their ids' in text
    assert "errors: 0 before, 0 after" in text
    answer = json.loads(fixed.to_json())
    assert len(answer["changes"]) == len(fixed.changes) == 6
    assert set(answer["changes"][0]) == {"where", "before", "after", "why"}
    assert answer["after"]["passed"]
    assert '| `inputs.0.id` |  | "input" |' in fixed.to_markdown()


def test_foreign_code_is_not_run(tmp_path, monkeypatch):
    marker = tmp_path / "ran"

    def change(description, files):
        code = files["network.py"] + f"\nopen({str(marker)!r}, 'w')\n".encode()
        files["network.py"] = code
        digest = hashlib.sha256(code).hexdigest()
        description["weights"]["pytorch_state_dict"]["architecture"]["sha256"] = digest

    mended(tmp_path, "state_dict_only", change)
    assert not marker.exists()


def test_a_description_without_end_gives_no_copy(tmp_path):
    path = CASES["folder"](tmp_path)
    text = (path / "rdf.yaml").read_text()
    parts = "\n".join(f"p{n}: &p{n} [{', '.join([f'*p{n - 1}'] * 9)}]" for n in range(1, 12))
    (path / "rdf.yaml").write_text(f"p0: &p0 [1]\n{parts}\n{text}")
    fixed = fix(path, tmp_path / "copy")
    assert fixed.output is None
    assert "repeat each other" in fixed.before.to_text()
