"""``train``: everything is checked before a folder is made or PyTorch is loaded."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbacs_zoo.checkpoints import (
    Part,
    Run,
    Split,
    create_run,
    finish_run,
    open_run,
    record_part,
    versions,
)
from deepbacs_zoo.errors import (
    DataError,
    HostError,
    MissingExtraError,
    OutputExistsError,
    UsageError,
)
from deepbacs_zoo.images import Pair, match_pairs, read_pair
from deepbacs_zoo.tasks import Task, TrainingSettings
from deepbacs_zoo.training.examples import (
    Example,
    Notice,
    common_pixel_size,
    read_examples,
    split_names,
)
from deepbacs_zoo.training.interruption import InterruptionError

__all__ = ["train"]


@dataclass(frozen=True)
class _Prepared:
    """A run that may begin, and its images."""

    run: Run
    settings: TrainingSettings
    training: tuple[Example, ...]
    validation: tuple[Example, ...]


def train(
    task: Task,
    source: str | Path,
    target: str | Path,
    output: str | Path,
    *,
    epochs: int | None = None,
    device: str = "auto",
    seed: int = 0,
    resume: bool = False,
    validation: float = 0.2,
    progress: bool = True,
    notice: Notice = lambda finding: None,
) -> Run:
    """Train a task's network.

    Parameters
    ----------
    task
        From ``deepbacs_zoo.tasks``.
    source, target
        Folders of images and label images with the same names.  Where they lie in a folder
        ``training`` beside a folder ``test``, the images in there are recorded as the test part.
    output
        The run folder; a new one, unless ``resume``.
    epochs
        Passes over the images; the task's own number if not given.
    device
        ``auto`` (the GPU if there is one), ``cpu`` or ``cuda``.  On the CPU the same seed gives
        the same weights, bit for bit, on the same computer.
    seed
        Of the split, the first weights and the patches; at least 0.
    resume
        Go on with the run in ``output`` after its last whole epoch.  On the CPU the result is
        that of a run without interruption.
    validation
        Share of the images by which the best epoch is chosen.
    progress
        Draw a bar on standard error if that is a terminal.
    notice
        Called with what is odd about an annotation without being wrong.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    DataError
        A pair is missing, broken or not what the task takes; or there are fewer than three.
    UsageError
        A folder or an option is wrong, or what is resumed began otherwise.
    OutputExistsError
        ``output`` is there already.
    HostError
        There is no such device, the folder cannot be written, or Ctrl-C was pressed.
    ModelError
        The loss is not finite.
    MissingExtraError
        PyTorch and Lightning are not installed.
    """
    folder = Path(output)
    if not resume:
        _require_free(folder)
    settings = _settings(task, epochs, folder if resume else None)
    prepared = _prepare(
        task, Path(source), Path(target), folder, settings, seed, validation, notice
    )
    if resume:
        prepared = _resumed(prepared)
        if prepared.run.ended is not None:
            return prepared.run
    return _run(task, prepared, device=device, progress=progress, resume=resume)


def _run(task: Task, prepared: _Prepared, *, device: str, progress: bool, resume: bool) -> Run:
    run = prepared.run
    # Threads that spin while they wait for each other take turns with other programs at the cost of
    # five times the time (README of this room); read once, when PyTorch loads OpenMP.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        # Loading PyTorch takes seconds, in which Ctrl-C may come too.
        try:
            from deepbacs_zoo.training.loop import check_device, run_loop
        except ModuleNotFoundError as error:
            raise MissingExtraError.of("train", error.name or "torch", "train") from error
        chosen = check_device(device)
        if not resume:
            create_run(run)
        run_loop(
            task,
            prepared.settings,
            run,
            prepared.training,
            prepared.validation,
            device=chosen,
            progress=progress,
            resume=resume,
        )
    except (KeyboardInterrupt, InterruptionError) as error:
        if not run.folder.exists():
            raise KeyboardInterrupt from error
        raise _interrupted(run) from error
    return finish_run(run)


def _require_free(folder: Path) -> None:
    """Refuse an existing output before minutes go into reading images."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise OutputExistsError(
            folder,
            "this output exists already",
            allowed="a path that does not exist yet",
            hint="choose another --output, or pass --resume to go on with a run",
        )


def _settings(task: Task, epochs: int | None, resumed: Path | None) -> TrainingSettings:
    """Return how to train; a resumed run keeps its number of epochs."""
    if epochs is None and resumed is not None:
        epochs = int(open_run(resumed).settings["epochs"])
    if epochs is None:
        return task.training
    if epochs < 1:
        raise UsageError(
            "epochs", "too few", value=epochs, allowed="at least 1", hint="give a larger number"
        )
    return dataclasses.replace(task.training, epochs=epochs)


def _prepare(
    task: Task,
    source: Path,
    target: Path,
    folder: Path,
    settings: TrainingSettings,
    seed: int,
    validation: float,
    notice: Notice,
) -> _Prepared:
    pairs = match_pairs(source, target)
    examples = read_examples(task, pairs, notice)
    held = split_names([pair.name for pair in pairs], seed, validation)
    parts = {
        name: tuple(example for example in examples if (example.pair.name in held) is is_held)
        for name, is_held in (("training", False), ("validation", True))
    }
    test = _test_pairs(source, target)
    split = Split(
        training=_recorded(parts["training"]),
        validation=_recorded(parts["validation"]),
        test=record_part(test) if test else None,
    )
    recorded: dict[str, Any] = {**dataclasses.asdict(settings), "validation": validation}
    run = Run(
        folder=folder,
        task=task.name,
        network=task.network,
        network_arguments=task.network_arguments,
        seed=seed,
        split=split,
        pixel_size=common_pixel_size([example.calibration for example in examples]),
        settings=recorded,
        versions=versions(),
    )
    return _Prepared(run, settings, parts["training"], parts["validation"])


def _recorded(examples: Sequence[Example]) -> Part:
    return record_part([example.pair for example in examples])


def _test_pairs(source: Path, target: Path) -> tuple[Pair, ...]:
    """Return the checked pairs of a folder ``test`` beside ``training``, if there are both."""
    parent = source.absolute().parent
    test = parent.parent / "test"
    if parent.name != "training" or target.absolute().parent != parent or not test.is_dir():
        return ()
    folders = test / source.name, test / target.name
    if not all(folder.is_dir() for folder in folders):
        return ()
    pairs = match_pairs(*folders)
    for pair in pairs:
        read_pair(pair, allow_empty=True)
    return pairs


def _resumed(fresh: _Prepared) -> _Prepared:
    """Return the run as it began, after checking that it would begin alike today."""
    begun = open_run(fresh.run.folder)
    now = fresh.run
    for name, was, given in (
        ("task", begun.task, now.task),
        ("seed", begun.seed, now.seed),
        *((key, begun.settings.get(key), value) for key, value in now.settings.items()),
        ("network_arguments", dict(begun.network_arguments), dict(now.network_arguments)),
    ):
        if was != given:
            raise UsageError(
                now.folder,
                f"this run began with another {name}",
                value=given,
                allowed=str(was),
                hint=f"resume with the {name} it began with, or train into a new folder",
            )
    for name in ("training", "validation"):
        if getattr(begun.split, name).files != getattr(now.split, name).files:
            raise DataError(
                now.folder,
                f"the {name} images are not those that this run began with",
                allowed="the same files with the same content",
                hint="give the folders it began with, or train into a new folder",
            )
    # The images may have moved; where they are now is what counts.
    return dataclasses.replace(fresh, run=dataclasses.replace(begun, split=now.split))


def _interrupted(run: Run) -> HostError:
    done = len(run.history())
    return HostError(
        run.folder,
        "training was interrupted",
        value=f"{done} of {run.settings['epochs']} epochs are done",
        allowed="a run to its end",
        hint="give the same command with --resume to go on",
    )
