"""Which programs will be able to run a package, predicted from its description and file headers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.graph.header import read_onnx_header
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import FixedSize, SteppedSize
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding, note
from deepbacs_zoo.validation.consumers.deepimagej import lint

__all__ = ["NEWEST_IR", "NEWEST_OPSET", "check_consumers"]

NEWEST_OPSET: Final = 17
NEWEST_IR: Final = 8
"""What ONNX Runtime 1.13.1 loads, the newest that JDLL has."""

_DEEPIMAGEJ: Final = "deepImageJ 3.1"
_CORE: Final = "bioimageio.core"
_FARTHEST: Final = 100
_PLAIN_DOCUMENTATION: Final = (0, 5, 10)


def check_consumers(package: Package, trust: bool) -> Outcome:
    """Predict for bioimageio.core, ONNX Runtime of JDLL, and deepImageJ whether they run it.

    That a program will fail is a warning: the package may be meant for others.
    """
    del trust
    findings = (*_core(package), *_far_from_zero(package), *_onnx(package), *_deepimagej(package))
    return Outcome(findings)


def _core(package: Package) -> Iterator[Finding]:
    number = tuple(int(part) for part in package.format_version.split(".")[:3] if part.isdigit())
    described = [package.description.get("documentation"), *_covers(package)]
    if number > _PLAIN_DOCUMENTATION or any(isinstance(entry, Mapping) for entry in described):
        yield Finding(
            Severity.WARNING,
            _CORE,
            f"format {package.format_version} is not read by bioimageio.core up to 0.10.4, which "
            "the zoo's runner was last documented with",
            "format_version up to 0.5.10, with documentation and covers as plain file names",
            "export in the dialect 0.5.10",
        )
    else:
        yield note(_CORE, "the description is read by versions 0.10.4 and 0.11.0")
    yield from _halo_and_step(package)


def _covers(package: Package) -> list[object]:
    covers = package.description.get("covers")
    return covers if isinstance(covers, list) else []


def _halo_and_step(package: Package) -> Iterator[Finding]:
    """Predict the crash of ``bioimageio predict`` on images padded by the halo."""
    halos = {axis.name: axis.halo for spec in package.outputs for axis in spec.space}
    for index, spec in enumerate(package.inputs):
        for axis in spec.space:
            padding = 2 * halos.get(axis.name, 0)
            bad_step = isinstance(axis.size, SteppedSize) and padding % axis.size.step
            bad_size = isinstance(axis.size, FixedSize) and padding
            if bad_step or bad_size:
                yield Finding(
                    Severity.WARNING,
                    f"{_CORE}, inputs.{index}.axes.{axis.id}",
                    f"its predict pads by the halo of {padding // 2} on both sides, which gives a "
                    "size that the network does not take",
                    "a size that may grow, and twice the halo a multiple of the step",
                    "widen the halo to the next multiple, or run it with deepbacs-zoo",
                )


def _far_from_zero(package: Package) -> Iterator[Finding]:
    """Predict that consumers which measure in float32 normalise the test input otherwise.

    The mean of values of size m has a rounding error of about 2**-24 m; divided by the standard
    deviation it shifts all normalised values, which a network may amplify beyond the tolerance.
    """
    for index, spec in enumerate(package.inputs):
        measured = any(step.name == "zero_mean_unit_variance" for step in spec.steps)
        if not measured or spec.test_tensor is None:
            continue
        try:
            values = package.tensor(spec.test_tensor)
        except PackageError:  # reported where the file is checked
            continue
        deviation = float(values.std(dtype=np.float64))
        ratio = abs(float(values.mean(dtype=np.float64))) / deviation if deviation else 0.0
        if ratio > _FARTHEST:
            yield Finding(
                Severity.WARNING,
                f"inputs.{index}.test_tensor",
                f"its mean is {ratio:.0f} standard deviations from 0, so programs that measure it "
                f"in float32 normalise it differently by about {ratio * 2**-24:.0e}",
                f"a mean of at most {_FARTHEST} standard deviations",
                "subtract a constant from the test input, which normalisation takes out again",
            )


def _onnx(package: Package) -> Iterator[Finding]:
    weights = package.weights.get("onnx")
    if weights is None:
        return
    where = "weights.onnx"
    try:
        header = read_onnx_header(package.file_path(weights.file))
    except PackageError as error:
        yield error_finding(error)
        return
    found = f"opset {header.opset}, IR {header.ir_version}"
    stated = weights.fields.get("opset_version")
    if stated is not None and stated != header.opset:
        yield Finding(
            Severity.WARNING,
            where,
            f"the description states opset {stated}, the file has {header.opset}",
            "the opset of the file",
            f"state opset_version: {header.opset}",
        )
    if header.opset > NEWEST_OPSET or header.ir_version > NEWEST_IR:
        yield Finding(
            Severity.WARNING,
            where,
            f"{found}: too new for ONNX Runtime 1.13.1, the newest in Fiji",
            f"opset up to {NEWEST_OPSET}, IR up to {NEWEST_IR}",
            "export with an older opset and IR",
        )
    else:
        yield note(where, f"{found}: loads from ONNX Runtime 1.13.1 on")
    if header.foreign:
        yield Finding(
            Severity.WARNING,
            where,
            f"operators of {', '.join(header.foreign)} are used",
            "operators of ONNX itself",
            "export without custom operators",
        )


def _deepimagej(package: Package) -> Iterator[Finding]:
    reasons = lint(package)
    for reason in reasons:
        verb = "will not run it" if reason.blocks else "will compute something else"
        yield Finding(
            Severity.WARNING,
            f"{_DEEPIMAGEJ}, {reason.where}",
            f"{verb}: {reason.what}",
            reason.allowed,
            reason.hint,
        )
    if any(reason.blocks for reason in reasons):
        return
    words = "is predicted to run it"
    if "torchscript" in package.weights:
        words += " with the TorchScript weights, as far as these use operators that PyTorch 2.0 has"
    yield note(_DEEPIMAGEJ, words)
