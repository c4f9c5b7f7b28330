"""The forms of a package: the plain one, and that of a program which takes only whole images."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.exporting.weights.torch import Shape, compute, torch_module
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.writing.description import FORMATS
from deepbacs_zoo.processing import apply
from deepbacs_zoo.tensors import Axis, ReferencedSize, SteppedSize, TensorSpec

if TYPE_CHECKING:
    from torch import nn

    from deepbacs_zoo.exporting.trained_model import TrainedModel
    from deepbacs_zoo.graph.receptive_field import ReceptiveField

__all__ = ["FORMS", "Form"]

Pixels = npt.NDArray[np.float32]
Change = Callable[[Axis], Axis]


@dataclass(frozen=True)
class Form:
    """One form of the package of a network.

    Parameters
    ----------
    size
        Sides that an image may have.
    inputs, outputs
        The method's tensors with sizes and halos, and the steps that are left to programs.
    formats
        Weights formats; the output of the first is the expected one, the others are made from it.
    allow_tiling
        False if an image has to pass in one piece.
    network
        What the TorchScript file holds.
    expected
        From what the written weights take to what they must give, ``b c y x`` float32 both.
    bytes_around
        Bytes per pixel of the image that are alive at once before the network or after it.
    shapes
        Shapes to compare the two at: none that the tracer saw, not square, and two images.
    """

    size: SteppedSize
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    formats: tuple[str, ...]
    allow_tiling: bool
    network: nn.Module
    expected: Callable[[Pixels], Pixels]
    bytes_around: float
    shapes: tuple[Shape, ...]


def _plain(model: TrainedModel, field: ReceptiveField) -> Form:
    """Return the form that every program takes: normalization and borders are left to them."""
    first, side, step = model.inputs[0], field.smallest, field.step
    size, channels = SteppedSize(side, step), len(first.axis("c").channel_names)

    def of_output(axis: Axis) -> Axis:
        # The halo is in pixels of the output; both are multiples of the step.
        return dataclasses.replace(
            axis,
            size=ReferencedSize(first.id, axis.name, float(1 / field.scale)),
            halo=int(field.halo / field.scale),
            scale=float(field.scale),
        )

    return Form(
        size=size,
        inputs=_sized(model.inputs, _with(size)),
        outputs=_sized(model.outputs, of_output),
        formats=FORMATS,
        allow_tiling=True,
        network=model.network,
        expected=lambda image: compute(model.network, image),
        bytes_around=0.0,
        shapes=((1, channels, side + step, side + 3 * step), (2, channels, side + 2 * step, side)),
    )


def _whole(model: TrainedModel, field: ReceptiveField) -> Form:
    """Return the form whose graph does everything itself, for one image in one piece.

    deepImageJ normalizes each plane of a stack as the last one, mirrors what is normalized all
    round, and cuts images whose sides are no multiple of the step off the pooling grid.
    """
    torch_module()  # names the extra where there is none
    from deepbacs_zoo.exporting.weights.torch_steps import steps_of
    from deepbacs_zoo.exporting.weights.whole_image import WholeImage

    first, result = model.inputs[0], model.outputs[0]
    channels = len(first.axis("c").channel_names)
    if field.scale < 1:
        raise UsageError(
            Option("consumer", "deepimagej"),
            "deepImageJ shows results of the size of the image only",
            value=f"{field.scale.denominator} x {field.scale.denominator} pixels for each one",
            allowed="a method whose result has the size of its image",
            hint="leave " + Option("consumer") + " out, or train another method",
        )
    side, step, grid = field.smallest, field.step, int(field.scale)
    valid, any_size = SteppedSize(side, step), SteppedSize(1, 1)
    before, after = steps_of(first), steps_of(result)
    network = WholeImage(model.network, before, after, smallest=side, step=step, grid=grid)

    def expected(image: Pixels) -> Pixels:
        height, width = image.shape[2:]
        ready = apply(first.steps, image, first.axis_names).astype(np.float32, copy=False)
        more = [(0, valid.fit(size) - size) for size in (height, width)]
        found = compute(model.network, np.pad(ready, [(0, 0), (0, 0), *more], mode="symmetric"))
        cells = found[:, :, : -(-height // grid), : -(-width // grid)]
        done = apply(result.steps, cells, result.axis_names).astype(np.float32, copy=False)
        return done.repeat(grid, 2).repeat(grid, 3)[:, :, :height, :width]

    def of_output(axis: Axis) -> Axis:
        return dataclasses.replace(axis, size=ReferencedSize(first.id, axis.name), scale=1.0)

    return Form(
        size=any_size,
        inputs=_without_steps(_sized(model.inputs, _with(any_size))),
        outputs=_without_steps(_sized(model.outputs, of_output)),
        formats=("torchscript",),
        allow_tiling=False,
        network=network.eval(),
        expected=expected,
        # The image and three copies in float64; or the output, on its grid and repeated.
        bytes_around=max(28 * channels, 4 * len(result.axis("c").channel_names) * (1 + grid**-2)),
        shapes=((2, channels, 1, 3), (1, channels, side - 1, side + step + 1)),
    )


FORMS: Final[Mapping[str | None, Callable[[TrainedModel, ReceptiveField], Form]]] = (
    MappingProxyType({None: _plain, "deepimagej": _whole})
)
"""By the program that a package is for; ``None`` for all of them."""


def _with(size: SteppedSize) -> Change:
    return lambda axis: dataclasses.replace(axis, size=size)


def _sized(specs: tuple[TensorSpec, ...], change: Change) -> tuple[TensorSpec, ...]:
    """Return tensors with another rule for the sizes of y and x."""
    return tuple(
        dataclasses.replace(
            spec, axes=tuple(change(axis) if axis.name in "yx" else axis for axis in spec.axes)
        )
        for spec in specs
    )


def _without_steps(specs: tuple[TensorSpec, ...]) -> tuple[TensorSpec, ...]:
    return tuple(dataclasses.replace(spec, steps=()) for spec in specs)
