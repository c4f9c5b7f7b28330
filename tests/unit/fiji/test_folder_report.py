from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli.main import app
from deepbacs_zoo.fiji import prepare
from deepbacs_zoo.fiji.folder_report import folder_rows
from deepbacs_zoo.fiji.java.compile import JAR_NAME
from deepbacs_zoo.fiji.java.folder import PYIMAGEJ_PARTS
from deepbacs_zoo.fiji.java.rows import Row
from deepbacs_zoo.fiji.java.setup import JavaEnvironment
from tests.unit.fiji.test_folder import make_fiji, make_jar

PLUGIN = "Fiji: plugin of deepbacs_zoo"


@pytest.fixture(scope="module")
def complete(real_jars: Mapping[str, Path]) -> JavaEnvironment:
    return prepare()


def look(folder: Path, setup: JavaEnvironment | None = None) -> Mapping[str, Row]:
    return {row.name: row for row in folder_rows(folder, setup)}


def test_what_is_no_fiji_is_one_row(tmp_path: Path) -> None:
    (row,) = folder_rows(tmp_path, None)
    assert (row.name, row.status, row.where) == ("Fiji", "missing", str(tmp_path))
    assert "no folder jars" in row.found


def test_parts_that_are_missing_are_warnings(tmp_path: Path) -> None:
    rows = look(make_fiji(tmp_path))
    assert rows["Fiji"].found == "ImageJ 1.54p"
    for name in PYIMAGEJ_PARTS:
        assert rows[f"Fiji: {name}"].status == "warning"
        assert "pyimagej needs it" in rows[f"Fiji: {name}"].hint
    assert rows[PLUGIN].found == "not in it"
    assert rows["Fiji: deepImageJ"].found == "deepImageJ is not in this Fiji"
    assert rows["Fiji starts"].found.startswith("not tried")


def test_parts_that_are_there_have_their_versions(tmp_path: Path) -> None:
    make_fiji(tmp_path)
    for name, entry in PYIMAGEJ_PARTS.items():
        make_jar(tmp_path / "jars" / f"{name}-2.0.1.jar", entry)
    rows = look(tmp_path)
    assert {rows[f"Fiji: {name}"].found for name in PYIMAGEJ_PARTS} == {"2.0.1"}


def test_the_plugin_is_of_this_or_of_another_version(
    complete: JavaEnvironment, tmp_path: Path
) -> None:
    place = make_fiji(tmp_path) / "plugins" / "DeepBacs"
    place.mkdir()
    shutil.copy(complete.plugin_jar, place)
    assert look(tmp_path)[PLUGIN].found == "it is of this version"
    assert look(tmp_path)[PLUGIN].where == str(place / JAR_NAME)
    (place / JAR_NAME).write_bytes(b"")
    row = look(tmp_path)[PLUGIN]
    assert (row.status, row.found) == ("warning", "it is of another version")
    assert "fiji bundle" in row.hint


def test_an_imagej_that_does_not_start_is_a_row(complete: JavaEnvironment, tmp_path: Path) -> None:
    row = look(make_fiji(tmp_path), complete)["Fiji starts"]
    assert row.status == "missing"
    assert "cannot be made ready" in row.found


def test_the_command_takes_a_folder(
    complete: JavaEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = next(path for path in complete.classpath if path.name.startswith("ij-"))
    (tmp_path / "jars").mkdir()
    shutil.copy(core, tmp_path / "jars")

    def ask(*more: str) -> Mapping[str, str]:
        done = CliRunner().invoke(app, ["fiji", "doctor", "--json", *more])
        assert done.exit_code == 0, done.stdout
        return {row["name"]: row["found"] for row in json.loads(done.stdout)["rows"]}

    assert ask("--fiji", str(tmp_path))["Fiji starts"] == "ImageJ 1.54p"
    monkeypatch.setenv("FIJI_HOME", str(tmp_path))
    assert ask()["Fiji"] == "ImageJ 1.54p"
