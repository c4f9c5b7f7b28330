"""Does a package give in tiles what it gives in one pass: is its halo wide enough."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError, HostError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.pipeline import run_position
from deepbacs_zoo.runners import Session, load_session
from deepbacs_zoo.tensors import FixedSize, TensorSpec
from deepbacs_zoo.tiling.run_plan import Layout, lay_out
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding, note
from deepbacs_zoo.validation.checks.reproduction import read_test_tensors

__all__ = ["check_tiled"]

_WHERE: Final = "tiled prediction"
_ALLOWED: Final = 1e-5
"""Times the larger of 1 and the largest output value."""
_MOST_PIXELS: Final = 2**20
_SHARES: Final = (4, 3, 2)
"""Into how many parts the image is cut, most first; fewer when tiles would be too small."""

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class _Seams:
    """Differences between tiled and whole of one output.

    Parameters
    ----------
    largest
        Largest absolute difference.
    seam
        Mean absolute difference of the pixels beside inner seams.
    reach
        How many pixels away from the nearest seam the tolerance is still broken; 0 if nowhere.
    farthest
        How far any pixel is from the nearest seam.
    allowed
        The tolerance.
    """

    largest: float
    seam: float
    reach: int
    farthest: int
    allowed: float


def check_tiled(package: Package, trust: bool) -> Outcome:
    """Compare tiled with whole prediction on the test inputs, enlarged by mirroring.

    A difference says that the halo is smaller than the part of the image that a pixel's result
    depends on.  How wide it would have to be is read from how far from the seams the difference
    reaches: a pixel ``k`` away from a seam saw ``halo + k`` pixels beyond it.
    """
    if any(spec.test_tensor is None and not spec.optional for spec in package.inputs):
        return Outcome((note(_WHERE, "not checked: there is no test input for every input"),))
    raw = read_test_tensors(package, package.inputs)
    inputs = [spec for spec in package.inputs if spec.id in raw]
    if not any(_may_grow(spec) for spec in inputs):
        return Outcome((note(_WHERE, "not checked: the network takes one size only"),))
    raw = {spec.id: _enlarged(spec, raw[spec.id], len(inputs)) for spec in inputs}
    try:
        session = load_session(package, device="cpu", trust=trust)
    except (UnsupportedError, UsageError, HostError):
        return Outcome((note(_WHERE, "not checked: none of the weights runs here"),))
    try:
        return _compared(package, inputs, session, raw)
    except DataError as error:  # the enlarged sizes do not belong together: no fault of the package
        return Outcome((note(_WHERE, f"not checked: {error.where}: {error.what}"),))
    except PackageError as error:
        return Outcome((error_finding(error),))
    finally:
        session.close()


def _may_grow(spec: TensorSpec) -> bool:
    return any(not isinstance(axis.size, FixedSize) for axis in spec.space)


def _enlarged(spec: TensorSpec, array: NDArray[Any], count: int) -> NDArray[Any]:
    """Mirror along each space axis of free size, as long as the tensor stays small.

    Two inputs of one image stay registered because both are mirrored at the same edges; several
    inputs are only enlarged together if none would become too large.
    """
    pixels = math.prod(array.shape)
    for axis in reversed(spec.space):
        if isinstance(axis.size, FixedSize) or 2 * pixels * count > _MOST_PIXELS:
            continue
        array = np.pad(
            array,
            [
                (0, size if axis_name == axis.name else 0)
                for axis_name, size in zip(spec.axis_names, array.shape, strict=True)
            ],
            mode="symmetric",
        )
        pixels *= 2
    return array


def _compared(
    package: Package, inputs: list[TensorSpec], session: Session, raw: Tensors
) -> Outcome:
    outputs = list(package.outputs)
    sizes = {
        spec.id: {
            axis.name: raw[spec.id].shape[spec.axis_names.index(axis.name)] for axis in spec.space
        }
        for spec in inputs
    }
    # A byte a pixel makes the budget a number of pixels.
    whole = lay_out(inputs, outputs, sizes, memory=2**62, peak_bytes_per_pixel=1.0, border="none")
    cut = _cut(inputs, outputs, sizes, math.prod(whole.plan.padded_shape))
    if cut is None:
        words = "not checked: the test input is too small to be cut into tiles with this halo"
        return Outcome((note(_WHERE, words),))
    found = {
        name: run_position(inputs, outputs, session, raw, layout, border="none", step=lambda: None)
        for name, layout in (("whole", whole), ("tiled", cut))
    }
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    for spec in outputs:
        if spec.id in cut.shares:
            seams = _measure(spec, cut, found["whole"][spec.id], found["tiled"][spec.id])
            figures[f"tiled.{spec.id}.max_difference"] = seams.largest
            figures[f"tiled.{spec.id}.seam_error"] = seams.seam
            findings.append(_judge(spec, cut, seams))
    return Outcome(tuple(findings), figures)


def _cut(
    inputs: list[TensorSpec],
    outputs: list[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    pixels: int,
) -> Layout | None:
    for share in _SHARES:
        try:
            layout = lay_out(
                inputs,
                outputs,
                sizes,
                memory=pixels // share,
                peak_bytes_per_pixel=1.0,
                border="none",
            )
        except (HostError, DataError):
            continue
        if not layout.plan.whole:
            return layout
    return None


def _measure(spec: TensorSpec, layout: Layout, whole: NDArray[Any], tiled: NDArray[Any]) -> _Seams:
    difference = np.abs(whole.astype(np.float64) - tiled.astype(np.float64))
    difference = np.where(np.isnan(difference), 0.0, difference)
    allowed = _ALLOWED * max(1.0, float(np.nanmax(np.abs(whole), initial=0.0)))
    distance = _distance_to_seams(spec, layout, whole.shape)
    others = tuple(
        index for index, axis in enumerate(spec.axis_names) if axis not in _axis_names(layout, spec)
    )
    worst = difference.max(axis=others) if others else difference
    mean = difference.mean(axis=others) if others else difference
    beside = distance <= 1
    broken = worst > allowed
    return _Seams(
        largest=float(difference.max(initial=0.0)),
        seam=float(mean[beside].mean()) if beside.any() else 0.0,
        reach=int(distance[broken].max(initial=0)) if broken.any() else 0,
        farthest=int(distance.max(initial=0)),
        allowed=allowed,
    )


def _axis_names(layout: Layout, spec: TensorSpec) -> str:
    return layout.shares[spec.id].axes


def _distance_to_seams(
    spec: TensorSpec, layout: Layout, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Return for every pixel how far the nearest inner seam is, 1 for the pixels beside it.

    Axes are those of the output that tiles are cut along, in the output's order.
    """
    share = layout.shares[spec.id]
    order = [axis_name for axis_name in spec.axis_names if axis_name in share.axes]
    along = []
    for axis_name in order:
        axis = share.axes.index(axis_name)
        length = shape[spec.axis_names.index(axis_name)]
        before = share.plan.crop[axis].start or 0
        seams = {tile.write[axis].start - before for tile in share.plan.tiles}
        places = np.arange(length)
        distance = np.full(length, length, np.int64)
        for seam in seams:
            if 0 < seam < length:
                # Pixel ``seam`` and pixel ``seam - 1`` touch the seam.
                here = np.where(places >= seam, places - seam + 1, seam - places)
                distance = np.minimum(distance, here)
        along.append(distance)
    nearest = along[0]
    for distance in along[1:]:
        nearest = np.minimum(nearest[..., None], distance)
    return nearest


def _judge(spec: TensorSpec, layout: Layout, seams: _Seams) -> Finding:
    where = f"outputs.{spec.id}"
    tiles = len(layout.plan.tiles)
    if seams.largest <= seams.allowed:
        return note(
            where, f"{tiles} tiles equal the whole image; largest difference {seams.largest:.1e}"
        )
    halo = max((axis.halo for axis in spec.space), default=0)
    if seams.reach >= seams.farthest:
        hint = (
            "no halo tried here would do: the result of a pixel depends on more than its tile, "
            "run such a package in one pass (a larger --memory)"
        )
    else:
        hint = f"a halo of at least {halo + seams.reach} would have been enough here"
    return Finding(
        Severity.WARNING,
        where,
        f"the halo of {halo} pixels is too small: {tiles} tiles differ from the whole image by up "
        f"to {seams.largest:.1e}, beside the seams by {seams.seam:.1e} on average",
        f"a difference of at most {seams.allowed:.1e}",
        hint,
    )
