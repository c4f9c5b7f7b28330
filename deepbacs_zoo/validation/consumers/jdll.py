"""A model of JDLL 0.6 in NumPy: its normalization, border and tiles, around the network itself.

JDLL normalizes each plane of a stack with the statistics of the last one, mirrors what is
normalized by the halo all round, and cuts a side whose size is no multiple of the step into two
tiles, the last of which is moved inside and written over the others.  The real program gave these
numbers to 3e-5 (JDLL 0.6.1 in deepImageJ 3.1, run).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.prediction.pipeline import postprocess
from deepbacs_zoo.processing import fit
from deepbacs_zoo.tensors import Axis, FixedSize, Step, SteppedSize, TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.runners import Session

__all__ = ["by_jdll", "can_be_modelled"]

Array = NDArray[Any]

_MOST_TILES: Final = 16
"""Along an axis; a test input of more is not worth its time."""
_PER_CHANNEL: Final = frozenset({"zero_mean_unit_variance", "scale_range"})


def can_be_modelled(package: Package) -> bool:
    """Return whether it is known what JDLL computes: one input, and no statistics per channel.

    Outputs must have the size of the input.
    """
    if len(package.inputs) != 1:
        return False
    return not any(
        step.name in _PER_CHANNEL and _per_channel(step, spec)
        for spec in (*package.inputs, *package.outputs)
        for step in spec.steps
    )


def _per_channel(step: Step, spec: TensorSpec) -> bool:
    axes = step.kwargs.get("axes")
    return spec.size_of("c") not in (1, None) and axes is not None and "c" not in axes


def by_jdll(package: Package, session: Session, planes: Array) -> dict[str, Array]:
    """Return what JDLL would give.

    Parameters
    ----------
    package
        A package that JDLL runs: one input, outputs of the input's size.
    session
        Its loaded weights, of any format.
    planes
        The raw input in the package's axes and dtype; several planes along its batch axis.

    Returns
    -------
    dict
        Postprocessed outputs by id, with the described axes.

    Raises
    ------
    UnsupportedError
        JDLL makes no tile of this size, or too many.
    """
    spec = package.inputs[0]
    ready = _normalized(spec, planes)
    found = [
        _run_in_tiles(package, session, spec, plane) for plane in _planes(ready, spec.axis_names)
    ]
    outputs = {
        each.id: np.concatenate([one[each.id] for one in found], _batch(each.axis_names))
        for each in package.outputs
    }
    return postprocess(
        package.outputs, outputs, {spec.id: (planes.astype(np.float32), spec.axis_names)}
    )


def _batch(axes: str) -> int:
    return max(0, axes.find("b"))


def _planes(array: Array, axes: str) -> Iterator[Array]:
    """Yield the planes of a batch, each with a batch of one."""
    if "b" not in axes:
        yield array
        return
    for index in range(array.shape[axes.index("b")]):
        yield array.take([index], axes.index("b"))


def _normalized(spec: TensorSpec, planes: Array) -> Array:
    """Apply the steps with what they measure on the last plane."""
    axes, values = spec.axis_names, planes.astype(np.float32)
    *_, last = _planes(values, axes)
    steps = [step for step in spec.steps if step.name != "ensure_dtype"]
    for step in steps:
        measured = fit([_as_jdll(step, last)], last, axes)
        values, last = measured(values), measured(last)
    return values.astype(np.float32)


def _as_jdll(step: Step, array: Array) -> Step:
    """Return the step that JDLL computes: nearest ranks, and the first of several gains."""
    kwargs = dict(step.kwargs)
    if step.name == "scale_linear":
        first = {
            key: value[0] if isinstance(value, list | tuple) else value
            for key, value in kwargs.items()
            if key in ("gain", "offset")
        }
        return Step("scale_linear", first)
    if step.name == "scale_range":
        ranked = np.sort(array, axis=None)
        low, high = (
            float(ranked[min(int(len(ranked) * kwargs.get(key, default) / 100), len(ranked) - 1)])
            for key, default in (("min_percentile", 0.0), ("max_percentile", 100.0))
        )
        gain = 1 / (high - low + kwargs.get("eps", 1e-6))
        return Step("scale_linear", {"gain": gain, "offset": -low * gain})
    return step


@dataclass(frozen=True)
class _Cut:
    """The tiles along one axis.

    Parameters
    ----------
    tile
        Pixels of a tile.
    halo
        Pixels at its ends that are not kept.
    starts
        The first kept pixel of each.
    """

    tile: int
    halo: int
    starts: tuple[int, ...]

    def padding(self, size: int) -> tuple[int, int]:
        """Return how far tiles reach beyond the ends of an axis of ``size`` pixels."""
        return self.halo, max(0, self.starts[-1] + self.tile - self.halo - size)


def _cut(axis: Axis, size: int, halo: int) -> _Cut:
    if isinstance(axis.size, FixedSize):
        tile = axis.size.value
    else:
        step = axis.size.step if isinstance(axis.size, SteppedSize) else 1
        tile = (size + 2 * halo) // step * step
    kept = tile - 2 * halo
    if kept < 1 or size // kept > _MOST_TILES:
        raise UnsupportedError(
            "JDLL",
            "it makes no tile of this size, or too many",
            value=f"{size} pixels along {axis.name}, a halo of {halo}",
            allowed=f"1 to {_MOST_TILES} tiles along an axis",
            hint="correct min, step and halo of the package",
        )
    count = -(-size // kept)
    starts = tuple(min(index * kept, max(0, size - kept)) for index in range(count))
    return _Cut(tile, halo, starts)


def _run_in_tiles(
    package: Package, session: Session, spec: TensorSpec, ready: Array
) -> dict[str, Array]:
    axes = spec.axis_names
    sizes = {axis.name: ready.shape[axes.index(axis.name)] for axis in spec.space}
    cuts = {
        axis.name: _cut(axis, sizes[axis.name], _halo(package, axis.name)) for axis in spec.space
    }
    padding = [cuts[name].padding(sizes[name]) if name in cuts else (0, 0) for name in axes]
    padded = np.pad(ready, padding, mode="symmetric")
    results: dict[str, Array] = {}
    for starts in itertools.product(*(cut.starts for cut in cuts.values())):
        corner = dict(zip(cuts, starts, strict=True))
        # The padding before the image is the halo, so a tile begins where its kept part does.
        read = {name: slice(start, start + cuts[name].tile) for name, start in corner.items()}
        tile = padded[tuple(read.get(name, slice(None)) for name in axes)]
        found = session.run({spec.id: tile})
        for output in package.outputs:
            _write(results, output, found[output.id], corner, cuts, sizes)
    return results


def _halo(package: Package, name: str) -> int:
    """Return the largest halo of the outputs along an axis."""
    axes = (axis for output in package.outputs for axis in output.space)
    return max((axis.halo for axis in axes if axis.name == name), default=0)


def _write(
    results: dict[str, Array],
    output: TensorSpec,
    found: Array,
    corner: Mapping[str, int],
    cuts: Mapping[str, _Cut],
    sizes: Mapping[str, int],
) -> None:
    """Write the inner part of a tile over what is there."""
    axes: Sequence[str] = output.axis_names
    if output.id not in results:
        shape = [sizes.get(name, size) for name, size in zip(axes, found.shape, strict=True)]
        results[output.id] = np.zeros(shape, found.dtype)
    keep, write = [], []
    for name in axes:
        if name not in cuts:
            keep.append(slice(None))
            write.append(slice(None))
            continue
        cut, start = cuts[name], corner[name]
        stop = min(start + cut.tile - 2 * cut.halo, sizes[name])
        keep.append(slice(cut.halo, cut.halo + stop - start))
        write.append(slice(start, stop))
    results[output.id][tuple(write)] = found[tuple(keep)]
