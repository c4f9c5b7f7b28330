"""What the export needs of a run, gathered in one place: only this module knows runs and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from torch import nn

    from deepbacs_zoo.decoding import Multilabel
    from deepbacs_zoo.images import Pair

__all__ = ["Source"]


@dataclass(frozen=True)
class Source:
    """A trained network and what is known about it.

    Parameters
    ----------
    name
        Short name of the run.
    task
        Name of the task.
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
        ``test`` or ``validation``.
    training
        Rows of name and value for the documentation.
    details
        ``config.bioimageio.training`` and the like, in the names of the format.
    network_tags
        Tags of the network.
    timestamp
        When the training ended, ISO 8601.
    """

    name: str
    task: str
    network: nn.Module
    network_file: Path
    network_callable: str
    network_kwargs: Mapping[str, Any]
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    ranges: Mapping[str, tuple[float, float]]
    decode: Multilabel | None
    pixel_size: tuple[float, float] | None
    pairs: tuple[Pair, ...]
    split: str
    training: tuple[tuple[str, str], ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    network_tags: tuple[str, ...] = ()
    timestamp: str | None = None
