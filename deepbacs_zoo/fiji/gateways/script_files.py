"""Script files of ImageJ's users: their languages and their text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.files.text import read_text

__all__ = ["GROOVY", "read_script", "refuse_argument"]

GROOVY: Final = ".groovy"
_MACROS: Final = (".ijm", ".txt")


def read_script(path: Path) -> str:
    """Return the text of a macro or of a script in Groovy.

    Raises
    ------
    UsageError
        It cannot be read, or is in another language.
    """
    if path.suffix.lower() not in {*_MACROS, GROOVY}:
        raise UsageError(
            path,
            "scripts in this language are not run",
            value=path.suffix or "a name without an ending",
            allowed=f"a macro ({', '.join(_MACROS)}) or a script in Groovy ({GROOVY})",
            hint="name the file after its language",
        )
    try:
        return read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        raise UsageError(
            path,
            "the script cannot be read",
            value=reason,
            allowed="a text file",
            hint="check the path",
        ) from error


def refuse_argument(argument: str) -> None:
    """Refuse a text argument, which scripts other than macros cannot ask for.

    Raises
    ------
    UsageError
        There is one.
    """
    if argument:
        raise UsageError(
            "the argument",
            "a script in Groovy cannot ask for it",
            value=argument,
            allowed="no text, but values for its #@ parameters",
            hint="declare '#@ String argument' in the script, and give it that value",
        )
