from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError, IntegrityError, UsageError
from deepbacs_zoo.fiji.java import jars
from deepbacs_zoo.fiji.java.coordinates import Jar
from deepbacs_zoo.fiji.java.jars import fetch_jars, is_verified, jar_path
from deepbacs_zoo.fiji.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE
from deepbacs_zoo.files import http as connections
from tests.unit.fiji.made_jars import make_jar, put
from tests.unit.files.servers import (
    CLOSED,
    Repository,
    cut_off,
    lead_out_of_https,
    moved,
    stalled,
    status,
    without_length,
)

DATA = bytes(range(256)) * 1000
JAR = make_jar(DATA)
FETCH = """
import sys
from deepbacs_zoo.fiji.java.coordinates import Coordinate, Jar
from deepbacs_zoo.fiji.java.jars import fetch_jars
fetch_jars([Jar(Coordinate("org.example", "lib", "1.0", "plugin"), sys.argv[1], int(sys.argv[2]))])
"""


def fetch_in_process(jar: Jar) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", FETCH, jar.sha256, str(jar.size)],
        stderr=subprocess.PIPE,
        text=True,
    )


def left_in(cache: Path) -> set[str]:
    folder = cache / "jars"
    return {path.name for path in folder.iterdir()} - {".lock"} if folder.exists() else set()


def test_a_jar_is_fetched_once_and_then_used_without_a_network(
    repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, JAR, DATA)
    assert fetch_jars([JAR]) == {"lib": cache / "jars" / "lib-1.0.jar"}
    assert jar_path(JAR).read_bytes() == DATA
    monkeypatch.setenv(MIRROR_VARIABLE, CLOSED)
    assert fetch_jars([JAR])["lib"].read_bytes() == DATA
    assert repository.asked == ["/org/example/lib/1.0/lib-1.0.jar"]
    assert left_in(cache) == {"lib-1.0.jar", "lib-1.0.jar.verified"}


def test_progress_counts_the_bytes_of_all_jars_together(repository: Repository) -> None:
    other = make_jar(b"more", "other")
    put(repository, JAR, DATA)
    put(repository, other, b"more")
    reported: list[tuple[int, int]] = []
    fetch_jars([JAR, other], progress=lambda done, total: reported.append((done, total)))
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert {total for _, total in reported} == {len(DATA) + 4}
    assert reported[-1] == (len(DATA) + 4, len(DATA) + 4)
    reported.clear()
    fetch_jars([JAR, other], progress=lambda done, total: reported.append((done, total)))
    assert reported == []


@pytest.mark.parametrize("answer", [cut_off, without_length, status(503), moved])
def test_what_another_attempt_may_mend_is_tried_again(
    repository: Repository, answer: object
) -> None:
    put(repository, JAR, DATA)
    repository.answers += [answer]
    assert fetch_jars([JAR])["lib"].read_bytes() == DATA
    assert len(repository.asked) == 2


def test_a_connection_that_breaks_each_time_is_reported(
    repository: Repository, cache: Path
) -> None:
    put(repository, JAR, DATA)
    repository.answers += [cut_off] * 3
    with pytest.raises(HostError, match="this Java library cannot be fetched") as caught:
        fetch_jars([JAR])
    for part in (repository.url, "of 256000 bytes", MIRROR_VARIABLE, str(jar_path(JAR))):
        assert part in str(caught.value)
    assert len(repository.asked) == 3
    assert left_in(cache) == set()


def test_a_server_that_goes_silent_is_left(
    repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "TIMEOUT", 0.2)
    put(repository, JAR, DATA)
    repository.answers += [stalled(1.5)] * 3
    with pytest.raises(HostError, match="timed out"):
        fetch_jars([JAR])
    assert left_in(cache) == set()


def test_a_file_that_the_server_does_not_have_is_asked_for_once(repository: Repository) -> None:
    with pytest.raises(HostError, match="status 404"):
        fetch_jars([JAR])
    assert len(repository.asked) == 1


def test_a_protected_address_does_not_lead_to_an_unprotected_one(
    repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, JAR, DATA)
    url = JAR.coordinate.url(repository.url)
    lead_out_of_https(monkeypatch, url)
    monkeypatch.setenv(MIRROR_VARIABLE, "https://maven.example")
    with pytest.raises(HostError, match=f"leads to the unprotected address {url}"):
        fetch_jars([JAR])
    assert repository.asked == []
    assert left_in(cache) == set()


def test_without_a_network_the_error_says_what_to_do(cache: Path) -> None:
    with pytest.raises(HostError, match="cannot be fetched") as caught:
        fetch_jars([JAR])
    assert f"{CLOSED}/org/example/lib/1.0/lib-1.0.jar" in str(caught.value)
    assert f"put it at {jar_path(JAR)}" in str(caught.value)


def test_a_wrong_sum_is_refused_and_nothing_of_it_stays(
    repository: Repository, cache: Path
) -> None:
    wrong = bytes(reversed(DATA))
    put(repository, JAR, wrong)
    with pytest.raises(IntegrityError) as caught:
        fetch_jars([JAR])
    for part in ("lib-1.0.jar", make_jar(wrong).sha256, JAR.sha256, f"{repository.url}/org"):
        assert part in str(caught.value)
    assert len(repository.asked) == 1
    assert left_in(cache) == set()


def test_a_larger_file_is_refused_before_it_fills_the_disk(
    repository: Repository, cache: Path
) -> None:
    put(repository, JAR, DATA * 50)
    with pytest.raises(IntegrityError, match="over 256000 bytes"):
        fetch_jars([JAR])
    assert left_in(cache) == set()


def test_two_processes_fetch_once(repository: Repository, cache: Path) -> None:
    put(repository, JAR, DATA)
    repository.answers += [stalled(1.0)]
    processes = [fetch_in_process(JAR) for _ in range(2)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    assert len(repository.asked) == 1
    assert is_verified(JAR)


@pytest.mark.skipif(sys.platform == "win32", reason="kills by a signal")
def test_a_process_killed_in_the_middle_leaves_nothing_that_is_trusted(
    repository: Repository, cache: Path
) -> None:
    put(repository, JAR, DATA)
    repository.answers += [stalled(5.0)]
    process = fetch_in_process(JAR)
    end = time.monotonic() + 30
    while not any(path.stat().st_size for path in cache.glob("jars/.*.part")):
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not is_verified(JAR)
    assert not jar_path(JAR).exists()
    assert fetch_jars([JAR])["lib"].read_bytes() == DATA
    assert left_in(cache) == {"lib-1.0.jar", "lib-1.0.jar.verified"}


def test_offline_uses_what_is_there_and_names_what_is_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HostError, match="is not in the cache") as caught:
        fetch_jars([JAR], offline=True)
    url = f"{CLOSED}/org/example/lib/1.0/lib-1.0.jar"
    for part in (str(jar_path(JAR)), url, "put it there"):
        assert part in str(caught.value)
    jar_path(JAR).parent.mkdir(parents=True)
    jar_path(JAR).write_bytes(DATA)  # as the error says
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    assert fetch_jars([JAR])["lib"] == jar_path(JAR)


def test_offline_a_changed_file_is_not_used(cache: Path) -> None:
    jar_path(JAR).parent.mkdir(parents=True)
    jar_path(JAR).write_bytes(bytes(reversed(DATA)))
    with pytest.raises(HostError, match="another file than the one described"):
        fetch_jars([JAR], offline=True)


def test_a_file_that_changed_is_read_again_and_fetched_anew(
    repository: Repository, cache: Path
) -> None:
    put(repository, JAR, DATA)
    path = fetch_jars([JAR])["lib"]
    path.write_bytes(bytes(reversed(DATA)))
    os.utime(path, ns=(1, 1))  # some disks count time in seconds
    assert not is_verified(JAR)
    assert fetch_jars([JAR])["lib"].read_bytes() == DATA


def test_an_unchanged_file_is_not_read(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, JAR, DATA)
    fetch_jars([JAR])

    def never(path: Path) -> str:
        raise AssertionError(path)

    monkeypatch.setattr(jars, "_sum_of", never)
    assert is_verified(JAR)


def test_a_cache_that_cannot_be_written_serves_what_it_has(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jar_path(JAR).parent.mkdir(parents=True)
    jar_path(JAR).write_bytes(DATA)

    def refuse(*arguments: object, **more: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    # The administrator may write everywhere, hence no real permissions here.
    monkeypatch.setattr(Path, "write_text", refuse)
    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr(os, "open", refuse)
    assert fetch_jars([JAR])["lib"] == jar_path(JAR)
    with pytest.raises(HostError, match="cannot be written here") as caught:
        fetch_jars([make_jar(b"other", "other")])
    assert "Permission denied" in str(caught.value)
    assert CACHE_VARIABLE in str(caught.value)


def test_a_cache_folder_that_is_a_file_is_reported(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "file"))
    with pytest.raises(HostError, match="cannot be written here"):
        fetch_jars([JAR])


def test_a_full_disk_is_reported_and_leaves_nothing(
    repository: Repository, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(repository, JAR, DATA)

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HostError, match="No space left on device") as caught:
        fetch_jars([JAR])
    assert "free some space" in str(caught.value)
    assert left_in(cache) == set()


def test_a_mirror_may_be_a_folder(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "maven/org/example/lib/1.0/lib-1.0.jar"
    file.parent.mkdir(parents=True)
    file.write_bytes(DATA)
    monkeypatch.setenv(MIRROR_VARIABLE, f"{(tmp_path / 'maven').as_uri()}/")
    assert fetch_jars([JAR])["lib"].read_bytes() == DATA


@pytest.mark.parametrize("url", ["ftp://host/maven2", "/folder", "repo.maven.apache.org"])
def test_a_mirror_that_is_no_url_is_refused(
    cache: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, url)
    with pytest.raises(UsageError, match="no address of a Maven repository") as caught:
        fetch_jars([JAR])
    assert url in str(caught.value)
