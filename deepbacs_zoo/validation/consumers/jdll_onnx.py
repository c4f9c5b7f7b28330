"""The prediction for the ONNX engines of JDLL, by the header of the ONNX file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Evidence, Finding, Rule, Severity, fails
from deepbacs_zoo.graph.header import read_onnx_header
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding
from deepbacs_zoo.validation.context import Context

__all__ = ["NEWEST_IR", "NEWEST_OPSET", "check_jdll_onnx"]

NEWEST_OPSET: Final = 17
NEWEST_IR: Final = 8
"""Newest versions that ONNX Runtime 1.13.1 loads, the newest engine of JDLL."""

_WHERE: Final = "weights.onnx"
_SOURCE: Final = Evidence("ONNX Runtime 1.13.1")
OPSET_MISSTATED: Final = Rule(
    "onnx-opset-misstated",
    Severity.WARNING,
    "Programs choose their engine by the opset that the description states.",
    "bioimage.io model format 0.5, opset_version",
)
ONNX_TOO_NEW: Final = fails(
    "onnx-too-new", "An older engine does not load a file of a newer opset or IR.", _SOURCE
)
ONNX_LOADS: Final = Rule(
    "onnx-loads", Severity.INFO, "The newest ONNX engine in Fiji loads the file.", str(_SOURCE)
)
ONNX_CUSTOM_OPERATORS: Final = fails(
    "onnx-custom-operators",
    "No engine has operators that its makers do not know.",
    Evidence("ONNX specification, operator sets", confirmed=False),
)


def check_jdll_onnx(context: Context) -> Outcome:
    """Predict whether ONNX Runtime 1.13.1, the newest in Fiji, loads the ONNX weights."""
    return Outcome(tuple(_findings(context)))


def _findings(context: Context) -> Iterator[Finding]:
    weights = context.package.weights.get("onnx")
    if weights is None:
        return
    try:
        header = read_onnx_header(context.package.file_path(weights.file))
    except PackageError as error:
        yield error_finding(error)
        return
    found = f"opset {header.opset}, IR {header.ir_version}"
    stated = weights.fields.get("opset_version")
    if stated is not None and stated != header.opset:
        yield OPSET_MISSTATED.finding(
            _WHERE,
            f"the description states opset {stated}, the file has {header.opset}",
            "the opset of the file",
            f"state opset_version: {header.opset}",
        )
    if header.opset > NEWEST_OPSET or header.ir_version > NEWEST_IR:
        yield ONNX_TOO_NEW.finding(
            _WHERE,
            f"{found}: too new for ONNX Runtime 1.13.1, the newest in Fiji",
            f"opset up to {NEWEST_OPSET}, IR up to {NEWEST_IR}",
            "export with an older opset and IR",
        )
    else:
        yield ONNX_LOADS.finding(_WHERE, f"{found}: loads from ONNX Runtime 1.13.1 on")
    if header.foreign:
        yield ONNX_CUSTOM_OPERATORS.finding(
            _WHERE,
            f"operators of {', '.join(header.foreign)} are used",
            "operators of ONNX itself",
            "export without custom operators",
        )
