"""``train``: everything is checked before a folder is made or PyTorch is loaded."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepbacs_zoo.annotations import Pair, folders_beside
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
from deepbacs_zoo.datasets import recorded_beside
from deepbacs_zoo.errors import (
    HostError,
    MissingExtraError,
    OutputExistsError,
)
from deepbacs_zoo.tasks import Task, annotation_kind, get_entry
from deepbacs_zoo.training.callbacks.interruption import InterruptionError
from deepbacs_zoo.training.data.examples import (
    Example,
    Notice,
    common_pixel_size,
    prepared,
    read_raw,
    split_names,
)
from deepbacs_zoo.training.options import Wishes
from deepbacs_zoo.training.pretrained import Origin, open_origin
from deepbacs_zoo.training.resume import as_it_began

__all__ = ["train"]


@dataclass(frozen=True)
class _Prepared:
    """A run that may begin, its task, its first weights and its images."""

    task: Task
    run: Run
    origin: Origin | None
    training: tuple[Example, ...]
    validation: tuple[Example, ...]


def train(
    task: Task | str,
    source: str | Path,
    target: str | Path,
    output: str | Path,
    *,
    epochs: int | None = None,
    preset: str | None = None,
    origin: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    device: str = "auto",
    seed: int = 0,
    resume: bool = False,
    validation: float | None = None,
    classes: Sequence[str] = (),
    tuned: bool = True,
    progress: bool = True,
    notice: Notice = lambda finding: None,
) -> Run:
    """Train a task's network.

    Parameters
    ----------
    task
        The name of one, which may make choices by the training images (rays, grid, anchors); or a
        task from ``deepbacs_zoo.tasks`` as it is.
    source, target
        Folders of images and annotations with the same names.  Where they lie in a folder
        ``training`` beside a folder ``test``, the images in there are recorded as the test part.
    output
        The run folder; a new one, unless ``resume``.
    epochs
        Passes over the images; the task's own number if not given.
    preset
        Name of a preset of the task (``deepbacs_zoo.tasks.presets``), such as ``small``.
    origin
        A run folder or a package of the same task whose weights are the first ones.
    settings
        Other fields of :class:`~deepbacs_zoo.tasks.TrainingSettings`; they come before the preset.
    device
        ``auto`` (the GPU if there is one), ``cpu`` or ``cuda``.  On the CPU the same seed gives
        the same weights, bit for bit, on the same computer.
    seed
        Of the split, the first weights and the patches; at least 0.
    resume
        Go on with the run in ``output`` after its last whole epoch.  On the CPU the result is
        that of a run without interruption.
    validation
        Share of the images by which the best epoch is chosen; the preset's, or 0.2.
    classes
        For tasks on boxes: the names of the classes, in the order of the channels, or the name of a
        published set of classes (``growth-stages``, ``antibiotics``); by default those of the
        training images.  Of label images, a single class is that of all objects.
    tuned
        Choose the thresholds of decoding by the validation images when training is over.
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
        The loss is not finite, or the weights of the origin do not fit.
    PackageError, IntegrityError, UnsupportedError
        The package that training starts from is damaged, or cannot be trained on.
    MissingExtraError
        PyTorch and Lightning are not installed.
    """
    folder = Path(output)
    if not resume:
        _require_free(folder)
    begun = open_run(folder) if resume else None
    wishes = Wishes(
        {**(settings or {}), **({} if epochs is None else {"epochs": epochs})},
        preset,
        None if origin is None else open_origin(origin),
        validation,
        classes,
    )
    prepared = _prepare(task, Path(source), Path(target), folder, begun, wishes, seed, notice)
    if begun is not None:
        prepared = dataclasses.replace(prepared, run=as_it_began(prepared.run, begun))
        if begun.ended is not None:
            return prepared.run
    return _run(prepared, device=device, tuned=tuned, progress=progress, resume=resume)


def _run(prepared: _Prepared, *, device: str, tuned: bool, progress: bool, resume: bool) -> Run:
    run = prepared.run
    # Threads that spin while they wait for each other take turns with other programs at the cost of
    # five times the time (README of this room); read once, when PyTorch loads OpenMP.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        # Loading PyTorch takes seconds, in which Ctrl-C may come too.
        try:
            from deepbacs_zoo.training.loop import check_device, run_loop
            from deepbacs_zoo.training.tuning.run import tuned_decoding
        except ModuleNotFoundError as error:
            raise MissingExtraError.of("train", error.name or "torch", "train") from error
        chosen = check_device(device)
        if not resume:
            create_run(run)
        run_loop(
            prepared.task,
            prepared.task.training,
            run,
            prepared.training,
            prepared.validation,
            origin=prepared.origin,
            device=chosen,
            progress=progress,
            resume=resume,
        )
        if tuned:
            decode = tuned_decoding(prepared.task, run, prepared.validation, chosen)
            run = dataclasses.replace(run, decode=decode)
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


def _prepare(
    task: Task | str,
    source: Path,
    target: Path,
    folder: Path,
    begun: Run | None,
    wishes: Wishes,
    seed: int,
    notice: Notice,
) -> _Prepared:
    annotation = get_entry(task).annotation if isinstance(task, str) else task.annotation
    validation = wishes.share(task if isinstance(task, str) else task.name)
    pairs = annotation_kind(annotation).match(source, target)
    raws = read_raw(annotation, pairs, notice, wishes.known_classes(task, begun))
    names = [pair.name for pair in pairs]
    published = recorded_beside(source)
    # A published set brings its split, the same for everybody.
    held = published.held(names) if published and wishes.validation is None else None
    if published is not None and held is not None:
        validation = published.rule.share
    held = split_names(names, seed, validation) if held is None else held
    samples = [raw.sample for raw in raws if raw.pair.name not in held]
    task = wishes.task(task, samples, begun, notice)
    examples = [prepared(task, raw) for raw in raws]
    parts = {
        name: tuple(example for example in examples if (example.pair.name in held) is is_held)
        for name, is_held in (("training", False), ("validation", True))
    }
    test = _test_pairs(task, source, target)
    split = Split(
        training=_recorded(parts["training"]),
        validation=_recorded(parts["validation"]),
        test=record_part(test) if test else None,
    )
    pixel_size = common_pixel_size([example.calibration for example in examples])
    if pixel_size is None and published is not None:
        pixel_size = published.pixel_size
    wishes.warn_of_size(pixel_size, notice)
    run = Run(
        folder=folder,
        task=task.name,
        task_arguments=task.arguments,
        network=task.network,
        network_arguments=task.network_arguments,
        seed=seed,
        split=split,
        pixel_size=pixel_size,
        settings={
            **dataclasses.asdict(task.training),
            "validation": validation,
            "preset": wishes.preset,
        },
        versions=versions(),
        origin=None if wishes.origin is None else wishes.origin.as_json(),
    )
    return _Prepared(task, run, wishes.origin, parts["training"], parts["validation"])


def _recorded(examples: Sequence[Example]) -> Part:
    return record_part([example.pair for example in examples])


def _test_pairs(task: Task, source: Path, target: Path) -> tuple[Pair, ...]:
    """Return the checked pairs of the test folders beside the training folders, if there are."""
    folders = folders_beside(source, target)
    if folders is None:
        return ()
    kind = annotation_kind(task.annotation, task.arguments.get("classes", ()))
    pairs = kind.match(*folders)
    for pair in pairs:
        kind.read(pair, True)
    return pairs


def _interrupted(run: Run) -> HostError:
    done = len(run.history())
    return HostError(
        run.folder,
        "training was interrupted",
        value=f"{done} of {run.settings['epochs']} epochs are done",
        allowed="a run to its end",
        hint="give the same command with --resume to go on",
    )
