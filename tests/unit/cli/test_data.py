"""``deepbacs-zoo data``: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli import main
from deepbacs_zoo.cli.options import named_data
from deepbacs_zoo.datasets import PUBLISHED
from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import CACHE_VARIABLE, OFFLINE_VARIABLE
from tests.unit.datasets.drawn import ARCHIVES, part, unpacked, zipped


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    return tmp_path / "cache"


def run(*words):
    result = CliRunner().invoke(main.app, ["data", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def fails(capsys, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["deepbacs-zoo", "data", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        main.main()
    return caught.value.code, capsys.readouterr().err


def test_list_names_every_set():
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(PUBLISHED)
    assert "?" in next(line for line in lines if line.startswith("ecoli-mreb"))


def test_list_can_be_of_one_task_and_for_programs():
    names = [line.split()[0] for line in run("list", "--task", "detection").stdout.splitlines()]
    assert names == ["ecoli-growth-stage", "ecoli-antibiotics"]
    sets = json.loads(run("list", "--json").stdout)["sets"]
    assert [one["name"] for one in sets] == list(PUBLISHED)
    assert {one["state"] for one in sets} == {"-"}


@pytest.mark.parametrize("name", PUBLISHED)
def test_show_says_what_is_known_and_what_is_not(name, cache):
    text = run("show", name).stdout
    entry = PUBLISHED[name]
    for expected in ("CC-BY-4.0", "10.1038/s42003-022-03634-z", str(cache / "data" / name)):
        assert expected in text
    assert ("not known" in text) is (
        None in (entry.pixel_size, entry.training, entry.test, entry.archive.sha256)
        or not entry.networks
    )
    assert "None" not in text
    block = json.loads(run("show", name, "--json").stdout)
    assert block["archive"]["record"] == entry.archive.record
    assert block["split"]["share"] == 0.1
    assert set(block["folders"]) == {way.name for way in entry.variants}


def test_fetch_from_a_file_prints_the_folder_and_then_list_says_ready(tmp_path, cache):
    brought = tmp_path / "ecoli.zip"
    brought.write_bytes(zipped(ARCHIVES["ecoli-brightfield"]))
    result = run("fetch", "ecoli-brightfield", "--from-file", brought)
    assert result.stdout.strip() == str(cache / "data" / "ecoli-brightfield")
    assert "17 training, 2 validation and 15 test images" in result.stderr
    line = next(
        line for line in run("list").stdout.splitlines() if line.startswith("ecoli-brightfield")
    )
    assert line.split()[1] == "ready"
    assert "was there already" in run("fetch", "ecoli-brightfield").stderr


def test_fetch_for_programs_and_into_a_folder(tmp_path):
    brought = unpacked(ARCHIVES["bsubtilis-multilabel"], tmp_path / "in")
    words = ("--variant", "classes", "--output", tmp_path / "out", "--from-file", brought)
    block = json.loads(run("fetch", "bsubtilis-multilabel", *words, "--json").stdout)
    assert block["folder"] == str(tmp_path / "out")
    assert block["new"]
    assert block["kind"] == "classes"
    again = run("fetch", "bsubtilis-multilabel", *words).stderr
    assert "no task here takes" in again


def test_files_that_were_left_out_are_a_warning(tmp_path):
    files = ARCHIVES["mixed"] | {"training/source/alone.tif": b""}
    words = ("--from-file", unpacked(files, tmp_path / "in"), "--output", tmp_path / "out")
    assert "Warning" in run("fetch", "mixed", *words).stderr


def test_an_unknown_name_is_exit_code_2(capsys, monkeypatch):
    for verb in ("show", "fetch"):
        code, error = fails(capsys, monkeypatch, verb, "yeast")
        assert code == 2
        assert "no data set has this name (yeast)" in error


def test_offline_is_exit_code_2_and_names_the_file(capsys, monkeypatch):
    code, error = fails(capsys, monkeypatch, "fetch", "mixed")
    assert code == 2
    assert "DeepBacs_Data_Segmentation_StarDist_MIXED_dataset.zip" in error


def test_a_wrong_layout_is_exit_code_1(capsys, monkeypatch, tmp_path):
    brought = unpacked(part("a/b", "a/c", ["x"]), tmp_path / "in")
    code, error = fails(capsys, monkeypatch, "fetch", "mixed", "--from-file", brought)
    assert code == 1
    assert "not in it" in error


VERBS = {
    "train": ("segmentation", "--output", "run"),
    "evaluate": ("run", "--output", "out"),
    "export": ("run", "--card", "card.md", "--output", "out.zip"),
}


def test_a_name_serves_where_a_folder_of_images_is_asked_for(tmp_path, cache, monkeypatch):
    brought = unpacked(ARCHIVES["ecoli-brightfield"], tmp_path / "in")
    run("fetch", "ecoli-brightfield", "--from-file", brought)
    monkeypatch.chdir(tmp_path)
    assert named_data(Path("ecoli-brightfield")) == cache / "data" / "ecoli-brightfield"
    assert named_data(Path("in")) == Path("in")
    assert named_data(None) is None


@pytest.mark.parametrize("verb", VERBS)
def test_a_name_of_a_set_that_is_not_prepared_is_reported(verb, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["deepbacs-zoo", verb, *VERBS[verb], "--data", "mixed"])
    with pytest.raises(SystemExit) as caught:
        main.main()
    assert caught.value.code == 2
    assert "run: deepbacs-zoo data fetch mixed" in capsys.readouterr().err
