from __future__ import annotations

import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.weights.agreement import check_agreement
from deepbacs_zoo.exporting.weights.onnx import IR_VERSION, OPSET, read_graph, write_onnx
from deepbacs_zoo.exporting.weights.torch import (
    compute,
    one_thread,
    parameter_count,
    write_state_dict,
    write_torchscript,
)
from deepbacs_zoo.networks.state import load_state
from tests.unit.exporting.networks import Pooled, build

SHAPE = (1, 1, 32, 32)
OTHERS = [(1, 1, 24, 48), (2, 1, 16, 16)]


def write_all(folder: Path, seed: int = 0) -> dict[str, bytes]:
    network = build(Pooled, seed)
    write_state_dict(network, folder / "state.pt")
    write_torchscript(network, SHAPE, folder / "traced.pt")
    write_onnx(network, SHAPE, folder / "w.onnx", input_id="raw", output_id="probabilities")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_every_format_computes_what_the_network_does_at_any_size(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name in ("traced.pt", "w.onnx"):
        assert check_agreement(partial(compute, build(Pooled)), tmp_path / name, OTHERS) <= 1e-5


def test_a_state_dict_restores_the_network(tmp_path: Path) -> None:
    write_all(tmp_path)
    other = load_state(build(Pooled, seed=1), tmp_path / "state.pt")
    image = torch.rand(SHAPE)
    assert torch.equal(other(image), build(Pooled)(image))
    assert not other.training


def test_onnx_stays_readable_for_old_programs(tmp_path: Path) -> None:
    write_all(tmp_path)
    model = onnx.load(tmp_path / "w.onnx")
    assert model.ir_version <= IR_VERSION == 8
    assert [entry.version for entry in model.opset_import] == [OPSET] == [17]
    for tensor, name in ((model.graph.input[0], "raw"), (model.graph.output[0], "probabilities")):
        assert tensor.name == name
        sizes = [size.dim_param or size.dim_value for size in tensor.type.tensor_type.shape.dim]
        assert sizes[0] == "batch"
        assert sizes[2:] == ["y", "x"]
    assert not model.metadata_props
    assert not any(node.doc_string for node in model.graph.node)


def test_two_exports_in_one_process_are_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert write_all(tmp_path / "a") == write_all(tmp_path / "b")


@pytest.mark.slow
def test_an_export_in_a_fresh_process_is_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    (tmp_path / "here").mkdir()
    code = (
        "from pathlib import Path\n"
        "from tests.unit.exporting.test_weights import write_all\n"
        f"write_all(Path({str(tmp_path / 'fresh')!r}))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
    here = write_all(tmp_path / "here")
    assert {path.name: path.read_bytes() for path in (tmp_path / "fresh").iterdir()} == here


def test_switches_of_a_training_before_do_not_enter_the_trace(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before = write_all(tmp_path / "a")
    try:
        torch.use_deterministic_algorithms(True)
        with torch.backends.cudnn.flags(benchmark=True, deterministic=True, allow_tf32=True):
            assert write_all(tmp_path / "b") == before
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)


def test_torch_archives_hold_no_debug_records_and_aligned_tensors(tmp_path: Path) -> None:
    write_all(tmp_path)
    for name in ("traced.pt", "state.pt"):
        data = (tmp_path / name).read_bytes()
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert not [info for info in archive.namelist() if "debug_pkl" in info]
            for info in archive.infolist():
                extra = int.from_bytes(
                    data[info.header_offset + 28 : info.header_offset + 30], "little"
                )
                start = info.header_offset + 30 + len(info.filename) + extra
                assert start % 64 == 0, info.filename
        assert str(Path(torch.__file__).parent).encode() not in data


def test_the_graph_is_read_as_plain_data(tmp_path: Path) -> None:
    write_all(tmp_path)
    graph = read_graph(tmp_path / "w.onnx", SHAPE)
    assert graph.inputs == ("raw",)
    assert graph.outputs == ("probabilities",)
    assert graph.shapes["probabilities"] == (1, 3, 32, 32)
    assert graph.bytes_of("raw") == 32 * 32 * 4
    assert {node.operator for node in graph.nodes} >= {
        "Conv",
        "MaxPool",
        "ConvTranspose",
        "Softmax",
    }


def test_a_wrong_file_is_found_by_comparing(tmp_path: Path) -> None:
    write_all(tmp_path)
    with pytest.raises(ModelError) as caught:
        check_agreement(partial(compute, build(Pooled, seed=7)), tmp_path / "w.onnx", OTHERS)
    message = str(caught.value)
    assert "w.onnx" in message
    assert "difference" in message
    assert "0.0001" in message


def test_a_trace_that_froze_its_size_is_found(tmp_path: Path) -> None:
    class Frozen(nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            ramp = torch.from_numpy(np.ones(tuple(int(n) for n in image.shape), np.float32))
            return image + ramp

    with pytest.warns(torch.jit.TracerWarning):
        write_torchscript(Frozen().eval(), SHAPE, tmp_path / "frozen.pt")
    with pytest.raises(ModelError, match="do not compute"):
        check_agreement(partial(compute, Frozen()), tmp_path / "frozen.pt", OTHERS)


def test_a_foreign_checkpoint_is_refused(tmp_path: Path) -> None:
    torch.save({"other": torch.zeros(1)}, tmp_path / "state.pt")
    with pytest.raises(ModelError, match=r"state\.pt.*does not fit.*train again"):
        load_state(build(Pooled), tmp_path / "state.pt")


def test_weights_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    network = build(Pooled)
    with torch.no_grad():
        network.last.bias[0] = float("nan")  # type: ignore[union-attr, index]
    write_state_dict(network, tmp_path / "state.pt")
    with pytest.raises(ModelError, match=r"not finite.*last\.bias"):
        load_state(build(Pooled), tmp_path / "state.pt")


def test_one_thread_is_for_a_while_only() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_parameters_are_counted() -> None:
    assert parameter_count(nn.Conv2d(1, 4, 3)) == 4 * 9 + 4
