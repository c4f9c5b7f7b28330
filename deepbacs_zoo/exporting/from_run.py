"""From a run to a trained model: the only module of the export that knows runs and methods."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.networks import build_network, get_network
from deepbacs_zoo.networks.state import load_state
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Decoding
from deepbacs_zoo.tasks import Method, get_method
from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Source", "source_of"]

_SETTINGS: Final[Mapping[str, str]] = {
    "epochs": "epochs at most",
    "patch_size": "side of a patch (pixels)",
    "batch_size": "patches in a step",
    "learning_rate": "learning rate",
    "steps_per_epoch": "steps in an epoch",
    "weight_decay": "weight decay",
    "patience": "patience (epochs)",
    "foreground_fraction": "share of patches on an object",
    "max_zoom": "largest zoom of a patch",
    "validation": "share of images for validation",
}


@dataclass(frozen=True)
class Source:
    """A trained network and what is known about it.

    Parameters
    ----------
    name
        Short name of the run.
    task, method, method_arguments
        Names of the task and of its method, and the arguments that the method was built with.
    network
        The network as it goes into the package, filled and frozen.
    network_file
        Its stand-alone Python file.
    network_callable, network_kwargs
        The class in that file and its arguments.
    inputs, outputs
        The method's tensors; sizes, halo and files are filled in by the export.
    ranges
        Smallest and largest value per output id.
    decode
        How the output becomes objects; ``None`` for methods without objects.
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
        What the truth of ``pairs`` is, a name that methods use.
    """

    name: str
    task: str
    method: str
    method_arguments: Mapping[str, Any]
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
    """Gather a run: its best weights in the network that is exported, its method, its images.

    Parameters
    ----------
    run
        The run.
    upsampled
        Bring an output on a grid up to the image's size, inside the network.

    Raises
    ------
    UsageError
        The run names a method or a network that does not exist here.
    DataError
        The run has no weights yet, or an image that it held out is gone or has changed.
    ModelError
        The weights do not fit the network.
    """
    method, entry = get_method(run.method, run.method_arguments), get_network(run.network)
    split, part = run.split.held_out
    arguments, outputs = run.network_arguments, method.outputs
    if upsampled and method.grid > 1:
        arguments = {**arguments, "upsampled": True}
        outputs = tuple(_of_input_size(spec) for spec in outputs)
    return Source(
        name=run.name,
        task=run.task,
        method=run.method,
        method_arguments=run.method_arguments,
        network=load_state(build_network(run.network, arguments), run.weights()),
        network_file=entry.file,
        network_callable=entry.class_name,
        network_kwargs=arguments,
        inputs=method.inputs,
        outputs=outputs,
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
    chosen = ", ".join(f"{name} {value}" for name, value in run.method_arguments.items())
    rows = {
        "task and method": f"{run.task}, {run.method}",
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
    if run.pretrained is not None:
        rows["fine-tuned from"] = (
            f"{run.pretrained['name']} (weights {run.pretrained['sha256'][:12]})"
        )
    if run.tuned is not None:
        tuned = run.tuned
        names = ", ".join(
            f"{name.removesuffix('_threshold').replace('_', ' ')} {value:g}"
            for name, value in vars(tuned.settings).items()
            if isinstance(value, float)
        )
        less = " less the error of counts" if isinstance(tuned.settings, AnchorBoxes) else ""
        rows["thresholds"] = (
            f"{names}; chosen by {tuned.objects} objects of the validation images, whose "
            f"mean F1{less} went from {tuned.before:.3f} to {tuned.after:.3f}"
        )
    return rows


def _details(run: Run, method: Method) -> dict[str, Any]:
    """Return what ``config.bioimageio`` says about the training, in the format's names."""
    settings = run.settings
    steps = ", ".join(step.name for spec in method.inputs for step in spec.steps)
    training = {
        "training_preprocessing": f"{steps} of each whole image; random patches, flips, rotations, "
        "changes of intensity",
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
