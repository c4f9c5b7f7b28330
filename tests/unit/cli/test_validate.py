"""``deepbacs-zoo validate`` with several packages, options of what fails, and each format."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from deepbacs_zoo import validation
from deepbacs_zoo.cli import main as cli
from tests.packages import CASES, REFUSED

SCHEMA = Path(validation.__file__).with_name("answer.schema.json")


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["deepbacs-zoo", "validate", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    printed = capsys.readouterr()
    return caught.value.code or 0, printed.out, printed.err


@pytest.fixture
def collection(tmp_path):
    folder = tmp_path / "models"
    folder.mkdir()
    CASES["bcyx"](folder, name="good.zip")
    CASES["folder"](folder, name="unpacked")
    (folder / "broken.zip").write_bytes(b"no zip")
    (folder / "notes.txt").write_text("no package")
    return folder


def test_a_folder_of_packages_is_one_table(collection, capsys, monkeypatch):
    code, out, _ = run(capsys, monkeypatch, collection)
    assert code == 1, "one of them is broken"
    head, *rows = out.splitlines()
    assert head.split()[:2] == ["package", "outcome"]
    assert sorted(row.split("  ")[0] for row in rows)[0] == "broken.zip"
    assert len(rows) == 3
    assert "deepbacs_zoo plugin" in out
    code, out, _ = run(capsys, monkeypatch, collection, "--format", "markdown")
    assert {line.count("|") for line in out.splitlines()} == {8}


def test_several_packages_are_a_list_for_programs(collection, capsys, monkeypatch):
    good = collection / "good.zip"
    code, out, _ = run(capsys, monkeypatch, good, collection / "unpacked", "--format", "json")
    assert code == 0
    assert [each["outcome"] for each in json.loads(out)] == ["passed", "passed"]
    _, out, _ = run(capsys, monkeypatch, good, "--format", "json")
    assert json.loads(out)["outcome"] == "passed", "one package is one object"


def test_the_answer_keeps_its_schema(collection, capsys, monkeypatch):
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for name in ("good.zip", "broken.zip"):
        _, out, _ = run(capsys, monkeypatch, collection / name, "--format", "json")
        jsonschema.validate(json.loads(out), schema)


def test_findings_about_programs_say_whether_these_were_run(collection, capsys, monkeypatch):
    found = findings(capsys, monkeypatch, collection / "good.zip")
    known = {each["confirmed"] for each in found if each["id"].startswith("deepimagej-")}
    assert True in known
    assert not any("confirmed" in each for each in found if each["id"].startswith("output-"))


def test_a_package_that_is_not_there_is_a_row(collection, capsys, monkeypatch):
    missing = collection / "gone.zip"
    code, out, _ = run(capsys, monkeypatch, missing, "no-such-model", collection / "good.zip")
    assert code == 2
    rows = [line.split() for line in out.splitlines()[1:]]
    assert [row[:3] for row in rows[:2]] == [
        ["gone.zip", "FAILED", "1"],
        ["no-such-model", "FAILED", "1"],
    ]
    code, out, _ = run(capsys, monkeypatch, missing, collection / "good.zip", "--format", "json")
    assert json.loads(out)[0]["findings"][0]["id"] == "no-such-package"
    code, out, error = run(capsys, monkeypatch, missing)
    assert (code, out, error.count("\n")) == (2, "", 1)


def test_a_page_is_about_one_package(collection, capsys, monkeypatch):
    code, out, _ = run(capsys, monkeypatch, collection / "good.zip", "--format", "html")
    assert code == 0
    assert out.startswith("<!DOCTYPE html>")
    code, _, error = run(capsys, monkeypatch, collection, "--format", "html")
    assert code == 2
    assert "--format html: a page is about one package" in error


def test_a_folder_without_packages_is_one_sentence(tmp_path, capsys, monkeypatch):
    code, _, error = run(capsys, monkeypatch, tmp_path)
    assert code == 2
    assert "there is no package in this folder" in error
    assert error.count("\n") == 1


def test_users_say_what_fails(collection, capsys, monkeypatch):
    good = collection / "good.zip"
    code, out, _ = run(capsys, monkeypatch, good, "--fail-on", "warning")
    assert (code, out.splitlines()[0].rpartition(": ")[2]) == (1, "FAILED")
    ids = {each["id"] for each in findings(capsys, monkeypatch, good) if each["severity"] != "info"}
    allowed = [word for each in ids for word in ("--allow", each)]
    code, _, _ = run(capsys, monkeypatch, good, "--fail-on", "warning", *allowed)
    assert code == 0


def findings(capsys, monkeypatch, path):
    return json.loads(run(capsys, monkeypatch, path, "--format", "json")[1])["findings"]


# --- a mended copy -------------------------------------------------------------------------------


def test_a_mended_copy_is_written_and_every_change_printed(tmp_path, capsys, monkeypatch):
    path = CASES["missing_ids"](tmp_path)
    copy = tmp_path / "copy.zip"
    code, out, _ = run(capsys, monkeypatch, path, "--fix", "--output", copy)
    assert code == 0
    assert "6 changes, written to copy.zip" in out
    code, out, _ = run(capsys, monkeypatch, copy, "--fix", "--output", tmp_path / "again.zip")
    assert "nothing to mend" in out
    code, _, error = run(capsys, monkeypatch, path, "--fix", "--output", copy)
    assert code == 2
    assert "--overwrite" in error


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["--fix"], "--fix with --output"),
        (["--output", "copy"], "--fix with --output"),
        (["other.zip", "--fix", "--output", "copy"], "2 packages"),
        (["--fix", "--output", "copy", "--format", "html"], "there is no page of this"),
    ],
)
def test_wrong_options_of_a_copy_are_one_sentence(tmp_path, capsys, monkeypatch, words, what):
    monkeypatch.chdir(tmp_path)
    path = CASES["bcyx"](tmp_path)
    code, _, error = run(capsys, monkeypatch, path, *words)
    assert code == 2
    assert what in error
    assert error.count("\n") == 1


# --- two versions --------------------------------------------------------------------------------


def test_two_versions_are_compared(tmp_path, capsys, monkeypatch):
    first = CASES["bcyx"](tmp_path, name="first.zip")
    code, out, _ = run(capsys, monkeypatch, first, "--compare", first)
    assert (code, out) == (0, "tiny model and tiny model: they are the same\n")
    second = REFUSED["tampered_weights"](tmp_path, name="second.zip")
    code, out, _ = run(capsys, monkeypatch, first, "--compare", second, "--format", "json")
    assert code == 1
    assert json.loads(out)["worse"]
    code, _, error = run(capsys, monkeypatch, first, "--compare", tmp_path / "none.zip")
    assert code == 2
    assert error.count("\n") == 1
