"""Rows of the doctor: what ImageJ needs, and what of it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.options import Text

__all__ = ["Row", "Status", "failed_row"]

Status = Literal["ok", "warning", "missing"]


@dataclass(frozen=True)
class Row:
    """One thing that ImageJ needs or can use.

    Parameters
    ----------
    name
        The thing.
    status
        ``missing``: nothing runs without it; ``warning``: something does not.
    found
        What is there, such as a version, or what is wrong.
    where
        The place it was found at, or looked for; may be empty.
    hint
        What to do; empty where there is nothing to do.
    """

    name: str
    status: Status
    found: str
    where: str = ""
    hint: str | Text = ""


def failed_row(name: str, error: DeepbacsZooError) -> Row:
    """Return an error as a row about a missing thing."""
    found = str(error.what) if error.value is None else f"{error.what} ({error.value})"
    return Row(name, "missing", found, str(error.where), error.hint)
