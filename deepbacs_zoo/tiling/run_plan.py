"""The tile plans of all tensors of a run.

Tensors that follow the same root (:mod:`.size_references`) are cut together.  Where there are
several roots that cannot be brought under one, everything passes whole, each root padded to its own
valid size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from deepbacs_zoo.errors import DataError, HostError
from deepbacs_zoo.options import Bytes, Option
from deepbacs_zoo.tensors import FixedSize, FreeSize, TensorSpec
from deepbacs_zoo.tiling.cross_axis import resolve_cross_axis_sizes
from deepbacs_zoo.tiling.planner import Border, TilePlan, plan
from deepbacs_zoo.tiling.rules import AxisRule
from deepbacs_zoo.tiling.size_references import (
    Link,
    Links,
    OwnSize,
    Roots,
    independent_sizes,
    links_of,
    merge_roots,
    output_links,
    rounded_up,
)

__all__ = ["RunPlan", "TensorPlan", "plan_run"]

Rules = tuple[AxisRule, ...]
_UNLIMITED: Final = 2**62
_NOTHING_TO_CUT: Final = plan((), (), budget=1, peak_bytes_per_pixel=1)


@dataclass(frozen=True)
class TensorPlan:
    """The part of one tensor in the passes.

    Parameters
    ----------
    plan
        The plan of its root, with ``keep``, ``write`` and ``crop`` for this tensor.
    axes
        The space axes that the plan is about.
    reads
        Per tile, what this tensor gives to the network (inputs only).
    rules
        The tensor's sizes from those of the root.
    """

    plan: TilePlan
    axes: str
    reads: tuple[tuple[slice, ...], ...]
    rules: tuple[AxisRule, ...]


@dataclass(frozen=True)
class RunPlan:
    """All tensors of one run; a tensor without a plan passes as it is."""

    tensors: Mapping[str, TensorPlan]
    plan: TilePlan


def plan_run(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    *,
    memory: int,
    peak_bytes_per_pixel: float,
    border: Border,
    covering: str | None = None,
    allow_tiling: bool = True,
) -> RunPlan:
    """Plan the passes of one position.

    Parameters
    ----------
    inputs, outputs
        The tensors that take part; inputs that are left out are not among them.
    sizes
        Per input id, the pixels of the image along each space axis.
    memory, peak_bytes_per_pixel, border
        See :func:`deepbacs_zoo.tiling.plan`.
    covering
        The output that is decoded: on a grid of several pixels its size is rounded up and not down,
        so that its last cells cover the image's edge.
    allow_tiling
        False for a package that has to be run in one pass.

    Raises
    ------
    DataError
        Images that belong together have sizes that do not, or one is too large to be run whole.
    HostError
        The memory does not suffice.
    """
    inputs, outputs = resolve_cross_axis_sizes(inputs, outputs, sizes)
    links, roots = _linked(inputs, outputs, sizes, covering)

    def plan_root(shape: tuple[int, ...], first: Rules, others: Sequence[Rules]) -> TilePlan:
        return plan(
            shape,
            first,
            budget=memory if allow_tiling else _UNLIMITED,
            peak_bytes_per_pixel=peak_bytes_per_pixel,
            border=border,
            others=others,
        )

    planned = [
        _tensor_plans(sizes[root], _rules_of(root, own, links, outputs, sizes), outputs, plan_root)
        for root, own in roots.items()
    ]
    tensors = {name: own for part in planned for name, own in part.items()}
    _check_sizes(inputs, tensors, sizes)
    firsts = [next(iter(part.values())) for part in planned]
    loose = [spec.id for spec in outputs if spec.id not in tensors]
    if not allow_tiling:
        _require_memory(firsts, memory, peak_bytes_per_pixel)
    if loose or len(firsts) > 1 or not allow_tiling:
        _require_one_pass(loose or list(roots), firsts, peak_bytes_per_pixel)
    return RunPlan(tensors, firsts[0].plan if firsts else _NOTHING_TO_CUT)


def _linked(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    covering: str | None,
) -> tuple[Links, Roots]:
    """Return the root of every tensor's axes, and the size rules of the roots."""
    links = {spec.id: links_of(spec, inputs) for spec in inputs}
    links |= {spec.id: output_links(spec, inputs, outputs) for spec in outputs}
    roots = {spec.id: independent_sizes(spec) for spec in inputs if independent_sizes(spec)}
    links, roots = merge_roots(links, roots, sizes)
    if covering in links:
        links[covering] = rounded_up(links[covering], roots)
    return links, roots


@dataclass(frozen=True)
class _RootRules:
    """The axes of a root, and per tensor that follows it along all of them its rules."""

    axes: str
    rules: Mapping[str, Rules]


def _rules_of(
    root: str,
    sizes_of: Mapping[str, OwnSize],
    links: Links,
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
) -> _RootRules:
    axes = "".join(axis for axis in sizes[root] if axis in sizes_of)
    halos = {spec.id: {axis.name: axis.halo for axis in spec.space} for spec in outputs}
    rules: dict[str, Rules] = {}
    for name, of in links.items():
        if all(axis in of and of[axis].root == root for axis in axes):
            halo = halos.get(name, {})
            rules[name] = tuple(_rule(sizes_of[axis], of[axis], halo.get(axis, 0)) for axis in axes)
    return _RootRules(axes, rules)


def _tensor_plans(
    sizes: Mapping[str, int],
    own: _RootRules,
    outputs: Sequence[TensorSpec],
    plan_root: Callable[[tuple[int, ...], Rules, Sequence[Rules]], TilePlan],
) -> dict[str, TensorPlan]:
    """Plan one root, and give every tensor that follows it its part of the plan."""
    first = next((spec.id for spec in outputs if spec.id in own.rules), next(iter(own.rules)))
    others = [rules for name, rules in own.rules.items() if name != first]
    planned = plan_root(tuple(sizes[axis] for axis in own.axes), own.rules[first], others)
    return {
        name: TensorPlan(planned.towards(rules), own.axes, planned.reads_of(rules), rules)
        for name, rules in own.rules.items()
    }


def _rule(size: OwnSize, link: Link, halo: int) -> AxisRule:
    # The halo stands on the output, in its pixels.
    rounded = math.ceil(round(halo / link.scale, 9))
    return AxisRule(size, rounded, link.scale, link.offset)


def _check_sizes(
    inputs: Sequence[TensorSpec],
    tensors: Mapping[str, TensorPlan],
    sizes: Mapping[str, Mapping[str, int]],
) -> None:
    """Raise ``DataError`` where an image does not have the size that another one gives it."""
    for spec in inputs:
        own = tensors.get(spec.id)
        if own is None:
            continue
        for axis, rule, size in zip(own.axes, own.rules, own.plan.image_shape, strict=True):
            expected, found = rule.out(size), sizes[spec.id].get(axis)
            if found is not None and found != expected:
                raise DataError(
                    f"input '{spec.id}'",
                    f"its image has another size along {axis} than the other inputs ask for",
                    value=found,
                    allowed=f"{expected} pixels",
                    hint="give images of the same field and size",
                )


def _require_one_pass(
    names: Sequence[str], firsts: Sequence[TensorPlan], peak_bytes_per_pixel: float
) -> None:
    """Raise where tensors that cannot be computed in tiles would be."""
    if all(each.plan.whole for each in firsts):
        return
    listed = ", ".join(f"'{name}'" for name in names)
    limited = [each.plan for each in firsts if not each.plan.whole and _is_limited(each.rules)]
    if limited:
        raise DataError(
            "image",
            f"it is larger than this network takes, whose {listed} cannot be computed in tiles",
            value=" x ".join(map(str, limited[0].image_shape)),
            allowed=f"at most {' x '.join(map(str, limited[0].tile_shape))} pixels",
            hint="crop the image",
        )
    mebibytes = math.ceil(_bytes(firsts, peak_bytes_per_pixel) / 2**20)
    raise HostError(
        "memory budget",
        f"it is too small for one pass, and {listed} cannot be computed in tiles",
        allowed=f"at least {mebibytes} MiB",
        hint="pass " + Option("memory", Bytes(mebibytes * 2**20)) + " or more",
    )


def _require_memory(firsts: Sequence[TensorPlan], memory: int, peak_bytes_per_pixel: float) -> None:
    """Raise where the only pass of a package that must not be run in tiles takes too much."""
    needed = _bytes(firsts, peak_bytes_per_pixel)
    if needed > memory:
        mebibytes = math.ceil(needed / 2**20)
        raise HostError(
            "memory budget",
            "it is too small for this image, which the package takes in one piece only",
            value=f"{memory / 2**20:.4g} MiB",
            allowed=f"at least {mebibytes} MiB",
            hint="run the plain package, which takes images in tiles, or pass "
            + Option("memory", Bytes(mebibytes * 2**20))
            + " or more",
        )


def _bytes(firsts: Sequence[TensorPlan], peak_bytes_per_pixel: float) -> float:
    """Return the memory that one pass of everything takes."""
    return peak_bytes_per_pixel * sum(math.prod(each.plan.padded_shape) for each in firsts)


def _is_limited(rules: Sequence[AxisRule]) -> bool:
    sizes = [rule.size for rule in rules]
    return any(
        isinstance(size, FixedSize) or (isinstance(size, FreeSize) and size.max) for size in sizes
    )
