"""Typed reading of a YAML mapping: complaints name the field, the value and what was allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from deepbacs_zoo.errors import PackageError

__all__ = ["Fields", "Rule", "as_is", "choice", "matching"]

T = TypeVar("T")

Rule = tuple[Callable[[str], bool], str]
"""A test of a text, and the words for what it allows."""


def as_is(limit: int) -> Rule:
    """Allow any text of 1 to ``limit`` characters."""
    return (lambda text: 0 < len(text) <= limit), f"a text of 1 to {limit} characters"


def matching(pattern: str, allowed: str) -> Rule:
    """Allow a text that matches the regular expression completely."""
    return (lambda text: re.fullmatch(pattern, text) is not None), allowed


def choice(*names: str) -> Rule:
    """Allow one of a few words."""
    return (lambda text: text in names), " or ".join(names)


class Fields:
    """One mapping of the front matter, and where it stands.

    Parameters
    ----------
    path
        The card.
    content
        The mapping as YAML gave it; anything else is refused.
    place
        Path of the mapping in the front matter (``authors.0``), empty for the top.
    known
        The fields that may occur.
    """

    def __init__(self, path: Path, content: object, place: str, known: tuple[str, ...]) -> None:
        self._path = path
        self._place = place
        if not isinstance(content, Mapping):
            self._complain(place or "front matter", content, "fields, one 'name: value' a line")
        self._content: Mapping[str, Any] = content
        for key in content:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                self._complain(
                    self._at(str(key)),
                    content[key],
                    f"the fields {', '.join(known)}",
                    hint=f"did you mean '{near[0]}'?" if near else "remove the field",
                )

    def text(self, name: str, rule: Rule) -> str | None:
        """Return a text, or ``None`` when the field is absent."""
        value = self._content.get(name)
        if value is None:
            return None
        return self._checked(self._at(name), value, rule)

    def required(self, name: str, rule: Rule) -> str:
        """Return a text that must be there."""
        value = self.text(name, rule)
        if value is None:
            self._complain(self._at(name), "missing", rule[1], hint="add the field to the card")
        return value

    def texts(self, name: str, rule: Rule) -> tuple[str, ...]:
        """Return a list of texts; empty when the field is absent."""
        return tuple(
            self._checked(f"{self._at(name)}.{index}", value, rule)
            for index, value in enumerate(self._list(name))
        )

    def records(self, name: str, read: Callable[[Path, object, str], T]) -> tuple[T, ...]:
        """Return a list of mappings, each read by ``read(path, content, place)``."""
        return tuple(
            read(self._path, value, f"{self._at(name)}.{index}")
            for index, value in enumerate(self._list(name))
        )

    def record(self, name: str, read: Callable[[Path, object, str], T]) -> T | None:
        """Return one mapping, or ``None`` when the field is absent."""
        value = self._content.get(name)
        return None if value is None else read(self._path, value, self._at(name))

    def number(self, name: str) -> float:
        """Return a positive number."""
        value = self._content.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            self._complain(self._at(name), value, "a number above 0")
        return float(value)

    def need(self, name: str, found: object, allowed: str) -> None:
        """Complain unless ``found`` is something."""
        if not found:
            self._complain(self._at(name), "missing", allowed, hint="add the field to the card")

    def _list(self, name: str) -> list[Any]:
        value = self._content.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._complain(self._at(name), value, "a list, one '- entry' a line")
        return value

    def _checked(self, place: str, value: object, rule: Rule) -> str:
        test, allowed = rule
        if not isinstance(value, str):
            self._complain(place, value, allowed, hint="put the value in quotes")
        text = value.strip()
        if not test(text):
            self._complain(place, text, allowed)
        return text

    def _at(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _complain(self, place: str, value: object, allowed: str, hint: str = "") -> NoReturn:
        raise PackageError(
            self._path,
            f"the field '{place}' of the front matter is wrong",
            value=value,
            allowed=allowed,
            hint=hint or "correct it; model_cards/README.md describes every field",
        )
