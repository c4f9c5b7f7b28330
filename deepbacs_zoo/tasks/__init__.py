"""Tasks, one file each: tensors, steps, network, loss, training, decoding, by name and as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks import segmentation
from deepbacs_zoo.tasks.model import Loss, Task, TrainingSettings

__all__ = ["TASKS", "Loss", "Task", "TrainingSettings", "get_task"]

TASKS: Final[Mapping[str, Task]] = MappingProxyType({"segmentation": segmentation.TASK})


def get_task(name: str) -> Task:
    """Return the task of this name.

    Raises
    ------
    UsageError
        No task has it.
    """
    task = TASKS.get(name)
    if task is None:
        raise UsageError(
            "task",
            "no task has this name",
            value=name,
            allowed=", ".join(TASKS),
            hint="choose one of these",
        )
    return task
