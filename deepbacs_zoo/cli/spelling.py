"""Options, errors and findings as the command line writes them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.options import Option, spell

if TYPE_CHECKING:
    from deepbacs_zoo.errors import DeepbacsZooError
    from deepbacs_zoo.findings import Finding

__all__ = ["error_text", "finding_text", "on_command_line"]

_FLAGS: Final = MappingProxyType(
    {"pretrained": "--from", "consumer": "--for", "parameters": "--arg"}
)
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


def error_text(error: DeepbacsZooError) -> str:
    """Return the sentence of an error."""
    return error.sentence(on_command_line)


def finding_text(finding: Finding) -> str:
    """Return severity, place and observation of a finding, and of a warning the advice, too."""
    what, hint = (spell(text, on_command_line) for text in (finding.what, finding.hint))
    said = f"{finding.severity.name.capitalize()}: {finding.where}: {what}"
    return f"{said}; {hint}" if hint and finding.severity > Severity.INFO else said
