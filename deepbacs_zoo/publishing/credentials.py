"""Tokens: found in the environment or a keyring, shown nowhere."""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from deepbacs_zoo.errors import UsageError

__all__ = ["KEYRING", "Token", "find_token"]

KEYRING: Final = "deepbacs_zoo"
"""The service in the user's keyring; the name in it is that of the server."""
_HIDDEN: Final = "[token]"


class Token:
    """A token of a server; only :meth:`header` and :meth:`reveal` give it away.

    Parameters
    ----------
    value
        The token itself.
    source
        Where it was found, for messages.

    Raises
    ------
    UsageError
        It cannot be a token; the message does not show it.
    """

    __slots__ = ("_value", "source")

    def __init__(self, value: str, source: str) -> None:
        self._value = value.strip()
        self.source = source
        if not re.fullmatch(r"[\x21-\x7e]+", self._value):
            # A header could not hold it, and the error of the library that says so would show it.
            raise UsageError(
                source,
                "this is no token",
                value=f"{len(self._value)} characters, which are not shown",
                allowed="one word of visible ASCII characters",
                hint="copy the token again, without quotes and line breaks",
            )

    def header(self) -> dict[str, str]:
        """Return the header that says who asks."""
        return {"Authorization": f"Bearer {self._value}"}

    def reveal(self) -> str:
        """Return the token itself, for a library that sends it."""
        return self._value

    def hide(self, text: str) -> str:
        """Return a text of a server without the token."""
        return text.replace(self._value, _HIDDEN)

    @property
    def user(self) -> str | None:
        """The user's id, where the token states it."""
        subject = self._claims().get("sub")
        return subject if isinstance(subject, str) else None

    @property
    def expires(self) -> datetime | None:
        """The time until which it is valid, where the token states it."""
        seconds = self._claims().get("exp")
        try:
            return datetime.fromtimestamp(float(str(seconds)), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def _claims(self) -> dict[str, Any]:
        """Return the statements of a JSON web token, unverified; none of another kind of token."""
        parts = self._value.split(".")
        try:
            claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except (IndexError, binascii.Error, ValueError):
            return {}
        return claims if isinstance(claims, dict) else {}

    def __repr__(self) -> str:
        return f"Token({self.source})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is not written anywhere")


def find_token(host: str, variables: Sequence[str], how: str) -> Token:
    """Return the token for a server.

    Parameters
    ----------
    host
        The name of the server, under which a keyring holds it.
    variables
        Environment variables in which it may stand; the first that is set counts.
    how
        The way to get one, as a clause for the error.

    Raises
    ------
    UsageError
        There is none, or it cannot be one.
    """
    for name in variables:
        if value := os.environ.get(name, "").strip():
            return Token(value, name)
    if kept := _in_keyring(host):
        return Token(kept, f"keyring, {host}")
    raise UsageError(
        host,
        "there is no token for this server",
        allowed=f"the environment variable {' or '.join(variables)}, or the entry '{host}' of "
        f"'{KEYRING}' in a keyring",
        hint=f"{how}, and set the variable or run: keyring set {KEYRING} {host}",
    )


def _in_keyring(host: str) -> str | None:
    try:
        import keyring  # not required: whoever uses a keyring has installed it
        from keyring.errors import KeyringError
    except ImportError:
        return None
    try:
        found: str | None = keyring.get_password(KEYRING, host)
    except KeyringError:
        return None  # locked, or there is none on this computer
    return found
