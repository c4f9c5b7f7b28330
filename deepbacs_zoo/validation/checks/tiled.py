"""The check of the halo: a package gives in tiles what it gives in one pass."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import DataError, HostError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.pipeline import check_steps, run_plane
from deepbacs_zoo.runners import Session
from deepbacs_zoo.tensors import FixedSize, TensorSpec
from deepbacs_zoo.tiling.run_plan import RunPlan, plan_run
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.checks.tolerance import HALF
from deepbacs_zoo.validation.context import Context, largest_value

__all__ = ["check_tiled"]

_WHERE: Final = "tiled prediction"
_ALLOWED: Final = 1e-5
"""Times the larger of 1 and the largest output value."""
_MOST_PIXELS: Final = 2**20
_SHARES: Final = (4, 3, 2)
"""Numbers of parts that the image is cut into, most first; fewer when tiles would be too small."""

TILES_NOT_CHECKED: Final = Rule(
    "tiles-not-checked", Severity.INFO, "Whether the halo is wide enough was not measured."
)
RUN_WHOLE: Final = Rule(
    "run-whole",
    Severity.INFO,
    "What the graph measures, and how it continues the image, would be those of a tile.",
    "config.deepbacs_zoo, allow_tiling",
)
_IN_ONE_PIECE: Final = (
    "the package takes an image in one piece only; programs that cut it (bioimageio.core "
    "blockwise, ilastik, QuPath) show seams, for them there is the plain package"
)
TILES_EQUAL_WHOLE: Final = Rule(
    "tiles-equal-whole", Severity.INFO, "Results do not depend on the memory that they are made in."
)
HALO_TOO_SMALL: Final = Rule(
    "halo-too-small",
    Severity.WARNING,
    "A pixel near a seam that sees less than its receptive field gets another value there.",
    "measured on the test input",
)

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
        Largest distance in pixels from the nearest seam at which the tolerance is broken; 0 if
        nowhere.
    farthest
        Largest distance of any pixel from the nearest seam.
    allowed
        The tolerance.
    """

    largest: float
    seam: float
    reach: int
    farthest: int
    allowed: float


def check_tiled(context: Context) -> Outcome:
    """Compare tiled with whole prediction on the test inputs, enlarged by mirroring.

    A difference says that the halo is smaller than the part of the image that a pixel's result
    depends on.  The distance of the differences from the seams says which halo would suffice: a
    pixel ``k`` away from a seam saw ``halo + k`` pixels beyond it.
    """
    package = context.package
    if not package.zoo_config.allow_tiling:
        return Outcome((RUN_WHOLE.finding(_WHERE, _IN_ONE_PIECE),))
    if any(map(_lacks_test_tensor, package.inputs)):
        return _not_checked("there is no test input for every input")
    raw = context.test_tensors(package.inputs)
    inputs = [spec for spec in package.inputs if spec.id in raw]
    if not any(map(_may_grow, inputs)):
        return _not_checked("the network takes one size only")
    session = context.first_session()
    if session is None:
        return _not_checked("none of the weights runs here")
    if session.weights_format in context.failed:  # reported where they failed
        return Outcome()
    try:
        enlarged = {spec.id: _enlarged(spec, raw[spec.id], len(inputs)) for spec in inputs}
        return _compared(package, inputs, session, enlarged)
    except DataError as error:  # the enlarged sizes do not belong together: no fault of the package
        return _not_checked(f"{error.where}: {error.what}")


def _not_checked(reason: str) -> Outcome:
    return Outcome((TILES_NOT_CHECKED.finding(_WHERE, f"not checked: {reason}"),))


def _lacks_test_tensor(spec: TensorSpec) -> bool:
    return spec.test_tensor is None and not spec.optional


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
    check_steps(package)
    outputs = list(package.outputs)
    sizes = {
        spec.id: {
            axis.name: raw[spec.id].shape[spec.axis_names.index(axis.name)] for axis in spec.space
        }
        for spec in inputs
    }
    # A byte a pixel makes the budget a number of pixels.
    whole = plan_run(inputs, outputs, sizes, memory=2**62, peak_bytes_per_pixel=1.0, border="none")
    cut = _cut(inputs, outputs, sizes, math.prod(whole.plan.padded_shape))
    if cut is None:
        return _not_checked("the test input is too small to be cut into tiles with this halo")
    found = {
        name: run_plane(inputs, outputs, session, raw, run_plan, border="none", step=lambda: None)
        for name, run_plan in (("whole", whole), ("tiled", cut))
    }
    findings: list[Finding] = []
    figures: dict[str, float] = {}
    for spec in outputs:
        if spec.id in cut.tensors:
            allowed = HALF.get(session.precision, _ALLOWED)
            seams = _measure(spec, cut, found["whole"][spec.id], found["tiled"][spec.id], allowed)
            figures[f"tiled.{spec.id}.max_difference"] = seams.largest
            figures[f"tiled.{spec.id}.seam_error"] = seams.seam
            findings.append(_finding(spec, cut, seams))
    return Outcome(tuple(findings), figures)


def _cut(
    inputs: list[TensorSpec],
    outputs: list[TensorSpec],
    sizes: Mapping[str, Mapping[str, int]],
    pixels: int,
) -> RunPlan | None:
    for share in _SHARES:
        try:
            run_plan = plan_run(
                inputs,
                outputs,
                sizes,
                memory=pixels // share,
                peak_bytes_per_pixel=1.0,
                border="none",
            )
        except (HostError, DataError):
            continue
        if not run_plan.plan.whole:
            return run_plan
    return None


def _measure(
    spec: TensorSpec,
    run_plan: RunPlan,
    whole: NDArray[Any],
    tiled: NDArray[Any],
    relative: float = _ALLOWED,
) -> _Seams:
    difference = np.abs(whole.astype(np.float64) - tiled.astype(np.float64))
    difference = np.where(np.isnan(difference), 0.0, difference)
    allowed = relative * largest_value(whole)
    distance = _distance_to_seams(spec, run_plan, whole.shape)
    others = tuple(
        index
        for index, axis in enumerate(spec.axis_names)
        if axis not in _axis_names(run_plan, spec)
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


def _axis_names(run_plan: RunPlan, spec: TensorSpec) -> str:
    return run_plan.tensors[spec.id].axes


def _distance_to_seams(
    spec: TensorSpec, run_plan: RunPlan, shape: tuple[int, ...]
) -> NDArray[np.int64]:
    """Return every pixel's distance to the nearest inner seam, 1 for the pixels beside it.

    Axes are those of the output that tiles are cut along, in the output's order.
    """
    own = run_plan.tensors[spec.id]
    order = [axis_name for axis_name in spec.axis_names if axis_name in own.axes]
    along = []
    for axis_name in order:
        axis = own.axes.index(axis_name)
        length = shape[spec.axis_names.index(axis_name)]
        before = own.plan.crop[axis].start or 0
        seams = {tile.write[axis].start - before for tile in own.plan.tiles}
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


def _finding(spec: TensorSpec, run_plan: RunPlan, seams: _Seams) -> Finding:
    where = f"outputs.{spec.id}"
    tiles = len(run_plan.plan.tiles)
    if seams.largest <= seams.allowed:
        text = f"{tiles} tiles equal the whole image; largest difference {seams.largest:.1e}"
        return TILES_EQUAL_WHOLE.finding(where, text)
    halo = max((axis.halo for axis in spec.space), default=0)
    hint: str | Text = f"a halo of at least {halo + seams.reach} would have been enough here"
    if seams.reach >= seams.farthest:
        hint = (
            "no halo tried here would do: the result of a pixel depends on more than its tile, "
            "run such a package in one pass (a larger " + Option("memory") + ")"
        )
    return HALO_TOO_SMALL.finding(
        where,
        f"the halo of {halo} pixels is too small: {tiles} tiles differ from the whole image by up "
        f"to {seams.largest:.1e}, beside the seams by {seams.seam:.1e} on average",
        f"a difference of at most {seams.allowed:.1e}",
        hint,
    )
