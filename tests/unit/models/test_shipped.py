"""Packages that come with the project, and their names in the place of paths."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
import tifffile

from deepbacs_zoo import predict, validate
from deepbacs_zoo.cli import main as cli
from deepbacs_zoo.errors import OutputExistsError, UsageError
from deepbacs_zoo.models import SHIPPED, copy_model, get_model, package_path
from deepbacs_zoo.package import open_package

NAMES = list(SHIPPED)
LARGEST, ALTOGETHER = 4 * 2**20, 30 * 2**20


@pytest.fixture
def noisy(tmp_path):
    path = tmp_path / "image.tif"
    pixels = np.random.default_rng(0).poisson(20, (80, 96)).astype(np.uint16)
    tifffile.imwrite(path, pixels + 100)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_the_table_says_what_the_packages_are(name):
    model = SHIPPED[name]
    assert model.name == name
    assert model.size <= LARGEST
    with open_package(model.path) as package:
        about = package.zoo_config
        assert (about.task, about.method) == (model.task, model.method)
        words = f"{package.name} {package.metadata.description}".lower()
        assert ("simulated" in words) == (model.truth != "real")


def test_all_packages_together_are_small():
    assert sum(model.size for model in SHIPPED.values()) <= ALTOGETHER


@pytest.mark.parametrize("name", NAMES)
def test_every_package_passes_the_checks_and_reproduces_its_tensors(name):
    summary = validate(name)
    assert [str(each) for each in summary.findings if each.severity.name == "ERROR"] == []


def test_a_name_stands_for_a_path(noisy):
    result = predict("deepbacs-denoising-care", noisy)
    assert next(iter(result.tensors.values())).array.shape[-2:] == (80, 96)


def test_the_denoiser_follows_gain_and_offset_of_any_camera(tmp_path):
    counts = np.random.default_rng(0).poisson(20, (80, 96)).astype(np.float32) + 100
    found = []
    for name, image in (("one.tif", counts), ("other.tif", 3 * counts + 500)):
        tifffile.imwrite(tmp_path / name, image)
        result = predict("deepbacs-denoising-care", tmp_path / name)
        found.append(next(iter(result.tensors.values())).array)
    np.testing.assert_allclose(found[1], 3 * found[0] + 500, rtol=1e-4)


def test_a_path_that_exists_wins_over_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAMES[0]).mkdir()
    assert str(package_path(NAMES[0])) == NAMES[0]


@pytest.mark.parametrize("word", ["deepbacs-denosing-care", "my-model"])
def test_a_word_that_is_no_name_is_answered_with_the_names(word):
    with pytest.raises(UsageError) as caught:
        package_path(word)
    assert all(name in str(caught.value) for name in NAMES)
    assert "models list" in str(caught.value)


@pytest.mark.parametrize("path", ["model.zip", "models/my-model", "rdf.yaml", "model"])
def test_paths_are_left_as_they_are(path):
    assert str(package_path(path)) == path


def test_a_copy_is_the_package(tmp_path):
    model = get_model(NAMES[0])
    place = copy_model(model.name, tmp_path)
    assert place == tmp_path / f"{model.name}.zip"
    assert place.read_bytes() == model.path.read_bytes()
    with pytest.raises(OutputExistsError):
        copy_model(model.name, tmp_path)
    assert copy_model(model.name, place, overwrite=True) == place
    with pytest.raises(UsageError, match="no model has this name"):
        copy_model("sheep", tmp_path)


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["deepbacs-zoo", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    printed = capsys.readouterr()
    return caught.value.code or 0, printed.out, printed.err


def test_models_are_listed_for_people_and_for_programs(capsys, monkeypatch):
    code, out, _ = run(capsys, monkeypatch, "models", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == NAMES
    code, out, _ = run(capsys, monkeypatch, "models", "list", "--format", "json")
    listed = json.loads(out)
    assert [each["name"] for each in listed] == NAMES
    assert {"name", "task", "method", "trained_on", "size"} <= listed[0].keys()


def test_models_are_listed_as_a_table(capsys, monkeypatch):
    _, out, _ = run(capsys, monkeypatch, "models", "list", "--format", "markdown")
    lines = out.splitlines()
    assert {line.count("|") for line in lines} == {6}
    assert [line.split("`")[1] for line in lines[2:]] == NAMES


def test_a_model_is_shown_copied_and_used_by_its_name(capsys, monkeypatch, tmp_path, noisy):
    code, out, _ = run(capsys, monkeypatch, "models", "show", NAMES[0])
    assert code == 0
    assert "## Limitations" in out
    code, out, _ = run(capsys, monkeypatch, "models", "copy", NAMES[0], "--output", tmp_path)
    assert code == 0
    assert out.strip().endswith(f"{NAMES[0]}.zip")
    words = ("predict", "deepbacs-denoising-care", noisy, "--output", tmp_path / "made")
    code, _, _ = run(capsys, monkeypatch, *words)
    assert code == 0
    assert list((tmp_path / "made").glob("image_*.tif"))
    code, _, error = run(
        capsys, monkeypatch, "predict", "deepbacs-sheep", noisy, "--output", tmp_path / "none"
    )
    assert code == 2
    assert error.count("\n") == 1
    assert NAMES[0] in error
