"""A value of a structured text (YAML, JSON) with its place, which every error names."""

from __future__ import annotations

import difflib
import math
import re
import reprlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from deepbacs_zoo.errors import DataError, PackageError

__all__ = ["CORRECT_IT", "Field", "TextRule", "Wording", "one_of", "text_like", "text_up_to"]

CORRECT_IT = "correct this field of the description, or ask the author for a corrected package"


@dataclass(frozen=True)
class TextRule:
    """A test of a text, and the words for what it allows."""

    test: Callable[[str], bool]
    allowed: str


def text_up_to(limit: int) -> TextRule:
    """Allow any text of 1 to ``limit`` characters."""
    return TextRule(lambda text: 0 < len(text) <= limit, f"a text of 1 to {limit} characters")


def text_like(pattern: str, allowed: str) -> TextRule:
    """Allow a text that matches the regular expression completely."""
    return TextRule(lambda text: re.fullmatch(pattern, text) is not None, allowed)


def one_of(*names: str) -> TextRule:
    """Allow one of a few words."""
    return TextRule(lambda text: text in names, " or ".join(names))


@dataclass(frozen=True)
class Wording:
    """The words of errors about one kind of text.

    Parameters
    ----------
    what
        What is wrong, where nothing more exact is known.
    hint
        What to do.
    kind
        The class of the errors.
    show
        How a value is written.
    add
        What to do where a field is missing.
    """

    what: str = "this field of the description has a wrong value"
    hint: str = CORRECT_IT
    kind: type[PackageError | DataError] = PackageError
    # repr of a value with thousands of YAML aliases would not end; reprlib cuts it short.
    show: Callable[[Any], object] = reprlib.repr
    add: str = CORRECT_IT


@dataclass(frozen=True)
class Field:
    """One value of a structured text.

    Parameters
    ----------
    document
        The file or package, as named to the user; may be empty.
    path
        The place in it, for example ``inputs.0.axes.2.size``; empty for all of it.
    value
        The value as read from YAML or JSON.
    wording
        The words of errors.
    """

    document: str
    path: str
    value: Any
    wording: Wording = field(default_factory=Wording)

    # --- children --------------------------------------------------------------------------------

    def at(self, key: str | int, value: Any) -> Field:  # noqa: ANN401 - YAML holds anything
        """Return ``value`` as the child of this field at ``key``."""
        path = f"{self.path}.{key}" if self.path else str(key)
        return Field(self.document, path, value, self.wording)

    def __getitem__(self, key: str) -> Field:
        """Return the child at ``key``; an error when it is missing or null."""
        return self.need(key, "a value")

    def need(self, key: str, allowed: str) -> Field:
        """Return the child at ``key``; an error with what is allowed when it is missing or null."""
        child = self.get(key)
        if child is None:
            missing = self.at(key, None)
            what = "this required field is missing"
            raise missing.wrong(allowed, what=what, hint=self.wording.add)
        return child

    def get(self, key: str) -> Field | None:
        """Return the child at ``key``, or ``None`` when it is missing or null."""
        value = self.mapping().get(key)
        return None if value is None else self.at(key, value)

    def require(self, *keys: str) -> None:
        """Raise an error for the first of ``keys`` that is missing or null."""
        for key in keys:
            self.__getitem__(key)

    def items(self) -> list[Field]:
        """Return the elements of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [self.at(index, value) for index, value in enumerate(self.value)]

    def entries(self) -> list[Field]:
        """Return the elements of a list that must not be empty."""
        if self.value == []:
            raise self.wrong("at least one entry", what="this list is empty")
        return self.items()

    def only(self, known: Collection[str]) -> None:
        """Refuse fields of a mapping that are not among ``known``."""
        for key, value in self.mapping().items():
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f"did you mean '{near[0]}'?" if near else "remove the field"
                raise self.at(key, value).wrong(f"the fields {', '.join(known)}", hint=hint)

    def mapping(self) -> dict[str, Any]:
        """Return the value as a mapping with text keys."""
        if not isinstance(self.value, dict) or not all(isinstance(key, str) for key in self.value):
            raise self.wrong("a mapping with names as keys")
        return self.value

    # --- scalars ---------------------------------------------------------------------------------

    def text(self) -> str:
        """Return a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.wrong("a text that is not empty")
        return self.value

    def text_as(self, rule: TextRule) -> str:
        """Return a text without blanks around it that keeps a rule."""
        if not isinstance(self.value, str):
            raise self.wrong(rule.allowed, hint="put the value in quotes")
        text = self.value.strip()
        if not rule.test(text):
            raise self.wrong(rule.allowed)
        return text

    def choice(self, allowed: Collection[str]) -> str:
        """Return a text that is one of ``allowed``."""
        if not isinstance(self.value, str) or self.value not in allowed:
            raise self.wrong("one of " + ", ".join(allowed))
        return self.value

    def integer(self, minimum: int | None = None) -> int:
        """Return a whole number of at least ``minimum``; ``16.0`` counts as 16."""
        value = self.value
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(_whole(minimum))
        if minimum is not None and value < minimum:
            raise self.wrong(_whole(minimum))
        return value

    def number(self) -> float:
        """Return a finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.wrong("a number")
        try:
            value = float(self.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.wrong("a finite number")
        return value

    def positive(self) -> float:
        """Return a finite number above 0."""
        value = self.number()
        if value <= 0:
            raise self.wrong("a number above 0")
        return value

    def flag(self) -> bool:
        """Return a truth value."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    # --- errors ----------------------------------------------------------------------------------

    @property
    def where(self) -> str:
        """The document and the place in it."""
        return ": ".join(part for part in (self.document, self.path) if part)

    def wrong(
        self,
        allowed: str,
        *,
        what: str = "",
        hint: str = "",
        kind: type[PackageError] | None = None,
    ) -> PackageError | DataError:
        """Return the error that says so; what is not given is as the wording has it."""
        wording = self.wording
        return (kind or wording.kind)(
            self.where,
            what or wording.what,
            value=None if self.value is None else wording.show(self.value),
            allowed=allowed,
            hint=hint or wording.hint,
        )


def _whole(minimum: int | None) -> str:
    return "a whole number" if minimum is None else f"a whole number of at least {minimum}"
