from __future__ import annotations

import os
import zipfile
from pathlib import Path

from deepbacs_zoo.package.writing.archive import clean_torch_archive, pack


def fill(folder: Path, names: list[str]) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return folder


def test_the_archive_depends_on_content_alone(tmp_path: Path) -> None:
    names = ["weights.onnx", "rdf.yaml", "README.md", "sub/file.txt"]
    one, two = fill(tmp_path / "one", names), fill(tmp_path / "two", names[::-1])
    os.utime(two / "rdf.yaml", (0, 1_000_000_000))
    (two / "weights.onnx").chmod(0o600)
    pack(one, tmp_path / "one.zip")
    pack(two, tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()


def test_the_description_comes_first_and_members_read_back(tmp_path: Path) -> None:
    folder = fill(tmp_path / "one", ["a.bin", "rdf.yaml", "sub/file.txt"])
    pack(folder, tmp_path / "one.zip")
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["rdf.yaml", "a.bin", "sub/file.txt"]
        assert archive.read("sub/file.txt") == b"sub/file.txt" * 100
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_traced_names_are_numbered_from_zero(tmp_path: Path) -> None:
    path = tmp_path / "traced.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/code/__torch__/___torch_mangle_12.py", "class A: ___torch_mangle_30")
        archive.writestr("m/code/__torch__/a.py.debug_pkl", "/home/someone")
        archive.writestr("m/data.pkl", b"c__torch__.___torch_mangle_12\nA\n")
        archive.writestr("m/data/0", b"___torch_mangle_12")
        archive.writestr("m/.data/serialization_id", "1")
    clean_torch_archive(path)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == [
            "m/code/__torch__/___torch_mangle_0.py",
            "m/data.pkl",
            "m/data/0",
        ]
        code = archive.read("m/code/__torch__/___torch_mangle_0.py")
        assert code == b"class A: ___torch_mangle_1"
        assert archive.read("m/data.pkl") == b"c__torch__.___torch_mangle_0\nA\n"
        # The values of weights are never touched, whatever they look like.
        assert archive.read("m/data/0") == b"___torch_mangle_12"
