"""What the caller wants, the data suggest and an origin demands becomes one task with settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.checkpoints import Run
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.tasks import Sample, Task, TrainingSettings, get_entry, get_task
from deepbacs_zoo.tasks.detection.yolov2 import CLASS_PRESETS
from deepbacs_zoo.tasks.presets import Preset, get_preset
from deepbacs_zoo.training.data.examples import Notice
from deepbacs_zoo.training.pretrained import Origin

__all__ = ["Wishes"]

VALIDATION: Final = 0.2
FINE_TUNING: Final = 0.25
"""Weights that are good already are moved by a quarter of the task's learning rate."""

_SAME_SIZE: Final = 0.2
_LEAST: Final[Mapping[str, float]] = MappingProxyType(
    {"epochs": 1, "steps": 1, "batch": 1, "patch": 1}
)


@dataclass(frozen=True)
class Wishes:
    """How to train, as far as the caller says so.

    Parameters
    ----------
    settings
        Fields of :class:`~deepbacs_zoo.tasks.TrainingSettings`.
    preset
        Name of a preset of the task.
    origin
        Weights to go on from.
    validation
        Share of the images by which the best epoch is chosen.
    classes
        Names of the classes of boxes, or the name of a published set of classes; none for those of
        the training images.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    origin: Origin | None = None
    validation: float | None = None
    classes: Sequence[str] = ()

    def known_classes(self, task: Task | str, begun: Run | None) -> tuple[str, ...]:
        """Return the classes that boxes may have: as begun, as the origin was, as wished; or none.

        Raises
        ------
        UsageError
            Classes are wished for a task that has none, or twice.
        """
        if isinstance(task, Task):
            return tuple(task.arguments.get("classes", ()))
        if get_entry(task).annotation != "boxes":
            if self.classes:
                raise UsageError(
                    "classes",
                    f"the objects that {task} finds have no classes",
                    value=", ".join(self.classes),
                    allowed="classes for detection",
                    hint="train detection, or leave --classes out",
                )
            return ()
        if begun is not None and begun.task == task:
            return tuple(begun.task_arguments["classes"])
        if self.origin is not None and self.origin.task == task:
            return tuple(self.origin.task_arguments["classes"])
        names = tuple(self.classes)
        names = CLASS_PRESETS.get(names[0], names) if len(names) == 1 else names
        if len(set(names)) < len(names) or not all(names):
            raise _wrong("classes", ", ".join(names), "names, each once")
        return names

    def share(self, task: str) -> float:
        """Return the share of images for validation: the wished one, the preset's, or 0.2."""
        if self.validation is not None:
            return self.validation
        preset = self._preset(task)
        return VALIDATION if preset is None else preset.validation

    def task(
        self, task: Task | str, samples: Sequence[Sample], begun: Run | None, notice: Notice
    ) -> Task:
        """Return the task with network and settings.

        Parameters
        ----------
        task
            The name of one; or a task as it is, whose choices are made.
        samples
            The training images.
        begun
            The run that goes on, whose choices stay.
        notice
            Called with what is odd about the images.

        Raises
        ------
        UsageError
            A wish is not possible, or the origin was trained for another task.
        """
        name = task if isinstance(task, str) else task.name
        preset = self._preset(name)
        if isinstance(task, str):
            task = get_task(name, self._arguments(name, preset, samples, begun, notice))
        if preset is not None:
            task = preset.applied(task)
        if self.origin is not None:
            task = self.origin.applied(task)
        return dataclasses.replace(task, training=self._settings(task, begun))

    def warn_of_size(self, size: tuple[float, float] | None, notice: Notice) -> None:
        """Tell when the images have other pixels than those that the origin was trained with."""
        known = None if self.origin is None else self.origin.pixel_size
        if known is None or size is None or self.origin is None:
            return
        if any(
            abs(mine / theirs - 1) > _SAME_SIZE for mine, theirs in zip(size, known, strict=True)
        ):
            notice(
                Finding(
                    Severity.WARNING,
                    str(self.origin.path),
                    f"it was trained at {known[1]:g} µm per pixel, and these images have "
                    f"{size[1]:g} µm",
                    "images within 20 % of that",
                    "rescale the images, or expect a longer training",
                )
            )

    def _preset(self, task: str) -> Preset | None:
        return None if self.preset is None else get_preset(task, self.preset)

    def _arguments(
        self,
        name: str,
        preset: Preset | None,
        samples: Sequence[Sample],
        begun: Run | None,
        notice: Notice,
    ) -> Mapping[str, Any]:
        """Return what the task is built with: as begun, as the origin was, as preset, as chosen."""
        if begun is not None and begun.task == name:
            return begun.task_arguments
        classes = self.known_classes(name, begun)
        choice = get_entry(name).choose(samples, **({"classes": classes} if classes else {}))
        for finding in choice.findings:
            notice(finding)
        if self.origin is not None and self.origin.task == name:
            return self.origin.task_arguments
        return {**choice.arguments, **({} if preset is None else preset.arguments)}

    def _settings(self, task: Task, begun: Run | None) -> TrainingSettings:
        wished = {key: value for key, value in self.settings.items() if value is not None}
        for key, least in _LEAST.items():
            if key in wished and wished[key] < least:
                raise _wrong(key, wished[key], f"at least {least:g}")
        if not wished.get("learning_rate", 1) > 0:
            raise _wrong("learning_rate", wished["learning_rate"], "a number above 0")
        if wished.get("patch", task.multiple) % task.multiple:
            raise _wrong("patch", wished["patch"], f"a multiple of {task.multiple}")
        if begun is not None:  # goes on as long as it was meant to
            wished.setdefault("epochs", int(begun.settings["epochs"]))
        settings = task.training
        if self.origin is not None and "learning_rate" not in wished:
            rate = settings.learning_rate * FINE_TUNING
            settings = dataclasses.replace(settings, learning_rate=rate)
        return dataclasses.replace(settings, **wished)


def _wrong(name: str, value: object, allowed: str) -> UsageError:
    return UsageError(
        name.replace("_", " "),
        "this setting of the training is out of its range",
        value=value,
        allowed=allowed,
        hint="correct it, or leave it out",
    )
