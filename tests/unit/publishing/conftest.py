"""A zoo on this computer, an account at it, and a small package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deepbacs_zoo import validation
from deepbacs_zoo.files import http
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.package import open_package
from deepbacs_zoo.publishing.submission import Submission, read_submission
from deepbacs_zoo.summary import Summary
from tests.packages import CASES
from tests.zoo_server import ZooServer, zoo

TOKEN = "HYPHA_TOKEN"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZooServer]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("BIOIMAGEIO_HYPHA_UPLOAD_TOKEN", raising=False)
    monkeypatch.setenv(TOKEN, "token-of-anna")
    monkeypatch.setattr(http, "PAUSES", (0.0, 0.0))
    with zoo() as server:
        monkeypatch.setenv("DEEPBACS_ZOO_SERVER", server.url)
        yield server


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CASES["bcyx"](tmp_path_factory.mktemp("package"))


@pytest.fixture
def submission(package: Path) -> Iterator[Submission]:
    with open_package(package) as opened:
        yield read_submission(opened)


@pytest.fixture(scope="session")
def summary(package: Path) -> Summary:
    return validation.validate(package)


@pytest.fixture
def validated(monkeypatch: pytest.MonkeyPatch, summary: Summary) -> list[Finding]:
    """Let the package be validated once; findings can be added to the list."""
    found: list[Finding] = []

    def quick(path, *, trust, allow, progress):
        return replace(summary.joined(found), allowed=tuple(allow))

    monkeypatch.setattr(validation, "validate", quick)
    return found


def content(submission: Submission) -> dict[str, bytes]:
    """The bytes of a package's files."""
    return {file.name: file.path.read_bytes() for file in submission.files}
