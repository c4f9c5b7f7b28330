"""``deepbacs-zoo predict``: a package and images become tensors, labels, ROIs, tables, overlays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deepbacs_zoo.cli.options import (
    Border,
    DeviceName,
    DeviceOption,
    OutputOption,
    OverwriteOption,
    Rescale,
    RunnerOption,
    TrustOption,
    parse_memory,
)
from deepbacs_zoo.cli.progress import bar, say
from deepbacs_zoo.errors import DeepbacsZooError, OutputExistsError, UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["command", "group_images"]

Job = tuple[str, Mapping[str, Path]]


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
    runner: RunnerOption = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run a package on images of any size and write every result next to each other in --output."""
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.runners import load_session

    budget = parse_memory(memory)
    with open_package(package) as opened:
        jobs = group_images(opened, image)
        if not overwrite:
            jobs = _without_finished(opened, jobs, output)
        session = load_session(opened, runner and runner.value, device.value, trust=trust)
        options = {
            "session": session,
            "border": border.value,
            "memory": budget,
            "pixel_size": pixel_size,
            "rescale": rescale.value,
        }
        try:
            rows, errors = _run(opened, jobs, output, options, overwrite=overwrite)
        finally:
            session.close()
        if as_json:
            print(json.dumps({"package": opened.name, "engine": session.engine, "images": rows}))
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
    package: Package, jobs: list[Job], output: Path, options: dict[str, Any], *, overwrite: bool
) -> tuple[list[dict[str, object]], list[DeepbacsZooError]]:
    """Predict and save every job; a bad image is reported and does not stop the others."""
    from deepbacs_zoo.prediction import predict, save

    rows: list[dict[str, object]] = []
    errors: list[DeepbacsZooError] = []
    for number, (stem, files) in enumerate(jobs, start=1):
        try:
            with bar(f"{stem} ({number}/{len(jobs)})") as progress:
                result = predict(package, files, progress=progress, **options)
            written = save(result, output, overwrite=overwrite)
        except DeepbacsZooError as error:
            if len(jobs) == 1:
                raise
            say(f"Error: {error}")
            errors.append(error)
            rows.append({"stem": stem, "error": str(error), "outputs": []})
            continue
        for finding in result.findings:
            say(f"{finding.severity.name.capitalize()}: {finding.where}: {finding.what}")
        say(f"{stem}: {len(written)} files, {len(result.objects)} objects, {result.engine}")
        rows.append(
            {
                "stem": stem,
                "outputs": [str(path) for path in written],
                "objects": len(result.objects),
                "tiles": len(result.plan.tiles),
                "findings": [finding.what for finding in result.findings],
            }
        )
    return rows, errors
