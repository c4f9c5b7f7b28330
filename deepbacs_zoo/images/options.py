"""Options of reading an image, for files that hold several images or channels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

__all__ = ["AS_IT_IS", "AS_LABELS", "ReadOptions"]


@dataclass(frozen=True)
class ReadOptions:
    """The part of a file that is read.

    Parameters
    ----------
    series
        Number of the image in a file of several, from 1; ``None``: the first.
    channel
        Name or number, from 1, of the one channel to keep; ``None``: all.
    indices
        True for the numbers of a picture with a palette, as label images are meant; False for what
        its colors show.

    Raises
    ------
    UsageError
        ``series`` is below 1, or ``channel`` is empty.
    """

    series: int | None = None
    channel: str | None = None
    indices: bool = False

    def __post_init__(self) -> None:
        if self.series is not None and self.series < 1:
            raise UsageError(
                Option("series"),
                "images in a file are counted from 1",
                value=self.series,
                allowed="1 or more",
                hint="leave it out to read the first",
            )
        if self.channel is not None and not self.channel.strip():
            raise UsageError(
                Option("channel"),
                "it names no channel",
                value=repr(self.channel),
                allowed="the name of a channel, or its number from 1",
                hint="leave it out to read all channels",
            )

    def check_series(self, count: int, where: str | Path) -> None:
        """Refuse the number of an image that a file does not have.

        Parameters
        ----------
        count
            The number of its images.
        where
            The file, or the image's name.

        Raises
        ------
        UsageError
            ``series`` is above the number of images.
        """
        if self.series is not None and self.series > count:
            raise UsageError(
                where,
                "it has no image of this number",
                value=self.series,
                allowed="1, as it holds one image" if count == 1 else f"1 to {count}",
                hint="choose another number with " + Option("series"),
            )


AS_IT_IS: Final = ReadOptions()
"""The first image of a file with all channels."""
AS_LABELS: Final = ReadOptions(indices=True)
"""The same as label images are meant."""
