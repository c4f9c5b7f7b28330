from __future__ import annotations

import dataclasses
import os
import random
import zipfile
from pathlib import Path

import pytest

from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    IntegrityError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.files import archive as guards
from deepbacs_zoo.package import open_package, zip_source
from deepbacs_zoo.package.opening import open_source
from tests.packages import CASES


def make_zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def make_folder(path: Path, members: dict[str, bytes]) -> Path:
    for name, content in members.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return path


# --- finding the description -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rdf.yaml", "bioimageio.yaml", "model.yaml", "tiny.rdf.yaml"])
@pytest.mark.parametrize("make", [make_zip, make_folder])
def test_the_description_is_found_by_its_name(make, name: str, tmp_path: Path) -> None:
    opened, description = open_source(make(tmp_path / "p.zip", {name: b"a: 1", "w.onnx": b"w"}))
    assert description == name
    assert set(opened.names()) == {name, "w.onnx"}
    with opened.open(name) as file:
        assert file.read() == b"a: 1"
    opened.close()


def test_rdf_yaml_comes_first(tmp_path: Path) -> None:
    members = {"model.yaml": b"", "bioimageio.yaml": b"", "rdf.yaml": b"", "a.rdf.yaml": b""}
    opened, description = open_source(make_zip(tmp_path / "p.zip", members))
    assert description == "rdf.yaml"
    opened.close()


def test_a_description_one_folder_down_makes_names_relative_to_it(tmp_path: Path) -> None:
    members = {
        "tiny/rdf.yaml": b"a: 1",
        "tiny/deep/w.onnx": b"w",
        "elsewhere/b": b"",
        "__MACOSX/tiny/._rdf.yaml": b"",
        "__MACOSX/._rdf.yaml": b"",
    }
    opened, description = open_source(make_zip(tmp_path / "p.zip", members))
    assert description == "rdf.yaml"
    assert opened.names() == ("deep/w.onnx", "rdf.yaml")
    opened.close()


def test_names_with_a_leading_dot_folder_are_read(tmp_path: Path) -> None:
    opened, description = open_source(make_zip(tmp_path / "p.zip", {"./rdf.yaml": b"a: 1"}))
    assert (description, opened.names()) == ("rdf.yaml", ("rdf.yaml",))
    opened.close()


def test_the_description_itself_may_be_given(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, {"anything.yml": b"a: 1", "w.onnx": b"w"})
    opened, description = open_source(folder / "anything.yml")
    assert description == "anything.yml"
    assert opened.path_of("w.onnx") == folder.resolve() / "w.onnx"


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"weights.onnx": b""}, "no description"),
        ({"packed.zip": b""}, "no description.*another zip, packed.zip.*the zip inside"),
        ({"a.yaml": b"", "b/model.yml": b""}, r"no description.*\(a.yaml, b/model.yml\)"),
        ({"a.rdf.yaml": b"", "b.rdf.yaml": b""}, "two descriptions"),
        ({"a/rdf.yaml": b"", "b/rdf.yaml": b""}, "several packages"),
    ],
)
def test_a_zip_without_one_clear_description_is_refused(
    members: dict[str, bytes], words: str, tmp_path: Path, check_message
) -> None:
    path = make_zip(tmp_path / "p.zip", members)
    with pytest.raises(PackageError, match=words) as caught:
        open_source(path)
    check_message(caught.value, where=str(path))


def test_an_empty_folder_is_refused(tmp_path: Path, check_message) -> None:
    with pytest.raises(PackageError, match="no description") as caught:
        open_source(tmp_path)
    check_message(caught.value, where=str(tmp_path), allowed="rdf.yaml")


# --- what is no package ------------------------------------------------------------------------


def test_a_path_that_does_not_exist_is_a_usage_error(tmp_path: Path, check_message) -> None:
    with pytest.raises(UsageError, match="no such package") as caught:
        open_package(tmp_path / "nothing.zip")
    check_message(caught.value, where="nothing.zip", allowed="a zip, a folder")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["weights.onnx", "image.tif", "noending"])
def test_another_file_is_a_usage_error(name: str, tmp_path: Path, check_message) -> None:
    (tmp_path / name).write_bytes(b"something else")
    with pytest.raises(UsageError, match="not a package") as caught:
        open_package(tmp_path / name)
    check_message(caught.value, where=name)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file_is_an_error_of_the_host(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b""})
    path.chmod(0)
    with pytest.raises(HostError):
        open_package(path)


def test_a_refusal_of_the_computer_is_named_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_message
) -> None:
    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied")

    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b""})
    monkeypatch.setattr("zipfile.is_zipfile", refuse)
    with pytest.raises(HostError) as caught:
        open_package(path)
    check_message(caught.value, where="p.zip", value="Permission denied")


# --- damage ------------------------------------------------------------------------------------


def test_a_zip_cut_off_anywhere_is_refused(tmp_path: Path, check_message) -> None:
    data = CASES["bcyx"](tmp_path).read_bytes()
    path = tmp_path / "cut.zip"
    for share in (0.0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999):
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(IntegrityError, match="cut off") as caught:
            open_package(path)
        check_message(caught.value, where="cut.zip", allowed="a complete zip")


def test_random_damage_to_a_zip_is_found_or_harmless(tmp_path: Path) -> None:
    whole = CASES["bcyx"](tmp_path)
    data = whole.read_bytes()
    with open_package(whole) as package:
        expected = {name: package.read(name) for name in package.names()}
    rng = random.Random(0)
    path = tmp_path / "damaged.zip"
    found = 0
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 8)):
            damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        try:
            with open_package(path) as package:
                for name in package.names():
                    assert package.read(name) == expected.get(name)
        except DeepbacsZooError:
            found += 1
    assert found > 200


def test_encrypted_members_are_refused(tmp_path: Path, check_message) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b"a: 1"})
    data = bytearray(path.read_bytes())
    # The flag of encryption, in the local header and in the central directory.
    data[data.index(b"PK\x03\x04") + 6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(UnsupportedError, match="unpacked") as caught:
        open_package(path)
    check_message(caught.value, where="p.zip", value="encrypted", allowed="without a password")


def test_unknown_compression_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b"a: 1"})
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x03\x04") + 8] = 97
    data[data.index(b"PK\x01\x02") + 10] = 97
    path.write_bytes(data)
    with pytest.raises(UnsupportedError):
        open_package(path)


# --- harm --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "a\\..\\evil"])
def test_a_member_that_would_leave_the_folder_is_refused(
    name: str, tmp_path: Path, check_message
) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b"", name: b""})
    with pytest.raises(PackageError, match="inside the package") as caught:
        open_package(path)
    check_message(caught.value, where="p.zip", value="evil")


def test_two_members_of_one_name_are_refused(tmp_path: Path, check_message) -> None:
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("rdf.yaml", "a: 1")
        archive.writestr("./rdf.yaml", "a: 2")
    with pytest.raises(PackageError, match="two files of this name") as caught:
        open_package(path)
    check_message(caught.value, where="p.zip: rdf.yaml")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check_message
) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b"", "big": bytes(2**20)})
    monkeypatch.setattr(guards, "RATIO_COUNTS_ABOVE", 2**19)
    with pytest.raises(PackageError, match="more than a package can need") as caught:
        open_package(path)
    check_message(caught.value, where="p.zip: big", value="1048576 bytes", allowed="200 times")


def test_too_many_or_too_large_members_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_zip(tmp_path / "p.zip", {"rdf.yaml": b"", "a": b"abcdefgh", "b": b"abcdefgh"})
    guard = zip_source.GUARD
    monkeypatch.setattr(zip_source, "GUARD", dataclasses.replace(guard, max_files=2))
    with pytest.raises(PackageError, match="more than a package can need"):
        open_package(path)
    few = dataclasses.replace(guard, max_files=3, max_bytes=15)
    monkeypatch.setattr(zip_source, "GUARD", few)
    with pytest.raises(PackageError, match="more than a package can need"):
        open_package(path)


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path, check_message) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = make_folder(tmp_path / "package", {"rdf.yaml": b""})
    (folder / "weights.onnx").symlink_to(secret)
    (folder / "inner.onnx").symlink_to(folder / "rdf.yaml")
    opened, _ = open_source(folder)
    with pytest.raises(PackageError, match="leads out") as caught:
        opened.open("weights.onnx")
    check_message(caught.value, where="weights.onnx", value=str(secret.resolve()))
    opened.open("inner.onnx").close()


@pytest.mark.parametrize("make", [make_zip, make_folder])
def test_a_missing_file_is_named(make, tmp_path: Path, check_message) -> None:
    opened, _ = open_source(make(tmp_path / "p.zip", {"rdf.yaml": b"", "folder/a": b""}))
    for name in ("weights.onnx", "folder"):
        for method in (opened.open, opened.path_of):
            with pytest.raises(IntegrityError, match="missing") as caught:
                method(name)
            check_message(caught.value, where=f"p.zip: {name}")
    opened.close()
