"""Images of ``predict``: the groups that the words name, and their results."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.cli.progress import bar, say
from deepbacs_zoo.cli.spelling import error_text
from deepbacs_zoo.errors import DeepbacsZooError, UsageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.cli.backends import Backend
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.prediction import PredictOptions, Predictor

__all__ = ["ImageGroup", "Results", "group_images", "run_images", "split_words", "without_finished"]

ImageGroup = tuple[str, Mapping[str, Path]]
"""The stem that results are named after, and a file for each input of the package."""
_DESCRIPTIONS: Final = ("rdf.yaml", "bioimageio.yaml", "model.yaml")


def split_words(words: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the packages that come first, at least one, and the images.

    Raises
    ------
    UsageError
        There is no image.
    """
    from deepbacs_zoo.models import package_path

    count = 1
    while count < len(words) and _is_package(words[count]):
        count += 1
    if count == len(words):
        raise UsageError(
            "IMAGE...",
            "there is no image, only packages",
            value=", ".join(words),
            allowed="packages first, then images or folders of images",
            hint="name the images after the packages",
        )
    return [package_path(word, fetch=True) for word in words[:count]], list(words[count:])


def _is_package(word: str) -> bool:
    from deepbacs_zoo.models import SHIPPED, fetched_path

    path = Path(word)
    if path.is_dir():
        return any((path / name).is_file() for name in _DESCRIPTIONS)
    return (
        word in SHIPPED
        or fetched_path(word) is not None
        or path.suffix.lower() in {".zip", ".yaml"}
    )


def group_images(package: Package, words: Sequence[str]) -> list[ImageGroup]:
    """Return one group of images for each run of the network.

    A package with one input takes files and folders; with several, each group takes one
    ``ID=FILE`` word for every required input, the k-th word of each id belonging to the k-th group.
    """
    from deepbacs_zoo.files.names import normalized
    from deepbacs_zoo.images.image import stem_of

    ids = [spec.id for spec in package.inputs]
    if len(ids) == 1:
        grouped = [{ids[0]: file} for word in words for file in _expand(word, ids[0])]
    else:
        grouped = _grouped_words(package, words)
    # Results are named after the first of the package's inputs that has an image.
    groups: list[ImageGroup] = [
        (stem_of(next(files[name] for name in ids if name in files)), files) for files in grouped
    ]
    seen: dict[str, Path] = {}
    for stem, files in groups:
        file = next(iter(files.values()))
        key = normalized(stem)
        if key in seen:
            raise UsageError(
                file,
                f"its results would have the same names as those of {seen[key]}",
                value=stem,
                allowed="images whose names differ before the suffix",
                hint="rename one of them or choose another " + Option("output") + " for it",
            )
        seen[key] = file
    return groups


def _expand(word: str, input_id: str) -> list[Path]:
    from deepbacs_zoo.files.names import is_note_of_macos
    from deepbacs_zoo.images import IMAGE_SUFFIXES, image_files

    path = Path(word)
    prefix = f"{input_id}="
    if not path.exists() and word.startswith(prefix):
        path = Path(word.removeprefix(prefix))
    if path.is_file() and is_note_of_macos(path):
        raise UsageError(
            path,
            "this is a note that macOS keeps beside a file, and no image",
            allowed="an image, or a folder of images",
            hint=f"name {path.name.removeprefix('._')} instead",
        )
    if not path.is_dir():
        return [path]
    files = image_files(path)
    if not files:
        raise UsageError(
            path,
            "no image in this folder",
            allowed=f"files with one of the suffixes {' '.join(sorted(IMAGE_SUFFIXES))}",
            hint="name the folder that holds the images",
        )
    return files


def _grouped_words(package: Package, words: Sequence[str]) -> list[dict[str, Path]]:
    required = [tensor.id for tensor in package.inputs if not tensor.optional]
    files = _files_by_input([tensor.id for tensor in package.inputs], words)
    counts = {name: len(files.get(name, ())) for name in dict.fromkeys((*required, *files))}
    if len(set(counts.values())) != 1:
        raise UsageError(
            "IMAGE...",
            "the inputs do not have the same number of files",
            value=", ".join(f"{name}: {count}" for name, count in counts.items()),
            allowed="one file for each of " + ", ".join(required),
            hint="write one ID=FILE word for each input of each run",
        )
    return [dict(zip(files, group, strict=True)) for group in zip(*files.values(), strict=True)]


def _files_by_input(ids: Sequence[str], words: Sequence[str]) -> dict[str, list[Path]]:
    """Return the files of each input from ``ID=FILE`` words."""
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
    return files


def without_finished(
    package: Package, groups: list[ImageGroup], output: Path, *, resume: bool
) -> list[ImageGroup]:
    """Leave out images whose results all exist.

    Raises
    ------
    OutputExistsError
        Some results of an image exist, or all and ``resume`` is not set.
    """
    from deepbacs_zoo.files import refuse_existing
    from deepbacs_zoo.results import planned_outputs

    left: list[ImageGroup] = []
    for stem, files in groups:
        planned = planned_outputs(package, stem, output)
        existing = [path for path in planned if path.exists()]
        if existing and (not resume or len(existing) < len(planned)):
            refuse_existing(existing)
        if existing:
            say(f"{next(iter(files.values()))}: its results exist, skipped")
        else:
            left.append((stem, files))
    return left


@dataclass(frozen=True)
class Results:
    """The place of the results of a package, and the options of their prediction.

    Parameters
    ----------
    folder
        The folder that results are written into.
    overwrite
        Replace results that exist.
    options
        Options of the prediction.
    """

    folder: Path
    overwrite: bool
    options: PredictOptions


def run_images(
    backend: Backend,
    package: Package,
    groups: list[ImageGroup],
    results: Results,
    title: str = "",
    *,
    go_on: bool,
) -> tuple[list[dict[str, object]], list[DeepbacsZooError]]:
    """Run a package on every group; with ``go_on`` a bad image does not stop the others."""
    rows: list[dict[str, object]] = []
    errors: list[DeepbacsZooError] = []
    with backend.open(package, results.options) as predictor:
        _ = predictor.engine  # weights that cannot be loaded are no error of an image
        for number, group in enumerate(groups, start=1):
            bar_title = f"{title}{group[0]} ({number}/{len(groups)})"
            try:
                rows.append(_run(backend, predictor, group, results, title, bar_title))
            except DeepbacsZooError as error:
                if not go_on:
                    raise
                say(f"Error: {title}{error_text(error)}")
                errors.append(error)
                rows.append({"stem": group[0], "error": error_text(error), "outputs": []})
    return rows, errors


def _run(
    backend: Backend,
    predictor: Predictor,
    group: ImageGroup,
    results: Results,
    title: str,
    bar_title: str,
) -> dict[str, object]:
    """Run one group, say so, and return its row for programs."""
    stem, files = group
    started = time.perf_counter()
    with bar(bar_title) as progress:
        report = backend.run(
            predictor,
            files,
            results.folder,
            results.options,
            overwrite=results.overwrite,
            progress=progress,
        )
    for finding in report.findings:
        say(finding)
    say(f"{title}{stem}: {report.summary}, {report.engine}")
    return {
        "stem": stem,
        "outputs": [str(path) for path in report.outputs],
        "objects": report.objects,
        "counts": report.counts,
        "tiles": report.tiles,
        "findings": list(report.findings),
        "engine": report.engine,
        "seconds": round(time.perf_counter() - started, 3),
    }
