"""A trained model: a network and everything that its package says about it."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.package.zoo_config import Decoding, result_of
from deepbacs_zoo.tasks import annotation_kind

if TYPE_CHECKING:
    from torch import nn

    from deepbacs_zoo.annotations import LabelOptions, Pair
    from deepbacs_zoo.tasks.annotation_kinds import Annotations
    from deepbacs_zoo.tensors import TensorSpec

__all__ = ["TrainedModel"]


@dataclass(frozen=True)
class TrainedModel:
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
    label_options
        The meaning of the values of label images, as in the training.
    consumer
        The program that its package is for; ``None`` for all that read packages.
    training_pairs
        The images that it was trained on, as far as they are where they were; ``None`` where that
        is not known.
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
    label_options: LabelOptions = AS_THEY_ARE
    consumer: str | None = None
    training_pairs: tuple[Pair, ...] | None = None

    @property
    def result(self) -> str:
        """The kind of its results: ``labels``, ``boxes`` or ``image``."""
        return result_of(self.decode)

    @property
    def annotations(self) -> Annotations:
        """The kind of annotation that ``pairs`` have."""
        classes = self.method_arguments.get("classes", ())
        return annotation_kind(self.annotation, classes, self.label_options)

    @property
    def scored_annotations(self) -> Annotations:
        """The kind of annotation of other images that it is scored on: noisy ones have targets."""
        own = self.annotations
        return own if own.has_truth else annotation_kind(own.kind)

    def scored_on(self, pairs: Sequence[Pair]) -> TrainedModel:
        """Return the model with other images to be scored on, and what they were to the training.

        One image that was trained on makes all of them training images: the score is no better
        than its weakest image.
        """
        digests = (hashlib.sha256(pair.source.read_bytes()).hexdigest() for pair in pairs)
        roles = {self.seen.get(digest, "test") for digest in digests}
        split = next((role for role in ("training", "validation") if role in roles), "test")
        annotation = self.annotation if self.annotations.has_truth else self.annotations.kind
        return dataclasses.replace(self, pairs=tuple(pairs), split=split, annotation=annotation)
