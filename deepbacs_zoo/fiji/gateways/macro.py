"""Writes the macro line that runs a command with options, as the macro recorder would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from deepbacs_zoo.errors import UsageError

__all__ = ["macro_text", "run_line"]

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_.\-%^#]*")


def run_line(command: str, options: Mapping[str, object]) -> str:
    r"""Return ``run("command", "key=[value] word ");``.

    Parameters
    ----------
    command
        Name of a command in ImageJ's menus.
    options
        Texts, numbers, paths; ``True`` gives the key alone, ``False`` and ``None`` nothing.

    Raises
    ------
    UsageError
        The command is empty, a key holds what ImageJ does not find, or a value cannot be kept apart
        from what follows it: ImageJ reads values between brackets and knows no escapes in them.

    Examples
    --------
    >>> run_line("Gaussian Blur...", {"sigma": 2.5, "stack": True})
    'run("Gaussian Blur...", "sigma=[2.5] stack");'
    """
    if not command.strip():
        raise UsageError(
            "ImageJ's command",
            "it has no name",
            value=repr(command),
            allowed="the name of a command in the menus",
            hint='write for example "Gaussian Blur..."',
        )
    words = [word for key, value in options.items() if (word := _word(key, value))]
    if not words:
        return f"run({macro_text(command)});"
    return f"run({macro_text(command)}, {macro_text(' '.join(words))});"


def _word(key: str, value: object) -> str:
    if not _KEY.fullmatch(key):
        raise UsageError(
            f"option '{key}'",
            "ImageJ does not find an option with this name",
            allowed="characters a to z, digits and '_'",
            hint="take the first word of the label in the dialog, in lower case",
        )
    if value is None or isinstance(value, bool | np.bool_):
        return key if value else ""
    text = str(value) if isinstance(value, str | Path) else _number(key, value)
    if not _is_balanced(text) or "\n" in text or "\r" in text:
        raise UsageError(
            f"option '{key}'",
            "ImageJ cannot read this value",
            value=repr(text),
            allowed="one line in which each '[' has its ']'",
            hint="rename the file or the folder",
        )
    return f"{key}=[{text}]"


def _number(key: str, value: object) -> str:
    if isinstance(value, int | float | np.integer | np.floating):
        return str(value)
    raise UsageError(
        f"option '{key}'",
        "an option of ImageJ cannot have this type",
        value=type(value).__name__,
        allowed="a text, a path, a number, True, False or None",
        hint="convert it",
    )


def _is_balanced(text: str) -> bool:
    depth = 0
    for character in text:
        depth += (character == "[") - (character == "]")
        if depth < 0:
            return False
    return depth == 0


def macro_text(text: str) -> str:
    r"""Return a text as a literal of the macro language.

    Examples
    --------
    >>> print(macro_text('C:\\a "b"'))
    "C:\\a \"b\""
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{escaped}"'
