"""The table of programs that read packages; each entry predicts whether its program runs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.findings import Rule, Severity
from deepbacs_zoo.summary import ConsumerVerdict, Verdict
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.consumers import (
    biapy,
    careamics,
    deepimagej_2,
    ilastik,
    plugin,
    qupath,
)
from deepbacs_zoo.validation.consumers.core import check_core
from deepbacs_zoo.validation.consumers.deepimagej import check_deepimagej
from deepbacs_zoo.validation.consumers.float32 import check_float32
from deepbacs_zoo.validation.consumers.jdll_onnx import check_jdll_onnx
from deepbacs_zoo.validation.context import Context

__all__ = ["CONSUMERS", "check_consumers"]

WEIGHTS_NOT_RUN: Final = Rule(
    "weights-not-run",
    Severity.INFO,
    "Rules about the description say nothing about weights that are damaged or were never run.",
)

CONSUMERS: Final[Mapping[str, Callable[[Context], Outcome]]] = MappingProxyType(
    {
        "bioimageio.core": check_core,
        "programs that measure in float32": check_float32,
        "ONNX Runtime of JDLL": check_jdll_onnx,
        "deepImageJ 3.1": check_deepimagej,
        "deepImageJ 2.1": deepimagej_2.CONSUMER.check,
        "ilastik": ilastik.check_ilastik,
        "QuPath": qupath.check_qupath,
        "BiaPy": biapy.CONSUMER.check,
        "CAREamics": careamics.CONSUMER.check,
        "deepbacs_zoo plugin": plugin.CONSUMER.check,
    }
)


def check_consumers(context: Context) -> Outcome:
    """Predict from the description and the headers of files which programs run a package.

    That a program will fail is a warning: the package may be meant for others.  Where weights run
    here, differences are measured on the test input.
    """
    outcomes = [check(context) for check in CONSUMERS.values()]
    return Outcome(
        tuple(finding for outcome in outcomes for finding in outcome.findings),
        consumers=tuple(
            _as_it_ran(context, verdict) for outcome in outcomes for verdict in outcome.consumers
        ),
    )


def _as_it_ran(context: Context, verdict: ConsumerVerdict) -> ConsumerVerdict:
    """Take what became of the weights here into account, where they were tried."""
    if verdict.verdict is Verdict.FAILS or context.ran is None or verdict.weights in context.ran:
        return verdict
    finding = WEIGHTS_NOT_RUN.finding(
        f"weights.{verdict.weights}", "they did not run here, so nobody knows what they compute"
    )
    kind = Verdict.FAILS if verdict.weights in context.failed else Verdict.UNKNOWN
    return replace(verdict, verdict=kind, findings=(*verdict.findings, finding), differences=())
