"""Models of the tiles of ilastik and QuPath in NumPy, around the network itself.

Both cut an image into tiles of about 512 pixels that are normalized one by one.  ilastik reads the
halo around a tile and mirrors the raw image where it ends, without repeating its edge; QuPath knows
no halo in format 0.5, and mirrors the normalized rest of an image on both sides up to a tile.
Read in source: ilastik of July 2026 with tiktorch 26.5.0, QuPath 0.7 with its extension 0.2.0-rc3.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.prediction.pipeline import postprocess, run_network
from deepbacs_zoo.processing import apply
from deepbacs_zoo.tensors import Axis, FixedSize, Step, SteppedSize

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.runners import Session

__all__ = ["by_ilastik", "by_qupath", "can_be_cut"]

Array = NDArray[Any]
Pads = list[tuple[int, int]]
Run = Callable[[Array, Pads], Mapping[str, Array]]

_SIDE: Final = 512
_SIDE_OF_STACKS: Final = 64
_LARGEST: Final = 1024
_MOST: Final = 16
"""Pixels of a tile, and tiles, along an axis; others are not worth their time."""
_KNOWN: Final = frozenset(
    {"binarize", "clip", "scale_linear", "scale_range", "sigmoid", "zero_mean_unit_variance"}
)
"""Steps that QuPath applies."""


def can_be_cut(package: Package, image: Array) -> bool:
    """Return whether it is known what both compute: one image of plain axes and rules of sizes.

    The image has the axes of the package's input and any dtype.
    """
    spec = package.inputs[0]
    axes = spec.axis_names
    sizes = all(isinstance(axis.size, FixedSize | SteppedSize) for axis in spec.space)
    batch = "b" not in axes or image.shape[axes.index("b")] == 1
    return len(package.inputs) == 1 and sizes and batch and not set(axes) & set("ti")


@dataclass(frozen=True)
class _Cut:
    """A tile along one axis.

    Parameters
    ----------
    read
        The pixels of the image in it.
    pad
        How far it reaches beyond the image.
    keep, write
        The part of its result that is kept, and its place in the image.
    """

    read: slice
    pad: tuple[int, int]
    keep: slice
    write: slice


def by_ilastik(package: Package, session: Session, image: Array) -> dict[str, Array]:
    """Return what ilastik would give.

    Parameters
    ----------
    package
        A package that it runs, and `can_be_cut`.
    session
        Its loaded weights, of any format.
    image
        The raw input in the package's axes and dtype.

    Returns
    -------
    dict
        Postprocessed outputs by id, with the described axes and dtypes.
    """
    spec = package.inputs[0]
    side = _SIDE_OF_STACKS if len(spec.space) > 2 else _SIDE
    stepped = [axis.size for axis in spec.space if isinstance(axis.size, SteppedSize)]
    steps = min((max(0, -(-(side - size.min) // size.step)) for size in stepped), default=0)

    def cuts(axis: Axis, size: int) -> Iterator[_Cut]:
        tile = _least(axis)
        if isinstance(axis.size, SteppedSize):
            tile += steps * axis.size.step
        halo = _halo(package, axis.name)
        for start, stop, more in _parts(size, tile, halo):
            first, last = start - halo - (more + 1) // 2, stop + halo + more // 2
            yield _Cut(
                slice(max(0, first), min(last, size)),
                (max(0, -first), max(0, last - size)),
                slice(start - first, stop - first),
                slice(start, stop),
            )

    def run(part: Array, pads: Pads) -> Mapping[str, Array]:
        return run_network(package, session, {spec.id: np.pad(part, pads, mode="reflect")})

    return _joined(package, image, cuts, run)


def by_qupath(package: Package, session: Session, image: Array) -> dict[str, Array]:
    """Return what QuPath would give, with the tile that it proposes.

    Parameters
    ----------
    package
        A package that it runs, and `can_be_cut`.
    session
        Its loaded weights, of any format.
    image
        The raw input in the package's axes and dtype.

    Returns
    -------
    dict
        Postprocessed outputs by id, with the described axes and dtypes.
    """
    spec = package.inputs[0]
    outputs = tuple(replace(each, steps=_known(each.steps)) for each in package.outputs)

    def cuts(axis: Axis, size: int) -> Iterator[_Cut]:
        least = _least(axis)
        tile = least * max(1, _SIDE // least)
        halo = _halo(package, axis.name) if package.format_version.startswith("0.4") else 0
        for start, stop, more in _parts(size, tile, halo):
            first, last = start - halo, stop + halo
            yield _Cut(
                slice(max(0, first), min(last, size)),
                (max(0, -first) + more // 2, max(0, last - size) + more - more // 2),
                slice(halo + more // 2, halo + more // 2 + stop - start),
                slice(start, stop),
            )

    def run(part: Array, pads: Pads) -> Mapping[str, Array]:
        ready = apply(_known(spec.steps), part.astype(np.float32), spec.axis_names)
        tile = np.pad(ready.astype(np.float32), pads, mode="symmetric")
        found = session.run({spec.id: tile})
        return postprocess(outputs, found, {spec.id: (part, spec.axis_names)})

    return _joined(package, image, cuts, run)


def _least(axis: Axis) -> int:
    """Return the smallest size of an axis; 0 where it is neither fixed nor stepped."""
    if isinstance(axis.size, FixedSize):
        return axis.size.value
    return axis.size.min if isinstance(axis.size, SteppedSize) else 0


def _parts(size: int, tile: int, halo: int) -> Iterator[tuple[int, int, int]]:
    """Yield where tiles begin and end without their halo, and what the image lacks to fill them."""
    kept = tile - 2 * halo
    if kept < 1 or tile > _LARGEST or size > _MOST * kept:
        raise UnsupportedError(
            "tiles",
            "programs make no tile of this size, or too many",
            value=f"tiles of {tile} pixels with a halo of {halo}",
            allowed=f"up to {_LARGEST} pixels, more than twice the halo",
            hint="correct min, step and halo of the package",
        )
    for start in range(0, size, kept):
        stop = min(start + kept, size)
        yield start, stop, kept - (stop - start)


def _known(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps that QuPath applies, with its percentiles where none are stated."""
    kept = [step for step in steps if step.name in _KNOWN]
    return tuple(
        Step(step.name, {"min_percentile": 100.0, "max_percentile": 0.0, **step.kwargs})
        if step.name == "scale_range"
        else step
        for step in kept
    )


def _halo(package: Package, name: str) -> int:
    axes = (axis for output in package.outputs for axis in output.space)
    return max((axis.halo for axis in axes if axis.name == name), default=0)


def _joined(
    package: Package, image: Array, cuts: Callable[[Axis, int], Iterator[_Cut]], run: Run
) -> dict[str, Array]:
    """Run all tiles and put what is kept of them next to each other."""
    spec = package.inputs[0]
    names, axes = [axis.name for axis in spec.space], spec.axis_names
    sizes = {name: image.shape[axes.index(name)] for name in names}
    lists = [list(cuts(axis, sizes[axis.name])) for axis in spec.space]
    results: dict[str, Array] = {}
    for tile in itertools.product(*lists):
        along = dict(zip(names, tile, strict=True))
        part = image[tuple(along[n].read if n in along else slice(None) for n in axes)]
        found = run(part, [along[n].pad if n in along else (0, 0) for n in axes])
        for output in package.outputs:
            axis_names = output.axis_names
            array = found[output.id]
            if output.id not in results:
                shape = [
                    sizes.get(n, size) for n, size in zip(axis_names, array.shape, strict=True)
                ]
                results[output.id] = np.zeros(shape, array.dtype)
            write = tuple(along[n].write if n in along else slice(None) for n in axis_names)
            keep = tuple(along[n].keep if n in along else slice(None) for n in axis_names)
            results[output.id][write] = array[keep]
    return results
