"""Zips and folders that a person brings: what would harm is refused before anything is written."""

import dataclasses
import io
import os
import stat
import sys
import zipfile

import pytest

from deepbacs_zoo.datasets.archives import archive as origins
from deepbacs_zoo.datasets.archives.archive import open_archive
from deepbacs_zoo.errors import DataError, HostError, IntegrityError, UsageError
from deepbacs_zoo.files import archive as guards
from tests.unit.datasets.drawn import unpacked, zipped

FILES = {"train/a.tif": b"a" * 100, "train/b.tif": b"b", "readme.txt": b"text"}


@pytest.fixture(params=["zip", "folder"])
def brought(request, tmp_path):
    def put(files):
        if request.param == "folder":
            return unpacked(files, tmp_path / "folder")
        (tmp_path / "set.zip").write_bytes(zipped(files))
        return tmp_path / "set.zip"

    return put


def test_names_sizes_and_bytes_are_alike_in_a_zip_and_a_folder(brought):
    with open_archive(brought(FILES)) as origin:
        assert origin.names() == ("readme.txt", "train/a.tif", "train/b.tif")
        assert origin.size("train/a.tif") == 100
        with origin.open("train/b.tif") as file:
            assert file.read() == b"b"


def test_notes_of_operating_systems_are_no_files(brought):
    notes = {"__MACOSX/train/._a.tif": b"", "train/.DS_Store": b"", "train/Thumbs.db": b""}
    with open_archive(brought(FILES | notes)) as origin:
        assert len(origin.names()) == 3


def test_what_is_neither_is_reported(tmp_path):
    with pytest.raises(UsageError, match="no such file"), open_archive(tmp_path / "none.zip"):
        pass
    (tmp_path / "a.zip").write_bytes(b"<html>")
    with pytest.raises(IntegrityError, match="no zip"), open_archive(tmp_path / "a.zip"):
        pass


def refused(tmp_path, data, match, kind=DataError):
    path = tmp_path / "bad.zip"
    path.write_bytes(data)
    with pytest.raises(kind, match=match), open_archive(path) as origin:
        for name in origin.names():
            with origin.open(name) as file:
                file.read()


@pytest.mark.parametrize(
    "name", ["../a.tif", "/etc/a.tif", "train/../../a.tif", "C:/a.tif", "..\\a.tif", "\\a.tif"]
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    refused(tmp_path, zipped({"train/b.tif": b"", name: b"x"}), "leads out")


def test_backslashes_of_old_programs_are_read(tmp_path):
    (tmp_path / "old.zip").write_bytes(zipped({"train\\a.tif": b"a"}))
    with open_archive(tmp_path / "old.zip") as origin:
        assert origin.names() == ("train/a.tif",)


def test_links_in_a_zip_are_refused(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        info = zipfile.ZipInfo("train/a.tif")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    refused(tmp_path, data.getvalue(), "is a link")


def test_one_name_twice_is_refused(tmp_path):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.tif", "1")
        archive.writestr("a.tif", "2")
    refused(tmp_path, data.getvalue(), "two files of this name")


def limited(monkeypatch, **limits):
    monkeypatch.setattr(origins, "GUARD", dataclasses.replace(origins.GUARD, **limits))


def test_a_zip_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(guards, "RATIO_COUNTS_ABOVE", 1000)
    refused(tmp_path, zipped({"a.tif": bytes(1_000_000)}), "more than a data set can")
    limited(monkeypatch, max_bytes=150)
    refused(tmp_path, zipped({"a": b"ab" * 40, "b": b"ab" * 40}), "160 bytes|80 bytes")
    limited(monkeypatch, max_files=2)
    refused(tmp_path, zipped(FILES), "3 files")


def test_a_folder_with_too_many_files_is_refused(tmp_path, monkeypatch):
    limited(monkeypatch, max_files=2)
    with pytest.raises(DataError, match="over 2 files"), open_archive(unpacked(FILES, tmp_path)):
        pass


def test_a_damaged_member_is_reported(tmp_path):
    data = bytearray(zipped({"a.tif": bytes(range(256)) * 50}))
    data[60] ^= 0xFF
    refused(tmp_path, bytes(data), "cut off or damaged", IntegrityError)


def test_a_member_that_cannot_be_unpacked_is_reported(tmp_path):
    data = bytearray(zipped({"a.tif": b"abc"}))
    for flags in (6, data.index(b"PK\x01\x02") + 8):
        data[flags] |= 1  # "encrypted"
    refused(tmp_path, bytes(data), "cannot be unpacked")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_in_a_folder_may_not_lead_out_of_it(tmp_path):
    folder = unpacked(FILES, tmp_path / "folder")
    (folder / "train" / "c.tif").symlink_to(folder / "train" / "a.tif")
    with open_archive(folder) as origin:
        assert "train/c.tif" in origin.names()
    (tmp_path / "outside.tif").write_bytes(b"")
    (folder / "train" / "d.tif").symlink_to(tmp_path / "outside.tif")
    with pytest.raises(DataError, match="leads out of the folder"), open_archive(folder):
        pass


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read_is_reported(tmp_path):
    folder = unpacked(FILES, tmp_path / "folder")
    (folder / "train" / "a.tif").chmod(0)
    with (
        pytest.raises(HostError, match="does not let"),
        open_archive(folder) as origin,
        origin.open("train/a.tif"),
    ):
        pass
