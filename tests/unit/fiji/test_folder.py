from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji import read_folder
from deepbacs_zoo.fiji.java.folder import PYIMAGEJ_PARTS, check_pyimagej


def make_jar(path: Path, *entries: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for entry in entries:
            archive.writestr(entry, "")
    return path


def make_fiji(folder: Path) -> Path:
    make_jar(folder / "jars" / "ij-1.54p.jar", "ij/IJ.class")
    make_jar(folder / "jars" / "bio-formats" / "formats-8.0.jar")
    make_jar(folder / "plugins" / "Mine_.jar", "Mine.class")
    return folder


def test_a_fiji_has_its_jars_before_its_plugins(tmp_path: Path) -> None:
    fiji = read_folder(make_fiji(tmp_path / "Fiji.app"))
    assert fiji.imagej == tmp_path / "Fiji.app" / "jars" / "ij-1.54p.jar"
    assert fiji.version == "1.54p"
    assert [jar.name for jar in fiji.jars] == ["formats-8.0.jar", "Mine_.jar"]
    assert fiji.jar_with("Mine.class") == fiji.plugins / "Mine_.jar"
    assert fiji.jar_with("Yours.class") is None


def test_plain_imagej_will_do(tmp_path: Path) -> None:
    make_jar(tmp_path / "ij.jar", "ij/IJ.class")
    fiji = read_folder(tmp_path)
    assert (fiji.imagej, fiji.jars) == (tmp_path / "ij.jar", ())
    assert fiji.version == "unknown version"


def test_a_path_may_begin_at_home_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fiji(tmp_path / "Fiji")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert read_folder("~/Fiji") == read_folder("Fiji") == read_folder(tmp_path / "Fiji")


def test_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="this is no folder"):
        read_folder(make_jar(tmp_path / "ij.jar"))


def test_a_folder_that_is_no_fiji_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder jars and no folder plugins"):
        read_folder(tmp_path)
    (tmp_path / "plugins").mkdir()
    with pytest.raises(UsageError, match="it has no folder jars;"):
        read_folder(tmp_path)
    (tmp_path / "jars").mkdir()
    with pytest.raises(UsageError, match="no jar is in it"):
        read_folder(tmp_path)
    make_jar(tmp_path / "jars" / "imagej-2.17.0.jar")
    with pytest.raises(UsageError, match="there is no ImageJ in it"):
        read_folder(tmp_path)


def test_the_folder_above_names_the_right_one(tmp_path: Path) -> None:
    inner = make_fiji(tmp_path / "Fiji.app")
    with pytest.raises(UsageError, match="did you mean") as caught:
        read_folder(tmp_path)
    assert str(inner) in str(caught.value.hint)


def test_two_versions_are_refused(tmp_path: Path) -> None:
    make_jar(make_fiji(tmp_path) / "jars" / "ij-1.53t.jar", "ij/IJ.class")
    with pytest.raises(
        UsageError, match=r"more than one ImageJ .*jars/ij-1.53t.jar, jars/ij-1.54p"
    ):
        read_folder(tmp_path)


def test_a_jar_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    jar = make_fiji(tmp_path) / "jars" / "ij-1.54p.jar"
    jar.write_bytes(jar.read_bytes()[:40])
    with pytest.raises(UsageError, match="cannot be read"):
        read_folder(tmp_path)


def test_pyimagej_needs_three_parts(tmp_path: Path) -> None:
    make_fiji(tmp_path)
    with pytest.raises(UsageError, match="ImageJ2, imagej-legacy, imglib2-imglyb"):
        check_pyimagej(read_folder(tmp_path))
    for number, entry in enumerate(PYIMAGEJ_PARTS.values()):
        make_jar(tmp_path / "jars" / f"part-{number}.jar", entry)
    check_pyimagej(read_folder(tmp_path))
