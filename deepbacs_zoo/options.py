"""Options as data, so that every interface names them its own way.

A message of the library speaks of an option of deepbacs_zoo without knowing who reads it: the
command line writes ``--memory 512MiB``, Python ``memory=536870912``, a macro ``memory=512MiB``, the
dialog in ImageJ the label of its field.  A message is therefore a text with options in it::

    "choose another " + Option("output") + " or set " + Option("overwrite", True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

__all__ = ["Bytes", "Option", "Spelling", "Text", "in_python", "read_text", "spell"]


class Bytes(int):
    """A number of bytes that is written in MiB, rounded up, where a person reads it."""

    def __str__(self) -> str:
        return f"{-(-int(self) // 2**20)}MiB"

    def __repr__(self) -> str:
        return int.__repr__(self)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


@dataclass(frozen=True)
class Option:
    """An option, alone or with the value that it should get.

    Parameters
    ----------
    name
        The argument's name in Python, for example ``pixel_size``.
    value
        The value to set; ``True`` for a switch, ``None`` to name the option alone.
    """

    name: str
    value: object = None

    def __add__(self, other: str | Option | Text) -> Text:
        return Text((self,)) + other

    def __radd__(self, other: str) -> Text:
        return Text((other,)) + self

    def __str__(self) -> str:
        return in_python(self)


@dataclass(frozen=True)
class Text:
    """A text that names options.

    Parameters
    ----------
    parts
        Plain pieces and options in their order.
    """

    parts: tuple[str | Option, ...] = ()

    def __add__(self, other: str | Option | Text) -> Text:
        return Text((*self.parts, *(other.parts if isinstance(other, Text) else (other,))))

    def __radd__(self, other: str) -> Self:
        return type(self)((other, *self.parts))

    def __str__(self) -> str:
        return spell(self, in_python)

    def __bool__(self) -> bool:
        return bool(self.parts)


Spelling = Callable[[Option], str]
"""How an interface writes an option."""


def in_python(option: Option) -> str:
    """Write an option as an argument of a Python function."""
    return option.name if option.value is None else f"{option.name}={option.value!r}"


def spell(text: str | Option | Text, spelling: Spelling) -> str:
    """Return a text with its options written by an interface.

    Parameters
    ----------
    text
        A plain string, which is returned as it is; an option; or a text with options.
    spelling
        How the interface writes an option.
    """
    if isinstance(text, str):
        return text
    parts = (text,) if isinstance(text, Option) else text.parts
    return "".join(part if isinstance(part, str) else spelling(part) for part in parts)


def read_text(plain: object) -> str | Text:
    """Return a text from JSON, with its options as data.

    Parameters
    ----------
    plain
        A string, or a list of strings and objects with ``option`` and ``value``.
    """
    if not isinstance(plain, list):
        return str(plain)
    return Text(tuple(part if isinstance(part, str) else _option(part) for part in plain))


def _option(plain: Mapping[str, Any]) -> Option:
    value = plain["value"]
    is_memory = plain["option"] == "memory" and value is not None
    return Option(plain["option"], Bytes(value) if is_memory else value)
