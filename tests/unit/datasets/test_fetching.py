"""Fetching from a server on this computer: breaks, wrong files, no network, two at once."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from deepbacs_zoo.datasets import cached_archive, fetch, get_set
from deepbacs_zoo.datasets.archives import fetching
from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE, archive_folder
from deepbacs_zoo.errors import HostError, IntegrityError, UsageError
from deepbacs_zoo.files import OFFLINE_VARIABLE, download
from deepbacs_zoo.files import http as connections
from tests.unit.datasets.drawn import ARCHIVES, DATE, Ranges, parts, path_of, zipped
from tests.unit.files.servers import (
    CLOSED,
    cut_off,
    lead_out_of_https,
    moved,
    stalled,
    status,
    without_length,
)

DATA = zipped(ARCHIVES["mixed"]) + bytes(range(256)) * 4000
"""A zip with something behind it, so that it is large enough to be cut."""
SIZE = len(DATA)


@pytest.fixture
def mixed(known, repository):
    entry = known("mixed", DATA)
    repository.files[path_of(entry)] = DATA
    return entry


def left_in(record):
    folder = archive_folder(record)
    return {path.name for path in folder.iterdir()} - {".lock"} if folder.exists() else set()


def place(entry):
    return archive_folder(entry.archive.record) / entry.archive.file


def test_an_archive_is_fetched_once_and_then_used_without_a_network(mixed, repository, monkeypatch):
    kept = fetch("mixed")
    assert kept.path == place(mixed)
    assert kept.path.read_bytes() == DATA
    assert kept.sha256 == mixed.archive.sha256
    assert kept.checked == "its published SHA-256"
    monkeypatch.setenv(MIRROR_VARIABLE, CLOSED)
    assert fetch("mixed") == fetch("mixed", offline=True) == kept
    assert repository.asked == [path_of(mixed)]
    assert left_in(5551009) == {kept.path.name, f".{kept.path.name}.checked"}


def test_progress_goes_up_to_the_size(mixed):
    reported = []
    fetch("mixed", progress=lambda done, total: reported.append((done, total)))
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert reported[0] == (0, SIZE)
    assert reported[-1] == (SIZE, SIZE)
    reported.clear()
    fetch("mixed", progress=lambda done, total: reported.append((done, total)))
    assert reported == []


# --- broken connections --------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ['"first"', DATE])
def test_after_a_break_only_the_rest_is_asked_for(mixed, repository, tag):
    ranges = Ranges(repository, parts(tag, most=400_000))
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == [None, *(f"bytes={done}-" for done in range(400_000, SIZE, 400_000))]


def test_another_process_goes_on_where_one_ended(mixed, repository):
    Ranges(repository, parts(most=100_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "PAUSES", ())
        with pytest.raises(HostError, match=r"0 MB that came are kept") as caught:
            fetch("mixed")
    assert "of " + str(SIZE) in str(caught.value)
    ranges = Ranges(repository, parts())
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=100000-"]


@pytest.mark.parametrize("tag", ["", 'W/"first"'])
def test_without_a_validator_it_begins_anew(mixed, repository, tag):
    ranges = Ranges(repository, parts(tag))
    repository.answers += [parts(tag, most=1000)]
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == [None]


def test_a_server_without_ranges_sends_the_whole_again(mixed, repository):
    repository.answers += [cut_off, cut_off]
    assert fetch("mixed").path.read_bytes() == DATA
    assert len(repository.asked) == 3


def test_a_file_that_changed_on_the_server_meanwhile_begins_anew(mixed, repository):
    repository.answers += [parts('"old"', most=1000)]
    ranges = Ranges(repository, parts('"new"'))
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=1000-"]


def test_a_server_that_does_not_look_at_if_range_cannot_mix_two_files(mixed, repository):
    repository.answers += [parts('"old"', most=1000)]
    ranges = Ranges(repository, parts('"new"', heed=False))
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=1000-", None]


def test_a_range_beyond_the_end_begins_anew(mixed, repository):
    repository.answers += [parts(most=1000), status(416)]
    assert fetch("mixed").path.read_bytes() == DATA


def test_the_bytes_that_another_process_left_are_not_trusted(mixed, repository):
    repository.answers += [parts(most=1000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "PAUSES", ())
        with pytest.raises(HostError):
            fetch("mixed")
    part = archive_folder(5551009) / f".{mixed.archive.file}.part"
    part.write_bytes(b"x" * 1000)
    ranges = Ranges(repository, parts())
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=1000-", None]


@pytest.mark.parametrize("answer", [status(503), status(429), status(500), moved, cut_off])
def test_what_another_attempt_may_mend_is_tried_again(mixed, repository, answer):
    repository.answers += [answer]
    assert fetch("mixed").path.read_bytes() == DATA
    assert len(repository.asked) == 2


def test_a_server_that_says_when_to_come_back_is_heard(mixed, repository, monkeypatch):
    def busy(handler, data):
        handler.send_response(429)
        handler.send_header("Retry-After", "7")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    repository.answers += [busy]
    fetch("mixed")
    assert 7.0 in slept


def test_a_server_that_breaks_each_time_is_left(mixed, repository):
    repository.answers += [status(503)] * 5
    with pytest.raises(HostError, match="cannot be fetched") as caught:
        fetch("mixed")
    for part in (repository.url, "status 503", MIRROR_VARIABLE, str(place(mixed)), "from_file"):
        assert part in str(caught.value)
    assert len(repository.asked) == 3


def test_a_server_that_goes_silent_is_left_and_then_gone_on_with(mixed, repository, monkeypatch):
    monkeypatch.setattr(connections, "TIMEOUT", 0.2)
    monkeypatch.setattr(download, "PAUSES", (0.0,))
    repository.answers += [stalled(1.0)] * 2
    with pytest.raises(HostError, match="timed out"):
        fetch("mixed")
    monkeypatch.setattr(connections, "TIMEOUT", 30.0)
    assert fetch("mixed").path.read_bytes() == DATA


def test_a_slow_server_is_waited_for(mixed, repository):
    repository.answers += [stalled(0.3)]
    assert fetch("mixed").path.read_bytes() == DATA
    assert len(repository.asked) == 1


@pytest.mark.parametrize("code", [403, 404, 410])
def test_a_file_that_the_server_does_not_have_is_asked_for_once(mixed, repository, code):
    repository.answers += [status(code)]
    with pytest.raises(HostError, match=f"status {code}"):
        fetch("mixed")
    assert len(repository.asked) == 1


def test_a_redirect_is_followed_and_keeps_the_range(mixed, repository):
    def there(handler, data):
        handler.send_response(302)
        handler.send_header("Location", "/elsewhere")
        handler.end_headers()

    repository.files["/elsewhere"] = DATA
    repository.answers += [there, parts(most=1000), there]
    ranges = Ranges(repository, parts())
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=1000-"]


def test_a_protected_address_does_not_lead_to_an_unprotected_one(mixed, repository, monkeypatch):
    lead_out_of_https(monkeypatch, f"{repository.url}{path_of(mixed)}")
    monkeypatch.setenv(MIRROR_VARIABLE, "https://zenodo.example")
    with pytest.raises(HostError, match=f"leads to the unprotected address {repository.url}"):
        fetch("mixed")
    assert repository.asked == []


# --- wrong files ---------------------------------------------------------------------------------


def test_another_file_is_thrown_away(mixed, repository):
    repository.files[path_of(mixed)] = DATA[:-1] + b"!"
    with pytest.raises(IntegrityError, match="was thrown away") as caught:
        fetch("mixed")
    assert mixed.archive.sha256 in str(caught.value)
    assert left_in(5551009) == set()
    repository.files[path_of(mixed)] = DATA
    assert fetch("mixed").path.read_bytes() == DATA


def test_an_answer_that_ends_early_without_a_length_is_another_file(mixed, repository):
    repository.answers += [without_length]
    with pytest.raises(IntegrityError):
        fetch("mixed")
    assert left_in(5551009) == set()


def test_a_damaged_archive_in_the_cache_is_fetched_again_and_refused_offline(mixed, repository):
    place(mixed).parent.mkdir(parents=True)
    place(mixed).write_bytes(DATA[:-5])
    with pytest.raises(IntegrityError, match="damaged, or another file"):
        fetch("mixed", offline=True)
    assert fetch("mixed").path.read_bytes() == DATA


def test_a_file_that_was_put_there_by_hand_is_checked_and_used(mixed, monkeypatch):
    place(mixed).parent.mkdir(parents=True)
    place(mixed).write_bytes(DATA)
    assert fetch("mixed", offline=True).checked == "its published SHA-256"


# --- archives without a published sum ------------------------------------------------------------

HNS = zipped(ARCHIVES["ecoli-hns"])


def tell_record(repository, *files):
    entries = [
        {"key": name, "size": len(data), "checksum": f"md5:{hashlib.md5(data).hexdigest()}"}
        for name, data in files
    ]
    repository.files["/api/records/5551112"] = json.dumps({"files": entries}).encode()
    for name, data in files:
        repository.files[f"/records/5551112/files/{name}?download=1"] = data


def test_zenodo_is_asked_for_the_name_size_and_sum_that_are_not_known(repository):
    tell_record(repository, ("example.png", b"png"), ("Images.zip", HNS), ("CARE_Model.zip", b"m"))
    kept = fetch("ecoli-hns")
    assert kept.path.name == "Images.zip"
    assert kept.checked == "size and md5 that Zenodo states"
    assert cached_archive(get_set("ecoli-hns").archive) == kept


def test_a_file_with_another_sum_than_zenodo_states_is_thrown_away(repository):
    tell_record(repository, ("Images.zip", HNS))
    repository.files["/records/5551112/files/Images.zip?download=1"] = HNS[:-1] + b"!"
    with pytest.raises(IntegrityError, match="md5"):
        fetch("ecoli-hns")


def test_a_file_of_another_size_than_zenodo_states_is_not_even_read(repository):
    tell_record(repository, ("Images.zip", HNS))
    repository.files["/records/5551112/files/Images.zip?download=1"] = HNS + b"!"
    with pytest.raises(IntegrityError, match=f"{len(HNS) + 1} bytes"):
        fetch("ecoli-hns")


@pytest.mark.parametrize("names", [["a.zip", "b.zip"], ["model.zip"], []])
def test_a_record_in_which_it_is_not_clear_which_file_is_meant_is_reported(repository, names):
    tell_record(repository, *((name, HNS) for name in names))
    with pytest.raises(HostError, match="not clear which file") as caught:
        fetch("ecoli-hns")
    assert "https://zenodo.org/records/5551112" in str(caught.value)


def test_a_record_that_leads_to_an_unprotected_address_is_reported(repository, monkeypatch):
    tell_record(repository, ("Images.zip", HNS))
    lead_out_of_https(monkeypatch, f"{repository.url}/api/records/5551112")
    monkeypatch.setenv(MIRROR_VARIABLE, "https://zenodo.example")
    with pytest.raises(HostError, match=r"does not list the files.*unprotected address"):
        fetch("ecoli-hns")
    assert repository.asked == []


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b'{"files": [{"key": "../x.zip"}]}'])
def test_a_record_that_answers_nonsense_is_reported(repository, answer):
    repository.files["/api/records/5551112"] = answer
    with pytest.raises(HostError, match="does not list the files"):
        fetch("ecoli-hns")


SIM = zipped(ARCHIVES["ecoli-sim"])
SIM_PATH = "/records/5551153/files/DeepBacs_Data_Super-resolution_prediction_E.coli.zip?download=1"


def test_a_mirror_that_tells_nothing_serves_if_the_zip_is_whole_and_its_sum_is_kept(repository):
    repository.files[SIM_PATH] = SIM
    kept = fetch("ecoli-sim")
    assert "no sum of the whole is known" in kept.checked
    assert kept.sha256 == hashlib.sha256(SIM).hexdigest()
    kept.path.write_bytes(zipped(ARCHIVES["saureus-sim"] | {"x": b"x"}))
    with pytest.raises(IntegrityError, match=kept.sha256):
        fetch("ecoli-sim", offline=True)


@pytest.mark.parametrize("data", [b"<html>log in</html>", SIM[:-30], SIM[:100] + SIM[90:]])
def test_what_is_no_whole_zip_is_thrown_away(repository, data):
    repository.files[SIM_PATH] = data
    with pytest.raises(IntegrityError, match="was thrown away"):
        fetch("ecoli-sim")
    assert left_in(5551153) == set()


def test_a_folder_serves_as_a_mirror(cache, tmp_path, monkeypatch):
    folder = tmp_path / "mirror" / "records" / "5551153" / "files"
    folder.mkdir(parents=True)
    (folder / "DeepBacs_Data_Super-resolution_prediction_E.coli.zip").write_bytes(SIM)
    monkeypatch.setenv(MIRROR_VARIABLE, (tmp_path / "mirror").as_uri())
    assert fetch("ecoli-sim").path.read_bytes() == SIM


# --- no network, no disk -------------------------------------------------------------------------


def test_offline_the_error_names_file_address_sum_and_place(cache, monkeypatch):
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(MIRROR_VARIABLE)
    with pytest.raises(HostError) as caught:
        fetch("mixed")
    for part in (
        "DeepBacs_Data_Segmentation_StarDist_MIXED_dataset.zip from https://zenodo.org/records/",
        "2730e6b391637d6dc05bbc7b8c915fd8184d835ac3611e13f23ac6f10f86c2a0",
        str(cache / "archives" / "5551009" / "DeepBacs_Data_Segmentation_StarDist_MIXED"),
        "from_file",
    ):
        assert part in str(caught.value)


def test_offline_an_archive_of_unknown_name_is_reported_by_its_record(cache):
    with pytest.raises(HostError, match="no sum or size") as caught:
        fetch("ecoli-hns", offline=True)
    assert "H-NS-mScarlet-I" in str(caught.value)
    assert "https://zenodo.org/records/5551112" in str(caught.value)
    folder = archive_folder(5551112)
    folder.mkdir(parents=True)
    (folder / "whatever.zip").write_bytes(HNS)
    assert fetch("ecoli-hns", offline=True).path.name == "whatever.zip"


def test_a_set_of_unknown_record_says_what_to_bring(cache):
    with pytest.raises(HostError, match="not known in which Zenodo record") as caught:
        fetch("ecoli-mreb")
    for part in (
        "DeepBacs_Data_Denoising_E.coli_MreB",
        "10.1038/s42003-022-03634-z",
        "from_file",
    ):
        assert part in str(caught.value)


def test_without_a_network_the_error_says_what_to_do(cache):
    with pytest.raises(HostError, match="cannot be fetched") as caught:
        fetch("mixed")
    assert CLOSED in str(caught.value)


def test_a_mirror_that_is_no_url_is_reported(cache, monkeypatch):
    monkeypatch.setenv(MIRROR_VARIABLE, "zenodo")
    with pytest.raises(UsageError, match=MIRROR_VARIABLE):
        fetch("mixed")


def test_a_disk_without_space_is_reported_before_anything_is_fetched(mixed, monkeypatch):
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1_000_000))
    with pytest.raises(HostError, match="too little free space") as caught:
        fetch("mixed")
    assert "1 MB free" in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="there is no full device elsewhere")
def test_a_disk_that_fills_up_meanwhile_is_reported(mixed, monkeypatch):
    folder = archive_folder(5551009)
    folder.mkdir(parents=True)
    real = download.Path.open

    def full(self, mode="r", *args, **kwargs):
        return real(download.Path("/dev/full") if "w" in mode else self, mode, *args, **kwargs)

    monkeypatch.setattr(download.Path, "open", full)
    with pytest.raises(HostError, match="cannot be written here") as caught:
        fetch("mixed")
    assert "No space left" in str(caught.value)


def test_a_cache_that_may_not_be_written_is_reported(mixed, cache):
    cache.parent.mkdir(exist_ok=True)
    cache.write_text("a file")
    with pytest.raises(HostError, match="cannot be kept here"):
        fetch("mixed")


# --- several processes ---------------------------------------------------------------------------

FETCH = """
import dataclasses, sys
from deepbacs_zoo.datasets import PUBLISHED, fetch, published
entry = PUBLISHED["mixed"]
archive = dataclasses.replace(entry.archive, sha256=sys.argv[1])
published.PUBLISHED = {"mixed": dataclasses.replace(entry, archive=archive)}
fetch("mixed")
"""


def fetch_in_process(entry):
    return subprocess.Popen([sys.executable, "-c", FETCH, entry.archive.sha256])


def test_two_processes_fetch_one_file_once(mixed, repository):
    repository.answers += [stalled(0.5)]
    processes = [fetch_in_process(mixed), fetch_in_process(mixed)]
    assert [process.wait(60) for process in processes] == [0, 0]
    assert repository.asked == [path_of(mixed)]
    assert place(mixed).read_bytes() == DATA


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be killed like that there")
def test_what_a_killed_process_left_is_gone_on_with(mixed, repository):
    def halting(handler, data):
        parts(most=200_000)(handler, data)
        handler.wfile.flush()
        time.sleep(2)

    repository.answers += [halting]
    process = fetch_in_process(mixed)
    part = archive_folder(5551009) / f".{mixed.archive.file}.part"
    end = time.monotonic() + 40
    while not (part.exists() and part.stat().st_size >= 200_000) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    ranges = Ranges(repository, parts())
    assert fetch("mixed").path.read_bytes() == DATA
    assert ranges.seen == ["bytes=200000-"]


def test_without_a_lock_each_process_writes_a_file_of_its_own(mixed, monkeypatch):
    from contextlib import contextmanager

    seen = []

    @contextmanager
    def not_to_be_had(path, **options):
        yield False

    monkeypatch.setattr(fetching, "one_process", not_to_be_had)

    def look(done, total):
        seen.extend(path.name for path in archive_folder(5551009).glob(".*.part"))

    assert fetch("mixed", progress=look).path.read_bytes() == DATA
    assert all(name != f".{mixed.archive.file}.part" for name in seen)
    assert seen


def test_an_error_of_the_disk_has_its_reason(mixed, monkeypatch):
    def refuse(self, target):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(fetching.Path, "replace", refuse)
    with pytest.raises(HostError, match="Read-only"):
        fetch("mixed")
