"""``deepbacs-zoo synthesize``: what it writes and prints, and its exit codes."""

import json

import pytest
from typer.testing import CliRunner

from deepbacs_zoo.cli import main
from deepbacs_zoo.simulation import SCENES


def run(*words):
    result = CliRunner().invoke(main.app, ["synthesize", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def fails(capsys, monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["deepbacs-zoo", "synthesize", *map(str, words)])
    with pytest.raises(SystemExit) as caught:
        main.main()
    return caught.value.code, capsys.readouterr().err


def test_list_names_every_scene_and_those_of_a_task():
    assert [line.split()[0] for line in run("list").stdout.splitlines()] == list(SCENES)
    scenes = json.loads(run("list", "--task", "detection", "--json").stdout)["scenes"]
    assert [scene["name"] for scene in scenes] == ["growth-stages"]


@pytest.mark.parametrize("command", [(), ("write",)])
def test_the_name_of_a_scene_writes_it(command, tmp_path):
    output = tmp_path / "made"
    done = run(*command, "cocci-membrane", "--output", output, "--images", 2, "--size", 64)
    assert done.stdout.strip() == str(output)
    assert len(list(output.rglob("*.tif"))) == 4


def test_show_draws_a_picture(tmp_path):
    run("show", "growth-stages", "--output", tmp_path / "scene.png", "--size", 64)
    assert (tmp_path / "scene.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sheep",), "no scene has this name (sheep); allowed: rods-bright-field"),
        (
            ("denoising", "--size", "8"),
            "--size: images of this size cannot be simulated (8 pixels)",
        ),
        (("denoising", "--images", "1"), "--images: the simulation has no such setting (1)"),
    ],
)
def test_bad_input_is_one_sentence(words, said, capsys, monkeypatch, tmp_path):
    code, error = fails(capsys, monkeypatch, *words, "--output", tmp_path / "made")
    assert code == 2
    assert error.startswith("Error: ")
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
