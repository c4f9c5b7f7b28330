"""``predict`` with several packages: a folder of results for each, and one table of all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.cli.predict_jobs import group_images, run_jobs, without_finished
from deepbacs_zoo.cli.predict_ways import RunOne, Wanted
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.errors import DeepbacsZooError

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["Way", "predict_many"]

Way = Callable[["Package", Wanted], AbstractContextManager[RunOne]]


def predict_many(
    packages: Sequence[Path], words: Sequence[str], wanted: Wanted, way: Way, *, as_json: bool
) -> list[DeepbacsZooError]:
    """Run every package on every image, and compare what they found.

    Results of a package go into the folder of its name in ``wanted.output``, the comparison beside
    these folders.  Images whose results exist are not run again, so that a run that was broken off
    can go on.

    Returns
    -------
    list of DeepbacsZooError
        What was wrong with images that were left out.

    Raises
    ------
    DeepbacsZooError
        A package or an option is not as it must be, or results are in the way.
    """
    from deepbacs_zoo.evaluation import (
        COMPARISON_FILES,
        compare_outputs,
        distinct_names,
        outputs_as_dict,
        outputs_as_text,
        refuse_existing,
        write_outputs,
    )

    named = distinct_names(packages)
    if not wanted.overwrite:
        refuse_existing(wanted.output, COMPARISON_FILES)
    images: dict[str, None] = {}
    kinds: dict[str, str] = {}
    seconds: dict[tuple[str, str], float] = {}
    reports: list[dict[str, Any]] = []
    errors: list[DeepbacsZooError] = []
    folders = {name: wanted.output / name for name in named}
    for name, path in named.items():
        own = dataclasses.replace(wanted, output=folders[name])
        stems, kinds[name], report, wrong = _run(name, path, words, own, way)
        images.update(dict.fromkeys(stems))
        for row in report["images"]:
            if "seconds" in row:
                seconds[name, row["stem"]] = row["seconds"]
        reports.append(report)
        errors += wrong
    comparison = compare_outputs(folders, kinds, list(images), seconds)
    written = write_outputs(comparison, wanted.output, overwrite=wanted.overwrite)
    if as_json:
        print(json.dumps({"models": reports, "comparison": outputs_as_dict(comparison)}))
    else:
        print(outputs_as_text(comparison))
    say(f"written: {written[0]}")
    return errors


def _run(
    name: str, path: Path, words: Sequence[str], wanted: Wanted, way: Way
) -> tuple[list[str], str, dict[str, Any], list[DeepbacsZooError]]:
    """Run one package; return the names of all images, the kind of results, report and errors."""
    from deepbacs_zoo.evaluation import kind_of
    from deepbacs_zoo.package import open_package

    with open_package(path) as opened:
        jobs = group_images(opened, words)
        left = jobs
        if not wanted.overwrite:
            left = without_finished(opened, jobs, wanted.output, resume=True)
        rows: list[dict[str, object]] = []
        errors: list[DeepbacsZooError] = []
        if left:
            with way(opened, wanted) as run_one:
                rows, errors = run_jobs(run_one, left, f"{name}: ", go_on=True)
        engine = next((row["engine"] for row in rows if "engine" in row), None)
        report = {"name": name, "package": opened.name, "engine": engine, "images": rows}
        return [stem for stem, _ in jobs], kind_of(opened), report, errors
