"""Image axes and network axes: what is taken out for each run.

Positions along axes that no input of the network consumes (``t``, ``z``; ``c`` where it takes no
channels; even ``y`` where it takes lines) are run one by one, and the results stand at the same
positions of the output (:mod:`.collector`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError, UnsupportedError
from deepbacs_zoo.images import Image, list_channels, place_of
from deepbacs_zoo.options import Option, Text
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import FixedSize, SteppedSize, TensorSpec

__all__ = ["Position", "Positions", "check_range", "find_positions", "take", "thin_stack"]

Position = Mapping[str, int]


@dataclass(frozen=True)
class Positions:
    """The positions of a run: their axes, in image order, and how many there are along each."""

    sizes: Mapping[str, int]

    def __iter__(self) -> Iterator[Position]:
        """Yield every position as index by axis, the last axis fastest."""
        for indices in itertools.product(*(range(size) for size in self.sizes.values())):
            yield dict(zip(self.sizes, indices, strict=True))

    def __len__(self) -> int:
        return int(np.prod([1, *self.sizes.values()]))


def find_positions(specs: Sequence[TensorSpec], images: Mapping[str, Image]) -> Positions:
    """Return the positions that the network is run at.

    Parameters
    ----------
    specs
        The inputs that images are given for.
    images
        The image of each, by input id.

    Raises
    ------
    DataError
        A channel count is not the network's, or the images' positions do not agree.
    UnsupportedError
        An input has axes or a batch that no image has.
    """
    consumed = {axis for spec in specs for axis in spec.axis_names}
    found: dict[str, int] = {axis: 1 for axis in IMAGE_AXES if axis not in consumed}
    for spec in specs:
        image = images[spec.id]
        _check_axes(spec)
        _check_channels(spec, image)
        _join_positions(spec, image, found)
    return Positions(found)


def _join_positions(spec: TensorSpec, image: Image, found: dict[str, int]) -> None:
    """Add the positions of one input's image to those of the others."""
    for axis in IMAGE_AXES:
        size = int(image.data.sizes[axis])
        if axis in spec.axis_names or size == 1:
            continue
        if axis not in found:
            raise _not_alone(spec, image, axis, size)
        if found[axis] not in {1, size}:
            raise DataError(
                place_of(image, spec.id),
                f"it has another number of positions along {axis} than the other images",
                value=size,
                allowed=f"1 or {found[axis]}",
                hint="give images of the same stack",
            )
        found[axis] = size


def _check_axes(spec: TensorSpec) -> None:
    batch = spec.size_of("b")
    if batch not in {None, 1}:
        raise UnsupportedError(
            f"input '{spec.id}'",
            "the network takes several images in one batch only",
            value=batch,
            allowed="a batch of 1",
            hint="run the bare network through deepbacs_zoo.runners",
        )
    if "i" in spec.axis_names and spec.size_of("i") != 1:
        raise UnsupportedError(
            f"input '{spec.id}'",
            "it has an index axis, which no image has",
            value=spec.axis_names,
            allowed="the axes b t c z y x",
            hint="run the bare network through deepbacs_zoo.runners",
        )


def _check_channels(spec: TensorSpec, image: Image) -> None:
    count = int(image.data.sizes["c"])
    expected = spec.size_of("c") if "c" in spec.axis_names else None
    if image.rgb and spec.takes_grey:
        raise DataError(
            place_of(image, spec.id),
            "it is an RGB image, and the network takes one grey channel",
            value=f"{count} channels",
            allowed=_channels(spec, 1),
            hint="convert it to a grey image (in ImageJ: Image > Type > 8-bit), or take one of its "
            "colors with " + Option("channel", "green"),
        )
    if expected is not None and expected != count:
        raise DataError(
            place_of(image, spec.id),
            "it has another number of channels than the network takes",
            value=count,
            allowed=_channels(spec, expected),
            hint=_advice(image, count, expected),
        )


def _advice(image: Image, count: int, expected: int) -> str | Text:
    if count < expected:
        return "give an image that has all of these channels"
    if expected > 1:
        return "keep only the named channels, in this order"
    return f"choose one of its channels ({list_channels(image)}) with " + Option("channel", "1")


def _channels(spec: TensorSpec, count: int) -> str:
    names = spec.axis("c").channel_names if "c" in spec.axis_names else ()
    return str(count) + (f" ({', '.join(names)})" if names else "")


def _not_alone(spec: TensorSpec, image: Image, axis: str, size: int) -> DataError:
    return DataError(
        place_of(image, spec.id),
        f"it has several positions along {axis}, which another input of the network consumes",
        value=size,
        allowed=f"1 position along {axis}",
        hint=f"extract one position for the input '{spec.id}'",
    )


def take(spec: TensorSpec, image: Image, position: Position) -> Array:
    """Return one position of an image in the axes and the dtype of an input, batch included.

    Raises
    ------
    DataError
        The image holds values that the input's data type cannot.
    """
    chosen = image.data.isel(
        {
            axis_name: min(position.get(axis_name, 0), image.data.sizes[axis_name] - 1)
            for axis_name in IMAGE_AXES
            if axis_name not in spec.axis_names
        }
    )
    inner = "".join(axis_name for axis_name in spec.axis_names if axis_name in IMAGE_AXES)
    array = chosen.transpose(*inner).values
    for axis, axis_name in enumerate(spec.axis_names):
        if axis_name not in IMAGE_AXES:
            array = np.expand_dims(array, axis)
    return _as_dtype(array, spec, image)


def _as_dtype(array: Array, spec: TensorSpec, image: Image) -> Array:
    dtype = np.dtype(spec.dtype)
    if dtype.kind in "ui" and not np.can_cast(array.dtype, dtype):
        limits = np.iinfo(dtype)
        whole = array.dtype.kind != "f" or bool((array == np.rint(array)).all())
        if not whole or array.min() < limits.min or array.max() > limits.max:
            raise DataError(
                place_of(image, spec.id),
                f"it holds values that the network's input of type {dtype} cannot",
                value=f"{array.min():g} to {array.max():g}" + ("" if whole else ", with fractions"),
                allowed=f"whole numbers from {limits.min} to {limits.max}",
                hint=f"convert the image to {dtype.itemsize * 8} bit",
            )
    return array.astype(dtype, copy=False)


def check_range(spec: TensorSpec, image: Image) -> None:
    """Refuse an image with numbers beyond those of an input of real numbers.

    Raises
    ------
    DataError
        Some would become infinite.
    """
    dtype, values = np.dtype(spec.dtype), image.data.values
    if dtype.kind != "f" or np.can_cast(values.dtype, dtype):
        return
    extremes = np.array([values.min(), values.max()])
    with np.errstate(over="ignore"):  # that is the question
        beyond = np.isinf(extremes.astype(dtype)) & np.isfinite(extremes)
    if beyond.any():
        largest = np.finfo(dtype).max
        raise DataError(
            place_of(image, spec.id),
            f"it holds values that the network's input of type {dtype} cannot",
            value=f"{extremes[0]:g} to {extremes[1]:g}",
            allowed=f"numbers from {-largest:g} to {largest:g}",
            hint="divide its values by a number (in ImageJ: Process > Math > Divide)",
        )


def thin_stack(specs: Sequence[TensorSpec], images: Mapping[str, Image]) -> str | None:
    """Return what to say when a network of volumes gets a single plane, else ``None``."""
    for spec in specs:
        if "z" not in spec.axis_names:
            continue
        size = spec.axis("z").size
        least = size.value if isinstance(size, FixedSize) else 1
        least = size.min if isinstance(size, SteppedSize) else least
        sizes = images[spec.id].data.sizes
        if sizes["z"] == 1 and least > 1:
            frames = f" and {sizes['t']} frames" if sizes["t"] > 1 else ""
            return f"the network takes volumes of {least} slices or more; this has 1 slice{frames}"
    return None
