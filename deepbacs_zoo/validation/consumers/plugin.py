"""The plugin of deepbacs_zoo in ImageJ: it reads and computes as this package, by ONNX weights."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.findings import Evidence, differs, fails
from deepbacs_zoo.tensors import FreeSize
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["CONSUMER"]

_RUN: Final = Evidence(f"deepbacs_zoo {__version__}")


def _index_axis(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.inputs):
        if "i" in spec.axis_names and spec.size_of("i") != 1:
            yield Breach(f"inputs.{index}.axes", "an index axis, which no image has")


def _counted(package: Package) -> Iterator[Breach]:
    for index, spec in enumerate(package.outputs):
        for axis in spec.axes:
            if axis.name != "b" and isinstance(axis.size, FreeSize):
                yield Breach(
                    f"outputs.{index}.axes.{axis.id}",
                    "a stack may be refused, as the image decides the size of its result",
                )


EXPECTATIONS: Final = (
    Expectation(
        fails("plugin-index-axis", "No image has an index axis.", _RUN),
        _index_axis,
        "the axes b t c z y x",
        "run the bare network from Python",
    ),
    Expectation(
        differs("plugin-size-by-data", "Results of different sizes are no stack.", _RUN),
        _counted,
        "outputs whose size follows from that of the image",
        "run the positions of a stack as images of their own",
    ),
)

CONSUMER: Final = Consumer(Program("deepbacs_zoo plugin", __version__), EXPECTATIONS, ("onnx",))
