"""What the export needs of a run, gathered in one place: only this module knows runs and tasks."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.exporting.weights.torch import load_state
from deepbacs_zoo.networks import build_network, get_network
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Decoding, read_decoding
from deepbacs_zoo.tasks import Task, get_task
from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Source", "source_of"]

_SETTINGS: Final[Mapping[str, str]] = {
    "epochs": "epochs at most",
    "patch": "side of a patch (pixels)",
    "batch": "patches in a step",
    "learning_rate": "learning rate",
    "steps": "steps in an epoch",
    "weight_decay": "weight decay",
    "patience": "patience (epochs)",
    "foreground": "share of patches on an object",
    "zoom": "largest zoom of a patch",
    "validation": "share of images for validation",
}


@dataclass(frozen=True)
class Source:
    """A trained network and what is known about it.

    Parameters
    ----------
    name
        Short name of the run.
    task, task_arguments
        Name of the task, and what it was built with.
    network
        The network as it goes into the package, filled and frozen.
    network_file
        Its stand-alone Python file.
    network_callable, network_kwargs
        The class in that file and its arguments.
    inputs, outputs
        The task's tensors; sizes, halo and files are filled in by the export.
    ranges
        Smallest and largest value per output id.
    decode
        How the output becomes objects; ``None`` for tasks without objects.
    pixel_size
        Micrometers per pixel (y, x), ``None`` when the images did not say.
    pairs
        The held-out images.
    split
        What they were to the training: ``test`` (never seen), ``validation`` (the best epoch was
        chosen by them), ``training``.
    seen
        Which of the last two an image was, by the SHA-256 of its file.
    training
        Rows of name and value for the documentation.
    details
        ``config.bioimageio.training`` and the like, in the names of the format.
    network_tags
        Tags of the network.
    timestamp
        When the training ended, ISO 8601.
    annotation
        What the truth of ``pairs`` is, a name that tasks use.
    """

    name: str
    task: str
    task_arguments: Mapping[str, Any]
    network: nn.Module
    network_file: Path
    network_callable: str
    network_kwargs: Mapping[str, Any]
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float | None, float | None]]
    decode: Decoding | None
    pixel_size: tuple[float, float] | None
    pairs: tuple[Pair, ...]
    split: str
    seen: Mapping[str, str] = field(default_factory=dict)
    training: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    network_tags: tuple[str, ...] = ()
    timestamp: str | None = None
    annotation: str = "labels"

    def scored_on(self, pairs: Sequence[Pair]) -> Source:
        """Return the source with other images to be scored on, and what they were to the training.

        One image that was trained on makes all of them training images: the score is no better
        than its weakest image.
        """
        digests = (hashlib.sha256(pair.source.read_bytes()).hexdigest() for pair in pairs)
        roles = {self.seen.get(digest, "test") for digest in digests}
        split = next((role for role in ("training", "validation") if role in roles), "test")
        return dataclasses.replace(self, pairs=tuple(pairs), split=split)


def source_of(run: Run, *, upsampled: bool = False) -> Source:
    """Gather a run: its best weights in the network that is exported, its task, its images.

    Parameters
    ----------
    run
        The run.
    upsampled
        Bring an output on a grid up to the image's size, inside the network.

    Raises
    ------
    UsageError
        The run names a task or a network that does not exist here.
    DataError
        The run has no weights yet, or an image that it held out is gone or has changed.
    ModelError
        The weights do not fit the network.
    """
    task, entry = get_task(run.task, run.task_arguments), get_network(run.network)
    split, part = run.split.held_out
    block = task.decode if run.decode is None else run.decode["settings"]
    decode = None if block is None else read_decoding({"decode": block})
    arguments, outputs = run.network_arguments, task.outputs
    if upsampled and task.grid > 1:
        arguments = {**arguments, "upsampled": True}
        outputs = tuple(_of_input_size(spec) for spec in outputs)
    return Source(
        name=run.name,
        task=task.name,
        task_arguments=run.task_arguments,
        network=load_state(build_network(run.network, arguments), run.weights()),
        network_file=entry.file,
        network_callable=entry.class_name,
        network_kwargs=arguments,
        inputs=task.inputs,
        outputs=outputs,
        ranges=task.ranges,
        decode=decode,
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
        details=_details(run, task),
        network_tags=entry.tags,
        timestamp=run.ended,
        annotation=task.annotation,
    )


def _of_input_size(spec: TensorSpec) -> TensorSpec:
    axes = (
        dataclasses.replace(axis, scale=1.0) if axis.name in "yx" else axis for axis in spec.axes
    )
    return dataclasses.replace(spec, axes=tuple(axes))


def _training_rows(run: Run) -> tuple[tuple[str, str], ...]:
    """Return what the documentation says about the training."""
    best, split = run.best, run.split
    test = 0 if split.test is None else len(split.test.files)
    chosen = ", ".join(f"{name} {value}" for name, value in run.task_arguments.items())
    rows = {
        "images": f"{len(split.training.files)} for training, {len(split.validation.files)} for "
        f"validation, {test} for testing",
        "epochs done": f"{best.epochs}; the weights are those of epoch {best.epoch}, the lowest "
        "validation loss",
        **{
            _SETTINGS.get(name, name): f"{value}"
            for name, value in run.settings.items()
            if value is not None
        },
        **_beginning_and_end(run),
        **({"chosen by the images": chosen} if chosen else {}),
        "seed": str(run.seed),
        "versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
    }
    return tuple(rows.items())


def _beginning_and_end(run: Run) -> dict[str, str]:
    """Return where the weights came from, and what became of the thresholds."""
    rows: dict[str, str] = {}
    if run.origin is not None:
        rows["fine-tuned from"] = f"{run.origin['name']} (weights {run.origin['sha256'][:12]})"
    if run.decode is not None:
        settings, before, after = (run.decode[key] for key in ("settings", "before", "after"))
        names = ", ".join(
            f"{name.removesuffix('_threshold').replace('_', ' ')} {value:g}"
            for name, value in settings.items()
            if isinstance(value, float)
        )
        typed = read_decoding({"decode": settings})
        less = " less the error of counts" if isinstance(typed, AnchorBoxes) else ""
        rows["thresholds"] = (
            f"{names}; chosen by {run.decode['objects']} objects of the validation images, whose "
            f"mean F1{less} went from {before:.3f} to {after:.3f}"
        )
    return rows


def _details(run: Run, task: Task) -> dict[str, Any]:
    """Return what ``config.bioimageio`` says about the training, in the format's names."""
    settings = run.settings
    steps = ", ".join(step.name for spec in task.inputs for step in spec.steps)
    training = {
        "training_preprocessing": f"{steps} of each whole image; random patches, flips, rotations, "
        "changes of intensity",
        "training_epochs": float(run.best.epochs),
        "training_batch_size": settings.get("batch"),
        "learning_rate_schedule": _schedule(settings),
        "loss_function": task.loss.name,
        "loss_function_kwargs": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in task.loss.arguments.items()
        },
        "optimizer": "torch.optim.AdamW",
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
