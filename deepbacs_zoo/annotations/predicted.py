"""Files that a prediction writes, here and in ImageJ: their names, and the table of what it found.

``img_labels.tif`` and ``img_rois.zip`` hold the same objects until one of them is edited.  What
lies beside them (``img_table.csv``, ``img_probabilities.tif`` ...) is no annotation.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.images.folder import is_image_name
from deepbacs_zoo.images.image import stem_of

__all__ = ["ROI_SET", "RoiName", "Row", "is_product", "other_file", "plain_class"]
__all__ += ["predicted_stems", "read_roi_name", "read_table"]

ROI_SET: Final = "_rois.zip"
_TABLE: Final = "_table.csv"
_LABELS: Final = "_labels"
_SAVED_AS: Final = (".tif", ".tiff", ".png")
"""Suffixes of the label images that people paint."""
_TEXTS: Final = (_TABLE, "_counts.csv")
_ROI_NAME: Final = re.compile(r"(?:t(\d{4,})-)?(?:z(\d{4,})-)?(\d{4,})-(.+)")

Row = Mapping[str, Any]
"""The fields of an object by the names of the columns: numbers, but class and unit."""
_COLUMNS: Final = ("label", "t", "z")
"""Those that the tables of all kinds of objects begin with."""
_WORDS: Final = ("class", "unit")


class RoiName(NamedTuple):
    """The name of a box: its frame and slice from 0, its number there, and its class."""

    t: int
    z: int
    number: int
    class_name: str


def read_roi_name(name: str) -> RoiName | None:
    """Return what the name of a predicted box says; ``None`` for names of another kind."""
    found = _ROI_NAME.fullmatch(name)
    if found is None:
        return None
    t, z = (int(each or 1) - 1 for each in found.groups()[:2])
    return RoiName(t, z, int(found[3]), found[4])


def plain_class(name: str) -> str:
    """Return the name of a class as a part of a file name, in ASCII."""
    return re.sub(r"[^A-Za-z0-9 _.+()-]", "_", name)


def predicted_stems(files: Iterable[Path]) -> frozenset[str]:
    """Return the names of the images whose tables are among files."""
    return frozenset(path.name.removesuffix(_TABLE) for path in files if path.name.endswith(_TABLE))


def is_product(path: Path, stems: Collection[str]) -> bool:
    """Return whether a file is a table, a picture or an output of the prediction of an image.

    Parameters
    ----------
    path
        The file.
    stems
        The names of images that `predicted_stems` gave.
    """
    is_picture = is_image_name(path) and not stem_of(path).endswith(_LABELS)
    return any(
        path.name in {stem + end for end in _TEXTS}
        or (is_picture and path.name.startswith(f"{stem}_"))
        for stem in stems
    )


def other_file(path: Path) -> Path | None:
    """Return the ROI set beside a label image of a prediction, or the reverse, if there is one."""
    if path.name.endswith(ROI_SET):
        stem = path.name.removesuffix(ROI_SET)
        found = [path.with_name(f"{stem}{_LABELS}{suffix}") for suffix in _SAVED_AS]
    elif is_image_name(path) and stem_of(path).endswith(_LABELS):
        found = [path.with_name(stem_of(path).removesuffix(_LABELS) + ROI_SET)]
    else:
        found = []
    return next((each for each in found if each.is_file()), None)


def read_table(source: Path, target: Path, column: str) -> Sequence[Row] | None:
    """Return the objects that were predicted in an image.

    Parameters
    ----------
    source
        The image.
    target
        Its annotation, in the folder of the results.
    column
        A column of the kind of objects.

    Returns
    -------
    sequence of Row
        The rows of the table; ``None`` where there is none of this kind.

    Raises
    ------
    DataError
        The table cannot be read.
    """
    path = target.with_name(stem_of(source) + _TABLE)
    if not path.is_file():
        return None
    try:
        reader = csv.DictReader(read_text(path).splitlines())
        names = tuple(reader.fieldnames or ())
        if names[: len(_COLUMNS)] != _COLUMNS or column not in names:
            return None  # somebody else's
        return [_numbers(row) for row in reader]
    except (OSError, ValueError, TypeError, csv.Error) as error:
        raise DataError(
            path,
            "the table of the prediction cannot be read",
            value=str(error).splitlines()[0][:120],
            allowed="the table as it was written",
            hint="put it back, or take it away",
        ) from error


def _numbers(row: Mapping[str, str]) -> Row:
    return {name: text if name in _WORDS else float(text) for name, text in row.items()}
