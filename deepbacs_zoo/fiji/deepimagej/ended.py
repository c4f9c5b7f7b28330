"""Output and status of a process that has ended."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ended"]


@dataclass(frozen=True)
class Ended:
    """A process that has ended.

    Parameters
    ----------
    status
        Its exit status, negative for a signal; ``None`` if the time limit ended it.
    output, errors
        What it and its children wrote to standard output and standard error.
    crash
        Java's report of a crash; empty where there was none.
    """

    status: int | None
    output: str
    errors: str
    crash: str

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join((self.errors, self.output, self.crash))
