"""Header of a description: its format, its version, its id."""

from __future__ import annotations

import re
from typing import Final

from deepbacs_zoo.errors import DataError, PackageError, UnsupportedError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.findings import Finding, Rule, Severity

__all__ = ["NEWEST_KNOWN", "findings", "format_number", "identifier"]

NEWEST_KNOWN: Final = (0, 5, 14)
"""The newest format whose changes were looked through; newer 0.5 is read as this one."""

NEWER_FORMAT: Final = Rule(
    "newer-description-format",
    Severity.INFO,
    "A later format may state things that are not known here and are therefore not read.",
    source="bioimageio.spec 0.5.14, changelog of the model description",
)

_READABLE: Final = ((0, 4), (0, 5))
_ALLOWED: Final = "three numbers with points between, such as 0.5.10"
_OLDEST_CONVERTED: Final = (0, 3)
_VERSION: Final = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})(?:\.([0-9]{1,4}))?")

# Tried with bioimageio.core 0.11.0, whose converters begin at 0.3.0 and need a type.
_CONVERT: Final = "with bioimageio.core 0.11.0: bioimageio update-format rdf.yaml"

Number = tuple[int, int, int]


def format_number(root: Field) -> Number:
    """Return the format of a model's description as three numbers.

    The version counts first: what else a description must have depends on it.

    Raises
    ------
    UnsupportedError
        The description is not of a model, or of another format than 0.4 and 0.5.
    PackageError
        The version is missing or has another form.
    """
    stated = root.get("type")
    if stated is not None and stated.value != "model":
        raise stated.wrong(
            "model",
            what="this is the description of something else than a model",
            hint="give the package of a model",
            kind=UnsupportedError,
        )
    field = root.need("format_version", _ALLOWED)
    match = _VERSION.fullmatch(_as_text(field))
    if match is None:
        raise _malformed(field)
    major, minor = int(match[1]), int(match[2])
    if (major, minor) not in _READABLE:
        raise field.wrong(
            "0.4.x and 0.5.x",
            what="this format of the description is not read here",
            hint=_advice((major, minor), has_type=stated is not None),
            kind=UnsupportedError,
        )
    if match[3] is None or not isinstance(field.value, str):
        raise _malformed(field)
    root.require("type")
    return major, minor, int(match[3])


def _as_text(field: Field) -> str:
    """Return the version also where YAML reads it as a number, as it does ``0.5``."""
    is_scalar = isinstance(field.value, str | int | float)
    return str(field.value).strip() if is_scalar else ""


def _malformed(field: Field) -> PackageError | DataError:
    return field.wrong(
        _ALLOWED,
        what="this is no version of the format",
        hint="write all three numbers, or ask the author for a corrected package",
    )


def _advice(version: tuple[int, int], *, has_type: bool) -> str:
    if version > max(_READABLE):
        return "get a newer deepbacs_zoo"
    if version < _OLDEST_CONVERTED:
        return "no program converts it: look for a newer version of the model, or describe it anew"
    return "convert it " + _CONVERT if has_type else "add 'type: model' and convert it " + _CONVERT


def findings(number: Number) -> tuple[Finding, ...]:
    """Return what is worth knowing about a format that is read."""
    if number <= NEWEST_KNOWN:
        return ()
    known = ".".join(map(str, NEWEST_KNOWN))
    found = ".".join(map(str, number))
    return (
        NEWER_FORMAT.finding(
            "format_version",
            f"the format {found} is newer than those known here and is read as {known}",
            f"up to {known}",
            "get a newer deepbacs_zoo if something is missing",
        ),
    )


def identifier(root: Field, number: Number) -> str | None:
    """Return ``id``; before 0.4.10 the Zoo's name stood in ``config.bioimageio.nickname``."""
    place: Field | None = root
    if number < (0, 4, 10):
        for key in ("config", "bioimageio", "nickname"):
            place = None if place is None else place.get(key)
        if place is not None:
            return place.text()
    stated = root.get("id")
    return None if stated is None else stated.text()
