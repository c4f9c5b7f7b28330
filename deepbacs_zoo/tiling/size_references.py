"""References from each tensor's space axes to the input that they follow.

A *root* is an input whose sizes do not refer to another tensor.  Usually there is one root.  Inputs
with sizes of their own that the images share are brought under one root too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, ReferencedSize, SteppedSize, TensorSpec

__all__ = [
    "Link",
    "Links",
    "OwnSize",
    "Roots",
    "independent_sizes",
    "links_of",
    "merge_roots",
    "output_links",
    "rounded_up",
]

_SAME: Final = 1e-6
OwnSize = FixedSize | SteppedSize | FreeSize


@dataclass(frozen=True)
class Link:
    """``size = floor(size of the root's axis * scale + offset)``."""

    root: str
    scale: float = 1.0
    offset: float = 0.0


Links = dict[str, dict[str, Link]]
Roots = dict[str, dict[str, OwnSize]]


def independent_sizes(spec: TensorSpec) -> dict[str, OwnSize]:
    """Return the rules of the space axes that do not refer to another tensor."""
    return {
        axis.name: axis.size for axis in spec.space if not isinstance(axis.size, ReferencedSize)
    }


def links_of(spec: TensorSpec, inputs: Sequence[TensorSpec]) -> dict[str, Link]:
    """Return per space axis of a tensor its root, following references."""
    found = {}
    for axis in spec.space:
        if not isinstance(axis.size, ReferencedSize):
            found[axis.name] = Link(spec.id)
            continue
        parent = next((each for each in inputs if each.id == axis.size.tensor), None)
        if parent is None or parent.id == spec.id or axis.size.axis != axis.name:
            continue
        up = links_of(parent, inputs).get(axis.name)
        if up is not None:
            scale = axis.size.scale
            found[axis.name] = Link(up.root, up.scale * scale, up.offset * scale + axis.size.offset)
    return found


def output_links(
    spec: TensorSpec, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
) -> dict[str, Link]:
    """Return the links of an output; a fixed size is taken to follow a fixed input's."""
    found = links_of(spec, [*inputs, *(each for each in outputs if each.id != spec.id)])
    for axis in spec.space:
        if not isinstance(axis.size, ReferencedSize):
            found.pop(axis.name, None)
            fixed = _fixed_input(axis, inputs)
            if fixed is not None:
                found[axis.name] = fixed
    names = {each.id for each in inputs}
    return {axis_name: link for axis_name, link in found.items() if link.root in names}


def _fixed_input(axis: Axis, inputs: Sequence[TensorSpec]) -> Link | None:
    """Return the link of a fixed axis to the first input whose axis is fixed, too."""
    if not isinstance(axis.size, FixedSize):
        return None
    for given in inputs:
        size = given.size_of(axis.name)
        if size is not None:
            return Link(given.id, axis.size.value / size)
    return None


def merge_roots(
    links: Links, roots: Roots, sizes: Mapping[str, Mapping[str, int]]
) -> tuple[Links, Roots]:
    """Bring roots whose images have one size, and whose size rules agree, under the first one."""
    kept: Roots = {}
    renamed: dict[str, str] = {}
    for name, own in roots.items():
        for host, host_rules in kept.items():
            same = [axis for axis in own if sizes[host].get(axis) == sizes[name][axis]]
            agreed = _agreed(host_rules, {axis: own[axis] for axis in same})
            if len(agreed) == len(own) == len(host_rules):
                kept[host] = agreed
                renamed[name] = host
                break
        else:
            kept[name] = own
    moved = {
        name: {
            axis: replace(link, root=renamed.get(link.root, link.root)) for axis, link in of.items()
        }
        for name, of in links.items()
    }
    return moved, kept


def _agreed(first: Mapping[str, OwnSize], second: Mapping[str, OwnSize]) -> dict[str, OwnSize]:
    """Return the rules of the axes of both that have sizes in common."""
    common = {axis: _common(first[axis], rule) for axis, rule in second.items() if axis in first}
    return {axis: rule for axis, rule in common.items() if rule is not None}


def _common(first: OwnSize, second: OwnSize) -> OwnSize | None:
    """Return the rule of the sizes that both rules allow, or ``None`` where that is no rule."""
    if first == second:
        return first
    if isinstance(first, FreeSize) and isinstance(second, FreeSize):
        limits = [each.max for each in (first, second) if each.max is not None]
        return FreeSize(max(first.min, second.min), min(limits, default=None))
    both = (_as_steps(first), _as_steps(second))
    fixed = next((least for least, step in both if not step), None)
    if fixed is not None:
        return FixedSize(fixed) if all(_fits(fixed, *each) for each in both) else None
    return _common_steps(*both)


def _common_steps(first: tuple[int, int], second: tuple[int, int]) -> SteppedSize | None:
    """Return the sizes that two rules ``(min, step)`` share."""
    step, start = math.lcm(first[1], second[1]), max(first[0], second[0])
    for size in range(start, start + step):
        if _fits(size, *first) and _fits(size, *second):
            return SteppedSize(size, step)
    return None


def _as_steps(rule: OwnSize) -> tuple[int, int]:
    if isinstance(rule, FixedSize):
        return rule.value, 0
    return (rule.min, rule.step) if isinstance(rule, SteppedSize) else (rule.min, 1)


def _fits(size: int, least: int, step: int) -> bool:
    return size == least if not step else size >= least and (size - least) % step == 0


def rounded_up(of: dict[str, Link], roots: Roots) -> dict[str, Link]:
    """Return links whose sizes are rounded up, where every valid size is a multiple of the grid."""
    found = dict(of)
    for axis, link in of.items():
        grid = round(1 / link.scale)
        rule = roots.get(link.root, {}).get(axis, FreeSize())
        whole = grid > 1 and abs(grid * link.scale - 1) < _SAME and link.offset == 0
        if whole and not isinstance(rule, FreeSize) and not any(n % grid for n in _as_steps(rule)):
            found[axis] = replace(link, offset=1 - link.scale)
    return found
