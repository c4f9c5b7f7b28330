"""Receptive field and halo of a network, computed from its graph and measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.graph.nodes import Graph, Node

__all__ = ["ReceptiveField", "measure_radius", "receptive_field_of"]

Span = tuple[int, int]
"""First and last coordinate along one axis."""

_SPACE_AXES: Final = 2
_CHANNEL_AXIS: Final = (1, -3)
_REPEATED: Final = 3
"""Parts of an image whose edges are repeated: the first pixel, all of them, the last one."""

# Smaller changes are rounding: engines may add in another order where nothing else differs.
_NOTICEABLE: Final = 1e-6


@dataclass(frozen=True)
class ReceptiveField:
    """Distance to the pixels that a network looks at.

    Parameters
    ----------
    radius
        Largest distance in input pixels, along y or x, between an output pixel and an input pixel
        that it depends on.  Pixel i of an output of scale s is at input pixel i * s.
    step
        Product of the strides on the way down: the period of the pooling grid, and a multiple of
        the output's scale.
    scale
        Input pixels per output pixel: a whole number, or the inverse of one.
    """

    radius: int
    step: int
    scale: Fraction = Fraction(1)

    @property
    def halo(self) -> int:
        """The radius rounded up to a multiple of the step.

        A multiple of the step keeps the pooling grid of a padded image, and of every tile, where it
        is in the whole image; and twice the halo is then a multiple of the step too, without which
        bioimageio.core's ``predict`` crashes.
        """
        return math.ceil(self.radius / self.step) * self.step

    @property
    def smallest(self) -> int:
        """The smallest input size: a multiple of the step above twice the halo.

        The format wants a pixel left when the halo is cropped, JDLL a multiple of the step.
        """
        return 2 * self.halo + self.step


def receptive_field_of(graph: Graph) -> ReceptiveField:
    """Compute the reach of a network that is convolutional from end to end.

    The span of coordinates that an output pixel depends on is followed backwards through the
    operators, for every position on the pooling grid; this is exact (Araujo, Norris & Sim,
    Computing Receptive Fields of Convolutional Neural Networks, Distill 2019, gives the formulas
    for one path; spans of several paths are joined).

    Raises
    ------
    ModelError
        An operator looks at the whole image, or is not known here.
    """
    scales = _scales(graph)
    step = max(math.ceil(scale) for scale in scales.values())
    radius = 0
    for output in graph.outputs:
        scale = scales[output]
        for axis in range(_SPACE_AXES):
            for position in range(math.ceil(step / scale)):
                first, last = _needed(graph, output, position, axis)
                here = math.floor(position * scale)
                radius = max(radius, here - first, last - here)
    return ReceptiveField(radius, step, _checked(scales[graph.outputs[0]]))


def _checked(scale: Fraction) -> Fraction:
    if 1 not in (scale.numerator, scale.denominator):
        raise ModelError(
            "network",
            "its output is neither on a grid of whole input pixels nor finer by a whole number",
            value=f"{float(scale):g} input pixels per output pixel",
            allowed="1, 2, 3, …, or 1/2, 1/3, …",
            hint="use a network that enlarges or reduces its input by a whole number",
        )
    return scale


def measure_radius(
    run: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]],
    channels: int,
    field: ReceptiveField,
) -> int:
    """Change one pixel after the other and return how far away the output changes.

    Parameters
    ----------
    run
        The bare network: ``b c y x`` float32 to ``b c y x`` float32 on its own grid.
    channels
        Input channels.
    reach
        The computed reach; the image is made large enough to see a larger one.

    Returns
    -------
    int
        The largest distance along y or x, over one pixel per position on the pooling grid.
    """
    side = 2 * (field.halo + 2 * field.step) + field.step
    image = np.random.default_rng(0).normal(size=(1, channels, side, side)).astype(np.float32)
    before = run(image)
    noticeable = _NOTICEABLE * max(1.0, float(np.abs(before).max()))
    found = 0
    for offset in range(field.step):
        at = side // 2 // field.step * field.step + offset
        changed = image.copy()
        changed[:, :, at, at] += 100.0
        difference = np.abs(run(changed) - before).max(axis=(0, 1))
        for places in np.nonzero(difference > noticeable):
            if places.size:
                found = max(found, int(np.abs(np.floor(places * float(field.scale)) - at).max()))
    return found


def _scales(graph: Graph) -> dict[str, Fraction]:
    """Return input pixels per pixel of every tensor on the way from input to output."""
    scales = {name: Fraction(1) for name in graph.inputs}
    for node in graph.nodes:
        known = [scales[name] for name in node.inputs if name in scales]
        if not known:
            continue
        strides = _strides(graph, node)
        for name in node.outputs:
            scales[name] = known[0] * strides
    return scales


def _strides(graph: Graph, node: Node) -> Fraction:
    if node.operator in {"Conv", "MaxPool", "AveragePool"}:
        return Fraction(node.integers("strides", (1, 1))[0])
    if node.operator == "ConvTranspose":
        return Fraction(1, node.integers("strides", (1, 1))[0])
    if node.operator == "Resize":
        return 1 / _resize_scale(graph, node, 0)
    return Fraction(1)


def _needed(graph: Graph, output: str, position: int, axis: int) -> Span:
    """Return the span of input coordinates that one output coordinate depends on."""
    spans: dict[str, Span] = {output: (position, position)}
    for node in reversed(graph.nodes):
        made = [spans[name] for name in node.outputs if name in spans]
        if not made:
            continue
        span = _BACKWARDS.get(node.operator, _unknown)(graph, node, made[0], axis)
        for name in _data_inputs(graph, node):
            old = spans.get(name, span)
            spans[name] = (min(old[0], span[0]), max(old[1], span[1]))
    found = [spans[name] for name in graph.inputs if name in spans]
    return min(first for first, _ in found), max(last for _, last in found)


def _data_inputs(graph: Graph, node: Node) -> tuple[str, ...]:
    """Return the inputs that carry the image, without weights, scales and sizes."""
    if node.operator in {"Conv", "ConvTranspose", "Resize", "BatchNormalization", "Clip"}:
        return node.inputs[:1]
    if node.operator == "Concat" and node.attributes.get("axis", 1) not in _CHANNEL_AXIS:
        return node.inputs[1:2]  # the edges are its own
    return tuple(name for name in node.inputs if name and name not in graph.constants)


def _same(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    return span


def _window(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Convolution and pooling: output o reads o * stride - pad + k * dilation, k < kernel."""
    stride = node.integers("strides", (1, 1))[axis]
    pad = node.integers("pads", (0, 0, 0, 0))[axis]
    dilation = node.integers("dilations", (1, 1))[axis]
    kernel = _kernel(graph, node)[axis]
    return span[0] * stride - pad, span[1] * stride - pad + (kernel - 1) * dilation


def _transposed(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Transposed convolution: output i * stride - pad + k * dilation receives from i."""
    stride = node.integers("strides", (1, 1))[axis]
    pad = node.integers("pads", (0, 0, 0, 0))[axis]
    dilation = node.integers("dilations", (1, 1))[axis]
    reach = (_kernel(graph, node)[axis] - 1) * dilation
    return -((reach - span[0] - pad) // stride), (span[1] + pad) // stride


def _resized(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Resize, with one more pixel at each end unless it copies the nearest."""
    scale = _resize_scale(graph, node, axis)
    more = 0 if node.attributes.get("mode", "nearest") == "nearest" else 1
    return math.floor(span[0] / scale) - more, math.floor(span[1] / scale) + more


def _over_channels(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Softmax leaves the place alone only along the channel axis."""
    if node.attributes.get("axis", 1) not in _CHANNEL_AXIS:
        return _unknown(graph, node, span, axis)
    return span


def _joined(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Concatenation along channels, or of an image between its own first and last pixels."""
    if node.attributes.get("axis", 1) in _CHANNEL_AXIS:
        return span
    place = _repeated_axis(graph, node)
    if place is None:
        return _unknown(graph, node, span, axis)
    return (span[0] - 1, span[1] - 1) if place == axis else span


def _repeated_axis(graph: Graph, node: Node) -> int | None:
    """Return the axis along which a concatenation repeats the edges of an image; else ``None``."""
    along = node.attributes.get("axis", 1)
    place = next((place for place in range(_SPACE_AXES) if along in (place + 2, place - 2)), None)
    if place is None or len(node.inputs) != _REPEATED:
        return None
    first, image, last = node.inputs
    made = {name: each for each in graph.nodes for name in each.outputs}
    for name, start in ((first, 0.0), (last, -1.0)):
        cut = made.get(name)
        if cut is None or cut.operator != "Slice" or cut.inputs[0] != image:
            return None
        starts, axes = (graph.constants.get(cut.inputs[number]) for number in (1, 3))
        sides = graph.shapes[name][-_SPACE_AXES:]
        if starts != (start,) or axes not in {(2.0 + place,), (place - 2.0,)} or sides[place] != 1:
            return None
    return place


def _sliced(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    """Slices leave the place alone only along the channel axis."""
    axes = graph.constants.get(node.inputs[3]) if len(node.inputs) > 3 else None
    return span if axes in {(1.0,), (-3.0,)} else _unknown(graph, node, span, axis)


def _unknown(graph: Graph, node: Node, span: Span, axis: int) -> Span:
    raise ModelError(
        "network",
        "an operator gives it no bounded receptive field",
        value=f"{node.operator} {dict(node.attributes)}",
        allowed=f"the operators {', '.join(sorted(_BACKWARDS))}; softmax, concatenation and "
        "slices along channels, edges that are repeated",
        hint="use a network that is convolutional from end to end, with frozen normalization",
    )


def _kernel(graph: Graph, node: Node) -> tuple[int, ...]:
    if "kernel_shape" in node.attributes:
        return node.integers("kernel_shape", (1, 1))
    return graph.shapes[node.inputs[1]][2:]


def _resize_scale(graph: Graph, node: Node, axis: int) -> Fraction:
    """Return the factor of a Resize: from its scales, else from the shapes before and after."""
    scales = graph.constants.get(node.inputs[2]) if len(node.inputs) > 2 else None
    if scales:
        return Fraction(scales[2 + axis]).limit_denominator(64)
    before, after = graph.shapes[node.inputs[0]], graph.shapes[node.outputs[0]]
    return Fraction(after[2 + axis], before[2 + axis])


_POINTWISE: Final = (
    "Add BatchNormalization Cast Clip Div Dropout Elu Erf Exp HardSigmoid Identity LeakyRelu Log "
    "Max Min Mul Neg PRelu Pow Relu Selu Sigmoid Softplus Sqrt Sub Tanh"
)

_BACKWARDS: Final[Mapping[str, Callable[[Graph, Node, Span, int], Span]]] = MappingProxyType(
    {
        **dict.fromkeys(_POINTWISE.split(), _same),
        "Conv": _window,
        "MaxPool": _window,
        "AveragePool": _window,
        "ConvTranspose": _transposed,
        "Resize": _resized,
        "Concat": _joined,
        "Softmax": _over_channels,
        "Slice": _sliced,
    }
)
