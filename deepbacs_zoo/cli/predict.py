"""``deepbacs-zoo predict``: a package and images become tensors, labels, ROIs, tables, overlays."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.backends import Backend, open_backend
from deepbacs_zoo.cli.options import (
    Border,
    BorderOption,
    ChannelOption,
    DeviceName,
    DeviceOption,
    FijiOption,
    HeapOption,
    JavaOption,
    MemoryOption,
    OutputOption,
    OverwriteOption,
    PixelSizeOption,
    Rescale,
    RescaleOption,
    RunnerOption,
    SeriesOption,
    TimeoutOption,
    TrustOption,
    backend_options,
    parse_memory,
)
from deepbacs_zoo.cli.predict_images import (
    Results,
    group_images,
    run_images,
    split_words,
    without_finished,
)
from deepbacs_zoo.cli.predict_several import predict_several
from deepbacs_zoo.errors import DeepbacsZooError

__all__ = ["command"]


def command(
    package: Annotated[
        Path,
        typer.Argument(
            metavar="PACKAGE...", help="The package, or several: zips, folders, or names of models."
        ),
    ],
    image: Annotated[
        list[str],
        typer.Argument(
            metavar="IMAGE...",
            help="Images or folders of images; ID=FILE words for a package with several inputs.",
        ),
    ],
    output: OutputOption,
    runner: RunnerOption = None,
    device: DeviceOption = DeviceName.AUTO,
    series: SeriesOption = None,
    channel: ChannelOption = None,
    pixel_size: PixelSizeOption = None,
    rescale: RescaleOption = Rescale.NONE,
    border: BorderOption = Border.NONE,
    memory: MemoryOption = "4GiB",
    overwrite: OverwriteOption = False,
    trust: TrustOption = False,
    java: JavaOption = None,
    heap: HeapOption = None,
    fiji: FijiOption = None,
    timeout: TimeoutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a package on images of any size and write every result next to each other in --output.

    Several packages write into a folder each and are compared in one table.
    """
    from deepbacs_zoo.prediction import PredictOptions

    options = PredictOptions(
        border.value,
        parse_memory(memory),
        pixel_size,
        rescale.value,
        series=series,
        channel=channel,
    )
    results = Results(output, overwrite, options)
    packages, images = split_words([str(package), *image])
    with open_backend(backend_options(runner, device, trust, java, heap, fiji, timeout)) as backend:
        if len(packages) > 1:
            errors = predict_several(backend, packages, images, results, as_json=as_json)
        else:
            errors = _predict_one(backend, packages[0], images, results, as_json=as_json)
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))


def _predict_one(
    backend: Backend, path: Path, words: Sequence[str], results: Results, *, as_json: bool
) -> list[DeepbacsZooError]:
    from deepbacs_zoo.package import open_package

    with open_package(path) as opened:
        groups = group_images(opened, words)
        several = len(groups) > 1
        if not results.overwrite:
            groups = without_finished(opened, groups, results.folder, resume=several)
        rows, errors = run_images(backend, opened, groups, results, go_on=len(groups) > 1)
        if as_json:
            engine = next((row["engine"] for row in rows if "engine" in row), None)
            print(json.dumps({"package": opened.name, "engine": engine, "images": rows}))
    return errors
