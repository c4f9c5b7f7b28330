"""The options of a prediction, checked once for every predictor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, get_args

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import ReadOptions
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.tiling import Border

__all__ = ["BORDERS", "DEFAULTS", "MEMORY", "RESCALES", "Border", "PredictOptions", "Rescale"]

Rescale = Literal["none", "auto"]

MEMORY: Final = 4 * 2**30
"""Bytes that one pass may take."""
BORDERS: Final[tuple[str, ...]] = get_args(Border)
RESCALES: Final[tuple[str, ...]] = get_args(Rescale)


@dataclass(frozen=True)
class PredictOptions:
    """Options that every predictor takes.

    Parameters
    ----------
    border
        ``none``: the image is continued only up to the next valid size.  ``halo``: by the halo
        all round, as bioimageio.core does.
    memory
        Bytes that one pass may take; larger images are tiled.
    pixel_size
        Micrometers per pixel along y and x, in place of what the file says.
    rescale
        ``auto`` resamples to the pixel size that the model was trained at, and back.
    decoding
        How the output becomes objects, in place of what the package says.
    series
        Number of the image in a file of several, from 1; ``None``: the first.
    channel
        Name or number, from 1, of the channel to take; ``None``: all.

    Raises
    ------
    UsageError
        An option has no such value.
    """

    border: Border = "none"
    memory: int = MEMORY
    pixel_size: float | None = None
    rescale: Rescale = "none"
    decoding: Decoding | None = None
    series: int | None = None
    channel: str | None = None

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("border", self.border, BORDERS),
            ("rescale", self.rescale, RESCALES),
        ):
            if value not in allowed:
                raise UsageError(
                    Option(name),
                    "there is no such choice",
                    value=value,
                    allowed=" | ".join(allowed),
                    hint="use " + Option(name, allowed[0]),
                )
        for name, number in (("memory", self.memory), ("pixel_size", self.pixel_size)):
            if number is not None and not 0 < number < math.inf:
                raise UsageError(
                    Option(name),
                    "it must be positive",
                    value=number,
                    allowed="a number above 0",
                    hint="leave it out to take what the file or the default says",
                )
        _ = self.reading  # checks its parts

    @property
    def reading(self) -> ReadOptions:
        """The part of a file that is read."""
        return ReadOptions(self.series, self.channel)


DEFAULTS: Final = PredictOptions()
