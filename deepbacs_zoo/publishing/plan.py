"""The requests of an upload before any is made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """One request to a server.

    Parameters
    ----------
    method
        ``GET``, ``POST`` or ``PUT``.
    path
        Where on the server; ``{id}`` stands for what the server answers to the creation.
    about
        What it is for, in a few words.
    size
        Bytes of the file that is sent with it; ``None`` where it is a message.
    """

    method: str
    path: str
    about: str
    size: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)
