"""A package without documentation, and how its description is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.exporting.metadata import metadata_of
from deepbacs_zoo.package.writing.description import Content, describe, write_description

if TYPE_CHECKING:
    from deepbacs_zoo.cards import Card
    from deepbacs_zoo.exporting.trained_model import TrainedModel
    from deepbacs_zoo.graph.receptive_field import ReceptiveField

__all__ = ["Stage"]


@dataclass(frozen=True)
class Stage:
    """A package without documentation, cover and scores.

    Parameters
    ----------
    folder
        Its folder.
    model
        The trained model.
    content
        What its description states.
    receptive_field
        How far its network looks.
    peak_bytes_per_pixel
        Peak memory per input pixel.
    parameters
        Number of trained values.
    agreement
        Largest difference between its weights and the network at sizes that were tried, in units
        of the largest value where that is above 1.
    offset
        What was taken off the test input's values.
    """

    folder: Path
    model: TrainedModel
    content: Content
    receptive_field: ReceptiveField
    peak_bytes_per_pixel: float
    parameters: int
    agreement: float
    offset: float = 0.0

    def describe(self, card: Card, facts: Mapping[str, Any]) -> None:
        """Write the description, with ``facts`` added to ``config.bioimageio``."""
        content = dataclasses.replace(self.content, facts={**self.content.facts, **facts})
        write_description(describe(metadata_of(card, content), content), self.folder)
