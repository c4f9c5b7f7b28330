"""Finds the folder of a set that was prepared, by its name."""

from __future__ import annotations

from pathlib import Path

from deepbacs_zoo.datasets.preparation.provenance import read_provenance
from deepbacs_zoo.datasets.published import PUBLISHED
from deepbacs_zoo.datasets.settings import prepared_place
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

__all__ = ["resolve_data"]


def resolve_data(data: Path) -> Path:
    """Return the folder that is meant: an existing path, or else a prepared set of that name.

    Parameters
    ----------
    data
        A path, or a name such as ``ecoli-brightfield`` or, with its variant,
        ``ecoli-brightfield-binary``.

    Returns
    -------
    pathlib.Path
        ``data`` itself where it is a path or nothing known.

    Raises
    ------
    UsageError
        It is the name of a published set that is not prepared on this computer.
    """
    if data.exists() or len(data.parts) != 1:
        return data
    for entry in PUBLISHED.values():
        for variant in entry.variants:
            place = prepared_place(entry, variant)
            if place.name != data.name:
                continue
            if read_provenance(place) is None:
                named = (
                    entry.name
                    if variant.name == "default"
                    else f"{entry.name} " + Option("variant", variant.name)
                )
                raise UsageError(
                    data,
                    "this published data set is not prepared on this computer",
                    allowed=f"a folder, or a set in {place}",
                    hint="run: deepbacs-zoo data fetch " + named,
                )
            return place
    return data
