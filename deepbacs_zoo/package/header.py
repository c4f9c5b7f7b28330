"""Header of a description: its format, its version, its id."""

from __future__ import annotations

import re
from typing import Final

from deepbacs_zoo.errors import UnsupportedError
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
_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")

Number = tuple[int, int, int]


def format_number(root: Field) -> Number:
    """Return the format of a model's description as three numbers.

    Raises
    ------
    UnsupportedError
        The description is not of a model, or of another format than 0.4 and 0.5.
    PackageError
        The version is missing or has another form.
    """
    kind = root["type"]
    if kind.value != "model":
        raise kind.wrong(
            "model",
            what="this is the description of something else than a model",
            hint="give the package of a model",
            kind=UnsupportedError,
        )
    field = root["format_version"]
    match = _VERSION.fullmatch(field.text())
    if match is None:
        raise field.wrong("three numbers with points between, such as 0.5.10")
    number = (int(match[1]), int(match[2]), int(match[3]))
    if number[:2] not in _READABLE:
        newer = number[:2] > max(_READABLE)
        raise field.wrong(
            "0.4.x and 0.5.x",
            what="this format of the description is not read here",
            hint="get a newer deepbacs_zoo"
            if newer
            else "convert the description with bioimageio.core (bioimageio update-format)",
            kind=UnsupportedError,
        )
    return number


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
