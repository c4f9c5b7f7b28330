"""``train``: everything is checked before a folder is made or PyTorch is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deepbacs_zoo.annotations import LabelOptions
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.checkpoints import Run, create_run, finish_run, open_run, refuse_run
from deepbacs_zoo.errors import HostError, MissingExtraError
from deepbacs_zoo.findings import OnFinding
from deepbacs_zoo.images import ReadOptions
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks import Method
from deepbacs_zoo.training.callbacks.interruption import InterruptionError
from deepbacs_zoo.training.options import TrainingOptions
from deepbacs_zoo.training.plan import Folders, TrainingPlan, entry_of, make_plan
from deepbacs_zoo.training.pretrained import open_pretrained

__all__ = ["train"]


def train(  # long: most of it documents its parameters
    task: str | Method,
    source: str | Path,
    target: str | Path,
    output: str | Path,
    *,
    method: str | None = None,
    epochs: int | None = None,
    preset: str | None = None,
    pretrained: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    device: str = "auto",
    seed: int = 0,
    resume: bool = False,
    validation: float | None = None,
    classes: Sequence[str] = (),
    arguments: Mapping[str, Any] | None = None,
    labels: LabelOptions = AS_THEY_ARE,
    series: int | None = None,
    channel: str | None = None,
    tuned: bool = True,
    progress: bool = True,
    on_finding: OnFinding = lambda finding: None,
) -> Run:
    """Train a network.

    Parameters
    ----------
    task
        The name of a task, whose method may make choices by the training images (rays, grid,
        anchors); or a :class:`~deepbacs_zoo.tasks.Method` as it is.
    source, target
        Folders of images and annotations with the same names.  Where they lie in a folder
        ``training`` beside a folder ``test``, the images in there are recorded as the test part.
    output
        The run folder; a new one, unless ``resume``.
    method
        The name of a method of the task; if not given, that of ``pretrained``, else the default
        one.
    epochs
        Passes over the images; if not given the method's own number, with the method's least number
        of steps for few images.
    preset
        Name of a preset of the method, ``small`` or ``deepbacs``.
    pretrained
        A run folder or a package of the same method whose weights are the first ones.  Thresholds
        and the smallest object are those of the new images.
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
        Share of the images by which the best epoch is chosen, of one or two images the share of
        their area; the preset's, or 0.2.
    classes
        For detection: the names of the classes, in the order of the channels, or the name of a
        published set of classes (``growth-stages``, ``antibiotics``); by default those of the
        training images, or of ``pretrained``.  Of label images, a single class is that of all
        objects.
    arguments
        Arguments of the method that no image decides: ``probabilistic`` of care, ``noise_axis`` of
        n2v.
    labels
        How label images, masks and target images are read.
    series, channel
        The part of the images that is read: the number of the image in files of several, from 1,
        and the name or number of a channel; recorded with the run.
    tuned
        Choose the thresholds of decoding by the validation images when training is over.
    progress
        Draw a bar on standard error if that is a terminal.
    on_finding
        Called with each kind of finding about images and annotations that is no error.

    Returns
    -------
    Run
        The finished run.

    Raises
    ------
    DataError
        A pair is missing, broken or not what the method takes; or there is a single image, and it
        cannot be cut into parts for training and validation.
    UsageError
        A folder or an option is wrong, or what is resumed began otherwise.
    OutputExistsError
        ``output`` is there already.
    HostError
        There is no such device, the folder cannot be written, or Ctrl-C was pressed.
    ModelError
        The loss is not finite, or the pretrained weights do not fit.
    PackageError, IntegrityError, UnsupportedError
        The package that training starts from is damaged, or cannot be trained on.
    MissingExtraError
        PyTorch and Lightning are not installed.
    """
    folders = Folders(Path(source), Path(target), Path(output))
    if not resume:
        _require_free(folders.output)
    origin = None if pretrained is None else open_pretrained(pretrained)
    entry = entry_of(task, method, origin)
    previous = open_run(folders.output) if resume else None
    options = TrainingOptions(
        {**(settings or {}), **({} if epochs is None else {"epochs": epochs})},
        preset,
        origin,
        validation,
        task.arguments.get("classes", ()) if isinstance(task, Method) else classes,
        labels,
        ReadOptions(series, channel),
        arguments or {},
    )
    plan = make_plan(entry, options, folders, seed, previous, on_finding)
    if previous is not None and previous.ended is not None:
        return plan.run
    run = _run(plan, device=device, tuned=tuned, progress=progress, resume=resume)
    for finding in run.findings[len(plan.run.findings) :]:
        on_finding(finding)
    return run


def _run(plan: TrainingPlan, *, device: str, tuned: bool, progress: bool, resume: bool) -> Run:
    run = plan.run
    # Threads that spin while they wait for each other take turns with other programs at the cost of
    # five times the time (README); read once, when PyTorch loads OpenMP.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        # Loading PyTorch takes seconds, in which Ctrl-C may come too.
        try:
            from deepbacs_zoo.training.loop import check_device, check_weights, run_loop
            from deepbacs_zoo.training.tuning.run import with_final_decoding
        except ModuleNotFoundError as error:
            raise MissingExtraError.of("train", error.name or "torch", "train") from error
        chosen = check_device(device)
        if not resume:
            check_weights(plan)
            create_run(run)
        run_loop(plan, device=chosen, progress=progress, resume=resume)
        run = with_final_decoding(plan, chosen, tuned=tuned)
    except (KeyboardInterrupt, InterruptionError) as error:
        if not run.folder.exists():
            raise KeyboardInterrupt from error
        raise _interrupted(run) from error
    return finish_run(run)


def _require_free(folder: Path) -> None:
    """Refuse an existing output before minutes go into reading images."""
    refuse_run(folder)


def _interrupted(run: Run) -> HostError:
    done = len(run.history())
    return HostError(
        run.folder,
        "training was interrupted",
        value=f"{done} of {run.settings['epochs']} epochs are done",
        allowed="a run to its end",
        hint="set " + Option("resume", True) + " with the same training to go on",
    )
