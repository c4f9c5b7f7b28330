"""The result of one check, and the rules by which errors become findings.

Errors have no id of their own: as findings they get that of their class, so that the same damaged
file is the same finding (id and place) whichever check meets it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from deepbacs_zoo import errors
from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Text
from deepbacs_zoo.summary import ConsumerVerdict

__all__ = ["ERROR_RULES", "Outcome", "error_finding", "what_of"]

PACKAGE_ERROR: Final = Rule(
    "package-error",
    Severity.ERROR,
    "A package that breaks the format or contradicts itself cannot be read without guessing.",
    "bioimage.io model format 0.4 and 0.5",
)
INTEGRITY_ERROR: Final = Rule(
    "integrity-error",
    Severity.ERROR,
    "A file that is missing, cut off or altered gives other results than those that were tested.",
)
UNSUPPORTED_ERROR: Final = Rule(
    "unsupported-error",
    Severity.ERROR,
    "A package that nothing here can run is of no use here.",
)
DATA_ERROR: Final = Rule(
    "data-error",
    Severity.ERROR,
    "Test tensors of the wrong shape or type cannot be given to the network.",
)
MODEL_ERROR: Final = Rule(
    "model-error",
    Severity.ERROR,
    "A network whose result is not a number gives no result.",
)
MACRO_ERROR: Final = Rule(
    "macro-error",
    Severity.ERROR,
    "A macro that fails in ImageJ gives no result.",
)

ERROR_RULES: Final[Mapping[type[DeepbacsZooError], Rule]] = MappingProxyType(
    {
        errors.PackageError: PACKAGE_ERROR,
        errors.IntegrityError: INTEGRITY_ERROR,
        errors.UnsupportedError: UNSUPPORTED_ERROR,
        errors.DataError: DATA_ERROR,
        errors.ModelError: MODEL_ERROR,
        errors.MacroError: MACRO_ERROR,
    }
)
"""The rule of each error about the package; errors about the user or the computer are raised."""


@dataclass(frozen=True)
class Outcome:
    """Findings of one check, the numbers that it measured by name, and verdicts on programs."""

    findings: tuple[Finding, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    consumers: tuple[ConsumerVerdict, ...] = ()


def what_of(error: DeepbacsZooError) -> str | Text:
    """Return the observation in an error, with the value found."""
    return error.what if error.value is None else error.what + f" ({error.value})"


def error_finding(error: DeepbacsZooError) -> Finding:
    """Return the parts of an error as a finding by the rule of its class."""
    rule = next(ERROR_RULES[kind] for kind in type(error).__mro__ if kind in ERROR_RULES)
    return rule.finding(str(error.where), what_of(error), error.allowed, error.hint)
