"""Refusals of servers: their kinds, and the sentence of each for people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import DeepbacsZooError, HostError, IntegrityError, UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.files.http import Response

__all__ = ["ServiceError", "detail_of", "is_final", "kind_of"]

_LONGEST_DETAIL: Final = 300


class ServiceError(Exception):
    """A refusal of a server, explained to people with the state of the upload.

    Parameters
    ----------
    kind
        A key of ``_SENTENCES``.
    where
        The thing at fault: the server, a file, an id.
    reason
        The server's own words, or those of the connection.
    """

    def __init__(self, kind: str, where: str, reason: str) -> None:
        super().__init__(f"{kind}: {where}: {reason}")
        self.kind, self.where, self.reason = kind, where, reason

    def explained(self, state: str, allowed: str = "") -> DeepbacsZooError:
        """Return the error for people.

        Parameters
        ----------
        state
            What is on the server by now, as a clause.
        allowed
            The right state, where more is known about it than here.
        """
        error, what, usual, hint = _SENTENCES[self.kind]
        return error(
            self.where,
            what,
            value=self.reason or None,
            allowed=allowed or usual,
            hint=f"{hint} ({state})",
        )


_AGAIN: Final = "run the same command again, which goes on from here"
_SENTENCES: Final[Mapping[str, tuple[type[DeepbacsZooError], str, str, str]]] = {
    "token": (
        UsageError,
        "the server does not accept the token",
        "a token that is valid now",
        f"get a new one where you sign in, and {_AGAIN}",
    ),
    "permission": (
        UsageError,
        "the account of the token may not do this",
        "models of your own, and those that you were given permission for",
        "check the id and the account, or ask the model's owner or a reviewer of the zoo",
    ),
    "missing": (
        UsageError,
        "the server has nothing of this name",
        "the id of a model or draft that is there",
        "check the id and the address of the server",
    ),
    "exists": (
        UsageError,
        "the server has something of this name already",
        "a name that is not taken",
        "choose another id, or update what is there",
    ),
    "large": (
        HostError,
        "the file is too large for the server",
        "files up to the server's limit",
        f"make the file smaller or ask the server's operators, and {_AGAIN}",
    ),
    "busy": (
        HostError,
        "the server did not do it, also after several attempts",
        "a server that can be reached",
        f"wait a little, check the connection, and {_AGAIN}",
    ),
    "elsewhere": (
        HostError,
        "the server leads to another host, to which nothing was sent",
        "addresses of the server that was given",
        "check the address of the server, and tell its operators",
    ),
    "other-server": (
        HostError,
        "this is a server of another kind",
        "a server that answers as its documentation says",
        "check its address",
    ),
    "damaged": (
        IntegrityError,
        "the file arrived with other bytes, also at the second attempt",
        "the bytes of the package",
        f"check the connection, and {_AGAIN}",
    ),
    "request": (
        HostError,
        "the server refuses this request",
        "requests as its documentation describes them",
        "see whether a newer version of deepbacs_zoo knows better, or report it",
    ),
}
_KIND_OF_STATUS: Final = {
    401: "token",
    403: "permission",
    404: "missing",
    405: "other-server",
    409: "exists",
    413: "large",
}
_OF_PYTHON: Final = {
    "PermissionError": "permission",
    "KeyError": "missing",
    "FileNotFoundError": "missing",
    "FileExistsError": "exists",
    "ValueError": "request",
    "TypeError": "request",
    "AssertionError": "request",
}
"""Errors that a server in Python answers with, whatever number it gives them."""


def kind_of(answer: Response | None, detail: str) -> str:
    """Return the kind of a failure, by what a server says and by its number."""
    named = _named(detail)
    if named is not None or answer is None:
        return named or "busy"
    if 300 <= answer.status < 400:
        return "elsewhere"
    unexpected = "busy" if answer.status >= 500 or answer.status in {408, 429} else "request"
    return _KIND_OF_STATUS.get(answer.status, unexpected)


def is_final(answer: Response | None) -> bool:
    """Return whether a server names an error of its own that another attempt would meet, too."""
    return _named(detail_of(answer)) is not None


def _named(detail: str) -> str | None:
    return _OF_PYTHON.get(detail.partition(":")[0].strip())


def detail_of(answer: Response | None) -> str:
    """Return the server's own words about a refusal, in one line; empty for a web page."""
    text = b"" if answer is None else answer.said
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        found = re.search(rb"<Code>([^<]*)</Code>(?:<Message>([^<]*))?", text)
        said = b": ".join(filter(None, found.groups())).decode("utf-8", "replace") if found else ""
    if isinstance(said, dict):
        said = said.get("detail") or said.get("message") or ""
    return " ".join(str(said).split())[:_LONGEST_DETAIL]
