"""``deepbacs-zoo card``: what it asks, prints, and its exit codes."""

import json
from pathlib import Path

from typer.testing import CliRunner

from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.cli import main

ANSWERS = (
    ("My", "My model"),
    ("Finds cells.",),
    ("",),
    ("MIT licence", "MIT"),
    ("Ada Lovelace", "", "", "ada", ""),
    ("A paper", "doi:10.1", "10.1371/journal.pone.0217524", ""),
    ("bright field", ""),
    ("Four images.", "", ""),
    ("transmission-light-microscopy", "cells", "instance-segmentation", ""),
    ("It finds.", "For cells.", "Not for yeast.", "Four images."),
)


def run(*words: object, said: str | None = None) -> tuple[int, str]:
    """Return exit code and output."""
    done = CliRunner().invoke(main.app, ["card", *map(str, words)], input=said)
    return done.exit_code, done.output


def test_new_asks_again_where_an_answer_is_not_allowed(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    lines = "".join(f"{line}\n" for group in ANSWERS for line in group)
    code, text = run("new", path, said=lines)
    assert code == 0, text
    assert "MIT licence: allowed is an identifier of https://spdx.org/licenses" in text
    assert "card.md: passed" in text
    card = read_card(path)
    assert (card.name, card.license, card.version) == ("My model", "MIT", "0.1.0")


def test_new_writes_nothing_where_nobody_answers(tmp_path: Path) -> None:
    code, _ = run("new", tmp_path / "card.md", said="My model\n")
    assert code == 1
    assert list(tmp_path.iterdir()) == []


def test_check_prints_in_all_formats(tmp_path: Path) -> None:
    good = card_folder() / "ecoli_brightfield.md"
    bad = tmp_path / "bad.md"
    bad.write_text(good.read_text("utf-8").replace("license: MIT", "license: MIT+X", 1), "utf-8")
    code, text = run("check", good)
    assert (code, text.splitlines()[0]) == (0, "ecoli_brightfield.md: passed")
    code, text = run("check", bad, "--format", "json")
    assert code == 0
    assert json.loads(text)["findings"][0]["id"] == "license-unknown"
    code, text = run("check", good, bad, "--format", "json")
    assert [each["subject"] for each in json.loads(text)] == [good.name, bad.name]
    assert run("check", good, "--format", "markdown")[1].startswith("# ecoli_brightfield.md")


def test_check_of_a_file_that_is_no_card_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text("# Text\n")
    code, text = run("check", tmp_path / "text.md")
    assert code == 1
    assert "no front matter" in text
