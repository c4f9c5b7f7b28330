"""The walk of the matrix: every row through every reader, and what differs."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.field import annotating, packaging, roi_rows
from tests.benchmarks.field.annotation_rows import AnnotationRow
from tests.benchmarks.field.box_rows import box_rows
from tests.benchmarks.field.image_rows import axis_rows, color_rows, dtype_rows, odd_rows
from tests.benchmarks.field.imagej import Identity, in_java
from tests.benchmarks.field.label_rows import label_rows
from tests.benchmarks.field.network_rows import network_rows
from tests.benchmarks.field.outline_rows import name_rows, outline_rows
from tests.benchmarks.field.package_rows import PackageRow, package_rows
from tests.benchmarks.field.palette_rows import palette_rows
from tests.benchmarks.field.program_rows import program_rows
from tests.benchmarks.field.reading import Seen, as_predicted, differences, in_python, unlike
from tests.benchmarks.field.roi_rows import RoiRow
from tests.benchmarks.field.rows import ImageRow
from tests.benchmarks.field.series_rows import channel_rows, series_rows
from tests.benchmarks.field.unit_rows import unit_rows

if TYPE_CHECKING:
    from deepbacs_zoo.fiji import Gateway
    from tests.fiji.javac import Harness

__all__ = ["ImageJ", "Outcome", "Row", "all_rows", "open_imagej", "outcome_of", "walk"]

Row = ImageRow | AnnotationRow | PackageRow | RoiRow
PARTS: tuple[Callable[[], Iterator[Row]], ...] = (
    axis_rows,
    dtype_rows,
    palette_rows,
    unit_rows,
    color_rows,
    series_rows,
    channel_rows,
    program_rows,
    odd_rows,
    network_rows,
    label_rows,
    outline_rows,
    name_rows,
    roi_rows.roi_rows,
    box_rows,
    package_rows,
)


@dataclass(frozen=True)
class Outcome:
    """A row that was walked.

    Parameters
    ----------
    part, name
        Of the row.
    verdict
        What was expected, in words.
    readers
        The languages that took it.
    faults
        What differs from it or between the readers; empty where everything is as it must be.
    """

    part: str
    name: str
    verdict: str
    readers: str
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImageJ:
    """The plugin's classes, and a running ImageJ that has them."""

    harness: Harness
    gateway: Gateway


def open_imagej(stack: ExitStack) -> ImageJ:
    """Compile the plugin and start ImageJ; both end with the stack."""
    from deepbacs_zoo.fiji import open_worker
    from tests.fiji.gateways import gateway_setup
    from tests.fiji.javac import open_harness

    harness = stack.enter_context(open_harness())
    return ImageJ(harness, stack.enter_context(open_worker(gateway_setup())))


def all_rows() -> list[Row]:
    """Return the rows of all parts."""
    return [row for part in PARTS for row in part()]


def walk(rows: Sequence[Row], folder: Path, imagej: ImageJ | None = None) -> list[Outcome]:
    """Take every row through Python, and through ImageJ where it is given.

    Parameters
    ----------
    rows
        The rows; annotations are read in Python alone, which trains.
    folder
        An empty folder.
    imagej
        ``None`` leaves ImageJ out.
    """
    places = [folder / "rows" / f"{number:04}" for number in range(len(rows))]
    for place in places:
        place.mkdir(parents=True)
    placed = list(zip(rows, places, strict=True))
    of_images = iter(
        _walk_images([each for each in placed if isinstance(each[0], ImageRow)], folder, imagej)
    )
    outcomes = []
    for row, place in placed:
        if isinstance(row, ImageRow):
            faults = next(of_images)
        elif isinstance(row, AnnotationRow):
            faults = annotating.faults_of(row, place)
        else:
            module = roi_rows if isinstance(row, RoiRow) else packaging
            faults = list(module.faults_of(row, place, imagej and imagej.gateway))
        faults = [fault.replace(str(place), "…") for fault in faults]
        outcomes.append(outcome_of(row, faults, in_imagej=imagej is not None))
    return outcomes


def outcome_of(row: Row, faults: Sequence[str] = (), *, in_imagej: bool = True) -> Outcome:
    """Return the outcome of a row; without a walk the one that it must have."""
    both = in_imagej and not isinstance(row, AnnotationRow)
    readers = "Python, ImageJ" if both else "Python"
    return Outcome(row.part, row.name, row.verdict, readers, tuple(faults))


def _walk_images(
    placed: Sequence[tuple[Row, Path]], folder: Path, imagej: ImageJ | None
) -> Iterator[list[str]]:
    rows = [row for row, _ in placed if isinstance(row, ImageRow)]
    paths = [row.write(place) for row, (_, place) in zip(rows, placed, strict=True)]
    identity = Identity(folder / "packages")
    read = in_java(imagej.harness, rows, paths, folder) if imagej else [None] * len(rows)
    for row, path, java in zip(rows, paths, read, strict=True):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            seen: dict[str, Seen] = {
                "Python": in_python(row, path),
                "Python, prediction": identity.in_python(row, path),
            }
        if imagej is not None and java is not None:
            seen["ImageJ"] = java
            seen["ImageJ, prediction"] = identity.in_imagej(imagej.gateway, row, path)
        printed = [f"Python prints: {each.message}" for each in warned]
        yield [*printed, *_faults(row, seen)]


def _faults(row: ImageRow, seen: dict[str, Seen]) -> Iterator[str]:
    predicted = row.predicted or as_predicted(row.expected)
    for reader, each in seen.items():
        in_imagej = row.in_imagej if reader.startswith("ImageJ") else None
        expected = in_imagej or (predicted if reader.endswith("prediction") else row.expected)
        yield from (f"{reader}: {fault}" for fault in differences(expected, each))
    if row.in_imagej:
        return
    for reader, other, expected in (
        ("Python", "ImageJ", row.expected),
        ("Python, prediction", "ImageJ, prediction", predicted),
    ):
        if other in seen:
            for fault in unlike(seen[reader], seen[other], expected):
                yield f"{reader} against {other}: {fault}"
