"""A run that goes on: it must begin today as it began."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from deepbacs_zoo.annotations import LabelOptions
from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.errors import DataError, UsageError
from deepbacs_zoo.tasks import TrainingSettings

__all__ = ["check_resumable"]

_MEANING: Final = ("annotations", "background")


def check_resumable(now: Run, previous: Run) -> Run:
    """Return a run as it began, after checking that it would begin alike today.

    Parameters
    ----------
    now
        The run as it would begin by what is given now.
    previous
        The run as its folder has it.

    Raises
    ------
    UsageError
        It began with other settings.
    DataError
        It began with other images.
    """
    # Settings that an older version did not know yet were as they are by default.
    defaults = {entry.name: entry.default for entry in dataclasses.fields(TrainingSettings)}
    for name, was, given in (
        ("task", previous.task, now.task),
        ("method", previous.method, now.method),
        ("seed", previous.seed, now.seed),
        *(
            (key, previous.settings.get(key, defaults.get(key)), value)
            for key, value in now.settings.items()
        ),
        *((name, _labels(previous)[name], _labels(now)[name]) for name in _MEANING),
        # What an older version did not know is as it was; the others were taken over.
        (
            "method_arguments",
            _plain({**now.method_arguments, **previous.method_arguments}),
            _plain(now.method_arguments),
        ),
        ("network_arguments", _plain(previous.network_arguments), _plain(now.network_arguments)),
    ):
        if was != given:
            raise UsageError(
                now.folder,
                f"this run began with another {name}",
                value=given,
                allowed=str(was),
                hint=f"resume with the {name} it began with, or train into a new folder",
            )
    for name in ("training", "validation"):
        if getattr(previous.split, name).files != getattr(now.split, name).files:
            raise DataError(
                now.folder,
                f"the {name} images are not those that this run began with",
                allowed="the same files with the same content",
                hint="give the folders it began with, or train into a new folder",
            )
    # The images may have moved; where they are now is what counts.
    return dataclasses.replace(previous, split=now.split)


def _labels(run: Run) -> Mapping[str, Any]:
    """Return the meaning of label images; older versions did not record it."""
    return dataclasses.asdict(LabelOptions(**run.labels))


def _plain(arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever JSON makes of it
    """Return arguments as a run folder gives them back: lists for tuples."""
    return json.loads(json.dumps(dict(arguments)))
