"""Which input each tensor's space axes follow, and the tile plans that result.

A *root* is an input whose sizes do not refer to another tensor.  Tensors that follow the same root
are cut together.  Usually there is one root.  Inputs with sizes of their own that the images share
are brought under one root too; if that cannot be, everything passes whole, each root padded to
its own valid size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from deepbacs_zoo.errors import DataError, HostError
from deepbacs_zoo.prediction.crossed import uncrossed
from deepbacs_zoo.tensors import FixedSize, FreeSize, ReferencedSize, SteppedSize, TensorSpec
from deepbacs_zoo.tiling import AxisRule, TilePlan, plan

__all__ = ["Border", "Layout", "Share", "lay_out"]

Border = Literal["none", "halo"]
_SAME: Final = 1e-6
OwnSize = FixedSize | SteppedSize | FreeSize


@dataclass(frozen=True)
class Share:
    """How one tensor takes part in the passes.

    Parameters
    ----------
    plan
        The plan of its root, with ``keep``, ``write`` and ``crop`` for this tensor.
    letters
        The space letters that the plan is about.
    reads
        Per tile, what this tensor gives to the network (inputs only).
    rules
        The tensor's sizes from those of the root.
    """

    plan: TilePlan
    letters: str
    reads: tuple[tuple[slice, ...], ...]
    rules: tuple[AxisRule, ...]


@dataclass(frozen=True)
class Layout:
    """All tensors of one run; a tensor without a share passes as it is."""

    shares: Mapping[str, Share]
    plan: TilePlan


@dataclass(frozen=True)
class _Link:
    """``size = floor(size of the root's axis * scale + offset)``."""

    root: str
    scale: float = 1.0
    offset: float = 0.0


def lay_out(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    *,
    memory: int,
    bytes_per_pixel: float,
    border: Border,
    covering: str | None = None,
) -> Layout:
    """Plan the passes of one position.

    Parameters
    ----------
    inputs, outputs
        The tensors that take part; inputs that are left out are not among them.
    sizes
        Per input id, the pixels of the image along each space letter.
    memory, bytes_per_pixel, border
        See :func:`deepbacs_zoo.tiling.plan`.
    covering
        The output that is decoded: on a grid of several pixels its size is rounded up and not down,
        so that its last cells cover the image's edge.

    Raises
    ------
    DataError
        Images that belong together have sizes that do not, or an image is too large for a network
        that cannot be cut.
    HostError
        The memory does not suffice.
    """
    inputs, outputs = uncrossed(inputs, outputs, sizes)
    links = {spec.id: _links(spec, inputs) for spec in inputs}
    links |= {spec.id: _output_links(spec, inputs, outputs) for spec in outputs}
    roots = {spec.id: _own_sizes(spec) for spec in inputs if _own_sizes(spec)}
    links, roots = _joined(links, roots, sizes)
    if covering in links:
        links[covering] = _rounded_up(links[covering], roots)
    planned = [
        _plan_root(root, rules, links, outputs, sizes, memory, bytes_per_pixel, border)
        for root, rules in roots.items()
    ]
    shares = {name: share for part in planned for name, share in part.items()}
    _check_sizes(inputs, shares, sizes)
    firsts = [next(iter(part.values())) for part in planned]
    loose = [spec.id for spec in outputs if spec.id not in shares]
    if not all(each.plan.whole for each in firsts) and (len(firsts) > 1 or loose):
        raise _needs_one_pass(loose or list(roots), firsts, bytes_per_pixel)
    first = firsts[0].plan if firsts else plan((), (), budget=1, bytes_per_pixel=1)
    return Layout(shares, first)


def _own_sizes(spec: TensorSpec) -> dict[str, OwnSize]:
    """Return the rules of the space axes that do not refer to another tensor."""
    return {
        axis.letter: axis.size for axis in spec.space if not isinstance(axis.size, ReferencedSize)
    }


def _links(spec: TensorSpec, inputs: Sequence[TensorSpec]) -> dict[str, _Link]:
    """Return per space letter of a tensor its root, following references."""
    found = {}
    for axis in spec.space:
        if not isinstance(axis.size, ReferencedSize):
            found[axis.letter] = _Link(spec.id)
            continue
        parent = next((each for each in inputs if each.id == axis.size.tensor), None)
        if parent is None or parent.id == spec.id or axis.size.axis != axis.letter:
            continue
        up = _links(parent, inputs).get(axis.letter)
        if up is not None:
            scale = axis.size.scale
            found[axis.letter] = _Link(
                up.root, up.scale * scale, up.offset * scale + axis.size.offset
            )
    return found


def _output_links(
    spec: TensorSpec, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec]
) -> dict[str, _Link]:
    """Return the links of an output; a fixed size is taken to follow a fixed input's."""
    found = _links(spec, [*inputs, *(each for each in outputs if each.id != spec.id)])
    for axis in spec.space:
        if not isinstance(axis.size, ReferencedSize):
            found.pop(axis.letter, None)
            for given in inputs:
                size = given.size_of(axis.letter)
                if size is not None and isinstance(axis.size, FixedSize):
                    found[axis.letter] = _Link(given.id, axis.size.value / size)
                    break
    names = {each.id for each in inputs}
    return {letter: link for letter, link in found.items() if link.root in names}


Links = dict[str, dict[str, _Link]]
Roots = dict[str, dict[str, OwnSize]]


def _joined(
    links: Links, roots: Roots, sizes: Mapping[str, Mapping[str, int]]
) -> tuple[Links, Roots]:
    """Bring roots whose images have one size, and whose size rules agree, under the first one."""
    kept: Roots = {}
    renamed: dict[str, str] = {}
    for name, own in roots.items():
        for host, host_rules in kept.items():
            common = {
                letter: _common(host_rules[letter], rule)
                for letter, rule in own.items()
                if letter in host_rules and sizes[host][letter] == sizes[name][letter]
            }
            agreed = {letter: rule for letter, rule in common.items() if rule is not None}
            if len(agreed) == len(own) == len(host_rules):
                kept[host] = agreed
                renamed[name] = host
                break
        else:
            kept[name] = own
    moved = {
        name: {
            letter: replace(link, root=renamed.get(link.root, link.root))
            for letter, link in of.items()
        }
        for name, of in links.items()
    }
    return moved, kept


def _common(first: OwnSize, second: OwnSize) -> OwnSize | None:
    """Return the rule of the sizes that both rules allow, or ``None`` where that is no rule."""
    if first == second:
        return first
    if isinstance(first, FreeSize) and isinstance(second, FreeSize):
        limits = [each.max for each in (first, second) if each.max is not None]
        return FreeSize(max(first.min, second.min), min(limits, default=None))
    first_min, first_step = _as_steps(first)
    second_min, second_step = _as_steps(second)
    start = max(first_min, second_min)
    if not first_step or not second_step:
        fixed = first_min if not first_step else second_min
        fits = _fits(fixed, first_min, first_step) and _fits(fixed, second_min, second_step)
        return FixedSize(fixed) if fits else None
    step = math.lcm(first_step, second_step)
    for size in range(start, start + step):
        if _fits(size, first_min, first_step) and _fits(size, second_min, second_step):
            return SteppedSize(size, step)
    return None


def _as_steps(rule: OwnSize) -> tuple[int, int]:
    if isinstance(rule, FixedSize):
        return rule.value, 0
    return (rule.min, rule.step) if isinstance(rule, SteppedSize) else (rule.min, 1)


def _fits(size: int, least: int, step: int) -> bool:
    return size == least if not step else size >= least and (size - least) % step == 0


def _rounded_up(of: dict[str, _Link], roots: Roots) -> dict[str, _Link]:
    """Return links whose sizes are rounded up, where every valid size is a multiple of the grid."""
    found = dict(of)
    for letter, link in of.items():
        grid = round(1 / link.scale)
        rule = roots.get(link.root, {}).get(letter, FreeSize())
        whole = grid > 1 and abs(grid * link.scale - 1) < _SAME and link.offset == 0
        if whole and not isinstance(rule, FreeSize) and not any(n % grid for n in _as_steps(rule)):
            found[letter] = replace(link, offset=1 - link.scale)
    return found


def _plan_root(
    root: str,
    sizes_of: Mapping[str, OwnSize],
    links: Links,
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    memory: int,
    bytes_per_pixel: float,
    border: Border,
) -> dict[str, Share]:
    """Plan one root and give every tensor that follows it along all its letters its share."""
    letters = "".join(letter for letter in sizes[root] if letter in sizes_of)
    halos = {spec.id: {axis.letter: axis.halo for axis in spec.space} for spec in outputs}
    rules: dict[str, tuple[AxisRule, ...]] = {}
    for name, of in links.items():
        if all(letter in of and of[letter].root == root for letter in letters):
            rules[name] = tuple(
                _rule(sizes_of[letter], of[letter], halos.get(name, {}).get(letter, 0))
                for letter in letters
            )
    first = next((spec.id for spec in outputs if spec.id in rules), root)
    planned = plan(
        tuple(sizes[root][letter] for letter in letters),
        rules[first],
        budget=memory,
        bytes_per_pixel=bytes_per_pixel,
        border=border,
        others=[rule for name, rule in rules.items() if name != first],
    )
    return {
        name: Share(planned.towards(own), letters, planned.reads_of(own), own)
        for name, own in rules.items()
    }


def _rule(size: OwnSize, link: _Link, halo: int) -> AxisRule:
    # The halo stands on the output, in its pixels.
    rounded = math.ceil(round(halo / link.scale, 9))
    return AxisRule(size, rounded, link.scale, link.offset)


def _check_sizes(
    inputs: Sequence[TensorSpec],
    shares: Mapping[str, Share],
    sizes: Mapping[str, Mapping[str, int]],
) -> None:
    """Raise ``DataError`` where an image does not have the size that another one gives it."""
    for spec in inputs:
        share = shares.get(spec.id)
        if share is None:
            continue
        for letter, rule, size in zip(
            share.letters, share.rules, share.plan.image_shape, strict=True
        ):
            expected, found = rule.out(size), sizes[spec.id].get(letter)
            if found is not None and found != expected:
                raise DataError(
                    f"input '{spec.id}'",
                    f"its image has another size along {letter} than the other inputs ask for",
                    value=found,
                    allowed=f"{expected} pixels",
                    hint="give images of the same field and size",
                )


def _needs_one_pass(
    names: Sequence[str], firsts: Sequence[Share], bytes_per_pixel: float
) -> HostError | DataError:
    listed = ", ".join(f"'{name}'" for name in names)
    limited = [each.plan for each in firsts if not each.plan.whole and _is_limited(each.rules)]
    if limited:
        return DataError(
            "image",
            f"it is larger than this network takes, whose {listed} cannot be computed in tiles",
            value=" x ".join(map(str, limited[0].image_shape)),
            allowed=f"at most {' x '.join(map(str, limited[0].tile_shape))} pixels",
            hint="crop the image",
        )
    pixels = sum(math.prod(each.plan.padded_shape) for each in firsts)
    mebibytes = math.ceil(pixels * bytes_per_pixel / 2**20)
    return HostError(
        "memory budget",
        f"it is too small for one pass, and {listed} cannot be computed in tiles",
        allowed=f"at least {mebibytes} MiB",
        hint=f"pass --memory {mebibytes}MiB or more",
    )


def _is_limited(rules: Sequence[AxisRule]) -> bool:
    sizes = [rule.size for rule in rules]
    return any(
        isinstance(size, FixedSize) or (isinstance(size, FreeSize) and size.max) for size in sizes
    )
