"""The results of all positions of an output, put back where the positions were taken out."""

from __future__ import annotations

import numpy as np

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.images import ArraySink
from deepbacs_zoo.prediction.positions import Position, Positions
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["Collector", "check_own_axes"]


def check_own_axes(spec: TensorSpec, positions: Positions) -> None:
    """Refuse an image whose positions need an axis that an output has for itself.

    So much is known before the network is run; sizes that depend on the data are looked at when
    they are there.

    Raises
    ------
    UnsupportedError
        The image has several positions along such an axis: several channels, for a network that
        takes none and gives some.
    """
    for axis, count in positions.sizes.items():
        size = spec.size_of(axis)
        if count > 1 and size is not None and size > 1:
            raise _own_axis(spec, axis, size, count)


def _own_axis(spec: TensorSpec, axis: str, size: int, count: int) -> UnsupportedError:
    return UnsupportedError(
        f"output '{spec.id}'",
        f"it has an axis {axis} of its own, which the image's positions need",
        value=f"{size}, and {count} positions",
        allowed=f"an image with one position along {axis}",
        hint="run the positions as images of their own",
    )


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
        self._own = spec.axis_names.replace("b", "")
        shaped = set(self._own) <= set(IMAGE_AXES)
        # An axis that the output has for itself is no position; if both are long, put() refuses.
        outer = "".join(axis for axis in positions.sizes if axis not in self._own)
        self.axes = IMAGE_AXES if shaped else outer + self._own
        self._sink: ArraySink | None = None

    @property
    def array(self) -> Array:
        """The collected array, of the output's axes and dtype; all positions must have been put."""
        if self._sink is None:
            raise RuntimeError("no position was run")
        return self._sink.array

    def put(self, position: Position, found: Array) -> None:
        """Put the result at one position, in the output's own axes and dtype, batch included."""
        own = self._without_batch(found)
        block, where = self._block(own, position)
        if self._sink is None:
            sizes = zip(self.axes, block.shape, strict=True)
            shape = tuple(self._sizes.get(axis, 1) if axis in where else n for axis, n in sizes)
            self._sink = ArraySink(self.axes, shape, block.dtype)
        sizes = zip(self.axes, self._sink.shape, strict=True)
        expected = tuple(1 if axis in where else size for axis, size in sizes)
        if expected != block.shape:
            raise UnsupportedError(
                f"output '{self._spec.id}'",
                "its size changes from position to position, so the results are no stack",
                value=f"{block.shape} after {expected}",
                allowed="an image with one position",
                hint="run the positions as images of their own",
            )
        self._sink.write({axis: slice(at, at + 1) for axis, at in where.items()}, block)

    def _without_batch(self, found: Array) -> Array:
        if "b" not in self._spec.axis_names:
            return found
        axis = self._spec.axis_names.index("b")
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
        """Return the result in the order of :attr:`axes`, and the axes it is put at."""
        where = self._place(dict(zip(self._own, own.shape, strict=True)), position)
        present = [axis_name for axis_name in self.axes if axis_name in self._own]
        block = np.transpose(own, [self._own.index(axis_name) for axis_name in present])
        for axis, axis_name in enumerate(self.axes):
            if axis_name not in self._own:
                block = np.expand_dims(block, axis)
        return block, {
            axis_name: index for axis_name, index in where.items() if axis_name in self.axes
        }

    def _place(self, sizes: dict[str, int], position: Position) -> dict[str, int]:
        """Return the position along the axes that the output does not have for itself."""
        where = {}
        for axis, index in position.items():
            if sizes.get(axis, 1) == 1:
                where[axis] = index
            elif self._sizes[axis] > 1:
                raise _own_axis(self._spec, axis, sizes[axis], self._sizes[axis])
        return where
