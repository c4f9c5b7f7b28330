"""Differences of a program's numbers from those of the description, on the package's test input."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.prediction.pipeline import check_steps, run_plane
from deepbacs_zoo.summary import Difference
from deepbacs_zoo.tensors import SteppedSize, TensorSpec
from deepbacs_zoo.tiling.run_plan import plan_run
from deepbacs_zoo.validation.checks.tolerance import ABSOLUTE, RELATIVE
from deepbacs_zoo.validation.consumers.jdll import by_jdll, can_be_modelled
from deepbacs_zoo.validation.consumers.tiles import can_be_cut
from deepbacs_zoo.validation.context import Array, Context

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.runners import Session
    from deepbacs_zoo.tiling import Border

__all__ = [
    "Case",
    "Measured",
    "case_of",
    "jdll_differences",
    "padded_differences",
    "tile_differences",
]

_MOST_PIXELS: Final = 2**20
_TEST_INPUT: Final = "the test input"
_OF_THE_IMAGE: Final = frozenset({"scale_range", "zero_mean_unit_variance"})
_BRIGHTNESS: Final = (1.0, 0.75, 0.5)
"""Of the planes of a stack, as in a recording that bleaches."""

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Measured:
    """Differences, and the largest one that is none."""

    differences: tuple[Difference, ...]
    allowed: float


def jdll_differences(context: Context) -> Measured | None:
    """Return what JDLL would give beside the description's numbers; ``None`` if not measurable.

    Measured are the test input, one of a size off the step, and a stack of three planes, as far as
    the package distinguishes them.
    """
    case = case_of(context)
    if case is None or not can_be_modelled(context.package):
        return None
    program = partial(by_jdll, context.package, case.session)
    return _unless_it_fails(lambda: case.measured(program))


def tile_differences(
    context: Context, program: Callable[[Package, Session, Array], Tensors]
) -> Measured | None:
    """Return what a program that cuts tiles would give for the test input.

    Parameters
    ----------
    context
        A package with outputs of the size of the input.
    program
        A model of it, from an input to outputs with the axes and dtypes that are described.
    """
    case = case_of(context)
    if case is None or not can_be_cut(context.package, case.image):
        return None

    def measure() -> Measured:
        found = program(context.package, case.session, case.image)
        return Measured(tuple(case.on_test_input(found, _TEST_INPUT)), case.allowed)

    return _unless_it_fails(measure)


def padded_differences(context: Context) -> Measured | None:
    """Return what bioimageio.core's ``predict`` would give, which continues images by the halo."""
    case = case_of(context)
    if case is None:
        return None
    name = "the test input by its command predict"

    def measure() -> Measured:
        found = case.run(case.image, "halo")
        return Measured(tuple(case.on_test_input(found, name)), case.allowed)

    return _unless_it_fails(measure)


def _unless_it_fails(measure: Callable[[], Measured]) -> Measured | None:
    """Return nothing where a size cannot be run: the other verdicts must not be lost with it."""
    try:
        return measure()
    except HostError:
        raise
    except DeepbacsZooError:
        return None


@dataclass(frozen=True, eq=False)
class Case:
    """A package with its loaded weights and its test tensors."""

    package: Package
    session: Session
    spec: TensorSpec
    image: Array
    expected: Tensors

    def measured(self, program: Callable[[Array], Tensors]) -> Measured:
        """Run a program, or a model of it, on all images.

        Parameters
        ----------
        program
            From an input to outputs by id, all of the axes and dtypes that the package describes.
        """
        (name, image), *others = self.images()
        differences = list(self.on_test_input(program(image), name))
        differences += [_largest(name, program(each), self.run(each)) for name, each in others]
        return Measured(tuple(differences), self.allowed)

    def images(self) -> Iterator[tuple[str, Array]]:
        """Yield the test input, and what a program may treat otherwise, with the name of each.

        They have the axes and the dtype of the package's input.
        """
        yield _TEST_INPUT, self.image
        if (odd := self._off_step()) is not None:
            shape = " x ".join(str(odd.shape[place]) for place in self._space())
            yield f"an image of {shape} pixels, which is off the step", odd
        if (stack := self._stack()) is not None:
            yield "a stack whose planes have 100, 75 and 50 % of the brightness", stack

    @property
    def allowed(self) -> float:
        """The zoo's tolerance at the largest value of the test outputs."""
        values = (float(np.nanmax(np.abs(each), initial=0)) for each in self.expected.values())
        return ABSOLUTE + RELATIVE * max(values)

    def on_test_input(self, found: Tensors, name: str) -> Iterator[Difference]:
        """Yield the largest difference of all pixels, and of those that are far from the border.

        The outputs have the axes and dtypes that the package describes.
        """
        yield _largest(name, found, self.expected)
        halos = {axis.name: axis.halo for output in self.package.outputs for axis in output.space}
        if not any(halos.values()):
            return
        inner = [
            {name: _inner(self._axes(name), array, halos) for name, array in tensors.items()}
            for tensors in (found, self.expected)
        ]
        if all(array.size for tensors in inner for array in tensors.values()):
            where = f"{name}, more than {max(halos.values())} pixels from the border"
            yield _largest(where, *inner)

    def _axes(self, name: str) -> str:
        return next(spec.axis_names for spec in self.package.outputs if spec.id == name)

    def _space(self) -> list[int]:
        return [self.spec.axis_names.index(axis.name) for axis in self.spec.space]

    def _off_step(self) -> Array | None:
        """Return the test input with one pixel more along each axis that has a step."""
        stepped = {
            axis.name
            for axis in self.spec.space
            if isinstance(axis.size, SteppedSize) and axis.size.step > 1
        }
        if not stepped:
            return None
        padding = [(0, int(name in stepped)) for name in self.spec.axis_names]
        return np.pad(self.image, padding, mode="symmetric")

    def _stack(self) -> Array | None:
        """Return three planes, if what is measured on an image decides about its numbers."""
        axes = self.spec.axis_names
        measures = any(step.name in _OF_THE_IMAGE for step in self.spec.steps)
        if not measures or "b" not in axes or self.spec.dtype != "float32":
            return None
        planes = [share * self.image for share in _BRIGHTNESS]
        return np.concatenate(planes, axes.index("b")).astype(self.image.dtype)

    def run(self, planes: Array, border: Border = "none") -> dict[str, Array]:
        """Return what the description asks for, plane by plane.

        Input and outputs have the axes and dtypes that the package describes.
        """
        axes = self.spec.axis_names
        count = planes.shape[axes.index("b")] if "b" in axes else 1
        found = []
        for index in range(count):
            plane = planes.take([index], axes.index("b")) if "b" in axes else planes
            sizes = {axis.name: plane.shape[axes.index(axis.name)] for axis in self.spec.space}
            run_plan = plan_run(
                self.package.inputs,
                self.package.outputs,
                {self.spec.id: sizes},
                memory=2**62,
                peak_bytes_per_pixel=1.0,
                border=border,
            )
            found.append(
                run_plane(
                    self.package.inputs,
                    self.package.outputs,
                    self.session,
                    {self.spec.id: plane},
                    run_plan,
                    border=border,
                    step=lambda: None,
                )
            )
        return {
            spec.id: np.concatenate(
                [one[spec.id] for one in found], max(0, spec.axis_names.find("b"))
            )
            for spec in self.package.outputs
        }


def case_of(context: Context) -> Case | None:
    """Return what is measured; ``None`` where test tensors or weights are missing, or too large."""
    package = context.package
    if len(package.inputs) != 1 or any(spec.test_tensor is None for spec in package.outputs):
        return None
    try:
        check_steps(package)
        raw = context.test_tensors(package.inputs)
        expected = context.test_tensors(package.outputs)
        session = context.first_session()
    except HostError:
        raise
    except DeepbacsZooError:  # reported where it is checked
        return None
    spec = package.inputs[0]
    if session is None or spec.id not in raw or session.weights_format in context.failed:
        return None
    if math.prod(raw[spec.id].shape) > _MOST_PIXELS:
        return None
    return Case(package, session, spec, raw[spec.id], expected)


def _inner(axes: str, array: Array, halos: Mapping[str, int]) -> Array:
    cut = tuple(
        slice(halos.get(name, 0), size - halos.get(name, 0))
        for name, size in zip(axes, array.shape, strict=True)
    )
    return array[cut]


def _largest(where: str, found: Tensors, expected: Tensors) -> Difference:
    """Return the largest difference of all outputs; infinity between two shapes."""
    largest = 0.0
    for name, array in expected.items():
        other = found[name]
        if other.shape != array.shape:
            return Difference(where, math.inf)
        difference = np.abs(other.astype(np.float64) - array.astype(np.float64))
        largest = max(largest, float(np.nanmax(difference, initial=0)))
    return Difference(where, largest)
