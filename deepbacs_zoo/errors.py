"""Every error of deepbacs_zoo, in one tree.

    DeepbacsZooError
    ├── UsageError          an option, a path or a name is not one that exists      exit 2
    │   └── MissingExtraError   an optional dependency is not installed             exit 2
    ├── HostError           this computer refuses: folder, disk, device, memory     exit 2
    │   └── OutputExistsError   a result exists already                             exit 2
    ├── DataError           an image, a label image or a pair is not as it must be  exit 1
    ├── PackageError        a package breaks the format, or contradicts itself      exit 1
    │   ├── IntegrityError      a file is missing, cut off or not the one described exit 1
    │   └── UnsupportedError    well formed, but nothing here can run it            exit 1
    ├── MacroError          a macro or plugin in ImageJ failed                      exit 1
    └── ModelError          training or a network went wrong (NaN, divergence)      exit 1

Each message is one sentence that names the thing, the value found, what was allowed and what to do.
An option in it is data (`deepbacs_zoo.options`): ``str(error)`` writes it as Python does, and
``error.sentence(spelling)`` as another interface does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from deepbacs_zoo.options import Option, Spelling, Text, in_python, spell

__all__ = [
    "DataError",
    "DeepbacsZooError",
    "HostError",
    "IntegrityError",
    "MacroError",
    "MissingExtraError",
    "ModelError",
    "OutputExistsError",
    "PackageError",
    "UnsupportedError",
    "UsageError",
    "listed",
    "look_up",
]

Row = TypeVar("Row")


class DeepbacsZooError(Exception):
    """An error that the user can act on; never raised for a bug of ours.

    Parameters
    ----------
    where
        The thing at fault: a file, an option, a tensor, a field of a description.
    what
        The fault, as a clause without a full stop.
    allowed
        The right value or state.
    hint
        The advice, in the imperative.
    value
        The value found; left out of the sentence when ``None``.
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        where: str | Path | Option | Text,
        what: str | Text,
        *,
        allowed: str | Text,
        hint: str | Text,
        value: object = None,
    ) -> None:
        self.where = where if isinstance(where, Option | Text) else str(where)
        self.what = what
        self.value = value
        self.allowed = allowed
        self.hint = hint
        super().__init__(str(self))

    def sentence(self, spelling: Spelling) -> str:
        """Return the message with its options written by an interface."""
        where, what, allowed, hint = (
            spell(each, spelling) for each in (self.where, self.what, self.allowed, self.hint)
        )
        found = "" if self.value is None else f" ({self.value})"
        return f"{where}: {what}{found}; allowed: {allowed}; {hint}."

    def advising(self, more: str | Text) -> Self:
        """Return the error with another advice after its own; itself where there is none."""
        if not more:
            return self
        _, (kind, parts) = self.__reduce__()
        hint = self.hint + Text((", or ",)) + more
        return kind(**{**parts, "hint": hint})

    def __str__(self) -> str:
        return self.sentence(in_python)

    def __reduce__(self) -> tuple[Any, tuple[type[Self], dict[str, Any]]]:
        # Exceptions with keyword arguments do not pickle by default; worker processes need it.
        parts = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return _rebuild, (type(self), parts)


def _rebuild(kind: type[DeepbacsZooError], parts: dict[str, Any]) -> DeepbacsZooError:
    return kind(**parts)


class UsageError(DeepbacsZooError, ValueError):
    """An option, a path or a name is not one that exists."""

    exit_code = 2


class MissingExtraError(UsageError, ImportError):
    """A command needs an optional dependency that is not installed."""

    @classmethod
    def of(cls, extra: str, module: str, purpose: str) -> MissingExtraError:
        """Build the error for ``module``, which ``purpose`` needs and ``extra`` installs."""
        return cls(
            purpose,
            "a Python package is not installed",
            value=module,
            allowed=f"an installation with the extra '{extra}'",
            hint=f"install it with: pip install 'deepbacs_zoo[{extra}]'",
        )


class HostError(DeepbacsZooError, OSError):
    """The computer refuses: a folder, the disk, a device, memory."""

    exit_code = 2


class OutputExistsError(HostError):
    """A result stands where a new one would be written."""

    @classmethod
    def of(cls, path: Path) -> OutputExistsError:
        """Build the error for the existing ``path``."""
        return cls(
            path,
            "this output exists already",
            allowed="a path that does not exist yet",
            hint="choose another " + Option("output") + " or set " + Option("overwrite", True),
        )


class DataError(DeepbacsZooError, ValueError):
    """An image, a label image or a pair is not as it must be."""


class PackageError(DeepbacsZooError, ValueError):
    """A package breaks the format or contradicts itself."""


class IntegrityError(PackageError):
    """A file of a package is missing, cut off, or not the one that was described."""


class UnsupportedError(PackageError):
    """A package is well formed, but nothing installed here can run it."""


class ModelError(DeepbacsZooError, ArithmeticError):
    """Training or a network went wrong: not a number, divergence."""


class MacroError(DeepbacsZooError, RuntimeError):
    """A macro or a plugin in ImageJ failed.

    Parameters
    ----------
    log
        Output of ImageJ until then.
    """

    def __init__(
        self,
        where: str | Path | Option | Text,
        what: str | Text,
        *,
        allowed: str | Text,
        hint: str | Text,
        value: object = None,
        log: str = "",
    ) -> None:
        self.log = log
        super().__init__(where, what, allowed=allowed, hint=hint, value=value)


def look_up(
    table: Mapping[str, Row],
    name: str,
    where: str | Option | Text,
    noun: str,
    hint: str | Text = "choose one of these",
) -> Row:
    """Return the row of a table that has this name.

    Parameters
    ----------
    table
        The rows by their names.
    name
        The name that somebody gave.
    where
        The thing that holds the name, for the message.
    noun
        The word for a row.
    hint
        The advice, in the imperative.

    Raises
    ------
    UsageError
        No row has this name.
    """
    if name in table:
        return table[name]
    raise UsageError(
        where, f"no {noun} has this name", value=name, allowed=", ".join(table), hint=hint
    )


def listed(texts: Sequence[str], most: int = 5) -> str:
    """Return the first of some texts with commas between, and how many more there are."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")
