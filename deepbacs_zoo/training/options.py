"""Options of training: from the caller, the data and pretrained weights to one method."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.annotations import LabelOptions
from deepbacs_zoo.annotations.labels.options import AS_THEY_ARE
from deepbacs_zoo.checkpoints import BEST_BY, VALIDATION_LOSS, Run
from deepbacs_zoo.errors import UsageError, listed
from deepbacs_zoo.findings import OnFinding, Rule, Severity
from deepbacs_zoo.images import AS_IT_IS, ReadOptions
from deepbacs_zoo.options import Option
from deepbacs_zoo.tasks import Method, MethodEntry, Sample, TrainingSettings

if TYPE_CHECKING:
    from deepbacs_zoo.training.pretrained import Pretrained

__all__ = ["TrainingOptions"]

VALIDATION: Final = 0.2
FINE_TUNING: Final = 0.25
"""Weights that are good already are moved by a quarter of the method's learning rate."""

_SAME_SIZE: Final = 0.2
_LEAST: Final[Mapping[str, float]] = MappingProxyType(
    {"epochs": 1, "steps_per_epoch": 1, "batch_size": 1, "patch_size": 1, "least_steps": 0}
)
_LATER: Final = ("least_steps", "max_contrast", "max_zoom", "composed_fields", "best_by")
"""Settings of a method that changed: a run goes on with those that it began with."""
_DEFAULTS: Final = {entry.name: entry.default for entry in dataclasses.fields(TrainingSettings)}
_OTHER_PIXEL_SIZE: Final = Rule(
    "pretrained-at-other-pixel-size",
    Severity.WARNING,
    "A network knows objects of the sizes in pixels that it was trained with.",
)
_NEW_CLASSES: Final = Rule(
    "classes-new-to-pretrained",
    Severity.INFO,
    "Weights say nothing about a class that they were not trained with.",
)


@dataclass(frozen=True)
class TrainingOptions:
    """Options of the caller.

    Parameters
    ----------
    settings
        Fields of :class:`~deepbacs_zoo.tasks.TrainingSettings`; ``None`` for the method's own.
    preset
        Name of a preset of the method.
    pretrained
        Weights to go on from.
    validation
        Share of the images by which the best epoch is chosen.
    classes
        Names of the classes of boxes, or the name of a published set of classes; none for those of
        the training images.
    labels
        How label images, masks and target images are read.
    reading
        The part of the images that is read.
    arguments
        Arguments of the method that a user may give, by name.
    """

    settings: Mapping[str, Any] = field(default_factory=dict)
    preset: str | None = None
    pretrained: Pretrained | None = None
    validation: float | None = None
    classes: Sequence[str] = ()
    labels: LabelOptions = AS_THEY_ARE
    reading: ReadOptions = AS_IT_IS
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def known_classes(self, entry: MethodEntry, previous: Run | None) -> tuple[str, ...]:
        """Return the classes that boxes may have: of the run, the caller's, of the weights; or any.

        Raises
        ------
        UsageError
            The method has no classes, or one is named twice.
        """
        if entry.class_sets is None:
            if self.classes:
                raise UsageError(
                    Option("classes"),
                    f"the objects that {entry.name} finds have no classes",
                    value=", ".join(self.classes),
                    allowed="classes for detection",
                    hint="train detection, or leave " + Option("classes") + " out",
                )
            return ()
        if previous is not None and previous.method == entry.name:
            return tuple(previous.method_arguments["classes"])
        names = tuple(self.classes)
        if not names and self._goes_on(entry):
            return self._classes_of_weights()
        names = entry.class_sets.get(names[0], names) if len(names) == 1 else names
        if len(set(names)) < len(names) or not all(names):
            raise _out_of_range("classes", ", ".join(names), "names, each once")
        return names

    def check_arguments(self, entry: MethodEntry) -> None:
        """Raise where the method does not take an argument."""
        for name, value in self.arguments.items():
            if name not in entry.given:
                raise UsageError(
                    Option(name),
                    f"{entry.name} has no such option",
                    value=value,
                    allowed=", ".join(sorted(entry.given)) or "no options of the method",
                    hint="leave " + Option(name) + " out",
                )

    def check_register(self, entry: MethodEntry) -> None:
        """Raise where targets are to be moved and are no images."""
        if self.labels.register and entry.annotation != "image":
            raise UsageError(
                Option("register"),
                f"{entry.name} does not learn from target images",
                allowed="methods with a target image for each image, such as care",
                hint="leave " + Option("register") + " out",
            )

    def _goes_on(self, entry: MethodEntry) -> bool:
        return self.pretrained is not None and self.pretrained.method == entry.name

    def _classes_of_weights(self) -> tuple[str, ...]:
        return () if self.pretrained is None else tuple(self.pretrained.method_arguments["classes"])

    def reading_of(self, previous: Run | None) -> ReadOptions:
        """Return the part of the images that is read: the caller's, or that of the run."""
        if previous is None or self.reading != AS_IT_IS:
            return self.reading
        first = previous.split.training.files[0]
        return ReadOptions(first.series, first.channel)

    def validation_share(self, entry: MethodEntry) -> float:
        """Return the share of images for validation: the caller's, the preset's, or 0.2."""
        if self.validation is not None:
            return self.validation
        preset = entry.preset(self.preset)
        return VALIDATION if preset is None else preset.validation

    def patch_size(self, entry: MethodEntry) -> int:
        """Return the side of the patches in pixels: the caller's, the preset's, or the method's."""
        preset = entry.preset(self.preset)
        known = {
            "patch_size": entry.build().training.patch_size,
            **({} if preset is None else preset.training),
            **{name: value for name, value in self.settings.items() if value is not None},
        }
        return int(known["patch_size"])

    def method(
        self,
        entry: MethodEntry,
        samples: Sequence[Sample],
        previous: Run | None,
        on_finding: OnFinding,
    ) -> Method:
        """Return the method with its network and settings.

        Parameters
        ----------
        entry
            Its row.
        samples
            The training images.
        previous
            The run that goes on, whose choices stay.
        on_finding
            Called with findings about the images.

        Raises
        ------
        UsageError
            An option is out of its range, or the weights were trained for another method.
        """
        preset = entry.preset(self.preset)
        chosen = self._arguments(entry, samples, previous, on_finding)
        method = entry.build(**{**chosen, **self.arguments})
        if preset is not None:
            method = preset.applied(method)
        if self.pretrained is not None:
            method = self.pretrained.applied(method)
        return dataclasses.replace(method, training=self._settings(method, previous))

    def warn_of_size(self, size: tuple[float, float] | None, on_finding: OnFinding) -> None:
        """Report images whose pixels have another size than the weights were trained at."""
        if self.pretrained is None or self.pretrained.pixel_size is None or size is None:
            return
        known = self.pretrained.pixel_size
        if any(
            abs(mine / theirs - 1) > _SAME_SIZE for mine, theirs in zip(size, known, strict=True)
        ):
            on_finding(
                _OTHER_PIXEL_SIZE.finding(
                    self.pretrained.path,
                    f"it was trained at {known[1]:g} µm per pixel, and these images have "
                    f"{size[1]:g} µm",
                    "images within 20 % of that",
                    "rescale the images, or expect a longer training",
                )
            )

    def _arguments(
        self,
        entry: MethodEntry,
        samples: Sequence[Sample],
        previous: Run | None,
        on_finding: OnFinding,
    ) -> Mapping[str, Any]:
        """Return arguments for building: of the run, of the weights, of the preset, as chosen."""
        if previous is not None and previous.method == entry.name:
            return previous.method_arguments
        classes = self.known_classes(entry, previous)
        choice = entry.choose(samples, **({"classes": classes} if classes else {}))
        for finding in choice.findings:
            on_finding(finding)
        if self.pretrained is not None and self._goes_on(entry):
            anew = {name: choice.arguments[name] for name in entry.anew & choice.arguments.keys()}
            known = {**self.pretrained.method_arguments, **anew}
            return {**known, "classes": self._with_new(classes, on_finding)} if classes else known
        preset = entry.preset(self.preset)
        return {**choice.arguments, **({} if preset is None else preset.arguments)}

    def _with_new(self, classes: tuple[str, ...], on_finding: OnFinding) -> tuple[str, ...]:
        """Return the classes after saying which of them the weights do not know."""
        known = self._classes_of_weights()
        new = [name for name in classes if name not in known]
        if new and self.pretrained is not None:
            on_finding(
                _NEW_CLASSES.finding(
                    self.pretrained.path,
                    f"it does not know {listed(new)}, which {'is' if len(new) == 1 else 'are'} "
                    f"learned from the beginning (it knows {listed(known)})",
                )
            )
        return classes

    def _settings(self, method: Method, previous: Run | None) -> TrainingSettings:
        given = {key: value for key, value in self.settings.items() if value is not None}
        _check_settings(given, method)
        if previous is not None:  # goes on as long as it was meant to
            given.setdefault("epochs", int(previous.settings["epochs"]))
            for name in _LATER:
                given.setdefault(name, previous.settings.get(name, _DEFAULTS[name]))
        elif {"epochs", "steps_per_epoch"} & given.keys():  # who says how long is taken at his word
            given.setdefault("least_steps", None)
        settings = method.training
        if self.pretrained is not None and "learning_rate" not in given:
            rate = settings.learning_rate * FINE_TUNING
            settings = dataclasses.replace(settings, learning_rate=rate)
        return dataclasses.replace(settings, **given)


def _check_settings(given: Mapping[str, Any], method: Method) -> None:
    known = [entry.name for entry in dataclasses.fields(TrainingSettings)]
    for key, value in given.items():
        if key not in known:
            raise _out_of_range(key, value, f"settings of these names: {', '.join(known)}")
        if key in _LEAST and value < _LEAST[key]:
            raise _out_of_range(key, value, f"at least {_LEAST[key]:g}")
    if not given.get("learning_rate", 1) > 0:
        raise _out_of_range("learning_rate", given["learning_rate"], "a number above 0")
    multiple = method.multiple
    if given.get("patch_size", multiple) % multiple:
        raise _out_of_range("patch_size", given["patch_size"], f"a multiple of {multiple}")
    own = {VALIDATION_LOSS, *(f"val_{name}" for name in method.metrics)}
    columns = [column for column in BEST_BY if column in own]
    if given.get("best_by", VALIDATION_LOSS) not in columns:
        raise _out_of_range("best_by", given["best_by"], f"one of {', '.join(columns)}")


def _out_of_range(name: str, value: object, allowed: str) -> UsageError:
    return UsageError(
        Option(name),
        "this setting of the training is out of its range",
        value=value,
        allowed=allowed,
        hint="correct it, or leave it out",
    )
