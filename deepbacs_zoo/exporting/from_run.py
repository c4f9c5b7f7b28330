"""From a run to a package: the only module of the export that knows runs and methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.annotations import LabelOptions, Pair
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.exporting.build import Progress, build, build_draft
from deepbacs_zoo.exporting.form import FORMS
from deepbacs_zoo.exporting.trained_model import TrainedModel
from deepbacs_zoo.files.staging import check_output
from deepbacs_zoo.networks import build_network, get_network
from deepbacs_zoo.networks.state import load_state
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks import Method, get_method

if TYPE_CHECKING:
    from deepbacs_zoo.cards import Card
    from deepbacs_zoo.checkpoints import Run, Split

__all__ = ["draft", "export", "trained_model"]

_SETTINGS: Final[Mapping[str, str]] = {
    "epochs": "epochs at most",
    "patch_size": "side of a patch (pixels)",
    "batch_size": "patches in a step",
    "learning_rate": "learning rate",
    "steps_per_epoch": "steps in an epoch",
    "least_steps": "steps in all at least",
    "weight_decay": "weight decay",
    "patience": "patience (epochs)",
    "foreground_fraction": "share of patches on an object",
    "max_zoom": "largest zoom of a patch",
    "max_contrast": "largest contrast of a patch",
    "composed_fields": "fields composed of objects",
    "vary_intensity": "intensities of patches vary",
    "validation": "share of images for validation",
}


def draft(
    run: Run, output: str | Path, *, consumer: str | None = None, overwrite: bool = False
) -> Path:
    """Write a package that runs, without scores and without an author's card.

    Parameters
    ----------
    run
        The run.
    output
        A new zip (``.zip``) or folder.
    consumer, overwrite
        As for :func:`export`.

    Returns
    -------
    Path
        ``output``.

    Raises
    ------
    OutputExistsError, HostError, ModelError, UsageError
        As for :func:`export`.
    """
    check_output(Path(output), overwrite=overwrite)
    return build_draft(trained_model(run, consumer), output, overwrite=overwrite)


def export(  # long: most of it documents its parameters
    run: Run,
    card: Card,
    output: str | Path,
    *,
    evaluation_data: Path | Sequence[Pair] | None = None,
    consumer: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Write a package that is complete, scored, and proven to reproduce its test tensors.

    Everything happens in a hidden folder beside ``output``; if anything fails nothing is left, and
    a package that stood there is untouched.

    Parameters
    ----------
    run
        The run.
    card
        The model card.
    output
        A new zip (``.zip``) or folder.
    evaluation_data
        Labelled images to score with: pairs, or a folder with ``source/`` and ``target/``; those
        that the run held out if not given.
    consumer
        ``deepimagej`` for a package that gives the same numbers in deepImageJ: its graph normalizes
        and continues each image itself and gives outputs of the image's size, so that an image has
        to pass in one piece.  ``None`` for the plain package, which every program takes.
    overwrite
        Whether what stands there may be replaced.
    progress
        Called with the number of steps done and their total.

    Returns
    -------
    Path
        ``output``.

    Raises
    ------
    OutputExistsError
        ``output`` is there already.
    HostError
        Its folder is missing, or it cannot be written.
    UsageError
        No program of the name of ``consumer`` is known.
    ModelError
        The weights are not finite, or a format computes something else than the network.
    PackageError
        Card and run contradict each other, or the finished package does not pass its own check.
    """
    # Before seconds go into loading PyTorch.
    check_output(Path(output), overwrite=overwrite)
    return build(
        trained_model(run, consumer),
        card,
        output,
        evaluation_data=evaluation_data,
        overwrite=overwrite,
        progress=progress,
    )


def trained_model(  # long: one description, field by field
    run: Run, consumer: str | None = None
) -> TrainedModel:
    """Gather a run: its best weights in the network that is exported, its method, its images.

    Parameters
    ----------
    run
        The run.
    consumer
        As for :func:`export`.

    Raises
    ------
    UsageError
        No program of the name of ``consumer`` is known, or the run names a method or a network that
        does not exist here.
    DataError
        The run has no weights yet, or an image that it held out is gone or has changed.
    ModelError
        The weights do not fit the network.
    """
    if consumer not in FORMS:
        raise UsageError(
            Option("consumer"),
            "packages are not written for a program of this name",
            value=consumer,
            allowed=", ".join(filter(None, FORMS)),
            hint="choose one of these, or leave " + Option("consumer") + " out",
        )
    method = get_method(run.method, run.method_arguments, f"{run.file}: method", run.task)
    entry = get_network(run.network, f"{run.file}: network")
    split, part = run.split.held_out
    return TrainedModel(
        name=run.name,
        task=run.task,
        method=run.method,
        method_arguments=run.method_arguments,
        network=load_state(build_network(run.network, run.network_arguments), run.weights()),
        network_file=entry.file,
        network_callable=entry.class_name,
        network_kwargs=run.network_arguments,
        inputs=method.inputs,
        outputs=method.outputs,
        ranges=method.ranges,
        decode=method.decode if run.tuned is None else run.tuned.settings,
        pixel_size=run.pixel_size,
        pairs=part.pairs(),
        split=split,
        seen={
            entry.source_sha256: name
            for name, files in (
                ("validation", run.split.validation.files),
                ("training", run.split.training.files),
            )
            for entry in files
        },
        training=_training_rows(run),
        details=_details(run, method),
        network_tags=entry.tags,
        timestamp=run.ended,
        annotation=method.annotation,
        label_options=LabelOptions(**run.labels),
        consumer=consumer,
        training_pairs=run.split.seen_pairs(),
    )


def _training_rows(run: Run) -> tuple[tuple[str, str], ...]:
    """Return what the documentation says about the training."""
    best, split = run.best, run.split
    test = 0 if split.test is None else len(split.test.files)
    chosen = ", ".join(f"{name} {value}" for name, value in run.method_arguments.items())
    rows = {
        "task and method": f"{run.task}, {run.method}",
        "images": f"{len(split.training.files)} for training, {len(split.validation.files)} for "
        f"validation, {test} for testing{_parts(split)}",
        "epochs done": f"{best.epochs}; the weights are those of epoch {best.epoch}, {best.reason}",
        **_settings(run.settings),
        **_beginning_and_end(run),
        **({"chosen by the images": chosen} if chosen else {}),
        "seed": str(run.seed),
        "versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
    }
    return tuple(rows.items())


def _settings(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings that had a part in the training, by their names in words."""
    idle = {"best_by"}  # the epoch's own row says why it was taken
    if not settings.get("composed_fields"):
        idle.add("composed_fields")
    if not settings.get("vary_intensity", True):
        idle.add("max_contrast")
    return {
        _SETTINGS.get(name, name): f"{value}"
        for name, value in settings.items()
        if value is not None and name not in idle
    }


def _parts(split: Split) -> str:
    """Return that images were cut, if they were."""
    cut = any(entry.region is not None for entry in split.validation.files)
    return "; each image was cut into a part for training and one for validation" if cut else ""


def _beginning_and_end(run: Run) -> dict[str, str]:
    """Return where the weights came from, and what became of the thresholds."""
    rows: dict[str, str] = {}
    if run.pretrained is not None:
        rows["fine-tuned from"] = (
            f"{run.pretrained['name']} (weights {run.pretrained['sha256'][:12]})"
        )
    if run.thresholds:
        rows["thresholds"] = run.thresholds
    if run.validated:
        rows["scores on the validation images"] = run.validated
    return rows


def _details(run: Run, method: Method) -> dict[str, Any]:
    """Return what ``config.bioimageio`` says about the training, in the format's names."""
    settings = run.settings
    steps = ", ".join(step.name for spec in method.inputs for step in spec.steps)
    training = {
        "training_preprocessing": f"{steps} of each whole image; random patches, flips, rotations"
        + (", changes of intensity" if settings.get("vary_intensity", True) else ""),
        "training_epochs": float(run.best.epochs),
        "training_batch_size": settings.get("batch_size"),
        "learning_rate_schedule": _schedule(settings),
        "loss_function": method.loss.name,
        "loss_function_kwargs": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in method.loss.arguments.items()
        },
        "optimizer": f"torch.optim.{settings['optimizer']}" if "optimizer" in settings else None,
        "regularization": f"weight decay {settings['weight_decay']:g}"
        if "weight_decay" in settings
        else None,
    }
    return {
        "architecture_type": run.network,
        "architecture_description": f"{run.network} with "
        + ", ".join(f"{name} {value}" for name, value in run.network_arguments.items()),
        "training": {name: value for name, value in training.items() if value is not None},
    }


def _schedule(settings: Mapping[str, Any]) -> str | None:
    rate = settings.get("learning_rate")
    if rate is None:
        return None
    return {
        "constant": f"constant, {rate:g}",
        "plateau": f"{rate:g}, halved after {settings.get('plateau')} epochs without a better loss",
    }.get(str(settings.get("schedule")), f"one cycle, highest rate {rate:g}")
