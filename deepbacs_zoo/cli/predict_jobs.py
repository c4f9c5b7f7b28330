"""From the words of ``predict`` to runs of a network, and what they gave."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.cli.predict_ways import RunOne
from deepbacs_zoo.cli.progress import bar, say
from deepbacs_zoo.errors import DeepbacsZooError, UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["Job", "group_images", "run_jobs", "split_words", "without_finished"]

Job = tuple[str, Mapping[str, Path]]
_DESCRIPTIONS: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")


def split_words(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the packages that come first, at least one, and the images.

    Raises
    ------
    UsageError
        There is no image.
    """
    count = 1
    while count < len(words) and _is_package(Path(words[count])):
        count += 1
    if count == len(words):
        raise UsageError(
            "IMAGE...",
            "there is no image, only packages",
            value=", ".join(words),
            allowed="packages first, then images or folders of images",
            hint="name the images after the packages",
        )
    return [Path(word) for word in words[:count]], list(words[count:])


def _is_package(path: Path) -> bool:
    if path.is_dir():
        return any((path / name).is_file() for name in _DESCRIPTIONS)
    return path.suffix.lower() in {".zip", ".yaml"}


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


def without_finished(package: Package, jobs: list[Job], output: Path, *, resume: bool) -> list[Job]:
    """Leave out images whose results all exist.

    Raises
    ------
    OutputExistsError
        Some results of an image exist, or all and ``resume`` is not set.
    """
    from deepbacs_zoo.files import refuse_existing
    from deepbacs_zoo.results import planned_outputs

    left: list[Job] = []
    for stem, files in jobs:
        planned = planned_outputs(package, stem, output)
        existing = [path for path in planned if path.exists()]
        if existing and (not resume or len(existing) < len(planned)):
            refuse_existing(existing)
        if existing:
            say(f"{next(iter(files.values()))}: its results exist, skipped")
        else:
            left.append((stem, files))
    return left


def run_jobs(
    run_one: RunOne, jobs: list[Job], title: str = "", *, go_on: bool
) -> tuple[list[dict[str, object]], list[DeepbacsZooError]]:
    """Run every job; with ``go_on`` a bad image is reported and does not stop the others."""
    rows: list[dict[str, object]] = []
    errors: list[DeepbacsZooError] = []
    for number, (stem, files) in enumerate(jobs, start=1):
        started = time.perf_counter()
        try:
            with bar(f"{title}{stem} ({number}/{len(jobs)})") as progress:
                done = run_one(files, progress)
        except DeepbacsZooError as error:
            if not go_on:
                raise
            say(f"Error: {title}{error}")
            errors.append(error)
            rows.append({"stem": stem, "error": str(error), "outputs": []})
            continue
        for finding in done.findings:
            say(finding)
        say(f"{title}{stem}: {len(done.outputs)} files, {done.told}, {done.engine}")
        rows.append(
            {
                "stem": stem,
                "outputs": [str(path) for path in done.outputs],
                "objects": done.objects,
                "counts": done.counts,
                "tiles": done.tiles,
                "findings": list(done.findings),
                "engine": done.engine,
                "seconds": round(time.perf_counter() - started, 3),
            }
        )
    return rows, errors
