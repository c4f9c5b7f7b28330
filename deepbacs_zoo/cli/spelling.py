"""Options as the command line writes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from deepbacs_zoo.options import Option

__all__ = ["on_command_line"]

_FLAGS: Final = MappingProxyType({"pretrained": "--from", "consumer": "--for"})
"""Flags that are not named after the argument in Python."""


def on_command_line(option: Option) -> str:
    """Write an option as a flag, with its value after it.

    Parameters
    ----------
    option
        The option; of a switch (``True``) only the flag is written.
    """
    flag = _FLAGS.get(option.name, "--" + option.name.replace("_", "-"))
    return flag if option.value is None or option.value is True else f"{flag} {option.value}"
