"""Thresholds that were chosen when a training was over, and the words for it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

from deepbacs_zoo.package.zoo_config import Decoding

__all__ = ["Change", "TunedDecoding"]


class Change(NamedTuple):
    """A field of a decoding with its value before and after, as text."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} {self.before} → {self.after}"


@dataclass(frozen=True)
class TunedDecoding:
    """A decoding whose thresholds were chosen by objects with truth.

    Parameters
    ----------
    settings
        The decoding with the chosen thresholds.
    before, after
        Scores with the method's own thresholds and with these.
    objects
        Number of objects that they were chosen by.
    initial
        The method's own decoding; ``None`` for runs of older versions, which did not record it.
    score
        The score in words.
    composed
        Those of the objects that lie in fields composed of the others.
    note
        A sentence about thresholds that could not be chosen as they should be; empty without any.
    """

    settings: Decoding
    before: float
    after: float
    objects: int
    initial: Decoding | None = None
    score: str = "mean F1"
    composed: int = 0
    note: str = ""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The fields that were changed; none where the method's own values were the best."""
        if self.initial is None:
            return ()
        names = (entry.name for entry in dataclasses.fields(self.settings))
        both = (self.initial, self.settings)
        return tuple(
            Change(name.replace("_", " "), *(_text(each, name) for each in both))
            for name in names
            if getattr(self.initial, name) != getattr(self.settings, name)
        )

    @property
    def summary(self) -> str:
        """The changes and what they were chosen by, in one sentence, and the note."""
        return f"{self._said}; {self.note}" if self.note else self._said

    @property
    def _said(self) -> str:
        by = f"by {self.objects} objects of the validation images"
        if self.composed:
            by = f"by {self.objects - self.composed} objects of the validation images"
            by += f" and {self.composed} composed of them"
        if self.changes:
            changes = ", ".join(map(str, self.changes))
            return f"{changes}; {self.score} {self.before:.3f} → {self.after:.3f}, chosen {by}"
        if self.initial is not None:
            return (
                f"the method's own: no other made the {self.score} of {self.before:.3f} noticeably "
                f"higher, {by}"
            )
        values = ", ".join(
            f"{name.replace('_', ' ')} {_text(self.settings, name)}"
            for name, value in vars(self.settings).items()
            if isinstance(value, float)
        )
        return f"{values}; {self.score} {self.before:.3f} → {self.after:.3f}, chosen {by}"


def _text(settings: Decoding, name: str) -> str:
    """Return a field as text: numbers in few digits, one for each class with its name."""
    value = getattr(settings, name)
    if not isinstance(value, tuple):
        return _number(value)
    classes = getattr(settings, "classes", ())
    each = [_number(number) for number in value]
    if len(classes) == len(each):
        each = [f"{kind} {number}" for kind, number in zip(classes, each, strict=True)]
    return f"({', '.join(each)})"


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
