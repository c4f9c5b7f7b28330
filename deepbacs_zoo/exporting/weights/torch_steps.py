"""Processing steps as modules of PyTorch, for graphs that process images themselves.

The formulas are those of :mod:`deepbacs_zoo.processing`, evaluated in float64 and rounded once.
Modules can be traced, and use operators that PyTorch 2.0 has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import nn

from deepbacs_zoo.errors import UnsupportedError

if TYPE_CHECKING:
    from deepbacs_zoo.tensors import Step, TensorSpec

__all__ = ["steps_of"]

Kwargs = Mapping[str, Any]

_EPS: Final = 1e-6


def steps_of(spec: TensorSpec) -> nn.Module:
    """Return the steps of a tensor as one module: float32 to float32 of the same axes.

    Raises
    ------
    UnsupportedError
        A step cannot be part of a graph.
    """
    return nn.Sequential(*(_module(step, spec) for step in spec.steps))


def _module(step: Step, spec: TensorSpec) -> nn.Module:
    arguments, build = _MODULES.get(step.name, ("", None))
    if build is None or not {*step.kwargs} <= {*arguments.split()}:
        known = "; ".join(f"{name} ({names})" for name, (names, _) in _MODULES.items())
        raise UnsupportedError(
            f"tensor '{spec.id}'",
            "a package for deepImageJ processes images in its graph, which cannot take this step",
            value=f"{step.name} ({' '.join(step.kwargs)})",
            allowed=f"these steps, with these arguments: {known}",
            hint="export the plain package",
        )
    return build(step.kwargs, spec)


class _Clip(nn.Module):
    """Values between two bounds."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.clamp(self.low, self.high)


class _ScaleLinear(nn.Module):
    """Values times a gain, plus an offset."""

    gain: torch.Tensor
    offset: torch.Tensor

    def __init__(self, gain: torch.Tensor, offset: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("gain", gain)
        self.register_buffer("offset", offset)

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        return (tensor.to(torch.float64) * self.gain + self.offset).to(torch.float32)


class _Sigmoid(nn.Module):
    """Logistic function of values."""

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.to(torch.float64).sigmoid().to(torch.float32)


class _ZeroMeanUnitVariance(nn.Module):
    """Values minus their mean, by their standard deviation."""

    def __init__(self, axes: list[int], eps: float) -> None:
        super().__init__()
        self.axes, self.eps = axes, eps

    def forward(self, tensor: torch.Tensor) -> torch.Tensor:
        values = tensor.to(torch.float64)
        values = values - values.mean(self.axes, keepdim=True)
        deviation = (values * values).mean(self.axes, keepdim=True).sqrt()
        return (values / (deviation + self.eps)).to(torch.float32)


def _axes(kwargs: Kwargs, spec: TensorSpec) -> list[int]:
    """Return the places of the axes that count together; all of them by default."""
    return [spec.axis_names.index(axis) for axis in kwargs.get("axes") or spec.axis_names]


def _along(value: object, kwargs: Kwargs, spec: TensorSpec) -> torch.Tensor:
    """Return a number, or one for each position along an axis, to be broadcast."""
    values = torch.tensor(value, dtype=torch.float64)
    if values.ndim == 0:
        return values
    return values.reshape([-1 if axis == kwargs["axis"] else 1 for axis in spec.axis_names])


_MODULES: Final[Mapping[str, tuple[str, Callable[[Kwargs, TensorSpec], nn.Module]]]] = (
    MappingProxyType(
        {
            "clip": (
                "min max",
                lambda kwargs, spec: _Clip(
                    float(kwargs.get("min", -math.inf)), float(kwargs.get("max", math.inf))
                ),
            ),
            "scale_linear": (
                "gain offset axis",
                lambda kwargs, spec: _ScaleLinear(
                    _along(kwargs.get("gain", 1.0), kwargs, spec),
                    _along(kwargs.get("offset", 0.0), kwargs, spec),
                ),
            ),
            "sigmoid": ("", lambda kwargs, spec: _Sigmoid()),
            "zero_mean_unit_variance": (
                "axes eps",
                lambda kwargs, spec: _ZeroMeanUnitVariance(
                    _axes(kwargs, spec), float(kwargs.get("eps", _EPS))
                ),
            ),
        }
    )
)
"""Arguments, and what builds the module, by the name of the operation."""
