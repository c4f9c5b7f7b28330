"""``deepbacs-zoo predict``: a package and images become tensors, labels, ROIs, tables, overlays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
from deepbacs_zoo.cli.predict_ways import RunOne, Wanted, in_imagej, in_python
from deepbacs_zoo.cli.progress import bar, say
from deepbacs_zoo.errors import DeepbacsZooError, OutputExistsError, UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["command", "group_images"]

Job = tuple[str, Mapping[str, Path]]


class PredictorName(StrEnum):
    """What runs a package on images."""

    ONNX = "onnx"
    TORCH = "torch"
    FIJI = "fiji"


def command(
    package: Annotated[Path, typer.Argument(help="The package: a zip or a folder.")],
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
    """Run a package on images of any size and write every result next to each other in --output."""
    from deepbacs_zoo.package import open_package

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
    with open_package(package) as opened:
        jobs = group_images(opened, image)
        if not overwrite:
            jobs = _without_finished(opened, jobs, output)
        way = (
            in_imagej(opened, wanted, java, parse_memory(heap, "--heap") if heap else None)
            if runner is PredictorName.FIJI
            else in_python(opened, runner and runner.value, wanted)
        )
        with way as run_one:
            rows, errors = _run(run_one, jobs)
        if as_json:
            engine = next((row["engine"] for row in rows if "engine" in row), None)
            print(json.dumps({"package": opened.name, "engine": engine, "images": rows}))
    if errors:
        raise typer.Exit(max(error.exit_code for error in errors))


def group_images(package: Package, words: Sequence[str]) -> list[Job]:
    """Return one job, (stem, input id → file), for each run of the network.

    A package with one input takes files and folders; with several, each job takes one ``ID=FILE``
    word for every required input, the k-th word of each id belonging to the k-th job.
    """
    if len(package.inputs) == 1:
        jobs: list[Job] = [
            (file.stem, {package.inputs[0].id: file})
            for word in words
            for file in _expand(word, package.inputs[0].id)
        ]
    else:
        jobs = _grouped_words(package, words)
    seen: dict[str, Path] = {}
    for stem, files in jobs:
        file = next(iter(files.values()))
        if stem in seen:
            raise UsageError(
                file,
                f"its results would have the same names as those of {seen[stem]}",
                value=stem,
                allowed="images whose names differ before the suffix",
                hint="rename one of them or run them into different --output folders",
            )
        seen[stem] = file
    return jobs


def _expand(word: str, input_id: str) -> list[Path]:
    from deepbacs_zoo.images import IMAGE_SUFFIXES

    path = Path(word)
    prefix = f"{input_id}="
    if not path.exists() and word.startswith(prefix):
        path = Path(word.removeprefix(prefix))
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGE_SUFFIXES)
    if not files:
        raise UsageError(
            path,
            "no image in this folder",
            allowed=f"files with one of the suffixes {' '.join(sorted(IMAGE_SUFFIXES))}",
            hint="name the folder that holds the images",
        )
    return files


def _grouped_words(package: Package, words: Sequence[str]) -> list[Job]:
    ids = [tensor.id for tensor in package.inputs]
    required = [tensor.id for tensor in package.inputs if not tensor.optional]
    files: dict[str, list[Path]] = {}
    for word in words:
        name, separator, file = word.partition("=")
        if not separator or name not in ids:
            raise UsageError(
                word,
                f"the package has {len(ids)} inputs, and this word names none of them",
                allowed=" ".join(f"{name}=FILE" for name in ids),
                hint="write one ID=FILE word for each input",
            )
        files.setdefault(name, []).append(Path(file))
    counts = {name: len(files.get(name, ())) for name in ids if name in files or name in required}
    if len(set(counts.values())) != 1:
        raise UsageError(
            "IMAGE...",
            "the inputs do not have the same number of files",
            value=", ".join(f"{name}: {count}" for name, count in counts.items()),
            allowed="one file for each of " + ", ".join(required),
            hint="write one ID=FILE word for each input of each run",
        )
    groups: list[Mapping[str, Path]] = [
        dict(zip(files, group, strict=True)) for group in zip(*files.values(), strict=True)
    ]
    return [(group[required[0]].stem, group) for group in groups]


def _without_finished(package: Package, jobs: list[Job], output: Path) -> list[Job]:
    """Leave out images whose results all exist; refuse when that is all that was asked for."""
    from deepbacs_zoo.prediction import planned_outputs

    left: list[Job] = []
    for stem, files in jobs:
        planned = planned_outputs(package, stem, output)
        existing = [path for path in planned if path.exists()]
        if existing and (len(jobs) == 1 or len(existing) < len(planned)):
            raise OutputExistsError.of(existing[0])
        if existing:
            say(f"{next(iter(files.values()))}: its results exist, skipped")
        else:
            left.append((stem, files))
    return left


def _run(
    run_one: RunOne, jobs: list[Job]
) -> tuple[list[dict[str, object]], list[DeepbacsZooError]]:
    """Run every job; a bad image is reported and does not stop the others."""
    rows: list[dict[str, object]] = []
    errors: list[DeepbacsZooError] = []
    for number, (stem, files) in enumerate(jobs, start=1):
        try:
            with bar(f"{stem} ({number}/{len(jobs)})") as progress:
                done = run_one(files, progress)
        except DeepbacsZooError as error:
            if len(jobs) == 1:
                raise
            say(f"Error: {error}")
            errors.append(error)
            rows.append({"stem": stem, "error": str(error), "outputs": []})
            continue
        for finding in done.findings:
            say(finding)
        say(f"{stem}: {len(done.outputs)} files, {done.told}, {done.engine}")
        rows.append(
            {
                "stem": stem,
                "outputs": [str(path) for path in done.outputs],
                "objects": done.objects,
                "counts": done.counts,
                "tiles": done.tiles,
                "findings": list(done.findings),
                "engine": done.engine,
            }
        )
    return rows, errors
