"""Image axes and network axes: what is taken out for each run, and how results are put back.

Positions along axes that no input of the network consumes (``t``, ``z``; ``c`` where it takes no
channels; even ``y`` where it takes lines) are run one by one, and the results stand at the same
positions of the output.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError, PackageError, UnsupportedError
from deepbacs_zoo.images import Image
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import FixedSize, SteppedSize, TensorSpec

__all__ = ["Collector", "Positions", "find_positions", "place_of", "take", "thin_stack"]

Position = Mapping[str, int]


@dataclass(frozen=True)
class Positions:
    """The positions of a run: their letters, in image order, and how many there are along each."""

    sizes: Mapping[str, int]

    def __iter__(self) -> Iterator[Position]:
        """Yield every position as index by letter, the last letter fastest."""
        for indices in itertools.product(*(range(size) for size in self.sizes.values())):
            yield dict(zip(self.sizes, indices, strict=True))

    def __len__(self) -> int:
        return int(np.prod([1, *self.sizes.values()]))


def place_of(image: Image, name: str) -> str:
    """Return what to call an image in a message: its file, or the input it was given for."""
    return f"input '{name}'" if image.path is None else str(image.path)


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
    consumed = {letter for spec in specs for letter in spec.letters}
    found: dict[str, int] = {letter: 1 for letter in IMAGE_AXES if letter not in consumed}
    for spec in specs:
        image = images[spec.id]
        _check_axes(spec)
        _check_channels(spec, image)
        for letter in IMAGE_AXES:
            size = int(image.data.sizes[letter])
            if letter in spec.letters or size == 1:
                continue
            if letter not in found:
                raise _not_alone(spec, image, letter, size)
            if found[letter] not in {1, size}:
                raise DataError(
                    place_of(image, spec.id),
                    f"it has another number of positions along {letter} than the other images",
                    value=size,
                    allowed=f"1 or {found[letter]}",
                    hint="give images of the same stack",
                )
            found[letter] = size
    return Positions(found)


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
    if "i" in spec.letters and spec.size_of("i") != 1:
        raise UnsupportedError(
            f"input '{spec.id}'",
            "it has an index axis, which no image has",
            value=spec.letters,
            allowed="the axes b t c z y x",
            hint="run the bare network through deepbacs_zoo.runners",
        )


def _check_channels(spec: TensorSpec, image: Image) -> None:
    count = int(image.data.sizes["c"])
    wanted = spec.size_of("c") if "c" in spec.letters else None
    if image.rgb and ("c" not in spec.letters or wanted == 1):
        raise DataError(
            place_of(image, spec.id),
            "it is an RGB image, and the network takes one grey channel",
            value=f"{count} channels",
            allowed=_channels(spec, 1),
            hint="convert it to a grey image (in ImageJ: Image > Type > 8-bit)",
        )
    if wanted is not None and wanted != count:
        raise DataError(
            place_of(image, spec.id),
            "it has another number of channels than the network takes",
            value=count,
            allowed=_channels(spec, wanted),
            hint="keep only the named channels, in this order"
            if count > wanted
            else "give an image that has all of these channels",
        )


def _channels(spec: TensorSpec, count: int) -> str:
    names = spec.axis("c").channel_names if "c" in spec.letters else ()
    return str(count) + (f" ({', '.join(names)})" if names else "")


def _not_alone(spec: TensorSpec, image: Image, letter: str, size: int) -> DataError:
    return DataError(
        place_of(image, spec.id),
        f"it has several positions along {letter}, which another input of the network consumes",
        value=size,
        allowed=f"1 position along {letter}",
        hint=f"extract one position for the input '{spec.id}'",
    )


def take(spec: TensorSpec, image: Image, position: Position) -> Array:
    """Return one position of an image in the axis order of an input, batch of one included.

    Raises
    ------
    DataError
        The image holds values that the input's data type cannot.
    """
    chosen = image.data.isel(
        {
            letter: min(position.get(letter, 0), image.data.sizes[letter] - 1)
            for letter in IMAGE_AXES
            if letter not in spec.letters
        }
    )
    inner = "".join(letter for letter in spec.letters if letter in IMAGE_AXES)
    array = chosen.transpose(*inner).values
    for axis, letter in enumerate(spec.letters):
        if letter not in IMAGE_AXES:
            array = np.expand_dims(array, axis)
    return _as_dtype(array, spec, image)


def _as_dtype(array: Array, spec: TensorSpec, image: Image) -> Array:
    wanted = np.dtype(spec.dtype)
    if wanted.kind in "ui" and not np.can_cast(array.dtype, wanted):
        limits = np.iinfo(wanted)
        whole = array.dtype.kind != "f" or bool((array == np.rint(array)).all())
        if not whole or array.min() < limits.min or array.max() > limits.max:
            raise DataError(
                place_of(image, spec.id),
                f"it holds values that the network's input of type {wanted} cannot",
                value=f"{array.min():g} to {array.max():g}" + ("" if whole else ", with fractions"),
                allowed=f"whole numbers from {limits.min} to {limits.max}",
                hint=f"convert the image to {wanted.itemsize * 8} bit",
            )
    return array.astype(wanted, copy=False)


class Collector:
    """Puts the results of all positions of one output into one array.

    The axes are ``t z c y x`` where the output has none but these; an axis that neither the output
    nor the positions have gets size 1.  An output with an index axis keeps its own axes, behind
    those of the positions.

    Parameters
    ----------
    spec
        The output.
    positions
        The positions that are run.
    """

    def __init__(self, spec: TensorSpec, positions: Positions) -> None:
        self._spec = spec
        self._sizes = positions.sizes
        self._own = spec.letters.replace("b", "")
        shaped = set(self._own) <= set(IMAGE_AXES)
        # An axis that the output has for itself is no position; if both are long, put() refuses.
        outer = "".join(letter for letter in positions.sizes if letter not in self._own)
        self.axes = IMAGE_AXES if shaped else outer + self._own
        self._array: Array | None = None

    @property
    def array(self) -> Array:
        """The collected array; all positions must have been put."""
        if self._array is None:
            raise RuntimeError("no position was run")
        return self._array

    def put(self, position: Position, found: Array) -> None:
        """Put the result at one position, in the output's own axes, batch included."""
        own = self._without_batch(found)
        block, where = self._block(own, position)
        if self._array is None:
            shape = tuple(
                self._sizes.get(letter, 1) if letter in where else size
                for letter, size in zip(self.axes, block.shape, strict=True)
            )
            self._array = np.empty(shape, block.dtype)
        index = tuple(
            slice(where[letter], where[letter] + 1) if letter in where else slice(None)
            for letter in self.axes
        )
        if self._array[index].shape != block.shape:
            raise UnsupportedError(
                f"output '{self._spec.id}'",
                "its size changes from position to position, so the results are no stack",
                value=f"{block.shape} after {self._array[index].shape}",
                allowed="an image with one position",
                hint="run the positions as images of their own",
            )
        self._array[index] = block

    def _without_batch(self, found: Array) -> Array:
        if "b" not in self._spec.letters:
            return found
        axis = self._spec.letters.index("b")
        if found.shape[axis] != 1:
            raise PackageError(
                f"output '{self._spec.id}'",
                "the network gives another batch than it was given",
                value=found.shape[axis],
                allowed="1",
                hint="correct the output's batch axis in the package",
            )
        return np.squeeze(found, axis)

    def _block(self, own: Array, position: Position) -> tuple[Array, dict[str, int]]:
        """Return the result in the order of :attr:`axes`, and the letters it is put at."""
        sizes = dict(zip(self._own, own.shape, strict=True))
        where = {}
        for letter, index in position.items():
            if sizes.get(letter, 1) == 1:
                where[letter] = index
            elif self._sizes[letter] > 1:
                raise UnsupportedError(
                    f"output '{self._spec.id}'",
                    f"it has an axis {letter} of its own, which the image's positions need",
                    value=f"{sizes[letter]}, and {self._sizes[letter]} positions",
                    allowed=f"an image with one position along {letter}",
                    hint="run the positions as images of their own",
                )
        present = [letter for letter in self.axes if letter in self._own]
        block = np.transpose(own, [self._own.index(letter) for letter in present])
        for axis, letter in enumerate(self.axes):
            if letter not in self._own:
                block = np.expand_dims(block, axis)
        return block, {letter: index for letter, index in where.items() if letter in self.axes}


def thin_stack(specs: Sequence[TensorSpec], images: Mapping[str, Image]) -> str | None:
    """Return what to say when a network of volumes gets a single plane, else ``None``."""
    for spec in specs:
        if "z" not in spec.letters:
            continue
        size = spec.axis("z").size
        least = size.value if isinstance(size, FixedSize) else 1
        least = size.min if isinstance(size, SteppedSize) else least
        sizes = images[spec.id].data.sizes
        if sizes["z"] == 1 and least > 1:
            frames = f" and {sizes['t']} frames" if sizes["t"] > 1 else ""
            return f"the network takes volumes of {least} slices or more; this has 1 slice{frames}"
    return None
