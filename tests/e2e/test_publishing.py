"""What a user of ``publish`` gets for a bad input: one sentence, and nothing half sent unsaid.

Most of these are slow, as each is a process; `tests/unit/publishing` has the same inside one.
"""

from __future__ import annotations

import base64
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.package import open_package
from tests.e2e.conftest import run_command
from tests.e2e.test_bad_input import assert_one_sentence
from tests.packages import CASES
from tests.zoo_server import Trouble, ZooServer, zoo

SHARK = "bioimage-io/affable-shark"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return CASES["bcyx"](tmp_path_factory.mktemp("package"))


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZooServer]:
    for name in ("BIOIMAGEIO_HYPHA_UPLOAD_TOKEN", "HYPHA_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / "state"))
    with zoo() as server:
        monkeypatch.setenv("DEEPBACS_ZOO_SERVER", server.url)
        yield server


def send(package, tmp_path, *words):
    return run_command("publish", package, "--really", "--yes", *words, cwd=tmp_path)


def expired():
    claims = json.dumps({"exp": time.time() - 86400}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.x"


def test_no_token(server, package, tmp_path):
    done = send(package, tmp_path)
    assert_one_sentence(done, 2, "there is no token for this server", "HYPHA_TOKEN", "keyring set")
    assert server.asked == []


@pytest.mark.slow
def test_an_expired_token(server, package, tmp_path, monkeypatch):
    monkeypatch.setenv("HYPHA_TOKEN", expired())
    done = send(package, tmp_path)
    words = ("does not accept the token", "it expired on", "nothing of it is on the server")
    assert_one_sentence(done, 2, *words)
    assert expired()[:40] not in done.stderr


@pytest.mark.slow
def test_a_clock_that_is_wrong(server, package, tmp_path, monkeypatch):
    monkeypatch.setenv("HYPHA_TOKEN", expired())
    server.clock = -3600
    done = send(package, tmp_path)
    assert_one_sentence(done, 2, "the clock of this computer is 60 minutes ahead of the server's")


def test_a_package_that_fails_validation(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HYPHA_TOKEN", "token-of-anna")
    done = send(without_license(tmp_path), tmp_path)
    words = ("does not pass validation, and nothing was sent", "--allow license-missing")
    assert_one_sentence(done, 1, *words)
    assert server.asked == []


def without_license(tmp_path):
    folder = tmp_path / "unlicensed"
    with zipfile.ZipFile(CASES["bcyx"](tmp_path)) as archive:
        archive.extractall(folder)
    text = (folder / "rdf.yaml").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("license:")]
    (folder / "rdf.yaml").write_text("\n".join(lines), "utf-8")
    return folder


@pytest.mark.slow
def test_somebody_elses_model(server, package, tmp_path, monkeypatch):
    server.published("wise-owl", {"rdf.yaml": b"x"}, {"name": "owl"})
    monkeypatch.setenv("HYPHA_TOKEN", "token-of-anna")
    done = send(package, tmp_path, "--update", "wise-owl")
    assert_one_sentence(done, 2, "bioimage-io/wise-owl: the account of the token may not do this")
    assert server.files("bioimage-io/wise-owl", stage=False) == {"rdf.yaml": b"x"}
    done = send(package, tmp_path, "--update", "wise-cat")
    assert_one_sentence(done, 2, "bioimage-io/wise-cat: the server has nothing of this name")


@pytest.mark.slow
def test_a_file_that_is_too_large(server, package, tmp_path, monkeypatch):
    server.most_bytes = 1500
    monkeypatch.setenv("HYPHA_TOKEN", "token-of-anna")
    done = send(package, tmp_path)
    words = ("the file is too large for the server", f"on the server: {SHARK}, draft")
    assert_one_sentence(done, 2, *words)
    server.most_bytes = None
    done = send(package, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == SHARK


@pytest.mark.slow
def test_a_server_of_another_kind(server, package, tmp_path, monkeypatch):
    monkeypatch.setenv("HYPHA_TOKEN", "token-of-anna")
    server.troubles += [Trouble("/", 200, "welcome", html=True, times=9)]
    done = send(package, tmp_path)
    assert_one_sentence(done, 2, f"{server.url}: this is a server of another kind", "<html>")
    monkeypatch.setenv("DEEPBACS_ZOO_SERVER", "ftp://zoo.example")
    assert_one_sentence(send(package, tmp_path), 2, "DEEPBACS_ZOO_SERVER")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_a_dry_run_of_each_package_that_ships_is_a_page(server, tmp_path, name):
    done = run_command("publish", name, "--page", "page.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "predicted score 0." in done.stdout
    with open_package(SHIPPED[name].path) as package:
        assert done.stdout.count("PUT ") == len(package.names())
    text = (tmp_path / "page.html").read_text("utf-8")
    for word in ("Checklist", "As the zoo shows it", "Documentation", "Requests", "data:image/png"):
        assert word in text
    assert server.asked == []
