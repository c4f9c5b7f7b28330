"""Runs that were trained beforehand; see ``make_runs.py``."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

from deepbacs_zoo.checkpoints import Run, open_run
from deepbacs_zoo.tasks import METHODS, annotation_kind

HERE = Path(__file__).parent
IMAGES = HERE / "images"
COLORS = "unet_colors"
RUNS = {
    **{name: (name, annotation_kind(entry.annotation).kind) for name, entry in METHODS.items()},
    "upscale": ("upscale", "upscale"),
    COLORS: ("unet", "colors"),
}
"""Method and images of each run."""


def image_folders(kind: str, part: str = "training") -> tuple[Path, Path]:
    """Return the drawn images and truths: ``labels``, ``colors``, ``boxes``, ``image`` or
    ``upscale``.
    """
    return IMAGES / kind / part / "source", IMAGES / kind / part / "target"


def frozen_run(name: str) -> Run:
    """Return a run by its name, its images where they lie in the repository."""
    run = open_run(HERE / name)
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


def copied_run(name: str, folder: Path) -> Run:
    """Return a copy of a run in a new folder, as training leaves it there."""
    shutil.copytree(HERE / name, folder)
    run = dataclasses.replace(frozen_run(name), folder=folder)
    block = json.loads((folder / "run.json").read_text("utf-8"))
    (folder / "run.json").write_text(json.dumps({**block, "split": run.split.as_json()}))
    return open_run(folder)
