from __future__ import annotations

from typing import Any

import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.weights import read_weights, stated_files
from deepbacs_zoo.tensors import FileRef

HASH = "0123456789abcdef" * 4


def read(**entries: Any) -> Any:
    return read_weights(Field("model.zip", "", {"weights": entries}))


def test_every_format_is_read_in_file_order() -> None:
    names = (
        "torchscript",
        "onnx",
        "keras_v3",
        "keras_hdf5",
        "tensorflow_js",
        "tensorflow_saved_model_bundle",
        "something_new",
    )
    weights = read(**{name: {"source": f"w.{name}", "sha256": HASH} for name in names})
    assert tuple(weights) == names
    assert weights["onnx"].file == FileRef("w.onnx", HASH)
    assert weights["onnx"].format == "onnx"


def test_a_null_entry_is_absent() -> None:
    assert tuple(read(onnx={"source": "w"}, torchscript=None)) == ("onnx",)


def test_the_old_name_of_torchscript_is_read() -> None:
    old = {"pytorch_script": {"source": "old.pt"}}
    assert {name: each.file.path for name, each in read(**old).items()} == {"torchscript": "old.pt"}
    both = read(**old, torchscript={"source": "new.pt"})
    assert {name: each.file.path for name, each in both.items()} == {"torchscript": "new.pt"}


def test_other_fields_are_kept_as_read() -> None:
    entry = {"source": "w", "opset_version": 17, "parent": "torchscript", "comment": "x"}
    weights = read(onnx=entry)["onnx"]
    assert weights.file == FileRef("w", None)
    assert weights.fields == {"opset_version": 17, "parent": "torchscript", "comment": "x"}
    with pytest.raises(TypeError):
        weights.fields["a"] = 1


def test_external_data_and_dependencies_are_files() -> None:
    onnx = read(onnx={"source": "w", "external_data": {"source": "./w.data", "sha256": HASH}})
    assert onnx["onnx"].fields["external_data"] == {"source": "w.data", "sha256": HASH}
    assert stated_files(onnx["onnx"]) == (FileRef("w"), FileRef("w.data", HASH))
    remote = read(
        keras_hdf5={"source": "w", "dependencies": "conda:https://a.org/environment.yaml"}
    )
    assert stated_files(remote["keras_hdf5"])[1] == FileRef("https://a.org/environment.yaml")
    bundle = read(keras_hdf5={"source": "w", "dependencies": "conda:environment.yaml"})
    assert bundle["keras_hdf5"].fields["dependencies"]["source"] == "environment.yaml"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            {"architecture": {"source": "n.py", "sha256": HASH, "callable": "Net"}},
            {"source": "n.py", "sha256": HASH, "callable": "Net", "kwargs": {}},
        ),
        (
            {"architecture": {"source": "n.py", "callable": "Net", "kwargs": {"a": 1}}},
            {"source": "n.py", "sha256": None, "callable": "Net", "kwargs": {"a": 1}},
        ),
        (
            {"architecture": {"import_from": "lib.nets", "callable": "Net", "kwargs": {"a": 1}}},
            {"import_from": "lib.nets", "callable": "Net", "kwargs": {"a": 1}},
        ),
        (
            {"architecture": "n.py:Net", "architecture_sha256": HASH, "kwargs": {"a": 1}},
            {"source": "n.py", "sha256": HASH, "callable": "Net", "kwargs": {"a": 1}},
        ),
        (
            {"architecture": "https://a.org/n.py:Net"},
            {
                "source": "https://a.org/n.py",
                "sha256": None,
                "callable": "Net",
                "kwargs": {},
            },
        ),
        (
            {"architecture": "lib.nets.Net"},
            {"import_from": "lib.nets", "callable": "Net", "kwargs": {}},
        ),
    ],
)
def test_both_formats_give_one_form_of_architecture(
    entry: dict[str, Any], expected: dict[str, Any]
) -> None:
    weights = read(pytorch_state_dict={"source": "w.pt", **entry})["pytorch_state_dict"]
    assert weights.fields == {"architecture": expected}
    if "source" in expected:
        assert stated_files(weights)[1] == FileRef(expected["source"], expected["sha256"])


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({}, "source"),
        ({"source": 3}, "source"),
        ({"source": "/w"}, "source"),
        ({"source": "w", "sha256": "abc"}, "sha256"),
        ({"source": "w", "architecture": 3}, "architecture"),
        ({"source": "w", "architecture": "Net"}, "architecture"),
        ({"source": "w", "architecture": "https://a.org/n.py"}, "architecture"),
        ({"source": "w", "architecture": {"source": "n.py"}}, "architecture.callable"),
        ({"source": "w", "architecture": {"callable": "N"}}, "architecture.source"),
        ({"source": "w", "architecture": "../n.py:Net"}, "architecture.source"),
        ({"source": "w", "architecture": "n.py:N", "architecture_sha256": 1}, "architecture_sha"),
        ({"source": "w", "architecture": "n.py:N", "kwargs": [1]}, "kwargs"),
        ({"source": "w", "dependencies": 3}, "dependencies"),
        ({"source": "w", "external_data": {"sha256": HASH}}, "external_data.source"),
    ],
)
def test_wrong_entries_are_named(entry: dict[str, Any], place: str, check_message) -> None:
    with pytest.raises(PackageError) as caught:
        read(pytorch_state_dict=entry)
    check_message(caught.value, where=f"weights.pytorch_state_dict.{place}")


def test_a_package_without_weights_is_refused(check_message) -> None:
    for entries in ({}, {"onnx": None}):
        with pytest.raises(PackageError, match="no weights") as caught:
            read(**entries)
        check_message(caught.value, where="model.zip: weights", allowed="onnx")
