"""Tiny networks, each in three independent forms: ONNX nodes, PyTorch source text, NumPy.

The NumPy form gives the expected outputs of the packages in `tests.packages`, so that a runner is
never compared with itself.  PyTorch is imported only when its weights are asked for.
"""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

OPSET = 17
IR_VERSION = 8

Arrays = tuple[np.ndarray, ...]

_ONNX_NAMES = {"float32": "FLOAT", "uint8": "UINT8", "uint16": "UINT16"}


@dataclass(frozen=True)
class Network:
    """One network; the axes and channels of its tensors stand in the package's description."""

    nodes: Callable[[Sequence[str], Sequence[str]], tuple[list[Any], list[Any]]]
    source: str
    compute: Callable[..., Arrays]
    arguments: dict[str, Any] = field(default_factory=dict)
    callable: str = "Network"
    input_dtype: str = "float32"
    prefix: str = ""
    """Written before the source in the package, but never executed here."""


def onnx_bytes(
    network: Network,
    inputs: Sequence[tuple[str, Sequence[int | None], str]],
    outputs: Sequence[tuple[str, Sequence[int | None], str]],
) -> bytes:
    """Serialize with one graph input or output per ``(name, shape, axes)``; None is free."""
    from onnx import TensorProto, checker, helper

    dtype = getattr(TensorProto, _ONNX_NAMES[network.input_dtype])

    def value(
        name: str, shape: Sequence[int | None], axes: str, kind: int = TensorProto.FLOAT
    ) -> Any:
        dims = [f"{name}_{a}" if n is None else n for a, n in zip(axes, shape, strict=True)]
        return helper.make_tensor_value_info(name, kind, dims)

    nodes, constants = network.nodes([i[0] for i in inputs], [o[0] for o in outputs])
    graph = helper.make_graph(
        nodes,
        "tiny",
        [value(*i, kind=dtype) for i in inputs],
        [value(*o) for o in outputs],
        constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def torch_module(network: Network) -> Any:
    """Build the module by executing the network's own source text."""
    namespace: dict[str, Any] = {}
    exec(compile(network.source, "network.py", "exec"), namespace)
    return namespace[network.callable](**network.arguments).eval()


def torchscript_bytes(network: Network, shapes: Sequence[Sequence[int]]) -> bytes:
    return _traced(
        network.source,
        network.callable,
        tuple(sorted(network.arguments.items())),
        tuple(tuple(shape) for shape in shapes),
        network.input_dtype,
    )


@lru_cache(maxsize=64)
def _traced(
    source: str,
    name: str,
    arguments: tuple[tuple[str, Any], ...],
    shapes: tuple[Any, ...],
    dtype: str,
) -> bytes:
    import torch

    module = torch_module(Network(_unused, source, _unused, dict(arguments), name))
    examples = tuple(torch.rand(shape).to(getattr(torch, dtype)) for shape in shapes)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(module, examples)
        buffer = io.BytesIO()
        torch.jit.save(traced, buffer)
    return buffer.getvalue()


def state_dict_bytes(network: Network) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(torch_module(network).state_dict(), buffer)
    return buffer.getvalue()


def _unused(*_: Any) -> Any:
    raise AssertionError("only the PyTorch form is needed here")


# --- ONNX helpers ------------------------------------------------------------------------------


def _node(op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> Any:
    from onnx import helper

    return helper.make_node(op, list(inputs), list(outputs), **attributes)


def _constant(name: str, value: Any, dtype: Any = np.float32) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(np.asarray(value, dtype=dtype), name)


# --- point-wise: any axes ----------------------------------------------------------------------

_AFFINE = '''\
"""out = gain * x + offset, for any axes."""
import torch


class Network(torch.nn.Module):
    def __init__(self, gain: float = 2.0, offset: float = 0.5) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(float(gain)))
        self.offset = torch.nn.Parameter(torch.tensor(float(offset)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.gain + self.offset
'''


def affine(gain: float = 2.0, offset: float = 0.5) -> Network:
    """``gain * x + offset``; any axes, any size."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        constants = [_constant("gain", gain), _constant("offset", offset)]
        return [
            _node("Mul", [i[0], "gain"], ["scaled"]),
            _node("Add", ["scaled", "offset"], [o[0]]),
        ], constants

    def compute(x: np.ndarray) -> Arrays:
        return (x * np.float32(gain) + np.float32(offset),)

    return Network(nodes, _AFFINE, compute, {"gain": gain, "offset": offset})


def identity() -> Network:
    """The input itself."""
    return affine(1.0, 0.0)


_INTEGERS = '''\
"""out = x / 100 in float32, for an input of whole numbers."""
import torch


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(0.01))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(torch.float32) * self.gain
'''


def of_integers(dtype: str = "uint8") -> Network:
    """A network whose own input is of whole numbers; float32 out."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import TensorProto

        return [
            _node("Cast", [i[0]], ["real"], to=TensorProto.FLOAT),
            _node("Mul", ["real", "gain"], [o[0]]),
        ], [_constant("gain", 0.01)]

    def compute(x: np.ndarray) -> Arrays:
        assert x.dtype == dtype
        return (x.astype(np.float32) * np.float32(0.01),)

    return Network(nodes, _INTEGERS, compute, input_dtype=dtype)


# --- neighbourhoods ----------------------------------------------------------------------------

_BOX = '''\
"""Mean over 3 pixels along every space axis, channel by channel."""
import torch


class Network(torch.nn.Module):
    def __init__(
        self, channels: int = 1, ndim: int = 2, padding: int = 1, channel_last: bool = False
    ) -> None:
        super().__init__()
        kind = torch.nn.Conv3d if ndim == 3 else torch.nn.Conv2d
        self.conv = kind(channels, channels, 3, padding=padding, groups=channels, bias=False)
        torch.nn.init.constant_(self.conv.weight, 1.0 / 3**ndim)
        self.channel_last = channel_last

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.channel_last:
            return self.conv(x.movedim(-1, 1)).movedim(1, -1)
        return self.conv(x)
'''


def box(
    channels: int = 1, ndim: int = 2, *, padding: int = 1, channel_last: bool = False
) -> Network:
    """3-pixel box filter with zero padding: receptive field 3, so that seams show.

    ``padding=0`` makes the output smaller by 2 along each space axis.
    """

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        weight = np.full((channels, 1, *(3,) * ndim), 1.0 / 3**ndim)
        conv = {"group": channels, "pads": [padding] * 2 * ndim, "kernel_shape": [3] * ndim}
        if not channel_last:
            return [_node("Conv", [i[0], "w"], [o[0]], **conv)], [_constant("w", weight)]
        first = [0, ndim + 1, *range(1, ndim + 1)]
        last = [0, *range(2, ndim + 2), 1]
        return [
            _node("Transpose", [i[0]], ["moved"], perm=first),
            _node("Conv", ["moved", "w"], ["mean"], **conv),
            _node("Transpose", ["mean"], [o[0]], perm=last),
        ], [_constant("w", weight)]

    def compute(x: np.ndarray) -> Arrays:
        space = range(1, 1 + ndim) if channel_last else range(2, 2 + ndim)
        pads = [(padding, padding) if axis in space else (0, 0) for axis in range(x.ndim)]
        padded = np.pad(x.astype(np.float64), pads)
        sizes = [n - 2 if axis in space else n for axis, n in enumerate(padded.shape)]
        total = np.zeros(sizes)
        for shifts in itertools.product(range(3), repeat=ndim):
            shift = dict(zip(space, shifts, strict=True))
            total += padded[
                tuple(slice(shift.get(a, 0), shift.get(a, 0) + n) for a, n in enumerate(sizes))
            ]
        return ((total / 3**ndim).astype(np.float32),)

    arguments = {
        "channels": channels,
        "ndim": ndim,
        "padding": padding,
        "channel_last": channel_last,
    }
    return Network(nodes, _BOX, compute, arguments)


# --- changes of scale (b c y x) ----------------------------------------------------------------

_SCALES = '''\
"""Two-times mean pooling and/or two-times nearest-neighbour upsampling of b c y x."""
import torch
import torch.nn.functional as F


class Network(torch.nn.Module):
    def __init__(self, pool: bool = True, up: bool = True, skip: bool = True) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(1.0))
        self.pool, self.up, self.skip = pool, up, skip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x * self.gain
        if self.pool:
            y = F.avg_pool2d(y, 2)
        if self.up:
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
        return y + x if self.skip else y
'''


def _scales(*, pool: bool, up: bool, skip: bool) -> Network:
    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        result, last = [], i[0]
        if pool:
            result.append(
                _node("AveragePool", [last], ["pooled"], kernel_shape=[2, 2], strides=[2, 2])
            )
            last = "pooled"
        if up:
            result.append(
                _node(
                    "Resize",
                    [last, "", "factors"],
                    ["upsampled"],
                    mode="nearest",
                    coordinate_transformation_mode="asymmetric",
                    nearest_mode="floor",
                )
            )
            last = "upsampled"
        final = ("Add", [last, i[0]]) if skip else ("Identity", [last])
        result.append(_node(*final, [o[0]]))
        return result, [_constant("factors", [1, 1, 2, 2])] if up else []

    def compute(x: np.ndarray) -> Arrays:
        y = x
        if pool:
            b, c, h, w = x.shape
            cut = x[:, :, : h // 2 * 2, : w // 2 * 2]
            y = cut.reshape(b, c, h // 2, 2, w // 2, 2).mean((3, 5), dtype=np.float64)
        if up:
            y = y.repeat(2, axis=2).repeat(2, axis=3)
        return ((y + x if skip else y).astype(np.float32),)

    return Network(nodes, _SCALES, compute, {"pool": pool, "up": up, "skip": skip})


def pool_up() -> Network:
    """Pooling, upsampling and a skip connection: sizes must be multiples of 2, else it fails."""
    return _scales(pool=True, up=True, skip=True)


def upsample() -> Network:
    """Every pixel twice along y and x."""
    return _scales(pool=False, up=True, skip=False)


def downsample() -> Network:
    """Mean of 2x2 pixels."""
    return _scales(pool=True, up=False, skip=False)


# --- several tensors, fewer axes ---------------------------------------------------------------

_SUM = '''\
"""out = a + gain * b."""
import torch


class Network(torch.nn.Module):
    def __init__(self, gain: float = 3.0) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(float(gain)))

    def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return a + b * self.gain
'''


def weighted_sum(gain: float = 3.0) -> Network:
    """Two inputs, ``a + gain * b``: exchanging them changes the result."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        return [
            _node("Mul", [i[1], "gain"], ["scaled"]),
            _node("Add", [i[0], "scaled"], [o[0]]),
        ], [_constant("gain", gain)]

    def compute(a: np.ndarray, b: np.ndarray) -> Arrays:
        return (a + b * np.float32(gain),)

    return Network(nodes, _SUM, compute, {"gain": gain})


_TWO = '''\
"""Two outputs of b c y x: every channel scaled, and the mean over the channels."""
import torch


class Network(torch.nn.Module):
    def __init__(self, gain: float = 2.0) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(float(gain)))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return x * self.gain, x.mean(1, keepdim=True)
'''


def two_outputs(gain: float = 2.0) -> Network:
    """One input; outputs: the input times ``gain``, and its mean over the channels."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        return [
            _node("Mul", [i[0], "gain"], [o[0]]),
            _node("ReduceMean", [i[0]], [o[1]], axes=[1], keepdims=1),
        ], [_constant("gain", gain)]

    def compute(x: np.ndarray) -> Arrays:
        mean = x.mean(1, keepdims=True, dtype=np.float64).astype(np.float32)
        return x * np.float32(gain), mean

    return Network(nodes, _TWO, compute, {"gain": gain})


_MEAN = '''\
"""Mean over y and x: b c y x to b c."""
import torch


class Network(torch.nn.Module):
    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = torch.nn.Parameter(torch.tensor(float(gain)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean((2, 3)) * self.gain
'''


def mean_per_channel() -> Network:
    """An output without space axes: the mean of each channel."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        return [_node("ReduceMean", [i[0]], [o[0]], axes=[2, 3], keepdims=0)], []

    def compute(x: np.ndarray) -> Arrays:
        return (x.mean((2, 3), dtype=np.float64).astype(np.float32),)

    return Network(nodes, _MEAN, compute, {"gain": 1.0})


_SELECT = '''\
"""Coordinates of the positive pixels of b c y x: as many rows as the data has."""
import torch


class Network(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.zero = torch.nn.Parameter(torch.tensor(0.0))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.nonzero(x > self.zero).to(torch.float32)
'''


def positive_pixels() -> Network:
    """A data-dependent output: one row ``b c y x`` for each pixel above 0."""

    def nodes(i: Sequence[str], o: Sequence[str]) -> tuple[list[Any], list[Any]]:
        from onnx import TensorProto

        return [
            _node("Greater", [i[0], "zero"], ["above"]),
            _node("NonZero", ["above"], ["places"]),
            _node("Transpose", ["places"], ["rows"], perm=[1, 0]),
            _node("Cast", ["rows"], [o[0]], to=TensorProto.FLOAT),
        ], [_constant("zero", 0.0)]

    def compute(x: np.ndarray) -> Arrays:
        return (np.argwhere(x > 0).astype(np.float32),)

    return Network(nodes, _SELECT, compute)
