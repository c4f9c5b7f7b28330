"""Axes whose size follows from another axis, such as ``x = y + 4``.

Such axes cannot be cut one by one.  For one image they are settled: the smallest valid size that
holds the image is chosen, and all axes that hang together are fixed at it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.tensors import Axis, FixedSize, ReferencedSize, SteppedSize, TensorSpec

__all__ = ["resolve_cross_axis_sizes"]

Specs = list[TensorSpec]
_MOST_TRIES = 100_000


def resolve_cross_axis_sizes(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
) -> tuple[Specs, Specs]:
    """Return the tensors with crossed references settled for images of these sizes.

    Parameters
    ----------
    inputs, outputs
        The tensors; those without crossed references are returned as they are.
    sizes
        Per input id, the pixels of the image along each space axis.

    Raises
    ------
    DataError
        The network takes no size that holds the image.
    """
    crossed = _crossed((*inputs, *outputs))
    settled = {
        (spec.id, axis.name): _settle(spec, axis, crossed[spec.id, axis.name], sizes)
        for spec in inputs
        for axis in spec.space
        if (spec.id, axis.name) in crossed and not isinstance(axis.size, ReferencedSize)
    }
    if not settled:
        return list(inputs), list(outputs)
    return [_fixed(spec, settled) for spec in inputs], [_fixed(spec, settled) for spec in outputs]


def _crossed(specs: Sequence[TensorSpec]) -> dict[tuple[str, str], list[tuple[str, Axis]]]:
    """Return the axes that another axis of a tensor decides, by that tensor and axis."""
    crossed: dict[tuple[str, str], list[tuple[str, Axis]]] = {}
    for spec in specs:
        for axis in spec.space:
            if isinstance(axis.size, ReferencedSize) and axis.size.axis != axis.name:
                key = (axis.size.tensor, axis.size.axis)
                crossed.setdefault(key, []).append((spec.id, axis))
    return crossed


def _settle(
    spec: TensorSpec,
    axis: Axis,
    followers: Sequence[tuple[str, Axis]],
    sizes: Mapping[str, Mapping[str, int]],
) -> int:
    """Return the smallest valid size of an axis at which it and its followers hold the images."""
    required = [
        (follower.size, sizes[name][follower.name])
        for name, follower in followers
        if name in sizes and isinstance(follower.size, ReferencedSize)
    ]
    rule = axis.size
    if isinstance(rule, FixedSize):
        return rule.value
    if isinstance(rule, SteppedSize):
        size, step = rule.fit(sizes[spec.id][axis.name]), max(rule.step, 1)
    else:
        size, step = sizes[spec.id][axis.name], 1
    for _ in range(_MOST_TRIES):
        if all(follower.of(size) >= least for follower, least in required):
            return size
        size += step
    raise DataError(
        f"input '{spec.id}'",
        "the network takes no size that holds this image",
        value=", ".join(f"{axis_name} {size}" for axis_name, size in sizes[spec.id].items()),
        allowed=f"sizes whose other axes follow from {axis.name}",
        hint="crop the image",
    )


def _fixed(spec: TensorSpec, settled: Mapping[tuple[str, str], int]) -> TensorSpec:
    axes = []
    for axis in spec.axes:
        rule = axis.size
        if (spec.id, axis.name) in settled:
            rule = FixedSize(settled[spec.id, axis.name])
        elif isinstance(rule, ReferencedSize) and rule.axis != axis.name:
            # References along the same axis stay: they follow the axis that is fixed now.
            base = settled.get((rule.tensor, rule.axis))
            rule = rule if base is None else FixedSize(rule.of(base))
        axes.append(replace(axis, size=rule))
    return replace(spec, axes=tuple(axes))
