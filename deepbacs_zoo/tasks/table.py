"""The table of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks.model import Task
from deepbacs_zoo.tasks.segmentation import SEGMENTATION

__all__ = ["TASKS", "get_task"]

TASKS: Final[Mapping[str, Task]] = MappingProxyType({SEGMENTATION.name: SEGMENTATION})
"""All tasks by name."""


def get_task(name: str) -> Task:
    """Return a task of the table.

    Raises
    ------
    UsageError
        No task has this name.
    """
    if name not in TASKS:
        raise UsageError(
            "task",
            "no task has this name",
            value=name,
            allowed=", ".join(TASKS),
            hint="choose one of these names",
        )
    return TASKS[name]
