"""Results as files: named after the image, never overwritten unasked, all of them or none."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import HostError, OutputExistsError
from deepbacs_zoo.files import refuse_existing
from deepbacs_zoo.files.staging import hidden_folder
from deepbacs_zoo.images import write_tiff
from deepbacs_zoo.images.order import in_image_order
from deepbacs_zoo.options import Option
from deepbacs_zoo.results.file_names import output_paths
from deepbacs_zoo.results.kinds import KINDS
from deepbacs_zoo.results.types import OutputTensor, Result

__all__ = ["save"]

Array = NDArray[Any]
Writer = Callable[[Path], None]


def save(result: Result, folder: str | Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write a result: every tensor, and what was decoded.

    Of labels: the label image, ROIs, a table and an overlay; of boxes: ROIs, a table, the counts of
    the classes and an overlay.  Tensors are float32.  Labels are uint16, or float32 where more than
    65,535 objects would not fit: ImageJ reads no 32-bit integers, and float32 holds every whole
    number up to 16,777,216.  Everything is written to a hidden folder, and moved into place when it
    is complete.

    Parameters
    ----------
    result
        What :func:`deepbacs_zoo.prediction.predict` gave.
    folder
        Where to; made if it does not exist.
    overwrite
        Whether files that exist are replaced.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    OutputExistsError
        One of the files exists, and ``overwrite`` is not set; nothing is written.
    HostError
        The folder or the disk refuses; nothing new is left behind.
    """
    folder = Path(folder)
    decoded = KINDS[result.content.kind].writers(result.content, result)
    targets = output_paths(result.stem, list(result.tensors), folder, tuple(decoded))
    if not overwrite:
        refuse_existing(targets)
    writers: list[Writer] = [
        functools.partial(_write_tensor, tensor) for tensor in result.tensors.values()
    ]
    writers += decoded.values()
    with _staging(folder) as partial:
        for target, write in zip(targets, writers, strict=True):
            write(partial / target.name)
        if not overwrite:
            refuse_existing(targets)
        _move(partial, targets)
    return targets


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give a folder inside ``folder``; it is gone afterwards, and so is ``folder`` if it is empty.

    Errors of the computer become ``HostError``.
    """
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    done = False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with hidden_folder(folder, "partial") as hidden:
            yield hidden
        done = True
    except OutputExistsError:
        raise
    except OSError as error:
        # A HostError of one of the writers names a hidden file, which the user never sees.
        reason = error.value if isinstance(error, HostError) else error.strerror
        raise HostError(
            folder,
            "the results cannot be written",
            value=reason or error,
            allowed="a folder that can be written, on a disk with free space",
            hint="choose another " + Option("output"),
        ) from error
    finally:
        if not done:
            _remove_empty(made)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:  # not empty, or never made
            return


def _move(partial: Path, targets: Sequence[Path]) -> None:
    """Move all files into place; if that stops half way, take back those that are new."""
    new: list[Path] = []
    try:
        for target in targets:
            is_new = not target.exists()
            _replace(partial / target.name, target)
            if is_new:
                new.append(target)
    except BaseException:
        for target in new:
            target.unlink(missing_ok=True)
        raise


def _replace(source: Path, target: Path) -> None:
    source.replace(target)


def _write_tensor(tensor: OutputTensor, path: Path) -> None:
    array, axes = _as_image(tensor.array.astype(np.float32, copy=False), tensor.axes)
    write_tiff(path, array, axes, tensor.calibration)


def _as_image(array: Array, axes: str) -> tuple[Array, str]:
    """Give an index axis the place of a free image axis.

    Rows of a table become rows of pixels, and its columns, which are called channels, columns.
    """
    if "x" not in axes and "y" not in axes and "i" in axes:
        axes = axes.replace("c", "x")
    free = [axis for axis in "yxzt" if axis not in axes]
    for index, axis in enumerate(axes):
        if axis not in IMAGE_AXES:
            axes = axes[:index] + free.pop(0) + axes[index + 1 :]
    return np.ascontiguousarray(in_image_order(array, axes)), IMAGE_AXES
