"""Named values for a macro as the one text that ``getArgument()`` gives.

ImageJ's macro language reads Java's properties format, one ``key=value`` a line, by
``List.setList(getArgument())``; afterwards ``List.get("key")`` is the value.  That format takes the
backslash of a Windows path for the begin of an escape, and its bytes for Latin-1, hence the escapes
here (format: class ``java.util.Properties`` of the Java platform, method ``load``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from deepbacs_zoo.errors import UsageError

__all__ = ["macro_argument"]


def macro_argument(values: Mapping[str, str]) -> str:
    """Write named values as a macro's argument.

    Parameters
    ----------
    values
        Any text by a name of A to Z, a to z, digits, ``_``, ``.`` and ``-``.

    Raises
    ------
    UsageError
        A name holds another character.
    """
    for name in values:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", name):
            raise UsageError(
                f"argument '{name}'",
                "a macro's argument cannot have this name",
                allowed="A to Z, a to z, digits, '_', '.' and '-'",
                hint="write key=value with a plain key",
            )
    return "\n".join(f"{name}={_escaped(value)}" for name, value in values.items())


def _escaped(value: str) -> str:
    """Escape what the format gives a meaning, and what is not ASCII, as UTF-16 code units."""
    parts = []
    for index, character in enumerate(value):
        if character == "\\":
            parts.append("\\\\")
        elif character == " " and index == 0:
            parts.append("\\ ")  # leading blanks would be left out
        elif " " <= character <= "~":
            parts.append(character)
        else:
            units = character.encode("utf-16-be", "surrogatepass")
            parts += [f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)]
    return "".join(parts)
