"""Kinds of results, one row for each: what is found at the image's scale, and its files.

The keys are those of every other table of kinds.  A row is all that predicting, saving and reading
know of a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images import Calibration
from deepbacs_zoo.results import image
from deepbacs_zoo.results.boxes import kind as boxes
from deepbacs_zoo.results.file_names import output_paths
from deepbacs_zoo.results.labels import kind as labels
from deepbacs_zoo.results.types import Result

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["KINDS", "ResultKind", "planned_outputs"]

Writer = Callable[[Path], None]
Sizes = Mapping[str, int]


@dataclass(frozen=True)
class ResultKind:
    """One kind of result.

    Parameters
    ----------
    noun
        What is counted, in the plural; empty where nothing is.
    files
        The ends of the names of its files, in the order in which they are written.
    content
        Takes the settings of decoding, what :data:`deepbacs_zoo.decoding.kinds.KINDS` found, the
        sizes along ``y`` and ``x`` of the image and of the image that the network saw, and the
        image's calibration; gives the content at the image's scale.
    writers
        Takes the content and the result it belongs to; gives what writes each file, by the end of
        its name.
    read
        Takes the paths of the files in their order, and the image's calibration; gives the
        content that was written.
    table
        Takes the content; gives the text of its table, empty where it has none.
    draw
        Takes the preview, ``y x`` or ``y x 3`` of any type, and the content; gives ``y x 3`` uint8,
        the first position with its objects.
    """

    noun: str
    files: tuple[str, ...]
    content: Callable[[Any, Any, Sizes, Sizes, Calibration], Any]
    writers: Callable[[Any, Result], dict[str, Writer]]
    read: Callable[[Sequence[Path], Calibration], Any]
    table: Callable[[Any], str]
    draw: Callable[[NDArray[np.generic], Any], NDArray[np.uint8]]


KINDS: Final[dict[str, ResultKind]] = {
    "labels": ResultKind(
        "objects",
        labels.FILES,
        labels.content,
        labels.writers,
        labels.read,
        labels.table,
        labels.draw,
    ),
    "boxes": ResultKind(
        "boxes",
        boxes.FILES,
        boxes.content,
        boxes.writers,
        boxes.read,
        boxes.table,
        boxes.draw,
    ),
    "image": ResultKind(
        "",
        image.FILES,
        image.content,
        image.writers,
        image.read,
        image.table,
        image.draw,
    ),
}


def planned_outputs(package: Package, stem: str, folder: str | Path) -> tuple[Path, ...]:
    """Return the files that :func:`save` will write, to look at before hours of computing.

    Parameters
    ----------
    package
        The package.
    stem
        The image's name without its suffix.
    folder
        Where the results will go.

    Raises
    ------
    HostError
        The folder is a file.
    """
    kind = KINDS[package.zoo_config.result]
    return output_paths(stem, [spec.id for spec in package.outputs], Path(folder), kind.files)
