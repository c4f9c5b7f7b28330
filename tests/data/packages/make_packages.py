"""Write packages, an image for each kind of result, and the files that `predict` makes of them.

``python -m tests.data.packages.make_packages`` writes them again, after a deliberate change.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.results import save
from deepbacs_zoo.tensors import TensorSpec
from tests.fiji.detecting import colours, detector
from tests.fiji.segmenting import cells, segmenter
from tests.packages import CASES, FILE_CASES, REFUSED, REFUSED_FILES

ALL_REFUSED: Final = {**REFUSED, **REFUSED_FILES}
FOLDER: Final = Path(__file__).parent
LARGE: Final = {
    "three_dimensional",
    "three_dimensional_0_4",
    "time_series_0_4",
    "torchscript_only",
    "state_dict_only",
    "sample_tensors_0_4",
    "two_outputs_0_4",
    "channel_last_0_4",
}
"""What adds bytes and no behavior; weights without ONNX cannot be run in Java."""
SETTINGS: Final = (
    {"height": 41, "width": 57},
    {"height": 36, "width": 43, "border": "halo"},
    {"height": 64, "width": 64, "memory": 600 * 2048},
)
"""Sizes and options of predictions; the image has two frames."""
DATE: Final = (1980, 1, 1, 0, 0, 0)


def main() -> None:
    with TemporaryDirectory() as name:
        work = Path(name)
        _write_packages(work)
    _write_images()
    write_results(FOLDER)


def _write_packages(work: Path) -> None:
    packages = [(case, path) for case, path in _build(work) if case not in LARGE]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for _, package in packages:
            files = [package] if package.is_file() else sorted(package.rglob("*"))
            for file in (each for each in files if each.is_file()):
                member = zipfile.ZipInfo(file.relative_to(work).as_posix(), DATE)
                archive.writestr(member, file.read_bytes())
    # Stored, then packed as one: the packages have most of their files in common.
    (FOLDER / "packages.zip.gz").write_bytes(gzip.compress(packed.getvalue(), mtime=0))
    lines = [json.dumps({"name": case, **expected(case, path)}) for case, path in packages]
    (FOLDER / "packages.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    segmenter(FOLDER / "spots.zip")
    detector(FOLDER / "boxes.zip")


def _build(work: Path) -> Iterator[tuple[str, Path]]:
    for case, build in {**CASES, **FILE_CASES, **ALL_REFUSED}.items():
        (work / case).mkdir()
        yield case, build(work / case)


def _write_images() -> None:
    spots = np.stack([cells(60, 77, seed) for seed in range(2)]) * 3000 + 500
    calibration = Calibration(0.08, 0.08, None, "µm", 5.0)
    write_tiff(FOLDER / "cells.tif", spots.astype(np.uint16), "tyx", calibration)
    movie = np.stack([colours(64, 72, seed)[..., 0] for seed in range(2)])
    write_tiff(FOLDER / "movie.tif", movie, "tyx", Calibration(0.5, 0.5, None, "µm"))


def write_results(folder: Path) -> None:
    """Write the files of both predictions below ``folder / "results"``."""
    shutil.rmtree(folder / "results", ignore_errors=True)
    save(predict(FOLDER / "spots.zip", FOLDER / "cells.tif", runner="onnx"), folder / "results")
    save(predict(FOLDER / "boxes.zip", FOLDER / "movie.tif", runner="onnx"), folder / "results")
    for tensor in ("cells_probabilities.tif", "movie_anchors.tif"):
        (folder / "results" / tensor).unlink()  # large, and no bits of two engines are the same


def expected(case: str, package: Path) -> dict[str, Any]:
    """Return what Python reads, or the class of error and when it comes."""
    if case in ALL_REFUSED:
        found = ALL_REFUSED[case]
        if found.when == "open":
            try:
                open_package(package)
            except DeepbacsZooError as error:
                return {"file": package.name, "when": "open", "error": type(error).__name__}
        return {"file": package.name, "when": found.when, "error": found.error.__name__}
    with open_package(package) as opened:
        return {
            "file": package.name,
            "format": opened.format_version,
            "inputs": {spec.id: spec.axis_names for spec in opened.inputs},
            "outputs": {spec.id: spec.axis_names for spec in opened.outputs},
            "weights": list(opened.weights),
            "predictions": _predictions(package, opened.inputs),
        }


def _predictions(package: Path, inputs: Sequence[TensorSpec]) -> list[dict[str, Any]]:
    """Return sizes, mean and deviation of each output, or the error, for each of the settings."""
    found = []
    for settings in SETTINGS:
        options = {key: value for key, value in settings.items() if key not in ("height", "width")}
        slices = 14 if "z" in inputs[0].axis_names else 2
        channels = inputs[0].size_of("c") or 1
        shape = (2, slices, channels, settings["height"], settings["width"])
        with TemporaryDirectory() as name:
            images = {}
            for first, spec in enumerate(inputs):
                number = np.arange(first, first + math.prod(shape), dtype=np.int64)
                values = ((number * number * 31 + number * 17) % 199).astype(np.uint8)
                images[spec.id] = Path(name) / f"{first}.tif"
                write_tiff(images[spec.id], values.reshape(shape), "tzcyx", Calibration())
            try:
                result = predict(package, images, runner="onnx", **options)
            except DeepbacsZooError as error:
                found.append({**options, "shape": shape, "error": type(error).__name__})
                continue
        outputs = {
            name: {
                "axes": output.axes,
                "shape": output.array.shape,
                "mean": float(np.mean(output.array, dtype=np.float64)),
                "deviation": float(np.std(output.array, dtype=np.float64)),
            }
            for name, output in result.tensors.items()
        }
        tiles = len(result.plan.tiles)
        found.append({**options, "shape": shape, "tiles": tiles, "outputs": outputs})
    return found


if __name__ == "__main__":
    main()
