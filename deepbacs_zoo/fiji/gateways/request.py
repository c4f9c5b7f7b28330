"""A run that is asked of ImageJ, as the Java side reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Request"]


@dataclass(frozen=True)
class Request:
    """A macro or a script to run.

    Parameters
    ----------
    code
        Its text.
    argument
        What ``getArgument()`` gives.
    groovy
        The name of its file, if it is a script in Groovy.
    outputs
        Types of the variables that are its results, by name.
    inputs
        Type and value of the variables that a script in Groovy begins with, by name.
    """

    code: str
    argument: str = ""
    groovy: str | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, list[Any]] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)
