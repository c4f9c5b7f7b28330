"""Trainings that a benchmark needs: run once, found again, and never taken for another one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from deepbacs_zoo.checkpoints import Run, is_run, open_run
from deepbacs_zoo.errors import DataError, ModelError
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.training import train
from deepbacs_zoo.training.options import TrainingOptions
from deepbacs_zoo.training.plan import Folders, TrainingPlan, entry_of, make_plan
from deepbacs_zoo.training.resume import check_resumable
from tests.benchmarks.accuracy.clock import Clock, Seconds
from tests.benchmarks.accuracy.fields import Field, Parts
from tests.benchmarks.accuracy.workflow import write_fields

PROGRAM = "import sys; from deepbacs_zoo.cli.main import main; sys.exit(main())"
FOUND = "no seconds (found finished, or resumed)"


@dataclass(frozen=True)
class Recipe:
    """A training.

    Parameters
    ----------
    method
        Of the task segmentation; ``None`` for the default one.
    settings
        Fields of the training settings that differ from the method's own; without any, the
        command line trains, with no other option than the method.
    """

    method: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


DEFAULT = Recipe()


@dataclass(frozen=True, eq=False)
class Trained:
    """A training that is over.

    Parameters
    ----------
    run
        What it left.
    plan
        Its images, the composed fields among them, and its method.
    package
        The run as a package, with its tuned decoding.
    seconds
        Of the training; ``None`` where it was found finished and nobody took the time.
    """

    run: Run
    plan: TrainingPlan
    package: Path
    seconds: Seconds | None


def write_parts(parts: Parts, folder: Path) -> None:
    """Write both parts as a user has them, or leave them where they are there already.

    Raises
    ------
    DataError
        Other images are there.
    """
    for part, fields in (("training", parts.training), ("test", parts.test)):
        if not (folder / part).exists():
            write_fields(fields, folder / part, None)
        for one in fields:
            _check_same(one, folder / part)


def _check_same(one: Field, folder: Path) -> None:
    for kind, pixels in (("source", one.image), ("target", one.labels)):
        path = folder / kind / f"{one.name}.tif"
        if not path.is_file() or not np.array_equal(tifffile.imread(path), pixels):
            raise DataError(
                path,
                "this is not the image that the benchmark trains or tests on",
                allowed="the images that the benchmark wrote, or none",
                hint="delete the folder, or name another output",
            )


def trained(recipe: Recipe, data: Path, folder: Path, seed: int) -> Trained:
    """Train, go on with a training, or find it finished.

    Parameters
    ----------
    recipe
        What is trained.
    data
        Folder with ``training`` and ``test``.
    folder
        Where the run, its package and its seconds are.
    seed
        Of the training.

    Raises
    ------
    UsageError, DataError
        The run that is there began with other settings or images than this training would.
    ModelError
        The training failed.
    """
    output, record = folder / "run", folder / "seconds.json"
    begun = is_run(output)
    if not begun or open_run(output).ended is None:
        clock = Clock()
        _say(f"{output}: training")
        _train(recipe, data, output, seed, resume=begun)
        if not begun:
            write_bytes(record, json.dumps(asdict(clock.read())).encode())
    plan = _plan(recipe, data, output, seed)
    run = check_resumable(plan.run, open_run(output))
    package = draft(run, folder / "package.zip", overwrite=True)
    seconds = Seconds(**json.loads(record.read_bytes())) if record.is_file() else None
    return Trained(run, plan, package, seconds)


def command(recipe: Recipe, data: Path, output: Path, seed: int, *, resume: bool) -> list[str]:
    """Return what a user types after the program's name."""
    words = ["train", "segmentation", "--data", str(data), "--output", str(output)]
    words += [] if recipe.method is None else ["--method", recipe.method]
    return [*words, "--seed", str(seed), *(["--resume"] if resume else [])]


def _train(recipe: Recipe, data: Path, output: Path, seed: int, *, resume: bool) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    if recipe.settings:
        train(
            "segmentation",
            *_folders(data),
            output,
            method=recipe.method,
            settings=recipe.settings,
            seed=seed,
            resume=resume,
            progress=False,
        )
        return
    log = output.with_name("train.log")
    words = [sys.executable, "-c", PROGRAM, *command(recipe, data, output, seed, resume=resume)]
    with log.open("ab") as file:
        done = subprocess.run(words, stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        said = log.read_text("utf-8", "replace").strip().splitlines()
        raise ModelError(
            output,
            "the training failed",
            value=said[-1] if said else f"exit code {done.returncode}",
            allowed="a training that ends",
            hint=f"read {log}",
        )


def _plan(recipe: Recipe, data: Path, output: Path, seed: int) -> TrainingPlan:
    """Return the training as it would begin now."""
    return make_plan(
        entry_of("segmentation", recipe.method),
        TrainingOptions(recipe.settings),
        Folders(*_folders(data), output),
        seed,
        None,
        lambda finding: None,
    )


def _folders(data: Path) -> tuple[Path, Path]:
    return data / "training" / "source", data / "training" / "target"


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
