"""What the Java side tells of a run, and what Python makes of it: a result, or an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo import errors
from deepbacs_zoo.errors import DeepbacsZooError, HostError, MacroError
from deepbacs_zoo.fiji.gateways.protocol import MacroResult, Table
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.options import Bytes, Option, Text

__all__ = ["Outcome", "read_text", "result_of"]

# How Java says that something wants a window.
_HEADLESS: Final = ("HeadlessException", "headless dialog")
_CANCELED: Final = "a command canceled the macro"


@dataclass(frozen=True)
class Outcome:
    """What the Java side tells of a run, before anything is made of it.

    Parameters
    ----------
    value, log
        As in `MacroResult`.
    failure
        What went wrong, in ImageJ's words; ``None`` if nothing did.
    line
        The line of the macro at which it stopped; 0 if that is not known.
    trace
        The stack trace of an exception.
    report
        The plugin's report as JSON; ``None`` without the plugin.
    tables
        By title, the columns by heading.
    """

    value: str | None = None
    log: str = ""
    failure: str | None = None
    line: int = 0
    trace: str | None = None
    report: str | None = None
    tables: Mapping[str, Mapping[str, list[float] | list[str]]] = field(default_factory=dict)


def result_of(
    outcome: Outcome, images: Mapping[str, Image], *, command: str | None = None
) -> MacroResult:
    """Return a run's result, or raise what went wrong in it.

    Parameters
    ----------
    outcome
        What the Java side tells.
    images
        The images that are open.
    command
        The command, if that was all that was run: then an error that the plugin reports is raised
        even if it was told to go on.
    """
    report = _report(outcome)
    failed = report is not None and report.get("status") == "error"
    if outcome.failure is not None or (failed and command is not None):
        raise _error_of(outcome, report if failed else None, command)
    tables = {
        title: Table({name: _column(cells) for name, cells in columns.items()})
        for title, columns in outcome.tables.items()
    }
    return MacroResult(outcome.value, outcome.log, tables, dict(images), report)


def _report(outcome: Outcome) -> Mapping[str, Any] | None:
    if outcome.report is None:
        return None
    report = json.loads(outcome.report)
    if not isinstance(report, dict) or report.get("status") == "none":
        return None
    return report


def _column(cells: list[float] | list[str]) -> NDArray[np.float64] | tuple[str, ...]:
    if any(isinstance(cell, str) for cell in cells):
        return tuple(map(str, cells))
    column = np.array(cells, np.float64)
    column.flags.writeable = False
    return column


def _error_of(
    outcome: Outcome, report: Mapping[str, Any] | None, command: str | None
) -> DeepbacsZooError:
    if report is not None:
        told = report.get("error") or {}
        # An earlier run that failed may have been no reason to stop.
        failure = outcome.failure or _CANCELED
        if failure == _CANCELED or str(told.get("message")) in failure:
            return _reported(told, outcome)
    place = f", line {outcome.line}" if outcome.line and command is None else ""
    where = f"ImageJ's macro{place}" if command is None else f"ImageJ's command '{command}'"
    failure = " ".join((outcome.failure or "").split()).rstrip(".")
    log = outcome.log
    if outcome.trace is not None and outcome.trace.strip() not in log:
        log = f"{log}{outcome.trace}"
    if "java.lang.OutOfMemoryError" in failure:
        return HostError(
            where,
            "Java's heap was too small",
            value=failure,
            allowed="images and stacks that fit the heap",
            hint="choose a larger heap (--heap), or smaller images or stacks",
        )
    if any(words in failure for words in _HEADLESS):
        return MacroError(
            where,
            "it asks for something, and there is no window",
            value=failure,
            allowed="commands with all their options, and none of the ROI manager",
            hint="write what it asks for into run(), as the macro recorder does",
            log=log,
        )
    return MacroError(
        where,
        failure or "it failed",
        allowed="a run without an error",
        hint="correct the macro, its argument or its images; the error's log says more",
        log=log,
    )


def _reported(told: Mapping[str, Any], outcome: Outcome) -> DeepbacsZooError:
    """Return the plugin's error as the exception that Python would raise."""
    kind = getattr(errors, str(told.get("kind")), None)
    what = read_text(told.get("what") or outcome.failure or "")
    where = read_text(told.get("where") or "ImageJ's command 'DeepBacs Run'")
    parts = {name: read_text(told.get(name) or "") for name in ("allowed", "hint")}
    value = told.get("value")
    if not (isinstance(kind, type) and issubclass(kind, DeepbacsZooError)) or kind is MacroError:
        allowed = parts["allowed"] or "a run without an error"
        hint = parts["hint"] or "the error's log says more"
        return MacroError(where, what, value=value, allowed=allowed, hint=hint, log=outcome.log)
    return kind(where, what, value=value, **parts)


def read_text(plain: object) -> str | Text:
    """Return a text of the plugin's report, with its options as data.

    Parameters
    ----------
    plain
        A string, or a list of strings and objects with ``option`` and ``value``.
    """
    if not isinstance(plain, list):
        return str(plain)
    return Text(tuple(part if isinstance(part, str) else _option(part) for part in plain))


def _option(plain: Mapping[str, Any]) -> Option:
    value = plain["value"]
    is_memory = plain["option"] == "memory" and value is not None
    return Option(plain["option"], Bytes(value) if is_memory else value)
