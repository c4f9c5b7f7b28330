"""The rows of packages: opened and run in Python and in ImageJ."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji import Gateway
from deepbacs_zoo.images import read_image
from deepbacs_zoo.prediction import open_local
from deepbacs_zoo.prediction.fiji import findings_of, run_in_imagej
from tests.benchmarks.field.package_rows import PackageRow
from tests.benchmarks.field.reading import Seen, differences, notes_of, refusal, unlike
from tests.benchmarks.field.rows import Planes, Refused, planes_of

__all__ = ["faults_of"]

VALUES = np.arange(16 * 24, dtype=np.uint8).reshape(16, 24)
EXPECTED = Planes(planes_of(VALUES.astype(np.float32), "yx"))


def faults_of(row: PackageRow, folder: Path, gateway: Gateway | None) -> Iterator[str]:
    """Write a row's package, run it on an image, and yield everything that is not as expected."""
    picture = folder / "cells.tif"
    tifffile.imwrite(picture, VALUES, metadata=None, photometric="minisblack")
    place = folder / "package"
    place.mkdir()
    package = row.write(place)
    expected = row.expected or EXPECTED
    python = _in_python(package, picture)
    yield from (f"Python: {fault}" for fault in _differences(expected, python))
    if gateway is not None:
        imagej = _in_imagej(gateway, package, picture, folder / "results")
        yield from (f"ImageJ: {fault}" for fault in _differences(expected, imagej))
        yield from (f"Python against ImageJ: {each}" for each in unlike(python, imagej, expected))


def _differences(expected: Planes | Refused, seen: Seen) -> list[str]:
    """Compare; findings about packages are the validator's, and only compared between the two."""
    if isinstance(expected, Refused) or seen.error:
        return differences(expected, seen)
    return differences(expected, Seen(seen.values, seen.dtype, (None,) * 4))


def _in_python(package: Path, picture: Path) -> Seen:
    try:
        with open_local(package, runner="onnx") as predictor:
            result = predictor.predict(picture)
    except DeepbacsZooError as error:
        return refusal(error)
    array = result.tensors["output"].array
    return Seen(array, array.dtype.name, notes=notes_of(result.findings))


def _in_imagej(gateway: Gateway, package: Path, picture: Path, folder: Path) -> Seen:
    try:
        report = run_in_imagej(gateway, package, picture, folder)
    except DeepbacsZooError as error:
        return refusal(error)
    array = read_image(folder / "cells_output.tif").data.values
    shutil.rmtree(folder)
    return Seen(array, array.dtype.name, notes=notes_of(findings_of(report)))
