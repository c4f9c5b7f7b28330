"""``deepbacs-zoo predict``: a package and images become tensors, labels, ROIs, tables, overlays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepbacs_zoo.cli.options import (
    Border,
    DeviceName,
    DeviceOption,
    HeapOption,
    JavaOption,
    OutputOption,
    OverwriteOption,
    Rescale,
    TrustOption,
    parse_memory,
)
from deepbacs_zoo.cli.predict_jobs import group_images, run_jobs, split_words, without_finished
from deepbacs_zoo.cli.predict_many import Way, predict_many
from deepbacs_zoo.cli.predict_ways import RunOne, Wanted, in_imagej, in_python
from deepbacs_zoo.errors import DeepbacsZooError

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["command"]


class PredictorName(StrEnum):
    """What runs a package on images."""

    ONNX = "onnx"
    TORCH = "torch"
    FIJI = "fiji"


def command(
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE...", help="The package, or several: zips or folders.")
    ],
    image: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...",
            help="Images or folders of images; ID=FILE words for a package with several inputs.",
        ),
    ],
    output: OutputOption,
    runner: Annotated[
        PredictorName | None,
        typer.Option(
            help="Engine; by default the first that can run the package. 'fiji': ONNX Runtime "
            "inside ImageJ, by the plugin."
        ),
    ] = None,
    device: DeviceOption = DeviceName.AUTO,
    pixel_size: Annotated[
        float | None,
        typer.Option(min=1e-9, help="Pixel size of the images in micrometers, if not in the file."),
    ] = None,
    rescale: Annotated[
        Rescale, typer.Option(help="Resample to the model's pixel size and back.")
    ] = Rescale.NONE,
    border: Annotated[
        Border,
        typer.Option(help="'halo' pads by the halo all round, as bioimageio.core does."),
    ] = Border.NONE,
    memory: Annotated[str, typer.Option(help="Memory for the network; larger runs are tiled.")] = (
        "4GiB"
    ),
    overwrite: OverwriteOption = False,
    trust: TrustOption = False,
    java: JavaOption = None,
    heap: HeapOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a package on images of any size and write every result next to each other in --output.

    Several packages write into a folder each and are compared in one table.
    """
    wanted = Wanted(
        output,
        overwrite,
        device.value,
        border.value,
        parse_memory(memory),
        pixel_size,
        rescale.value,
        trust,
    )
    java_heap = parse_memory(heap, "--heap") if heap else None

    def way(opened: Package, wanted: Wanted) -> AbstractContextManager[RunOne]:
        if runner is PredictorName.FIJI:
            return in_imagej(opened, wanted, java, java_heap)
        return in_python(opened, runner and runner.value, wanted)

    packages, images = split_words([str(package), *image])
    if len(packages) > 1:
        errors = predict_many(packages, images, wanted, way, as_json=as_json)
    else:
        errors = _predict_one(packages[0], images, wanted, way, as_json=as_json)
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))


def _predict_one(
    path: Path, words: Sequence[str], wanted: Wanted, way: Way, *, as_json: bool
) -> list[DeepbacsZooError]:
    from deepbacs_zoo.package import open_package

    with open_package(path) as opened:
        jobs = group_images(opened, words)
        if not wanted.overwrite:
            jobs = without_finished(opened, jobs, wanted.output, resume=len(jobs) > 1)
        with way(opened, wanted) as run_one:
            rows, errors = run_jobs(run_one, jobs, go_on=len(jobs) > 1)
        if as_json:
            engine = next((row["engine"] for row in rows if "engine" in row), None)
            print(json.dumps({"package": opened.name, "engine": engine, "images": rows}))
    return errors
