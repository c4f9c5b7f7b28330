"""Branch coverage: what ``coverage json`` and JaCoCo left, and the commands that measure it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

PLUGIN = Path("fiji_scripts") / "plugin"
PYTHON_REPORT = Path("coverage.json")
JAVA_REPORT = PLUGIN / "target" / "site" / "jacoco" / "jacoco.csv"


def run_coverage(root: Path) -> None:
    """Run every test of both languages with branch coverage; takes as long as ``.ci/full``."""
    python = [
        sys.executable,
        "-m",
        "pytest",
        "-m",
        "",
        "--cov",
        f"--cov-report=json:{PYTHON_REPORT}",
    ]
    subprocess.run(python, cwd=root, check=True)
    subprocess.run(["mvn", "-q", "-f", PLUGIN / "pom.xml", "verify"], cwd=root, check=True)


def branch_coverage(root: Path) -> dict[str, float | None]:
    """Share of branches that the tests took, by language; None where no report lies."""
    return {"Python": _python(root / PYTHON_REPORT), "Java": _java(root / JAVA_REPORT)}


def _python(report: Path) -> float | None:
    if not report.exists():
        return None
    totals = json.loads(report.read_text("utf-8"))["totals"]
    return totals["covered_branches"] / max(totals["num_branches"], 1)


def _java(report: Path) -> float | None:
    if not report.exists():
        return None
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    covered = sum(int(row["BRANCH_COVERED"]) for row in rows)
    return covered / max(covered + sum(int(row["BRANCH_MISSED"]) for row in rows), 1)
