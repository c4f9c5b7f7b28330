"""Addresses of a description are asked for when that is allowed, and else never."""

from __future__ import annotations

import socket
from contextlib import contextmanager

import httpx
import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation import validate
from deepbacs_zoo.validation.checks import online
from deepbacs_zoo.validation.checks.format import check_format
from deepbacs_zoo.validation.checks.online import check_online
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES
from tests.unit.files.servers import CLOSED, serve


@pytest.fixture
def repository(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with serve() as found:
        yield found


def package_with(tmp_path, **fields):
    def change(description, files):
        description["cite"][0].update(fields.pop("cite", {}))
        description.update(fields)

    return CASES["bcyx"](tmp_path, change=change)


def asked(path):
    with open_package(path) as package, Context(package) as context:
        return {each.where: each for each in check_online(context).findings}


def test_addresses_that_are_there_are_counted(tmp_path, repository, monkeypatch):
    monkeypatch.setattr(online, "DOI_SERVER", f"{repository.url}/doi/")
    repository.files |= {"/paper": b"text", "/doi/10.5281/zenodo.5764892": b"", "/code": b""}
    path = package_with(
        tmp_path, cite={"url": f"{repository.url}/paper"}, git_repo=f"{repository.url}/code"
    )
    (finding,) = asked(path).values()
    assert (finding.id, finding.what.split()[0]) == ("addresses-there", "3")
    assert set(repository.asked) == set(repository.files)


def test_one_that_is_gone_is_a_warning(tmp_path, repository, monkeypatch):
    monkeypatch.setattr(online, "DOI_SERVER", f"{repository.url}/doi/")
    found = asked(package_with(tmp_path, git_repo=f"{repository.url}/gone"))
    assert {each.id for each in found.values()} == {"address-gone"}
    assert set(found) == {"git_repo", "cite.0.doi"}
    assert found["git_repo"].severity == Severity.WARNING
    assert "404" in found["git_repo"].what


def test_a_server_that_does_not_answer_is_no_fault(tmp_path, repository, monkeypatch):
    monkeypatch.setattr(online, "DOI_SERVER", f"{CLOSED}/")
    found = asked(package_with(tmp_path, git_repo="file:///etc/hostname"))
    assert {each.id for each in found.values()} == {"address-not-reached"}
    assert set(found) == {"cite.0.doi"}, "files of this computer are not asked for"


@contextmanager
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f"the network was asked: {args}")

    with monkeypatch.context() as patch:
        patch.setattr(httpx.Client, "send", refuse)
        for name in ("get", "request", "stream"):
            patch.setattr(httpx, name, refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


def test_without_it_the_network_is_not_used(tmp_path, monkeypatch):
    path = package_with(
        tmp_path,
        cite={"url": "https://example.org/paper"},
        git_repo="https://github.com/nobody/nothing",
        maintainers=[{"github_user": "nobody-knows-him"}],
    )
    with no_network(monkeypatch):
        assert validate(path).passed


def test_people_are_looked_up_by_the_library_of_the_format(tmp_path, monkeypatch):
    pytest.importorskip("bioimageio.spec")
    names = []

    def get(url, **_):
        names.append(url)
        return httpx.Response(404, request=httpx.Request("GET", url))

    monkeypatch.setattr(httpx, "get", get)
    path = package_with(tmp_path, maintainers=[{"github_user": "nobody-knows-him-at-all"}])
    with open_package(path) as package:
        without = check_format(path, package)
        assert names == []
        looked_up = check_format(path, package, online=True)
    assert any("nobody-knows-him-at-all" in url for url in names)
    new = {each.where for each in looked_up.findings} - {each.where for each in without.findings}
    assert any(where.startswith("maintainers.0") for where in new)


def test_a_network_that_is_down_says_nothing_about_the_package(tmp_path, monkeypatch):
    def get(url, **_):
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(httpx, "get", get)
    path = package_with(tmp_path, maintainers=[{"github_user": "somebody-else-entirely"}])
    with open_package(path) as package:
        found = check_format(path, package, online=True).findings
    assert not any(each.severity == Severity.ERROR for each in found)
    assert any("look-ups on the network failed" in str(each.what) for each in found)
