"""Names of the files of a prediction, after the image and the outputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.options import Option

__all__ = ["output_paths"]


def output_paths(
    stem: str, ids: Sequence[str], folder: Path, decoded: tuple[str, ...]
) -> tuple[Path, ...]:
    """Return the files of a result: one for each output, then those of what was decoded.

    Parameters
    ----------
    stem
        The image's name without its suffix.
    ids
        The outputs.
    folder
        Where the results go.
    decoded
        The ends of the names of what was decoded.

    Raises
    ------
    HostError
        The folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise HostError(
            folder,
            "it is a file, and results need a folder",
            allowed="a folder, which is made if it does not exist",
            hint="choose another " + Option("output"),
        )
    return tuple(folder / f"{stem}_{name}" for name in (*_tensor_names(ids, decoded), *decoded))


def _tensor_names(ids: Sequence[str], decoded: Sequence[str]) -> list[str]:
    """Return a name for each output that no other has, not even where case makes no difference."""
    names: list[str] = []
    for each in ids:
        name = _safe(each)
        # An output that is itself called labels must not take the place of the label image.
        name = f"{name}_tensor" if f"{name}.tif".lower() in decoded else name
        taken = {other.lower() for other in names}
        number, free = 1, f"{name}.tif"
        while free.lower() in taken:
            number += 1
            free = f"{name}_{number}.tif"
        names.append(free)
    return names


def _safe(name: str) -> str:
    """Replace what a file name cannot hold on some computer."""
    return re.sub(r"[^\w.+-]", "_", name)
