"""Outcome of a run in ImageJ, and the result or the exception that Python makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Final

from deepbacs_zoo import errors
from deepbacs_zoo.errors import DeepbacsZooError, HostError, MacroError, UsageError
from deepbacs_zoo.fiji.gateways.heap import LARGER_HEAP
from deepbacs_zoo.fiji.gateways.metadata import outlines_from
from deepbacs_zoo.fiji.gateways.protocol import MacroResult, Table
from deepbacs_zoo.images.image import Image
from deepbacs_zoo.options import read_text

__all__ = ["MacroOutcome", "Run", "result_of"]

# Java's messages when something needs a window.
_HEADLESS: Final = ("HeadlessException", "headless dialog")
_NO_GROOVY: Final = "ClassNotFoundException: groovy.lang."
_CANCELED: Final = "a command canceled the macro"


@dataclass(frozen=True)
class MacroOutcome:
    """Report of the Java side about a run.

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
    outputs
        The values of output parameters as JSON, images as ``{"image": INDEX}``; ``None`` if there
        are none.
    unknown
        Keys of options that no field of their command had, each with those that it has after a tab.
    tables
        By title, the columns by heading.
    rois
        What is in the ROI Manager, in ImageJ's format, as base64.
    """

    value: str | None = None
    log: str = ""
    failure: str | None = None
    line: int = 0
    trace: str | None = None
    report: str | None = None
    outputs: str | None = None
    unknown: tuple[str, ...] = ()
    tables: Mapping[str, Mapping[str, list[float] | list[str]]] = field(default_factory=dict)
    rois: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """Text or command that was run, for the messages of its errors.

    Parameters
    ----------
    code
        The text, as its author has it.
    name
        Its name.
    is_command
        Whether it was a single command: then an error that the plugin reports is raised even if
        the macro went on, and there are no lines.
    """

    code: str
    name: str
    is_command: bool = False

    def place(self, line: int) -> str:
        """Return the name, with a line where it is known."""
        return f"{self.name}, line {line}" if line > 0 and not self.is_command else self.name

    def text(self, line: int) -> str:
        """Return the text of a line, or the beginning of it; empty where there is none."""
        lines = self.code.splitlines()
        return shorten(lines[line - 1], 100, placeholder=" ...") if 0 < line <= len(lines) else ""


_MACRO: Final = Run("", "ImageJ's macro")


def result_of(outcome: MacroOutcome, images: Mapping[str, Image], run: Run = _MACRO) -> MacroResult:
    """Return a run's result, or raise what went wrong in it.

    Parameters
    ----------
    outcome
        The report of the Java side.
    images
        The images that are open.
    run
        What was run.
    """
    report = _report(outcome)
    failed = report is not None and report.get("status") == "error"
    if outcome.failure is not None or (failed and run.is_command):
        raise _error_of(outcome, report if failed else None, run)
    if outcome.unknown and run.is_command:
        key, _, known = outcome.unknown[0].partition("\t")
        raise UsageError(
            f"option '{key}'",
            "the command has no option with this name",
            value=run.name,
            allowed=known,
            hint="take the first word of the label in the dialog, in lower case",
        )
    tables = {title: Table.of(columns) for title, columns in outcome.tables.items()}
    outputs = _outputs(outcome, list(images))
    rois = outlines_from(outcome.rois)
    return MacroResult(outcome.value, outcome.log, tables, dict(images), report, outputs, rois)


def _outputs(outcome: MacroOutcome, titles: Sequence[str]) -> Mapping[str, Any]:
    """Return the values of output parameters: whole numbers as such, an image by its title."""
    values = json.loads(outcome.outputs or "{}")
    return {name: _output(value, titles) for name, value in values.items()}


def _output(value: Any, titles: Sequence[str]) -> Any:  # noqa: ANN401 - any value of JSON
    if isinstance(value, list):
        return [_output(each, titles) for each in value]
    if isinstance(value, dict):
        return titles[value["image"]]
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _report(outcome: MacroOutcome) -> Mapping[str, Any] | None:
    if outcome.report is None:
        return None
    report = json.loads(outcome.report)
    if not isinstance(report, dict) or report.get("status") == "none":
        return None
    return report


def _error_of(
    outcome: MacroOutcome, report: Mapping[str, Any] | None, run: Run
) -> DeepbacsZooError:
    reported = (report or {}).get("error") or {}
    # An earlier run that failed may have been no reason to stop.
    failure = outcome.failure or _CANCELED
    if report is not None and (failure == _CANCELED or str(reported.get("message")) in failure):
        return _reported(reported, outcome)
    return _of_imagej(outcome, run)


def _of_imagej(outcome: MacroOutcome, run: Run) -> DeepbacsZooError:
    """Return the exception for a failure of ImageJ itself."""
    where = run.place(outcome.line)
    failure = " ".join((outcome.failure or "").split()).rstrip(".")
    if "java.lang.OutOfMemoryError" in failure:
        return HostError(
            where,
            "Java's heap was too small",
            value=failure,
            allowed="images and stacks that fit the heap",
            hint=LARGER_HEAP,
        )
    if _NO_GROOVY in failure:
        return HostError(
            where,
            "this ImageJ has no Groovy",
            allowed="an ImageJ with the jar of Groovy, such as that of a Fiji folder",
            hint="open the gateway on a Fiji folder, or write a macro (.ijm)",
        )
    if any(text in failure for text in _HEADLESS):
        return MacroError(
            where,
            "it asks for something, and there is no window",
            value=run.text(outcome.line) or failure,
            allowed="commands with all their options, and no questions",
            hint="write what it asks for into run(), as the macro recorder does, or take it from a "
            "#@ parameter or getArgument()",
            log=_log(outcome),  # with Java's words
        )
    return MacroError(
        where,
        failure or "it failed",
        value=run.text(outcome.line) or None,
        allowed="a run without an error",
        hint="correct it, its argument or its images; the error's log says more",
        log=_log(outcome),
    )


def _log(outcome: MacroOutcome) -> str:
    """Return the log, with the stack trace if it is not in it."""
    if outcome.trace is None or outcome.trace.strip() in outcome.log:
        return outcome.log
    return f"{outcome.log}{outcome.trace}"


def _reported(error: Mapping[str, Any], outcome: MacroOutcome) -> DeepbacsZooError:
    """Return the plugin's error as the exception that Python would raise."""
    what = read_text(error.get("what") or outcome.failure or "")
    where = read_text(error.get("where") or "ImageJ's command 'DeepBacs Run'")
    parts = {name: read_text(error.get(name) or "") for name in ("allowed", "hint")}
    value = error.get("value")
    kind = _kind(error)
    if kind is MacroError:
        allowed = parts["allowed"] or "a run without an error"
        hint = parts["hint"] or "the error's log says more"
        return MacroError(where, what, value=value, allowed=allowed, hint=hint, log=outcome.log)
    return kind(where, what, value=value, **parts)


def _kind(error: Mapping[str, Any]) -> type[DeepbacsZooError]:
    """Return the class that the plugin names; `MacroError` for one that is not known here."""
    kind = getattr(errors, str(error.get("kind")), None)
    if isinstance(kind, type) and issubclass(kind, DeepbacsZooError):
        return kind
    return MacroError
