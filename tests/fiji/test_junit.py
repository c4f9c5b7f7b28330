"""The plugin's own tests, and that what they compare with is still what Python says."""

from __future__ import annotations

import gzip
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.data.packages.make_packages import FOLDER, expected, write_results

PLUGIN = Path(__file__).parents[2] / "fiji_scripts" / "plugin"
AT_LEAST = 2700
"""Tests that JUnit must run; golden vectors that are not found would be fewer."""


@pytest.mark.slow
def test_maven_runs_the_tests_of_the_plugin_and_measures_their_coverage() -> None:
    maven = shutil.which("mvn")
    if maven is None:
        pytest.skip("there is no Maven here")
    reports = PLUGIN / "target" / "surefire-reports"
    shutil.rmtree(reports, ignore_errors=True)
    command = [maven, "--batch-mode", "--quiet", "--file", PLUGIN / "pom.xml", "verify"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-8000:]
    counts = [
        re.search(r'<testsuite\b[^>]* tests="(\d+)"', path.read_text("utf-8"))
        for path in reports.glob("TEST-*.xml")
    ]
    assert sum(int(count[1]) for count in counts if count) >= AT_LEAST
    assert (PLUGIN / "target" / "site" / "jacoco" / "jacoco.csv").is_file()


@pytest.mark.slow
def test_packages_that_junit_reads_give_in_python_what_is_written_beside_them(
    tmp_path: Path,
) -> None:
    packed = gzip.decompress((FOLDER / "packages.zip.gz").read_bytes())
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path)
    for entry in json.loads((FOLDER / "packages.json").read_text("utf-8")):
        name = entry.pop("name")
        found = json.loads(json.dumps(expected(name, tmp_path / name / entry["file"])))
        assert _rounded(found) == _rounded(entry), name


def _rounded(value: object) -> object:
    """Numbers of two versions of an engine agree in five digits."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return pytest.approx(value, rel=1e-5, abs=1e-6) if isinstance(value, float) else value


def test_results_that_junit_compares_with_are_those_of_python(tmp_path: Path) -> None:
    write_results(tmp_path)
    names = sorted(path.name for path in (FOLDER / "results").iterdir())
    assert sorted(path.name for path in (tmp_path / "results").iterdir()) == names
    for name in names:
        if not name.endswith(".png"):
            written = (tmp_path / "results" / name).read_bytes()
            assert written == (FOLDER / "results" / name).read_bytes(), name
