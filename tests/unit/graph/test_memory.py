from __future__ import annotations

from pathlib import Path

import pytest

from deepbacs_zoo.exporting.weights.onnx import read_graph, write_onnx
from deepbacs_zoo.graph.memory import peak_bytes, peak_bytes_per_pixel
from deepbacs_zoo.graph.nodes import Graph, Node
from tests.unit.exporting.networks import Pooled, build


def graph(*nodes: Node, **channels: int) -> Graph:
    """Return a graph whose tensors are 10 x 10 with the given channels, float32."""
    return Graph(
        nodes=nodes,
        inputs=("a",),
        outputs=(nodes[-1].outputs[0],),
        shapes={name: (1, count, 10, 10) for name, count in channels.items()},
        widths=dict.fromkeys(channels, 4),
        constants={},
    )


def test_a_chain_holds_two_neighbours_and_both_ends() -> None:
    chain = graph(
        Node("Relu", ("a",), ("b",)),
        Node("Relu", ("b",), ("c",)),
        Node("Relu", ("c",), ("d",)),
        a=1,
        b=8,
        c=4,
        d=1,
    )
    assert peak_bytes(chain) == (1 + 8 + 4) * 400


def test_a_skip_connection_stays_alive() -> None:
    skipped = graph(
        Node("Relu", ("a",), ("b",)),
        Node("Relu", ("b",), ("c",)),
        Node("Relu", ("c",), ("d",)),
        Node("Concat", ("b", "d"), ("e",)),
        a=1,
        b=8,
        c=4,
        d=4,
        e=12,
    )
    assert peak_bytes(skipped) == (1 + 8 + 4 + 12) * 400


@pytest.mark.parametrize("side", [32, 64, 128])
def test_memory_per_pixel_does_not_depend_on_the_size(side: int, tmp_path: Path) -> None:
    path = tmp_path / "w.onnx"
    write_onnx(build(Pooled), (1, 1, 32, 32), path, input_id="raw", output_id="out")
    found = peak_bytes_per_pixel(read_graph(path, (1, 1, side, side)))
    assert found % 50 == 0
    assert found == peak_bytes_per_pixel(read_graph(path, (1, 1, 32, 32)))
