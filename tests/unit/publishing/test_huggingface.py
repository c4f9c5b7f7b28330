"""Repositories on Hugging Face, by a fake of huggingface_hub's interface."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import types
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from deepbacs_zoo import publish
from deepbacs_zoo.errors import HostError, MissingExtraError, UsageError
from deepbacs_zoo.publishing import Sending, huggingface
from deepbacs_zoo.publishing.huggingface import card_of, requests_of, send
from tests.unit.publishing.conftest import content
from tests.unit.publishing.test_upload import other

REPOSITORY = "anna/bacteria"
SECRET = "hf_secret"
LARGE = 2000
"""Bytes from which a file is kept as a large one."""


class HubError(OSError):
    """An error of the library, with the answer."""

    def __init__(self, status, text):
        super().__init__(text)
        self.response = types.SimpleNamespace(status_code=status)


@dataclass
class Add:
    path_in_repo: str
    path_or_fileobj: str | bytes

    def read(self):
        given = self.path_or_fileobj
        return given if isinstance(given, bytes) else Path(given).read_bytes()


@dataclass
class Delete:
    path_in_repo: str


@dataclass
class Sibling:
    rfilename: str
    data: bytes

    @property
    def size(self):
        return len(self.data)

    @property
    def blob_id(self):
        text = b"blob %d\0" % len(self.data) + self.data
        return hashlib.sha1(text, usedforsecurity=False).hexdigest()

    @property
    def lfs(self):
        sha256 = hashlib.sha256(self.data).hexdigest()
        return types.SimpleNamespace(sha256=sha256) if self.size >= LARGE else None


@dataclass
class Hub:
    """The server, and what was asked of it."""

    files: dict = field(default_factory=dict)
    private: bool | None = None
    commits: list = field(default_factory=list)
    error: Exception | None = None
    token: str | None = None

    def create_repo(self, repo_id, *, private, repo_type, exist_ok):
        assert (repo_id, repo_type, exist_ok) == (REPOSITORY, "model", True)
        self.private = private if self.private is None else self.private

    def model_info(self, repo_id, *, files_metadata):
        assert files_metadata
        siblings = [Sibling(*each) for each in self.files.items()]
        return types.SimpleNamespace(siblings=siblings)

    def create_commit(self, repo_id, operations, *, commit_message, repo_type):
        if self.error is not None:
            raise self.error
        self.commits.append(commit_message)
        for each in operations:
            if isinstance(each, Add):
                self.files[each.path_in_repo] = each.read()
            else:
                del self.files[each.path_in_repo]


@pytest.fixture
def hub(monkeypatch):
    server = Hub()

    def api(endpoint, token):
        server.token = token
        return server

    module = types.ModuleType("huggingface_hub")
    module.HfApi, module.CommitOperationAdd, module.CommitOperationDelete = api, Add, Delete
    monkeypatch.setitem(sys.modules, "huggingface_hub", module)
    monkeypatch.setenv("HF_TOKEN", SECRET)
    return server


def upload(submission, repository=REPOSITORY):
    return send(submission, repository, lambda *each: None)


def packaged(hub):
    return {
        name.removeprefix("package/"): data
        for name, data in hub.files.items()
        if name.startswith("package/")
    }


def test_a_private_repository_gets_card_and_package_in_one_commit(hub, submission):
    done = upload(submission)
    assert (done.id, done.sent) == (REPOSITORY, len(submission.files))
    assert done.address == f"https://huggingface.co/{REPOSITORY}"
    assert (hub.private, len(hub.commits), hub.token) == (True, 1, SECRET)
    assert packaged(hub) == content(submission)
    assert set(hub.files) - {f"package/{name}" for name in packaged(hub)} == {"README.md"}
    sizes = [len(data) for data in packaged(hub).values()]
    assert min(sizes) < LARGE <= max(sizes), "both ways to know a file are tested"


def test_a_second_run_sends_nothing_and_a_change_sends_itself(hub, submission):
    upload(submission)
    assert upload(submission).sent == 0
    assert len(hub.commits) == 1
    changed = other(submission)
    assert upload(changed).sent == 1
    assert packaged(hub) == content(changed)
    hub.files["notes.txt"] = b"of the author"
    upload(submission)
    assert packaged(hub) == content(submission), "without the file that is no part of it any more"
    assert "notes.txt" in hub.files


def test_the_card_has_metadata_in_front(submission):
    _, front, text = card_of(submission).decode().split("---\n", 2)
    metadata = yaml.safe_load(front)
    assert metadata["license"] == submission.metadata.license.lower()
    assert metadata["library_name"] == "bioimageio"
    assert text.strip() == submission.documentation.strip()


def test_requests_need_neither_library_nor_token(submission, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    requests = requests_of(submission, REPOSITORY)
    assert [each.size for each in requests[3:]] == [file.size for file in submission.files]
    assert all(REPOSITORY in f"{each.path} {each.about}" for each in requests)


def test_without_the_library_the_extra_is_named(submission, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", SECRET)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"deepbacs_zoo\[huggingface\]"):
        upload(submission)


@pytest.mark.parametrize("name", [None, "bacteria", "a/b/c", "/x"])
def test_a_repository_needs_a_name(hub, submission, name):
    with pytest.raises(UsageError, match=r"^repository: "):
        upload(submission, name)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, UsageError, "does not accept the token"),
        (403, UsageError, "may not do this"),
        (413, HostError, "too large"),
        (429, HostError, "after several attempts"),
        (500, HostError, "after several attempts"),
        (400, HostError, "refuses this request"),
    ],
)
def test_each_refusal_is_one_sentence_without_the_token(hub, submission, status, kind, words):
    hub.error = HubError(status, f"you sent\n{SECRET}")
    with pytest.raises(kind, match=words) as caught:
        upload(submission)
    assert SECRET not in str(caught.value)
    assert f"the repository {REPOSITORY} is as it was" in str(caught.value)
    hub.error = None
    assert upload(submission).sent == len(submission.files)


def test_the_whole_way_through_publish(hub, package, submission, validated):
    options = Sending(repository=REPOSITORY)
    shown = publish(package, to="huggingface", options=options)
    assert shown.metadata["library_name"] == "bioimageio"
    assert hub.commits == []
    assert publish(package, to="huggingface", really=True, options=options).published.sent
    assert packaged(hub) == content(submission)
    with pytest.raises(UsageError, match=r"^repository: "):
        publish(package, to="huggingface", really=True)


@pytest.mark.skipif(not importlib.util.find_spec("huggingface_hub"), reason="an optional library")
def test_the_library_has_the_interface_that_is_used():
    import huggingface_hub

    for name in ("create_repo", "model_info", "create_commit"):
        used = inspect.signature(getattr(huggingface.Client, name)).parameters
        real = inspect.signature(getattr(huggingface_hub.HfApi, name)).parameters
        assert set(used) <= set(real), name
    assert {"endpoint", "token"} <= set(inspect.signature(huggingface_hub.HfApi).parameters)
    add = huggingface_hub.CommitOperationAdd("README.md", b"card")
    assert add.path_in_repo == "README.md"
    assert huggingface_hub.CommitOperationDelete("a").path_in_repo == "a"
