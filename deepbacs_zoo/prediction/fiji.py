"""The predictor inside ImageJ: the plugin computes and writes, what it wrote is read back.

No number of the result is computed in Python: tensors, labels and boxes are those of the files,
objects are measured on these labels as everywhere.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from deepbacs_zoo.fiji import Gateway
from deepbacs_zoo.fiji.gateways.outcome import read_text
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.images import Image, read_image, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.zoo_config import AnchorBoxes
from deepbacs_zoo.prediction.local import MEMORY, plan_of
from deepbacs_zoo.prediction.objects import measure_positions
from deepbacs_zoo.prediction.sources import picture_of
from deepbacs_zoo.results import ClassCount
from deepbacs_zoo.results.boxes.read import read_written_boxes, read_written_counts
from deepbacs_zoo.results.saving import planned_outputs
from deepbacs_zoo.results.types import OutputTensor, Result
from deepbacs_zoo.tiling.run_plan import Border

__all__ = ["COMMAND", "findings_of", "predict_in_imagej", "run_in_imagej"]

COMMAND: Final = "DeepBacs Run"
"""The plugin's command in ImageJ's menu."""


def run_in_imagej(
    gateway: Gateway,
    package: Path,
    image: Path,
    folder: Path,
    *,
    memory: int = MEMORY,
    border: Border = "none",
    pixel_size: float | None = None,
    overwrite: bool = False,
) -> Mapping[str, Any]:
    """Let the plugin run a package on an image and write its results.

    Parameters
    ----------
    gateway
        A running ImageJ.
    package, image
        Paths.
    folder
        Where the results go; the same files as :func:`deepbacs_zoo.prediction.save` writes.
    memory, border, pixel_size
        As in :func:`deepbacs_zoo.prediction.predict`.
    overwrite
        Whether files that exist are replaced.

    Returns
    -------
    Mapping
        The plugin's report: ``files``, ``engine``, ``tiles``, ``objects``, ``findings``,
        ``network_seconds``, ``seconds``, and whether the model was ``loaded`` in this call.

    Raises
    ------
    DeepbacsZooError
        What :func:`deepbacs_zoo.prediction.predict` raises, with the plugin's sentence.
    HostError
        ImageJ's process ended or its memory does not suffice.
    """
    options: dict[str, object] = {
        "model_path": package.resolve(),
        "input_path": image.resolve(),
        "output_folder": folder.resolve(),
        "memory": memory,
        "border": border,
    }
    if pixel_size is not None:
        options["pixel_size"] = pixel_size
    if overwrite:
        options["overwrite"] = True
    report = gateway.run_plugin(COMMAND, options).report
    if report is None:
        raise RuntimeError("the plugin gave no report")
    return report


def predict_in_imagej(
    gateway: Gateway,
    package: str | Path,
    image: Image | str | Path,
    *,
    memory: int = MEMORY,
    border: Border = "none",
    pixel_size: float | None = None,
) -> Result:
    """Run a package on one image inside ImageJ; see :func:`deepbacs_zoo.prediction.predict`.

    Parameters
    ----------
    gateway
        A running ImageJ.
    package, image, memory, border, pixel_size
        As in :func:`deepbacs_zoo.prediction.predict`; a package with one input.

    Returns
    -------
    Result
        Read back from the files that the plugin wrote; tensors are float32.
    """
    package = Path(package)
    with tempfile.TemporaryDirectory(prefix="deepbacs_zoo_") as name:
        scratch = Path(name)
        if not isinstance(image, Image):
            path, image = Path(image), read_image(image)
        else:
            path = _written(image, scratch)
        report = run_in_imagej(
            gateway,
            package,
            path,
            scratch / "results",
            memory=memory,
            border=border,
            pixel_size=pixel_size,
        )
        if pixel_size is not None:
            known = dataclasses.replace(image.calibration, x=pixel_size, y=pixel_size, unit="µm")
            image = dataclasses.replace(image, calibration=known)
        return _read_back(package, image, report, scratch / "results", memory, border)


def findings_of(report: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of the plugin's report."""
    return tuple(
        Finding(
            Severity[found["severity"]],
            str(found["where"]),
            read_text(found["what"]),
            read_text(found["allowed"]),
            read_text(found["hint"]),
            id=str(found["id"]),
        )
        for found in report["findings"]
    )


def _written(image: Image, folder: Path) -> Path:
    path = folder / f"{image.stem}.tif"
    write_tiff(path, image.data.values, "tzcyx", image.calibration)
    return path


def _read_back(
    path: Path,
    image: Image,
    report: Mapping[str, Any],
    folder: Path,
    memory: int,
    border: Border,
) -> Result:
    with open_package(path) as package:
        files = planned_outputs(package, image.stem, folder)
        tensors = {}
        for spec, file in zip(package.outputs, files, strict=False):
            read = read_image(file)
            tensors[spec.id] = OutputTensor(read.data.values, "tzcyx", read.calibration)
        decoding, decoded = package.zoo_config.decode, files[len(package.outputs) :]
        plan = plan_of(package, image, memory=memory, border=border)
    labels = boxes = None
    counts: tuple[ClassCount, ...] = ()
    if isinstance(decoding, AnchorBoxes):
        boxes, counts = read_written_boxes(*decoded[:2]), read_written_counts(decoded[2])
    elif decoding is not None:
        labels = read_image(decoded[0]).data.values[:, :, 0].astype(np.int32)
    return Result(
        stem=image.stem,
        tensors=tensors,
        labels=labels,
        objects=measure_positions(labels, image.calibration),
        calibration=image.calibration,
        findings=findings_of(report),
        engine=str(report["engine"]),
        plan=plan,
        picture=picture_of(image),
        boxes=boxes,
        counts=counts,
    )
