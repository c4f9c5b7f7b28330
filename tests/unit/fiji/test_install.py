"""Packages in the folder models of a Fiji."""

from __future__ import annotations

import sys
import zipfile

import pytest

from deepbacs_zoo.cli import main as cli
from deepbacs_zoo.errors import IntegrityError, OutputExistsError, UsageError
from deepbacs_zoo.fiji.install import install_model
from deepbacs_zoo.package import open_package
from tests.packages import CASES, REFUSED
from tests.unit.fiji.test_folder import make_fiji


@pytest.fixture
def fiji(tmp_path):
    return make_fiji(tmp_path / "Fiji.app")


def test_a_package_is_unpacked_into_models(fiji, tmp_path):
    package = CASES["bcyx"](tmp_path, name="tiny.zip")
    path = install_model(package, fiji)
    assert path == fiji / "models" / "tiny"
    with zipfile.ZipFile(package) as archive:
        there = {name: archive.read(name) for name in archive.namelist()}
    assert {file.name: file.read_bytes() for file in path.iterdir()} == there
    with open_package(path) as opened:
        assert opened.name
    with pytest.raises(OutputExistsError):
        install_model(package, fiji)
    assert install_model(path, fiji, name="again").name == "again"
    install_model(package, fiji, overwrite=True)
    assert sorted(each.name for each in (fiji / "models").iterdir()) == ["again", "tiny"]


@pytest.mark.parametrize("name", ["..", "a/b", "a\\b", "C:x"])
def test_a_name_stays_in_models(fiji, tmp_path, name):
    with pytest.raises(UsageError, match=r"^name: this is no name of a folder"):
        install_model(CASES["bcyx"](tmp_path), fiji, name=name)


def test_a_damaged_package_leaves_nothing(fiji, tmp_path):
    with pytest.raises(IntegrityError):
        install_model(REFUSED["tampered_weights"].build(tmp_path), fiji, name="broken")
    assert list((fiji / "models").iterdir()) == []


def test_a_folder_without_fiji_is_refused(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        install_model(CASES["bcyx"](tmp_path), tmp_path / "nowhere")


def test_the_name_of_a_model_from_the_command_line(fiji, monkeypatch, capsys):
    words = ("fiji", "install", "deepbacs-denoising-care", "--fiji", str(fiji))
    monkeypatch.setattr(sys, "argv", ["deepbacs-zoo", *words])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert not done.value.code
    assert capsys.readouterr().out.strip().endswith("models/deepbacs-denoising-care")
    assert (fiji / "models" / "deepbacs-denoising-care" / "rdf.yaml").is_file()
