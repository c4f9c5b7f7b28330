"""Memory that a network needs per input pixel, computed from its graph."""

from __future__ import annotations

import math
from typing import Final

from deepbacs_zoo.graph.nodes import Graph

__all__ = ["peak_bytes", "peak_bytes_per_pixel"]

# ONNX Runtime on a CPU holds twice the tensors alive (measured: README of exporting), PyTorch less.
_ENGINE: Final = 2.1
_ROUNDING: Final = 50


def peak_bytes_per_pixel(graph: Graph, around: float = 0.0) -> float:
    """Return the peak memory of one run, divided by the pixels of its input.

    Computed, not measured, so that two exports of one network state the same number; rounded up to
    a multiple of 50.

    Parameters
    ----------
    graph
        The graph of the network.
    around
        Bytes per pixel of tensors that are alive at once before it or after it.
    """
    *_, height, width = graph.shapes[graph.inputs[0]]
    per_pixel = _ENGINE * max(peak_bytes(graph) / (height * width), around)
    return float(math.ceil(per_pixel / _ROUNDING) * _ROUNDING)


def peak_bytes(graph: Graph) -> int:
    """Return the largest sum of tensors that are alive at once, weights left out.

    A tensor lives from the operator that makes it to the last one that reads it; inputs and outputs
    of the network live all the time.
    """
    end = len(graph.nodes)
    last_use = {
        name: index for index, node in enumerate(graph.nodes) for name in node.inputs if name
    }
    last_use |= dict.fromkeys((*graph.inputs, *graph.outputs), end)
    alive = {name: graph.bytes_of(name) for name in graph.inputs}
    peak = sum(alive.values())
    for index, node in enumerate(graph.nodes):
        alive |= {name: graph.bytes_of(name) for name in node.outputs if name in last_use}
        peak = max(peak, sum(alive.values()))
        alive = {name: size for name, size in alive.items() if last_use[name] > index}
    return peak
