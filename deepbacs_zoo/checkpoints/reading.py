"""Read a run folder back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deepbacs_zoo.checkpoints.run import RUN_FILE, SCHEMA_VERSION, Run
from deepbacs_zoo.checkpoints.schema_1 import upgraded
from deepbacs_zoo.checkpoints.split import Split
from deepbacs_zoo.checkpoints.tuned import TunedDecoding
from deepbacs_zoo.errors import DataError, PackageError, UsageError
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.package.zoo_config import read_decoding

__all__ = ["is_run", "open_run"]


def is_run(path: str | Path) -> bool:
    """Return whether a path is a run folder."""
    return (Path(path) / RUN_FILE).is_file()


def open_run(path: str | Path) -> Run:
    """Read a run folder.

    Raises
    ------
    UsageError
        It is none, or one of a later version.
    DataError
        Its ``run.json`` is damaged.
    """
    folder = Path(path)
    if not is_run(folder):
        raise UsageError(
            folder,
            "this is no run folder" if folder.exists() else "no such run folder",
            value=f"no {RUN_FILE}",
            allowed="a folder that deepbacs-zoo train made",
            hint="check the path",
        )
    file = folder / RUN_FILE
    try:
        block = json.loads(read_text(file))
        version = block["schema_version"]
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(file, error) from error
    if version not in (1, SCHEMA_VERSION):
        raise UsageError(
            file,
            "this run was made by another version of deepbacs_zoo",
            value=f"schema_version {version}",
            allowed=f"schema_version 1 or {SCHEMA_VERSION}",
            hint="update deepbacs_zoo with pip install --upgrade",
        )
    try:
        return _run_of(folder, upgraded(block) if version == 1 else block)
    except (AttributeError, KeyError, TypeError, ValueError, PackageError) as error:
        raise _damaged(file, error) from error


def _run_of(folder: Path, block: Mapping[str, Any]) -> Run:
    size = block["pixel_size"]
    return Run(
        folder=folder,
        task=block["task"],
        method=block["method"],
        network=block["network"],
        network_arguments=dict(block["network_arguments"]),
        seed=int(block["seed"]),
        split=Split.from_json(block["split"]),
        pixel_size=None if size is None else (float(size["y"]), float(size["x"])),
        settings=dict(block["settings"]),
        versions=dict(block["versions"]),
        ended=block["ended"],
        method_arguments=dict(block["method_arguments"]),
        pretrained=block["pretrained"],
        tuned=_tuned(block.get("decode")),
        untuned=str(block.get("untuned", "")),
        validation_scores={
            name: float(value) for name, value in block.get("validation_scores", {}).items()
        },
        labels=dict(block.get("labels", {})),
        findings=tuple(map(Finding.read, block.get("findings", ()))),
    )


def _tuned(block: Mapping[str, Any] | None) -> TunedDecoding | None:
    if block is None:
        return None
    version = block.get("schema_version", 1)
    settings, initial = (
        read_decoding({"schema_version": version, "decode": block.get(name)})
        for name in ("settings", "initial")
    )
    if settings is None:
        raise KeyError("settings")
    scores = float(block["before"]), float(block["after"]), int(block["objects"])
    return TunedDecoding(
        settings,
        *scores,
        initial,
        str(block.get("score", "mean F1")),
        int(block.get("composed", 0)),
        str(block.get("note", "")),
    )


def _damaged(file: Path, error: Exception) -> DataError:
    return DataError(
        file,
        "the description of the run is damaged",
        value=f"{type(error).__name__}: {error}",
        allowed="the file as deepbacs-zoo train wrote it",
        hint="restore it, or train again into a new folder",
    )
