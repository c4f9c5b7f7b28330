"""Files that graphs and code name: found, placed where they are looked for, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.addresses import named_by
from deepbacs_zoo.package.code_files import imported_files
from deepbacs_zoo.package.onnx_data import external_locations
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.context import Context
from tests.package_writer import add_file
from tests.packages import CASES, FILE_CASES

# --- graphs ------------------------------------------------------------------------------------


def tensor(location: str) -> TensorProto:
    result = numpy_helper.from_array(np.ones(3, np.float32), location)
    result.ClearField("raw_data")
    result.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", "12")):
        result.external_data.add(key=key, value=value)
    return result


def branch(location: str) -> onnx.GraphProto:
    node = helper.make_node("Constant", [], ["c"], value=tensor(location))
    return helper.make_graph([node], "branch", [], [])


def saved(path: Path, nodes: list, initializers: list = (), **more: Any) -> Path:
    graph = helper.make_graph(nodes, "graph", [], [], list(initializers), **more)
    path.write_bytes(helper.make_model(graph).SerializeToString())
    return path


def test_locations_are_found_wherever_a_tensor_may_stand(tmp_path: Path) -> None:
    plain = numpy_helper.from_array(np.ones(70_000, np.float32), "plain")
    sparse = helper.make_sparse_tensor(tensor("sparse"), tensor("indices"), [3])
    nodes = [
        helper.make_node("Constant", [], ["a"], value=tensor("constant")),
        helper.make_node(
            "If", ["a"], ["b"], then_branch=branch("then"), else_branch=branch("else")
        ),
        helper.make_node("Other", ["a"], ["d"], domain="x", some=[tensor("list"), tensor("list2")]),
    ]
    path = saved(
        tmp_path / "w.onnx", nodes, [plain, tensor("first"), plain], sparse_initializer=[sparse]
    )
    model = onnx.load_model(str(path), load_external_data=False)
    function = helper.make_function("x", "F", [], ["c"], [branch("function").node[0]], [])
    model.functions.append(function)
    path.write_bytes(model.SerializeToString())
    assert set(external_locations(path)) == {
        *("constant", "then", "else", "list", "list2", "first", "sparse", "indices", "function"),
    }


def test_each_location_comes_once(tmp_path: Path) -> None:
    path = saved(tmp_path / "w.onnx", [], [tensor("a"), tensor("b"), tensor("a")])
    assert external_locations(path) == ("a", "b")


@pytest.mark.parametrize(
    "data", [b"", b"no graph", b"\x3a\xff\xff\xff\x7f", b"\x08", b"\xff" * 40, b"\x0b"]
)
def test_what_is_no_graph_names_no_files(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "w.onnx").write_bytes(data)
    assert external_locations(tmp_path / "w.onnx") == ()


def test_graphs_inside_graphs_do_not_go_on_for_ever(tmp_path: Path) -> None:
    message = branch("deep").SerializeToString()
    for number in [6, 5, 1] * 40 + [7]:  # a graph, of an attribute, of a node, of a graph ...
        length = len(message)
        size = bytes([length & 0x7F | 0x80, length >> 7 & 0x7F | 0x80, length >> 14])
        message = bytes([number << 3 | 2]) + size + message
    (tmp_path / "w.onnx").write_bytes(message)
    assert external_locations(tmp_path / "w.onnx") == ()


def test_one_function_gives_the_files_of_weights(tmp_path: Path) -> None:
    for name in ("external_attached", "external_unstated", "external_stated", "external_address"):
        with open_package(FILE_CASES[name](tmp_path / name)) as package:
            (weights,) = package.weights.values()
            files = {package.locate(file).path for file in package.files_of(weights)}
            assert files == {"weights.onnx", "weights.onnx.data"}
            path = package.weights_path(weights)
            assert sorted(each.name for each in path.parent.iterdir()) == sorted(files)


# --- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://zenodo.org/api/records/1/files/unet.py/content", ("unet.py", "deep/unet.py")),
        ("https://zenodo.org/record/1/files/unet.py?download=1", ("unet.py", "deep/unet.py")),
        ("https://example.org/a%20b.npy#here", ("a b.npy",)),
        ("https://example.org/download?id=3&file=a%20b.npy", ("a b.npy",)),
        ("https://unet.py/other", ()),
        ("https://example.org/a+b.npy", ()),
        ("https://[bad", ()),
    ],
)
def test_an_address_names_the_file_at_its_end(address: str, found: tuple[str, ...]) -> None:
    assert named_by(address, ["a b.npy", "deep/unet.py", "unet.py"]) == found


# --- code --------------------------------------------------------------------------------------


def test_imports_of_files_are_found_beside_those_of_libraries() -> None:
    files = {
        "net/main.py": b"import numpy\nimport blocks, deep.parts as p\nfrom . import near\n",
        "net/blocks.py": b"from deep import other\nimport blocks\n",
        "net/deep/__init__.py": b"",
        "net/deep/parts.py": b"from .. import above\nfrom ... import outside\nimport top\n",
        "net/deep/other.py": b"no python (",
        "net/near.py": b"",
        "net/above.py": b"",
        "net/top.py": b"",
        "net/numpy2.py": b"",
        "unused.py": b"",
    }
    found = imported_files("net/main.py", files, files.__getitem__)
    assert {name.removeprefix("net/") for name in found} == {
        *("blocks.py", "deep/__init__.py", "deep/parts.py", "deep/other.py", "near.py"),
        *("above.py", "top.py"),
    }


def split_code(line: str, **files_of: bytes) -> Callable[[dict, dict], None]:
    """Move the network into another file, which the architecture imports by ``line``."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        entry = description["weights"]["pytorch_state_dict"]["architecture"]
        for place, content in files_of.items():
            files[place.replace("__", "/") + ".py"] = content or files["network.py"]
        code = f"{line}\nNet = {entry['callable']}\n".encode()
        entry |= {"sha256": add_file(files, "network.py", code).sha256, "callable": "Net"}

    return change


SPLIT = {
    "plain": split_code("from parts import *", parts=b""),
    "relative": split_code("from .parts import *", parts=b""),
    "folder": split_code("from deep.parts import *", deep__parts=b""),
    "chain": split_code("from one import *", one=b"from two import *", two=b""),
}


@pytest.mark.parametrize("name", ["package.zip", "package"])
@pytest.mark.parametrize("change", SPLIT)
def test_a_network_may_import_files_of_its_package(change: str, name: str, tmp_path: Path) -> None:
    path = CASES["state_dict_only"](tmp_path, change=SPLIT[change], name=name)
    before, search = set(sys.modules), list(sys.path)
    with open_package(path) as package, Context(package, trust=True) as context:
        assert "output-reproduced" in [f.id for f in check_reproduction(context).findings]
        assert "module-not-stated" in [f.id for f in check_integrity(context).findings]
    assert sys.path == search
    assert not {"parts", "deep", "deep.parts", "one", "two"} & (set(sys.modules) - before)
    assert not list(tmp_path.rglob("__pycache__"))


def test_two_packages_may_have_files_of_one_name(tmp_path: Path) -> None:
    for number in (1, 2):
        code = f"VALUE = {number}\n".encode()
        line = f"from parts import *\nimport values\nassert values.VALUE == {number}"
        change = split_code(line, parts=b"", values=code)
        path = CASES["state_dict_only"](tmp_path / str(number), change=change)
        with open_package(path) as package:
            load_session(package, "torch", trust=True).close()


def test_code_beside_a_network_is_foreign_code(tmp_path: Path) -> None:
    change = split_code("from parts import *", parts=b"raise SystemExit('executed')")
    with (
        open_package(CASES["state_dict_only"](tmp_path, change=change)) as package,
        pytest.raises(PackageError, match="foreign code"),
    ):
        load_session(package, "torch")
