"""Trainings that these benchmarks need: by the command line, and found again where finished."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from deepbacs_zoo.checkpoints import is_run, open_run
from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.files import write_bytes
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.few_images.runs import FOUND, PROGRAM


@dataclass(frozen=True)
class Trained:
    """A package, the seconds of its training, and how it was trained in one line."""

    package: Path
    seconds: Seconds
    about: str


def trained(words: Sequence[str], folder: Path, seed: int) -> Trained:
    """Train as a user does, go on with a training, or find it finished.

    Parameters
    ----------
    words
        What a user types after ``train``: the task, the folders and, where it is not the default
        one, the method.
    folder
        Where the run, its package and its seconds go.
    seed
        Of the training.

    Raises
    ------
    ModelError
        The training failed.
    """
    output, record = folder / "run", folder / "seconds.json"
    begun = is_run(output)
    command = ["train", *words, "--output", str(output), "--seed", str(seed)]
    if not begun or open_run(output).ended is None:
        clock = Clock()
        sys.stderr.write(f"{output}: training\n")
        again = ["--resume"] if begun else []
        run_logged([sys.executable, "-c", PROGRAM, *command, *again], folder / "train.log")
        if not begun:
            write_bytes(record, json.dumps(asdict(clock.read())).encode())
    run = open_run(output)
    package = draft(run, folder / "package.zip", overwrite=True)
    seconds = Seconds(**json.loads(record.read_bytes())) if record.is_file() else None
    about = f"method {run.method}, no option of training; {run.settings['epochs']} epochs"
    return Trained(package, seconds or Seconds(), about if seconds else f"{about}; {FOUND}")


def run_logged(command: Sequence[str], log: Path) -> None:
    """Run a program that trains, and keep what it says.

    Raises
    ------
    ModelError
        It failed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        done = subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        said = log.read_text("utf-8", "replace").strip().splitlines()
        raise ModelError(
            log.parent,
            "the training failed",
            value=said[-1] if said else f"exit code {done.returncode}",
            allowed="a training that ends",
            hint=f"read {log}",
        )
