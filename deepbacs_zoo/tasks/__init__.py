"""Tasks, one file each: tensors, steps, network, loss, training, decoding, by name and as data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks.annotation_kinds import annotation_kind
from deepbacs_zoo.tasks.detection import yolov2
from deepbacs_zoo.tasks.ground_truth.labels import Labels, Margins, Truth, Window
from deepbacs_zoo.tasks.segmentation import multilabel_unet, splinedist, stardist, unet
from deepbacs_zoo.tasks.types import Choice, Loss, Sample, Target, Task, TaskEntry, TrainingSettings

__all__ = [
    "TASKS",
    "Choice",
    "Labels",
    "Loss",
    "Margins",
    "Sample",
    "Target",
    "Task",
    "TaskEntry",
    "TrainingSettings",
    "Truth",
    "Window",
    "annotation_kind",
    "get_entry",
    "get_task",
]

_ENTRIES: Final = (
    TaskEntry("segmentation", lambda: multilabel_unet.TASK),
    unet.ENTRY,
    stardist.ENTRY,
    splinedist.ENTRY,
    yolov2.ENTRY,
)

TASKS: Final[Mapping[str, TaskEntry]] = MappingProxyType({entry.name: entry for entry in _ENTRIES})


def get_entry(name: str) -> TaskEntry:
    """Return a row of the table.

    Raises
    ------
    UsageError
        No task has this name.
    """
    entry = TASKS.get(name)
    if entry is None:
        raise UsageError(
            "task",
            "no task has this name",
            value=name,
            allowed=", ".join(TASKS),
            hint="choose one of these",
        )
    return entry


def get_task(name: str, arguments: Mapping[str, Any] = MappingProxyType({})) -> Task:
    """Return the task of this name, built with arguments (by default those for unknown data).

    Raises
    ------
    UsageError
        No task has this name, or the arguments are not those of this task.
    """
    entry = get_entry(name)
    try:
        return entry.build(**arguments)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"task {name}",
            "it cannot be built with these arguments",
            value=", ".join(f"{key}={value}" for key, value in arguments.items()),
            allowed="the arguments that a run of this task recorded",
            hint=f"check them: {error}",
        ) from error
