"""The check of sizes: the network takes what the description promises, and gives its sizes back.

The smallest image, one step more, two images at once, and the test input a second time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from deepbacs_zoo.errors import DeepbacsZooError, HostError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.prediction import run_network
from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, ReferencedSize, SteppedSize, TensorSpec
from deepbacs_zoo.validation.checks.outcome import Outcome, what_of
from deepbacs_zoo.validation.context import Array, Context

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.runners import Session

__all__ = ["SIZE_RULES", "check_sizes", "smallest_that_runs"]

_WHERE: Final = "inputs"
_MOST_VALUES: Final = 2**22
"""A larger input is not made: steps may be any number."""
_MOST_SIZES: Final = 64
_SOURCE: Final = "bioimageio.core 0.11.0, its test of parametrized inputs"
SIZES_HOLD: Final = Rule(
    "sizes-hold", Severity.INFO, "Images of other sizes than the test input run, too.", _SOURCE
)
SIZE_FAILS: Final = Rule(
    "size-fails",
    Severity.ERROR,
    "A size that the description promises and the network does not take fails at the user's.",
    _SOURCE,
)
SIZE_OTHER: Final = Rule(
    "size-other",
    Severity.ERROR,
    "Programs allocate outputs by the described sizes.",
    _SOURCE,
)
COUNT_OUTSIDE: Final = Rule(
    "count-outside",
    Severity.WARNING,
    "A small image may hold fewer objects than the description promises.",
    _SOURCE,
)
NOT_REPEATABLE: Final = Rule(
    "not-repeatable",
    Severity.WARNING,
    "A network in training mode, or with random parts, gives each user other numbers.",
)
SIZE_RULES: Final = frozenset({SIZE_FAILS.id, SIZE_OTHER.id, COUNT_OUTSIDE.id})
"""Ids of findings about a size that does not hold."""


def check_sizes(context: Context) -> Outcome:
    """Run other sizes than that of the test input, as far as the description promises them."""
    package = context.package
    if len(package.inputs) != 1 or package.inputs[0].test_tensor is None:
        return Outcome()
    session = context.first_session()
    if session is None or session.weights_format in context.failed:
        return Outcome()
    spec = package.inputs[0]
    image = context.test_tensor(package.inputs[0].test_tensor)
    done, findings = [], []
    for name, tensor in _cases(spec, image):
        found = _tried(package, session, name, tensor)
        findings += found
        if not found:
            done.append(name)
    if not _repeats(package, session, image):
        findings.append(
            NOT_REPEATABLE.finding(
                f"weights.{session.weights_format}",
                "two runs of the test input give different numbers",
                "the same numbers each time",
                "export the network in evaluation mode",
            )
        )
    if done:
        findings.append(
            SIZES_HOLD.finding(_WHERE, "run, with the described sizes: " + "; ".join(done))
        )
    return Outcome(tuple(findings))


def smallest_that_runs(context: Context) -> dict[str, int]:
    """Return the first sizes by axis that the network takes, if the described ones are smaller.

    Sizes are those of the rule, up to that of the test input; errors are those of loading weights.
    """
    spec, session = context.package.inputs[0], context.first_session()
    if session is None or spec.test_tensor is None:
        return {}
    image = context.test_tensor(spec.test_tensor)
    for number, sizes in enumerate(_growing(spec, image)):
        found = _tried(context.package, session, "", _sized(spec, image, sizes))
        if not any(finding.id == SIZE_FAILS.id for finding in found):
            return sizes if number else {}
    return {}


def _growing(spec: TensorSpec, image: Array) -> Iterator[dict[str, int]]:
    """Yield the sizes of the rule, up to that of the image."""
    stepped = {axis.name: axis.size for axis in spec.axes if isinstance(axis.size, SteppedSize)}
    given = dict(zip(spec.axis_names, image.shape, strict=True))
    for steps in range(_MOST_SIZES if stepped else 0):
        sizes = {name: size.min + steps * size.step for name, size in stepped.items()}
        if any(size > given[name] for name, size in sizes.items()):
            return
        yield sizes


def _cases(spec: TensorSpec, image: Array) -> Iterator[tuple[str, Array]]:
    """Yield names and inputs: sizes of the rule, and a batch of two where that is free."""
    stepped = {axis.name: axis.size for axis in spec.axes if isinstance(axis.size, SteppedSize)}
    for steps in (0, 1) if stepped else ():
        sizes = {name: size.min + steps * size.step for name, size in stepped.items()}
        sizes |= dict(_following(spec, sizes))
        shape = [sizes.get(n, size) for n, size in zip(spec.axis_names, image.shape, strict=True)]
        if math.prod(shape) > _MOST_VALUES:
            continue
        text = " x ".join(str(size) for size in sizes.values())
        yield (
            f"{'the smallest size' if not steps else 'one step more'}, {text}",
            _sized(spec, image, sizes),
        )
    if "b" in spec.axis_names and not isinstance(spec.axis("b").size, FixedSize):
        yield "a batch of two", np.concatenate([image, image], spec.axis_names.index("b"))


def _following(spec: TensorSpec, sizes: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Yield the axes whose size is given by another one of the same tensor."""
    for axis in spec.axes:
        size = axis.size
        if isinstance(size, ReferencedSize) and size.tensor == spec.id and size.axis in sizes:
            yield axis.name, size.of(sizes[size.axis])


def _sized(spec: TensorSpec, image: Array, sizes: dict[str, int]) -> Array:
    """Return the middle of the image, or the image mirrored at both ends, as bioimageio.core."""
    for name, size in sizes.items():
        axis = spec.axis_names.index(name)
        missing, spare = (max(0, sign * (size - image.shape[axis])) for sign in (1, -1))
        ends = (missing // 2, missing - missing // 2)
        padding = [ends if place == axis else (0, 0) for place in range(image.ndim)]
        start = spare // 2
        image = np.pad(image, padding, mode="symmetric").take(range(start, start + size), axis)
    return image


def _tried(package: Package, session: Session, name: str, tensor: Array) -> list[Finding]:
    spec = package.inputs[0]
    try:
        found = run_network(package, session, {spec.id: tensor})
    except HostError:
        raise
    except DeepbacsZooError as error:
        what = f"{name}: {error.where}: " + what_of(error)
        return [
            SIZE_FAILS.finding(
                _WHERE, what, "sizes that the network takes", "correct min and step of the axes"
            )
        ]
    sizes = dict(zip(spec.axis_names, tensor.shape, strict=True))
    return [
        finding
        for output in package.outputs
        for axis, size in zip(output.axes, found[output.id].shape, strict=True)
        if (finding := _other(name, output, axis, size, _described(axis.size, spec, sizes)))
    ]


def _other(
    name: str, output: TensorSpec, axis: Axis, found: int, described: int | None
) -> Finding | None:
    """Return what is wrong about the size of an output axis."""
    where = f"outputs.{output.id}.axes.{axis.id}"
    if described is not None and found != described:
        return SIZE_OTHER.finding(
            where,
            f"{name}: {found} pixels",
            f"{described} pixels, as the description says",
            "correct the size, scale and offset of the output axis",
        )
    free = axis.size
    if not isinstance(free, FreeSize) or axis.name == "b":
        return None
    if free.min <= found <= (math.inf if free.max is None else free.max):
        return None
    return COUNT_OUTSIDE.finding(
        where,
        f"{name}: {found} of it",
        f"{free.min} to {free.max}, as the description says"
        if free.max is not None
        else f"{free.min} or more, as the description says",
        "state a smallest input size in which something is found, and the largest count",
    )


def _described(size: object, spec: TensorSpec, sizes: dict[str, int]) -> int | None:
    """Return the size of an output axis; nothing where the data decides."""
    if isinstance(size, FixedSize):
        return size.value
    if isinstance(size, ReferencedSize) and size.tensor == spec.id and size.axis in sizes:
        return size.of(sizes[size.axis])
    return None


def _repeats(package: Package, session: Session, image: Array) -> bool:
    name = package.inputs[0].id
    try:
        first, second = (run_network(package, session, {name: image}) for _ in range(2))
    except HostError:
        raise
    except DeepbacsZooError:  # reported where it is reproduced
        return True
    return all(np.array_equal(array, second[key], equal_nan=True) for key, array in first.items())
