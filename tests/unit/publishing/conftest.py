"""A zoo on this computer, an account at it, and a small package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbacs_zoo.files import http
from deepbacs_zoo.package import open_package
from deepbacs_zoo.publishing.submission import Submission, read_submission
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


def content(submission: Submission) -> dict[str, bytes]:
    """The bytes of a package's files."""
    return {file.name: file.path.read_bytes() for file in submission.files}
