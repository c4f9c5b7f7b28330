"""A network's graph as plain data, for everything that is computed from it without running it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Graph", "Node"]

Attribute = int | float | str | tuple[int, ...] | tuple[float, ...]


@dataclass(frozen=True)
class Node:
    """One operator with the names of what it reads and makes, named as in ONNX."""

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def integers(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Return an attribute that lists integers, one per space axis."""
        value = self.attributes.get(name, default)
        assert isinstance(value, tuple)
        return tuple(int(entry) for entry in value)


@dataclass(frozen=True)
class Graph:
    """A network.

    Parameters
    ----------
    nodes
        In an order in which they can be computed.
    inputs, outputs
        Names of the tensors that enter and leave.
    shapes
        Shape of every tensor, for the sizes that the graph was read with.
    widths
        Bytes per value of every tensor.
    constants
        Weights and other constants: values of the small ones, ``()`` for the others.
    """

    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    shapes: Mapping[str, tuple[int, ...]]
    widths: Mapping[str, int]
    constants: Mapping[str, tuple[float, ...]]

    def bytes_of(self, tensor: str) -> int:
        """Return the memory of one tensor."""
        return math.prod(self.shapes[tensor]) * self.widths[tensor]
