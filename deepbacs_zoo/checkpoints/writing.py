"""A run folder, begun and completed."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.checkpoints.run import SCHEMA_VERSION, Run
from deepbacs_zoo.checkpoints.tuned import TunedDecoding
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.zoo_config import WRITTEN_SCHEMA

__all__ = ["create_run", "finish_run", "refuse_run", "versions"]

_LIBRARIES: Final = ("deepbacs_zoo", "torch", "lightning", "numpy")


def create_run(run: Run) -> Run:
    """Make the folder and write ``run.json``.

    Raises
    ------
    OutputExistsError
        Something stands there already.
    HostError
        The folder cannot be made.
    """
    refuse_run(run.folder)
    return _write(run)


def refuse_run(folder: Path) -> None:
    """Refuse a folder for a new run that is there and not empty; `OutputExistsError`."""
    refuse_existing(
        folder,
        empty=True,
        hint="choose another "
        + Option("output")
        + " or set "
        + Option("resume", True)
        + " to go on with a run",
    )


def finish_run(run: Run) -> Run:
    """Record that training ended now."""
    return _write(dataclasses.replace(run, ended=datetime.now(UTC).isoformat(timespec="seconds")))


def versions() -> Mapping[str, str]:
    """Return the versions of Python and of the libraries that decide about a result."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _tuned(tuned: TunedDecoding) -> dict[str, Any]:
    return {
        "schema_version": WRITTEN_SCHEMA,
        "settings": tuned.settings.as_config(),
        "before": tuned.before,
        "after": tuned.after,
        "objects": tuned.objects,
        "initial": None if tuned.initial is None else tuned.initial.as_config(),
        "score": tuned.score,
        "composed": tuned.composed,
        "note": tuned.note,
    }


def _write(run: Run) -> Run:
    size = run.pixel_size
    block: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "task": run.task,
        "method": run.method,
        "method_arguments": dict(run.method_arguments),
        "network": run.network,
        "network_arguments": dict(run.network_arguments),
        "seed": run.seed,
        "pixel_size": None if size is None else {"y": size[0], "x": size[1], "unit": "micrometer"},
        "settings": dict(run.settings),
        "versions": dict(run.versions),
        "ended": run.ended,
        "pretrained": None if run.pretrained is None else dict(run.pretrained),
        "decode": None if run.tuned is None else _tuned(run.tuned),
        "untuned": run.untuned,
        "validation_scores": dict(run.validation_scores),
        "labels": dict(run.labels),
        "findings": [finding.plain() for finding in run.findings],
        "split": run.split.as_json(),
    }
    text = json.dumps(block, indent=2, ensure_ascii=False) + "\n"
    write_bytes(run.file, text.encode())
    return run
