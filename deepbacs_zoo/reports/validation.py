"""The page of a validation: cover, test tensors, verdicts on programs, findings."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.evaluation.overlay import eight_bits
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.reports.page import render_report
from deepbacs_zoo.reports.types import Fact, Picture, Report
from deepbacs_zoo.results.overlay import encode_png

if TYPE_CHECKING:
    from deepbacs_zoo.summary import Summary
    from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.options import Spelling

__all__ = ["render_validation"]

_TYPES: Final = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif"}
_MOST_CHANNELS: Final = 4
_MOST_BYTES: Final = 2 * 2**20
"""Of a cover that is shown."""


def render_validation(path: str | Path, summary: Summary, spelling: Spelling | None = None) -> str:
    """Return the page about a package as HTML that needs no other file.

    Parameters
    ----------
    path
        The package: a zip, a folder, or the description in it.
    summary
        What validation found.
    spelling
        The writing of options, which some findings advise; by default as in Python.
    """
    facts: tuple[Fact, ...] = ()
    pictures: tuple[Picture, ...] = ()
    try:
        with open_package(path) as package:
            facts = tuple(_facts(package))
            pictures = (*_covers(package), *_tensors(package))
    except DeepbacsZooError:
        pass  # the findings say what is wrong with it
    report = Report(
        title=f"Validation of {summary.subject}",
        lead="Which programs run this package, where their numbers differ, and what to change.",
        facts=facts,
        pictures=pictures,
        summary=summary if spelling is None else summary.spelled(spelling),
    )
    return render_report(report)


def _facts(package: Package) -> Iterator[Fact]:
    metadata = package.metadata
    yield Fact("Name", package.name)
    yield Fact("Format", package.format_version)
    yield Fact("License", metadata.license or "none stated")
    yield Fact("Weights", ", ".join(package.weights))
    for side, specs in (("Input", package.inputs), ("Output", package.outputs)):
        for spec in specs:
            yield Fact(f"{side} {spec.id}", f"{spec.axis_names}, {spec.dtype}")


def _covers(package: Package) -> Iterator[Picture]:
    for document in package.metadata.covers:
        kind = _TYPES.get(Path(document.source).suffix.lower())
        if kind is None or document.source not in package.names():
            continue
        content = package.read(document.source)
        if len(content) <= _MOST_BYTES:
            yield Picture("cover", _address(content, kind))


def _tensors(package: Package) -> Iterator[Picture]:
    """Yield the first plane of each channel of all test tensors."""
    for spec in (*package.inputs, *package.outputs):
        if spec.test_tensor is not None and {"y", "x"} <= set(spec.axis_names):
            try:
                planes = _planes(spec, package.tensor(spec.test_tensor))
            except DeepbacsZooError:  # reported as a finding
                continue
            for name, plane in planes:
                picture = encode_png(eight_bits(np.ascontiguousarray(plane, np.float32)))
                yield Picture(f"{spec.id}: {name}", _address(picture, "png"))


def _planes(spec: TensorSpec, array: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield ``y x`` of each channel at the first position of all other axes, any dtype."""
    axes = spec.axis_names
    if array.ndim != len(axes) or not array.size:  # reported as a finding
        return
    if "c" not in axes:
        index = tuple(slice(None) if name in "yx" else 0 for name in axes)
        yield "image", _ordered(array[index], axes)
        return
    names = spec.axis("c").channel_names
    for channel in range(min(array.shape[axes.index("c")], _MOST_CHANNELS)):
        index = tuple(
            slice(None) if name in "yx" else channel if name == "c" else 0 for name in axes
        )
        name = names[channel] if channel < len(names) else f"channel {channel + 1}"
        yield name, _ordered(array[index], axes)


def _ordered(plane: NDArray[Any], axes: str) -> NDArray[Any]:
    return plane if axes.index("y") < axes.index("x") else plane.T


def _address(content: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
