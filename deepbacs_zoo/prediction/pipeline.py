"""One position through a package: preprocessing, padding, tiles, stitching, postprocessing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.processing import apply, check, fit
from deepbacs_zoo.runners.base import Array, Session
from deepbacs_zoo.runners.tensor_checks import check_tensors
from deepbacs_zoo.tensors import TensorSpec
from deepbacs_zoo.tiling import Border
from deepbacs_zoo.tiling.run_plan import RunPlan, TensorPlan

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["Tensors", "check_steps", "run_network", "run_plane"]

Tensors = Mapping[str, Array]
"""Arrays by the id of their tensor."""
References = Mapping[str, tuple[Array, str]]
Slices = tuple[slice, ...]


def run_network(package: Package, session: Session, tensors: Tensors) -> dict[str, Array]:
    """Preprocess, run whole and unpadded, postprocess: what a package's test tensors ask for.

    Parameters
    ----------
    package
        The package.
    session
        Its loaded weights.
    tensors
        Raw input tensors by id, in the package's axis order and of valid sizes.

    Returns
    -------
    dict
        Postprocessed output tensors by id, of the described axes and dtypes.

    Raises
    ------
    DataError
        The tensors are not as the package describes them.
    PackageError
        The network contradicts the package.
    """
    check_steps(package)
    check_tensors(package.inputs, tensors)
    inputs = [spec for spec in package.inputs if spec.id in tensors]
    raw = {spec.id: tensors[spec.id].astype(spec.dtype, copy=False) for spec in inputs}
    references = _references(inputs, raw)
    ready = {spec.id: _processed(spec, raw[spec.id], references) for spec in inputs}
    return postprocess(package.outputs, session.run(ready), references)


def check_steps(package: Package) -> None:
    """Refuse steps that are unknown or wrong; everything below takes checked ones.

    Raises
    ------
    UnsupportedError
        An operation is not known.
    PackageError
        An argument is missing, unknown or out of its range, or an axis is not there.
    """
    for spec in (*package.inputs, *package.outputs):
        check(spec.steps, f"{package.path}: {spec.id}", spec.axis_names)


def run_plane(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    session: Session,
    raw: Tensors,
    run_plan: RunPlan,
    *,
    border: Border,
    step: Callable[[], None],
) -> dict[str, Array]:
    """Run one position of images of any size.

    Statistics come from the whole position, never from a tile: of the image itself, or with
    ``border="halo"`` of the image continued by the halo (which is what bioimageio.core measures).

    Parameters
    ----------
    inputs, outputs
        The tensors that take part; their steps have passed :func:`check_steps`.
    session
        The loaded weights.
    raw
        The position of each input, with the input's axes and dtype, before preprocessing.
    run_plan
        The passes.
    border
        See :func:`deepbacs_zoo.tiling.plan`.
    step
        Called after each pass.

    Returns
    -------
    dict
        Postprocessed outputs by id, of the size that belongs to the image.
    """
    if border == "halo":
        raw = {spec.id: _pad(raw[spec.id], spec, run_plan) for spec in inputs}
    references = _references(inputs, raw)
    ready = {spec.id: _prepare(spec, raw[spec.id], run_plan, references, border) for spec in inputs}
    found = _run_tiles(inputs, outputs, session, ready, run_plan, step)
    if border == "halo":  # bioimageio.core postprocesses first and crops then
        return _crop(outputs, postprocess(outputs, found, references), run_plan)
    return postprocess(outputs, _crop(outputs, found, run_plan), references)


def postprocess(
    outputs: Sequence[TensorSpec],
    found: Tensors,
    references: References,
) -> dict[str, Array]:
    """Apply every output's steps; axes stay, dtypes are those of the last steps.

    ``references`` are the raw inputs, and raw outputs join them.
    """
    known = {**references, **_references(outputs, found)}
    return {spec.id: _processed(spec, found[spec.id], known) for spec in outputs}


def _references(specs: Sequence[TensorSpec], raw: Tensors) -> dict[str, tuple[Array, str]]:
    return {spec.id: (raw[spec.id], spec.axis_names) for spec in specs}


def _processed(spec: TensorSpec, array: Array, references: References) -> Array:
    """Apply a tensor's checked steps, measured on the tensor itself."""
    return _typed(spec, apply(spec.steps, array, spec.axis_names, references, checked=True))


def _typed(spec: TensorSpec, array: Array) -> Array:
    """Bring a processed tensor to the described data type.

    The specification ends a chain that does not end with ``ensure_dtype`` with that step, to the
    tensor's own type.
    """
    if spec.steps and spec.steps[-1].name == "ensure_dtype":
        return array
    return array.astype(spec.dtype, copy=False)


def _prepare(
    spec: TensorSpec, array: Array, run_plan: RunPlan, references: References, border: Border
) -> Array:
    """Preprocess and continue one input to its valid size."""
    if border == "halo":  # padded already
        return _processed(spec, array, references)
    if spec.pad.mode == "constant":  # its value is one of the raw image
        steps = fit(spec.steps, array, spec.axis_names, references, checked=True)
        return _typed(spec, steps(_pad(array, spec, run_plan)))
    # Mirroring after the steps gives the same as before them, also where a statistic belongs to a
    # row or column of the image, of which the padding has none.
    return _pad(_processed(spec, array, references), spec, run_plan)


def _pad(array: Array, spec: TensorSpec, run_plan: RunPlan) -> Array:
    own = run_plan.tensors.get(spec.id)
    if own is None:
        return array
    widths = dict(zip(own.axes, _widths(own), strict=True))
    padding = [widths.get(axis, (0, 0)) for axis in spec.axis_names]
    if not any(map(any, padding)):
        return array
    if spec.pad.mode == "constant":
        return np.pad(array, padding, mode="constant", constant_values=spec.pad.value)
    mode: str = spec.pad.mode
    return np.pad(array, padding, mode=mode)  # type: ignore[call-overload, no-any-return]


def _widths(own: TensorPlan) -> list[tuple[int, int]]:
    """Return the pixels before and behind this tensor's image, per axis of its plan."""
    found = []
    for axis, rule in enumerate(own.rules):
        before = round(own.plan.before[axis] * rule.scale)
        image = rule.out(own.plan.image_shape[axis])
        found.append((before, rule.out(own.plan.padded_shape[axis]) - before - image))
    return found


def _run_tiles(
    inputs: Sequence[TensorSpec],
    outputs: Sequence[TensorSpec],
    session: Session,
    ready: Tensors,
    run_plan: RunPlan,
    step: Callable[[], None],
) -> dict[str, Array]:
    """Run every tile and stitch; outputs without a plan come from the only one."""
    stitched: dict[str, Array] = {}
    for number in range(len(run_plan.plan.tiles)):
        feed = {}
        for spec in inputs:
            own = run_plan.tensors.get(spec.id)
            if own is None:
                feed[spec.id] = ready[spec.id]
            else:
                feed[spec.id] = ready[spec.id][_index(spec, own, own.reads[number])]
        found = session.run(feed)
        for spec in outputs:
            _stitch(stitched, spec, run_plan.tensors.get(spec.id), number, found[spec.id])
        step()
    return stitched


def _stitch(
    stitched: dict[str, Array], spec: TensorSpec, own: TensorPlan | None, number: int, found: Array
) -> None:
    if own is None:
        stitched[spec.id] = found
        return
    _check_output(spec, own, found)
    if own.plan.whole:
        stitched[spec.id] = found
        return
    tile = own.plan.tiles[number]
    if spec.id not in stitched:
        full = dict(zip(own.axes, own.plan.padded_output_shape, strict=True))
        sizes = zip(spec.axis_names, found.shape, strict=True)
        shape = [full.get(axis, size) for axis, size in sizes]
        stitched[spec.id] = np.empty(shape, found.dtype)
    kept = found[_index(spec, own, tile.keep)]
    stitched[spec.id][_index(spec, own, tile.write)] = kept


def _check_output(spec: TensorSpec, own: TensorPlan, found: Array) -> None:
    for axis, size, rule in zip(own.axes, own.plan.tile_shape, own.rules, strict=True):
        given = found.shape[spec.axis_names.index(axis)]
        if given != rule.out(size):
            raise PackageError(
                f"output '{spec.id}', axis {axis}",
                "the network gives another size than the package describes",
                value=f"{given} for {size} input pixels",
                allowed=str(rule.out(size)),
                hint="correct the size, scale and offset of the output axis in the package",
            )


def _crop(outputs: Sequence[TensorSpec], found: Tensors, run_plan: RunPlan) -> dict[str, Array]:
    """Cut every output to what belongs to the image."""
    return {
        spec.id: found[spec.id]
        if (own := run_plan.tensors.get(spec.id)) is None
        else found[spec.id][_index(spec, own, own.plan.crop)]
        for spec in outputs
    }


def _index(spec: TensorSpec, own: TensorPlan, slices: Slices) -> Slices:
    """Return slices for all axes of a tensor from those of its plan."""
    by_axis = dict(zip(own.axes, slices, strict=True))
    return tuple(by_axis.get(axis, slice(None)) for axis in spec.axis_names)
