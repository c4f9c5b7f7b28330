"""Rules of deepImageJ 3.1 with JDLL 0.6 about packages, found by running it.

Each looks at the package and yields issues: the real program fails, or it computes something else
without saying so.  Validation predicts by them, and the predictor refuses by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from deepbacs_zoo.fiji.deepimagej.step_rules import step_issues
from deepbacs_zoo.fiji.deepimagej.tensor_rules import tensor_issues
from deepbacs_zoo.findings import Evidence, Issue, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.writing.jdll import bucket

__all__ = ["lint", "weights_taken"]

_RUN: Final = Evidence("deepImageJ 3.1 / JDLL 0.6")
_READ: Final = Evidence("deepImageJ 3.1 / JDLL 0.6", confirmed=False)
_VERSIONS: Final = {
    "torchscript": "pytorch_version",
    "onnx": "opset_version",
    "tensorflow_saved_model_bundle": "tensorflow_version",
}
"""Weights formats that it has engines for, and the field that chooses the engine."""

DESCRIPTION_NAME: Final = fails(
    "deepimagej-description-name", "It looks for a file of this one name.", _RUN
)
DOCUMENTATION: Final = fails(
    "deepimagej-documentation",
    "JDLL reads the documentation as a text and fails on a mapping.",
    _RUN,
)
TILING_FORBIDDEN: Final = fails(
    "deepimagej-tiling-forbidden", "Packages of the old plugin must allow tiling.", _RUN
)
STARDIST: Final = differs(
    "deepimagej-stardist", "It takes packages named StarDist for those of another program.", _READ
)
NO_WEIGHTS: Final = fails(
    "deepimagej-no-weights", "It has engines for these weights formats only.", _READ
)
ONLY_ONNX: Final = fails(
    "deepimagej-only-onnx", "The ONNX engine of JDLL ends the Java process.", _RUN
)
ONNX_FIRST: Final = fails(
    "deepimagej-onnx-first",
    "JDLL takes the first weights in the order of a hash map; its ONNX engine ends the process.",
    _RUN,
)
VERSION_MISSING: Final = fails(
    "deepimagej-version-missing",
    "JDLL chooses its engine by the version that the weights state.",
    _RUN,
)


def lint(package: Package) -> tuple[Issue, ...]:
    """Return every issue, in the order of the checks."""
    return tuple(issue for check in _CHECKS for issue in check(package))


def _description(package: Package) -> Iterator[Issue]:
    if not _is_rdf(package):
        yield DESCRIPTION_NAME.issue(
            "description", "it is not called rdf.yaml", "the name rdf.yaml", "rename the file"
        )
    documentation = package.metadata.documentation
    if documentation is not None and documentation.is_mapping:
        yield DOCUMENTATION.issue(
            "documentation",
            "it is a mapping, on which JDLL fails",
            "a plain file name, which format_version up to 0.5.10 has",
            "state format_version 0.5.10 and a plain documentation",
        )
    legacy = package.config.get("deepimagej")
    if isinstance(legacy, Mapping) and legacy.get("allow_tiling") is not True:
        yield TILING_FORBIDDEN.issue(
            "config.deepimagej",
            f"allow_tiling is {legacy.get('allow_tiling')}",
            "allow_tiling: true, or no config.deepimagej",
            "set allow_tiling: true",
        )
    if "stardist" in package.name.lower() and "stardist" in package.config:
        yield STARDIST.issue(
            "config.stardist",
            "deepImageJ will install a Python environment and run StarDist there",
            "a package that is not taken for a StarDist model",
            "leave stardist out of the name unless it is to run there",
        )


def _weights(package: Package) -> Iterator[Issue]:
    names = [name for name in _VERSIONS if name in package.weights]
    if not names:
        yield NO_WEIGHTS.issue(
            "weights",
            f"there are only {', '.join(package.weights)}",
            "torchscript, or tensorflow_saved_model_bundle up to 2.10",
            "add TorchScript weights",
        )
    elif names == ["onnx"]:
        yield ONLY_ONNX.issue(
            "weights",
            "onnx is the only format, and the ONNX engine of JDLL ends the Java process",
            "torchscript beside onnx",
            "add TorchScript weights",
        )
    elif weights_taken(package) == "onnx":
        yield ONNX_FIRST.issue(
            "weights.onnx",
            "by their versions JDLL takes the onnx weights, whose engine ends the Java process",
            "versions by which torchscript comes first, or no onnx weights",
            "leave the last part of pytorch_version out, or the onnx weights",
        )
    for name, key in _VERSIONS.items():
        if name == "onnx":  # named above
            continue
        if name in package.weights and key not in package.weights[name].fields:
            yield VERSION_MISSING.issue(
                f"weights.{name}", f"no {key} is stated", key, f"state {key} of the export"
            )


def weights_taken(package: Package) -> str | None:
    """Return the weights format that JDLL takes; ``None`` where it has an engine for none.

    The first in the order of a hash map, of two at the same place that which stands first.
    """
    names = [name for name in package.weights if name in _VERSIONS]
    return min(names, key=lambda name: _place(package, name), default=None)


def _place(package: Package, name: str) -> int:
    return bucket(f"{name}_v{package.weights[name].fields.get(_VERSIONS[name])}")


_CHECKS: Final[tuple[Callable[[Package], Iterator[Issue]], ...]] = (
    _description,
    tensor_issues,
    _weights,
    step_issues,
)


def _is_rdf(package: Package) -> bool:
    if package.path.is_file() and package.path.suffix in (".yaml", ".yml"):
        return package.path.name == "rdf.yaml"
    return "rdf.yaml" in package.names()
