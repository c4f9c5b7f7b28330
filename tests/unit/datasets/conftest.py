from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deepbacs_zoo.datasets import PublishedSet, published
from deepbacs_zoo.datasets.preparation import resolve as resolving
from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE, download
from tests.unit.datasets.drawn import with_sum
from tests.unit.files.servers import CLOSED, Repository, serve


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty cache folder of this test, and no network."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    monkeypatch.setenv(MIRROR_VARIABLE, CLOSED)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv(OFFLINE_VARIABLE, raising=False)
    monkeypatch.setattr(download, "PAUSES", (0.0, 0.0))
    return folder


@pytest.fixture
def repository(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """Return an empty Zenodo on this computer, set as the mirror."""
    with serve() as repository:
        monkeypatch.setenv(MIRROR_VARIABLE, repository.url)
        yield repository


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Callable[[PublishedSet], PublishedSet]:
    """Return a function that puts an entry into the table."""

    def put(entry: PublishedSet) -> PublishedSet:
        table = {**published.PUBLISHED, entry.name: entry}
        for module in (published, resolving):
            monkeypatch.setattr(module, "PUBLISHED", table)
        return entry

    return put


@pytest.fixture
def known(publish) -> Callable[[str, bytes], PublishedSet]:
    """Return a function that publishes the sum of an archive."""
    return lambda name, data: publish(with_sum(name, data))
