"""The rows of images in ImageJ's process: its reader, and the plugin on identity packages."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji import Gateway
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.prediction import PredictOptions, open_local
from deepbacs_zoo.prediction.fiji import findings_of, run_in_imagej
from tests import tiny_networks
from tests.benchmarks.field.reading import Seen, notes_of, refusal
from tests.benchmarks.field.rows import ImageRow, Planes
from tests.fiji.javac import Harness
from tests.packages import image, like, write_package

__all__ = ["Identity", "in_java"]


def in_java(
    harness: Harness, rows: Sequence[ImageRow], paths: Sequence[Path], folder: Path
) -> list[Seen]:
    """Read the rows' files by the plugin's reader, all in one request."""
    targets = [folder / f"values{number}.bin" for number in range(len(rows))]
    asked = [
        {"path": str(path), "target": str(target), **row.options}
        for row, path, target in zip(rows, paths, targets, strict=True)
    ]
    answers = harness.ask("ImagesTest", asked, timeout=600)
    return [_seen(answer, target) for answer, target in zip(answers, targets, strict=True)]


def _seen(answer: Mapping[str, Any], target: Path) -> Seen:
    if "error" in answer:
        return Seen(error=answer["error"], sentence=answer["message"])
    shape = tuple(map(int, answer["shape"].split("x")))
    return Seen(
        np.fromfile(target, "<f8").reshape(shape),
        answer["dtype"].replace(
            "float16", "float32"
        ),  # kept as they are until they are computed with
        tuple(answer["sizes"]),
        None,
        answer["rgb"],
        dict(each.split(": ", 1) for each in answer["findings"]),
    )


class Identity:
    """Packages that give back what they are given, in Python and in ImageJ.

    Parameters
    ----------
    folder
        Where packages and results go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._package = cache(self._written)
        self._predictor = cache(lambda channels: open_local(self._package(channels)))

    def _written(self, channels: int) -> Path:
        names = [f"channel{number}" for number in range(channels)]
        source = image(channels=names)
        return write_package(
            self._folder / f"identity{channels}.zip",
            inputs=[source],
            outputs=[like(source, channels=names)],
            network=tiny_networks.identity(),
            weights=("onnx",),
        )

    def in_python(self, row: ImageRow, path: Path) -> Seen:
        """Predict in this process."""
        try:
            result = self._predictor(channels_of(row)).predict(path, options_of(row))
        except DeepbacsZooError as error:
            return refusal(error)
        tensor = result.tensors["output"]
        return _predicted(tensor.array, tensor.calibration, result.findings)

    def in_imagej(self, gateway: Gateway, row: ImageRow, path: Path) -> Seen:
        """Predict by the plugin, and read the file that it writes."""
        folder = self._folder / "results"
        package = self._package(channels_of(row))
        try:
            report = run_in_imagej(gateway, package, path, folder, options_of(row))
        except DeepbacsZooError as error:
            return refusal(error)
        (file,) = folder.glob("*_output.tif")
        read = read_image(file, finite=False)
        shutil.rmtree(folder)
        return _predicted(read.data.values, read.calibration, findings_of(report))


def channels_of(row: ImageRow) -> int:
    """Return the number of channels of the package that takes the row's image."""
    if row.channels is not None:
        return row.channels
    return row.expected.values.shape[2] if isinstance(row.expected, Planes) else 1


def options_of(row: ImageRow) -> PredictOptions:
    """Return the options of a prediction."""
    return PredictOptions(**row.options)


def _predicted(values: np.ndarray, size: Calibration, findings: Sequence[Finding]) -> Seen:
    sizes = (size.x, size.y, size.z, size.frame_interval)
    return Seen(values, values.dtype.name, sizes, None, False, notes_of(findings))
