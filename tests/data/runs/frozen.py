"""Runs that were trained beforehand; see ``make_runs.py``."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

from deepbacs_zoo.checkpoints import Run, open_run

HERE = Path(__file__).parent


def frozen_run(method: str) -> Run:
    """Return the run of a method, its images where they lie in the repository."""
    run = open_run(HERE / method)
    parts = {
        name: dataclasses.replace(
            part,
            source_folder=HERE / part.source_folder,
            target_folder=HERE / part.target_folder,
        )
        for name in ("training", "validation", "test")
        if (part := getattr(run.split, name)) is not None
    }
    return dataclasses.replace(run, split=dataclasses.replace(run.split, **parts))


def copied_run(method: str, folder: Path) -> Run:
    """Return a copy of a run in a new folder, as training leaves it there."""
    shutil.copytree(HERE / method, folder)
    run = dataclasses.replace(frozen_run(method), folder=folder)
    block = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps({**block, "split": run.split.as_json()}))
    return open_run(folder)
