"""Methods by name, and the methods of each task."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import UsageError, look_up
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.tasks.detection import yolov2
from deepbacs_zoo.tasks.images import care, fnet, n2v, pix2pix, upscale
from deepbacs_zoo.tasks.segmentation import multilabel_unet, splinedist, stardist, unet
from deepbacs_zoo.tasks.types import Method, MethodEntry

__all__ = ["METHODS", "TASKS", "get_entry", "get_method", "resolve"]

_ENTRIES: Final = (
    multilabel_unet.ENTRY,
    unet.ENTRY,
    stardist.ENTRY,
    splinedist.ENTRY,
    yolov2.ENTRY,
    *care.ENTRIES,
    n2v.ENTRY,
    fnet.ENTRY,
    pix2pix.ENTRY,
    upscale.ENTRY,
)

METHODS: Final[Mapping[str, MethodEntry]] = MappingProxyType(
    {
        name: next(entry for entry in _ENTRIES if entry.name == name)
        for name in dict.fromkeys(entry.name for entry in _ENTRIES)
    }
)
"""Methods by name; one of several tasks with the first of them."""

TASKS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        task: tuple(entry.name for entry in _ENTRIES if entry.task == task)
        for task in dict.fromkeys(entry.task for entry in _ENTRIES)
    }
)
"""Methods of each task; the first is the default."""

_FORMER_NAMES: Final = MappingProxyType({"foreground": "unet"})
"""Methods by the names of tasks in version 1, where these differ."""


def resolve(task: str, method: str | None = None) -> MethodEntry:
    """Return the row of a method of a task.

    Parameters
    ----------
    task
        The name of a task.
    method
        The name of one of its methods; its default one if not given.

    Raises
    ------
    UsageError
        There is no such task, or the task has no such method.
    """
    methods = TASKS.get(task)
    if methods is None:
        raise _no_task(task)
    if method is None:
        return _entry(methods[0], task)
    if method not in methods:
        raise UsageError(
            Option("method"),
            f"{task} has no method of this name",
            value=method,
            allowed=", ".join(methods),
            hint="choose one of these, or leave " + Option("method") + f" out for {methods[0]}",
        )
    return _entry(method, task)


def _entry(name: str, task: str) -> MethodEntry:
    return next(entry for entry in _ENTRIES if (entry.name, entry.task) == (name, task))


def _no_task(name: str) -> UsageError:
    hint: str | Text = "choose one of these"
    entry = METHODS.get(_FORMER_NAMES.get(name, name))
    if entry is not None:
        hint = f"train {entry.task} with " + Option("method", entry.name)
    return UsageError(
        "task", "no task has this name", value=name, allowed=", ".join(TASKS), hint=hint
    )


def get_entry(name: str, where: str = "method", task: str | None = None) -> MethodEntry:
    """Return the row of a method.

    Parameters
    ----------
    name
        The name of a method.
    where
        The place that names it, for messages.
    task
        The task, for a method of several ones; without it the first one.

    Raises
    ------
    UsageError
        No method has this name, or the task has none of this name.
    """
    entry = look_up(METHODS, name, where, "method")
    return entry if task in (None, entry.task) else resolve(task, name)


def get_method(
    name: str,
    arguments: Mapping[str, Any] = MappingProxyType({}),
    where: str = "method",
    task: str | None = None,
) -> Method:
    """Return the method of this name, built with arguments (by default those for unknown data).

    Parameters
    ----------
    name
        The name of a method.
    arguments
        What a run of it recorded as ``method_arguments``.
    where
        The place that names it, for messages.
    task
        The task, for a method of several ones; without it the first one.

    Raises
    ------
    UsageError
        No method has this name, or the arguments are not those of this method.
    """
    entry = get_entry(name, where, task)
    try:
        return entry.build(**arguments)
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"{where} {name}",
            "it cannot be built with these arguments",
            value=", ".join(f"{key}={value}" for key, value in arguments.items()),
            allowed="the arguments that a run of this method recorded",
            hint=f"check them: {error}",
        ) from error
