"""``predict`` with several packages: a folder of results for each, and one table of all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.cli.predict_images import Results, group_images, run_images, without_finished
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.errors import DeepbacsZooError

if TYPE_CHECKING:
    from deepbacs_zoo.cli.backends import Backend

__all__ = ["predict_several"]


def predict_several(
    backend: Backend,
    packages: Sequence[Path],
    words: Sequence[str],
    results: Results,
    *,
    as_json: bool,
) -> list[DeepbacsZooError]:
    """Run every package on every image, and compare the results.

    Results of a package go into the folder of its name in ``results.folder``, the comparison beside
    these folders.  Images whose results exist are not run again, so that a run that was broken off
    can go on.

    Returns
    -------
    list of DeepbacsZooError
        The errors of images that were left out.

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
    if not results.overwrite:
        refuse_existing(results.folder, COMPARISON_FILES)
    images: dict[str, None] = {}
    kinds: dict[str, str] = {}
    seconds: dict[tuple[str, str], float] = {}
    reports: list[dict[str, Any]] = []
    errors: list[DeepbacsZooError] = []
    folders = {name: results.folder / name for name in named}
    for name, path in named.items():
        own = dataclasses.replace(results, folder=folders[name])
        stems, kinds[name], report, wrong = _run(backend, name, path, words, own)
        images.update(dict.fromkeys(stems))
        for row in report["images"]:
            if "seconds" in row:
                seconds[name, row["stem"]] = row["seconds"]
        reports.append(report)
        errors += wrong
    comparison = compare_outputs(folders, kinds, list(images), seconds)
    written = write_outputs(comparison, results.folder, overwrite=results.overwrite)
    if as_json:
        print(json.dumps({"models": reports, "comparison": outputs_as_dict(comparison)}))
    else:
        print(outputs_as_text(comparison))
    say(f"written: {written[0]}")
    return errors


def _run(
    backend: Backend, name: str, path: Path, words: Sequence[str], results: Results
) -> tuple[list[str], str, dict[str, Any], list[DeepbacsZooError]]:
    """Run one package; return the names of all images, the kind of results, report and errors."""
    from deepbacs_zoo.package import open_package

    with open_package(path) as opened:
        groups = group_images(opened, words)
        left = groups
        if not results.overwrite:
            left = without_finished(opened, groups, results.folder, resume=True)
        rows: list[dict[str, object]] = []
        errors: list[DeepbacsZooError] = []
        if left:
            rows, errors = run_images(backend, opened, left, results, f"{name}: ", go_on=True)
        engine = next((row["engine"] for row in rows if "engine" in row), None)
        report = {"name": name, "package": opened.name, "engine": engine, "images": rows}
        return [stem for stem, _ in groups], opened.zoo_config.result, report, errors
