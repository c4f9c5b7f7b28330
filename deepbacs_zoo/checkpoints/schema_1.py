"""Runs of version 1, whose ``run.json`` had one word for task and method."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.package.zoo_config import method_of_schema_1

__all__ = ["upgraded"]

_SETTINGS: Final = MappingProxyType(
    {
        "patch": "patch_size",
        "batch": "batch_size",
        "steps": "steps_per_epoch",
        "zoom": "max_zoom",
        "foreground": "foreground_fraction",
    }
)


def upgraded(block: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ``run.json`` of version 1 in the names of version 2."""
    name = block["task"]
    task, method = method_of_schema_1(name)
    settings = {_SETTINGS.get(key, key): value for key, value in block["settings"].items()}
    return {
        **block,
        "task": task,
        "method": method,
        # Runs of methods that decide nothing by the data were written without.
        "method_arguments": block.get("task_arguments", {}),
        "settings": {**settings, "optimizer": "AdamW"},
        "pretrained": block.get("origin"),
    }
