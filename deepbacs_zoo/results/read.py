"""Results read back from the files that :func:`deepbacs_zoo.results.save` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.results.kinds import KINDS, planned_outputs
from deepbacs_zoo.results.types import Content, OutputTensor

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["read_outputs"]


def read_outputs(
    package: Package, stem: str, folder: str | Path, calibration: Calibration
) -> tuple[dict[str, OutputTensor], Content]:
    """Read what was saved of one image.

    Parameters
    ----------
    package
        The package that was run.
    stem
        The image's name without its suffix.
    folder
        The folder of the results.
    calibration
        Size of the image's pixels.

    Returns
    -------
    dict
        Every output by its id: ``t z c y x`` float32, as it is written.
    Content
        What was found, of the package's kind.
    """
    files = planned_outputs(package, stem, folder)
    count = len(package.outputs)
    tensors = {}
    for spec, file in zip(package.outputs, files[:count], strict=True):
        read = read_image(file)
        tensors[spec.id] = OutputTensor(read.data.values, "tzcyx", read.calibration)
    kind = KINDS[package.zoo_config.result]
    content: Content = kind.read(files[count:], calibration)
    return tensors, content
