"""A row of the golden table of images, sets and series."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

__all__ = ["Case"]


class Case(NamedTuple):
    """One file of the table.

    Parameters
    ----------
    container, axes, kind
        Its row.
    write
        Writes it, and other files of its set into the same folder.
    name
        Its name.
    refused
        What Java calls it, where Java refuses what only tifffile knows.
    """

    container: str
    axes: str
    kind: str
    write: Callable[[Path], object]
    name: str = "image.tif"
    refused: str = ""

    @property
    def file(self) -> str:
        """Its path inside the folder of all cases, without blanks."""
        folder = f"{self.container} {self.axes} {self.kind}".lower().replace(" ", "-")
        return f"{folder}/{self.name}"
