"""The demo, made once in a few epochs, and for slow tests the README, run block by block."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import tifffile

ROOT = Path(__file__).parents[2]
COMMANDS = Path(sys.executable).parent

EPOCHS = 4
"""Enough that the network finds cells; the demo trains for 20."""


CORRECTED = "to_correct"
"""The folder of results that the README has corrected by hand."""


@dataclass(frozen=True)
class Block:
    """One fenced block of the README."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Outcome:
    """What a block printed and how it ended."""

    block: Block
    code: int
    stdout: str
    stderr: str


def readme_blocks() -> list[Block]:
    """The README's shell and Python blocks, in order."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = []
    for match in re.finditer(r"^```(sh|python)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        blocks.append(Block(match[1], match[2], text.count("\n", 0, match.start()) + 1))
    return blocks


def is_for_the_shell_of_a_person(block: Block) -> bool:
    """Installing and running the tests is what the continuous integration does around this."""
    return block.language == "sh" and bool(re.search(r"^(pip|pytest)\b", block.text, re.MULTILINE))


def run_command(
    *words: str | Path, cwd: Path, timeout: int = 600
) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a user would, in a folder of the test."""
    return subprocess.run(
        [COMMANDS / "deepbacs-zoo", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def run_block(block: Block, folder: Path) -> Outcome:
    """Run one README block as it stands."""
    environment = {**os.environ, "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}"}
    words = ["bash", "-euc", block.text] if block.language == "sh" else [sys.executable, "-"]
    done = subprocess.run(
        words,
        input=None if block.language == "sh" else block.text,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    return Outcome(block, done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def readme(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Outcome]]:
    """The folder in which the README's blocks were run, and how each ended."""
    folder = tmp_path_factory.mktemp("readme")
    blocks = [block for block in readme_blocks() if not is_for_the_shell_of_a_person(block)]
    outcomes = []
    for block in blocks:
        if f"--target {CORRECTED}" in block.text:
            correct(folder / CORRECTED)
        outcomes.append(run_block(block, folder))
    return folder, outcomes


def correct(results: Path) -> None:
    """Delete an object of every label image, as the README asks a person to."""
    for path in results.glob("*_labels.tif"):
        with tifffile.TiffFile(path) as file:
            labels, description = file.asarray(), file.pages[0].description
        tifffile.imwrite(path, np.where(labels == labels.max(), 0, labels), description=description)


@pytest.fixture(scope="session")
def full_demo_folder(readme: tuple[Path, list[Outcome]]) -> Path:
    """The output of the README's demo, trained as long as a user's; for slow tests."""
    return readme[0] / "demo_output"


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of a demo trained for few epochs: it finds cells, not yet all of them."""
    folder = tmp_path_factory.mktemp("demo")
    code = f"from deepbacs_zoo.demo import run_demo; run_demo('demo_output', epochs={EPOCHS})"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, timeout=900)
    return folder / "demo_output"


@pytest.fixture(scope="session")
def demo_package(demo_folder: Path) -> Path:
    """The package that the demo made."""
    return demo_folder / "package.zip"
