"""Mends that ask the network: the halo from its receptive field, and the smallest size."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.graph.receptive_field import ReceptiveField, measure_radius
from deepbacs_zoo.package.writing.edits import at
from deepbacs_zoo.tensors import Axis, ReferencedSize, SteppedSize, TensorSpec
from deepbacs_zoo.validation.fix.changes import Change, Mend, Place

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.runners import Session
    from deepbacs_zoo.validation.context import Context

__all__ = ["size_mends"]

_LARGEST_SIDE: Final = 640
"""Pixels of the side of the largest image that is run to measure a receptive field."""
_GUESSES: Final = (8, 32, 128)
"""Radii that are tried, the smallest first: a small image is quick."""

Array = NDArray[Any]


def size_mends(context: Context) -> Iterator[Mend | Change]:
    """Yield the smallest size and the halo that the network itself shows to be right.

    A `Change` says what could not be mended, and why.  Weights that need foreign code are not run
    unless the context trusts them.
    """
    package = context.package
    if len(package.inputs) != 1 or package.inputs[0].test_tensor is None:
        return
    try:
        network = _network(context)
        if network is None:
            return
        yield from _smallest(context)
        yield from network.halos()
    except HostError:
        raise
    except DeepbacsZooError:  # reported by validation
        return


def _smallest(context: Context) -> Iterator[Mend]:
    """Yield sizes of the input from the first on that the network takes."""
    from deepbacs_zoo.validation.checks.sizes import smallest_that_runs

    spec = context.package.inputs[0]
    for name, size in smallest_that_runs(context).items():
        number = spec.axis_names.index(name)
        if at(context.package.description, ("inputs", 0, "axes", number, "size", "min")) is None:
            continue
        yield Mend(
            ("inputs", 0, "axes", number, "size", "min"),
            size,
            "the first size of the rule that the network takes",
        )


@dataclass(frozen=True, eq=False)
class _Network:
    """The bare network of a package with one image in, and images of its size out."""

    context: Context
    spec: TensorSpec
    run: Callable[[Array], Array]
    step: int

    def halos(self) -> Iterator[Mend | Change]:
        """Yield the halo of each axis where the declared one is smaller than what is measured."""
        package = self.context.package
        axes = [
            (index, number, axis)
            for index, output in enumerate(package.outputs)
            for number, axis in enumerate(output.axes)
            if axis.name in "yx" and _follows(axis, self.spec)
        ]
        if not axes:
            return
        field = self._measured()
        if field is None:
            where = "outputs"
            why = (
                f"no halo of up to {_GUESSES[-1]} pixels covers what a pixel depends on, as far as "
                "it could be measured"
            )
            yield Change(where, "", "", why)
            return
        mends = list(self._wider(axes, field))
        widest = max((mend.value for mend in mends), default=0)
        if reason := self._too_large(widest):
            yield Change("outputs", "", "", reason)
            return
        yield from mends
        yield from self._larger_minimum(widest)

    def _wider(
        self, axes: Sequence[tuple[int, int, Axis]], field: ReceptiveField
    ) -> Iterator[Mend]:
        for index, number, axis in axes:
            place: Place = ("outputs", index, "axes", number, "halo")
            if axis.halo < field.radius:
                why = (
                    f"a pixel depends on others at a distance of up to {field.radius}, as measured"
                )
                yield Mend(place, field.halo, why)
            elif 2 * axis.halo % self.step:
                wider = ReceptiveField(axis.halo, self.step).halo
                yield Mend(place, wider, "an image continued by the halo has a valid size, too")

    def _measured(self) -> ReceptiveField | None:
        """Return what a pixel depends on; nothing where that has no end, or one too far away."""
        channels = self.spec.size_of("c") or 1
        least = max(axis.size.min for axis in self.spec.space if isinstance(axis.size, SteppedSize))
        for guess in _GUESSES:
            # The image that is run is 2 halos and 5 steps wide.
            field = ReceptiveField(max(guess, (least - 5 * self.step + 1) // 2), self.step)
            if 2 * field.halo + 5 * self.step > _LARGEST_SIDE:
                return None
            radius = measure_radius(self.run, int(channels), field)
            if radius <= field.radius:
                return ReceptiveField(radius, self.step)
        return None

    def _too_large(self, halo: int) -> str:
        """Return why a halo cannot be stated; empty if it can."""
        assert self.spec.test_tensor is not None
        shape = self.context.test_tensor(self.spec.test_tensor).shape
        side = min(shape[self.spec.axis_names.index(axis.name)] for axis in self.spec.space)
        if side <= 2 * halo:
            return (
                f"a halo of {halo} pixels, which the network needs, leaves nothing of the test "
                f"input of {side} pixels; make test tensors of {2 * halo + self.step} or more"
            )
        return ""

    def _larger_minimum(self, halo: int) -> Iterator[Mend]:
        """Yield smallest sizes of which the halo leaves a pixel."""
        for number, axis in enumerate(self.spec.axes):
            size = axis.size
            if axis.name in "yx" and isinstance(size, SteppedSize) and size.min <= 2 * halo:
                yield Mend(
                    ("inputs", 0, "axes", number, "size", "min"),
                    size.fit(2 * halo + 1),
                    "the halo leaves something of the smallest image",
                )


def _network(context: Context) -> _Network | None:
    """Return the network, if its halo can be measured: one image of free size in format 0.5."""
    spec = context.package.inputs[0]
    sizes = [axis.size for axis in spec.space if isinstance(axis.size, SteppedSize)]
    if not _is_measurable(context.package) or len(sizes) < len(spec.space):
        return None
    session = context.first_session()
    if session is None:
        return None
    step = math.lcm(*(size.step for size in sizes))
    return _Network(context, spec, partial(_images, session, spec.id), step)


def _is_measurable(package: Package) -> bool:
    spec = package.inputs[0]
    plain = all(each.axis_names == "bcyx" for each in (spec, *package.outputs))
    is_05 = not package.format_version.startswith("0.4")
    return is_05 and plain and spec.dtype == "float32" and package.zoo_config.allow_tiling


def _images(session: Session, name: str, image: Array) -> Array:
    """Return the outputs of the size of an image, ``b c y x``, float32, as channels of one."""
    found = session.run({name: image}).values()
    same = [array for array in found if array.shape[-2:] == image.shape[-2:]]
    return np.concatenate(same, 1) if same else np.zeros_like(image)


def _follows(axis: Axis, spec: TensorSpec) -> bool:
    """Return whether an axis of an output has the size of the input."""
    size = axis.size
    return (
        isinstance(size, ReferencedSize)
        and size.tensor == spec.id
        and size.axis == axis.name
        and (size.scale, size.offset) == (1.0, 0.0)
    )
