from __future__ import annotations

from typing import Any

import pytest

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.v0_5 import read_tensors
from deepbacs_zoo.tensors import (
    FileRef,
    FixedSize,
    FreeSize,
    PadMode,
    ReferencedSize,
    SteppedSize,
    TensorSpec,
)
from tests.unit.package.conftest import DROP

HASH = "0123456789abcdef" * 4

DESCRIPTION: dict[str, Any] = {
    "inputs": [
        {
            "id": "raw",
            "axes": [
                {"type": "batch"},
                {"type": "channel", "channel_names": ["phase", "dna"]},
                {"type": "space", "id": "y", "size": {"min": 16, "step": 8}, "scale": 0.2},
                {"type": "space", "id": "x", "size": {"min": 16, "step": 8}, "scale": 0.2},
            ],
            "data": {"type": "uint16"},
            "test_tensor": {"source": "in.npy", "sha256": HASH},
            "sample_tensor": {"source": "in.tif"},
            "preprocessing": [{"id": "zero_mean_unit_variance", "kwargs": {"axes": ["y", "x"]}}],
        }
    ],
    "outputs": [
        {
            "id": "mask",
            "axes": [
                {"type": "batch", "size": 1},
                {"type": "channel", "channel_names": ["p"]},
                {
                    "type": "space",
                    "id": "y",
                    "size": {"tensor_id": "raw", "axis_id": "y", "offset": -4},
                    "scale": 0.1,
                    "halo": 2,
                },
                {
                    "type": "space",
                    "id": "x",
                    "size": {"tensor_id": "raw", "axis_id": "x"},
                    "scale": 0.2,
                },
            ],
        }
    ],
}


def read(description: dict[str, Any]) -> tuple[TensorSpec, TensorSpec]:
    (first,), (second,) = read_tensors(Field("model.zip", "", description))
    return first, second


def test_everything_that_is_stated_is_read() -> None:
    raw, mask = read(DESCRIPTION)
    assert (raw.id, raw.axis_names, raw.dtype) == ("raw", "bcyx", "uint16")
    assert raw.test_tensor == FileRef("in.npy", HASH)
    assert raw.sample_tensor == FileRef("in.tif")
    assert raw.axis("b").size == FreeSize()
    assert raw.axis("c").size == FixedSize(2)
    assert raw.axis("c").channel_names == ("phase", "dna")
    assert raw.axis("y").size == SteppedSize(16, 8)
    assert raw.axis("y").scale == 0.2
    assert raw.steps[0].kwargs == {"axes": "yx"}
    assert (mask.id, mask.axis_names) == ("mask", "bcyx")
    assert mask.axis("b").size == FixedSize(1)
    assert mask.axis("y").size == ReferencedSize("raw", "y", 2.0, -4)
    assert mask.axis("y").halo == 2
    assert mask.axis("x").size == ReferencedSize("raw", "x", 1.0, 0)


def test_defaults_are_those_of_the_specification(set_field) -> None:
    axes = [
        {"type": "batch"},
        {"type": "channel", "channel_names": ["a"]},
        {"type": "index", "size": 2},
        {"type": "time", "size": 3},
        {"type": "space", "size": 4},
    ]
    (first,), (second,) = read_tensors(
        Field("p", "", {"inputs": [{"axes": axes}], "outputs": [{"axes": axes}]})
    )
    assert (first.id, second.id) == ("input", "output")
    assert [axis.id for axis in first.axes] == ["batch", "channel", "index", "time", "x"]
    assert first.axis_names == "bcitx"
    assert first.dtype == "float32"
    assert first.steps == ()
    assert first.test_tensor is None
    assert first.sample_tensor is None
    assert first.optional is False
    assert first.pad == PadMode("symmetric")
    assert first.description == ""
    assert [axis.scale for axis in first.axes] == [1.0] * 5
    assert [axis.unit for axis in first.axes] == [None] * 5
    assert [axis.halo for axis in second.axes] == [0] * 5


def test_null_counts_as_left_out(set_field) -> None:
    description = DESCRIPTION
    for path in ("inputs.0.data", "inputs.0.sample_tensor", "inputs.0.preprocessing"):
        description = set_field(description, path, None)
    raw, _ = read(description)
    assert (raw.dtype, raw.sample_tensor, raw.steps) == ("float32", None, ())


def test_short_names_stand_for_the_ids_of_axes(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.axes.1.id", "c")
    description = set_field(
        description, "inputs.0.preprocessing", [{"id": "softmax", "kwargs": {"axis": "c"}}]
    )
    raw, _ = read(description)
    assert raw.axis("c").id == "channel"
    assert raw.steps[0].kwargs == {"axis": "c"}


def test_a_channel_axis_may_have_a_name_of_its_own(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.axes.1.id", "dyes")
    step = {"id": "scale_linear", "kwargs": {"axis": "dyes", "gain": [1, 2]}}
    raw, _ = read(set_field(description, "inputs.0.preprocessing", [step]))
    assert raw.axis("c").id == "dyes"
    assert raw.steps[0].kwargs == {"axis": "c", "gain": [1, 2]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"type": "float64"}, "float64"),
        ({}, "float32"),
        ({"values": [0, 1]}, "uint8"),
        ({"values": [False, True], "type": "bool"}, "bool"),
        ([{"type": "int32"}, {"type": "int32"}], "int32"),
    ],
)
def test_the_data_type_is_read(data: object, expected: str, set_field) -> None:
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.data", data))
    assert raw.dtype == expected


@pytest.mark.parametrize(
    ("pad", "expected"),
    [
        ({"mode": "constant"}, PadMode("constant", 0.0)),
        ({"mode": "constant", "value": 0.5}, PadMode("constant", 0.5)),
        ({"value": 2}, PadMode("constant", 2.0)),
        ({"mode": "edge"}, PadMode("edge")),
        ({"mode": "reflect"}, PadMode("reflect")),
        ({"mode": "symmetric"}, PadMode("symmetric")),
    ],
)
def test_the_padding_is_read(pad: object, expected: PadMode, set_field) -> None:
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.pad", pad))
    assert raw.pad == expected


def test_an_optional_input_is_read(set_field) -> None:
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.optional", True))
    assert raw.optional


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ({}, FreeSize(1)),
        ({"min": 2}, FreeSize(2)),
        ({"max": 9}, FreeSize(1, 9)),
        ({"min": 2, "max": 9}, FreeSize(2, 9)),
        (7, FixedSize(7)),
    ],
)
def test_the_data_may_decide_the_size_of_an_index(
    size: object, expected: object, set_field
) -> None:
    axis = {"type": "index", "size": size}
    _, mask = read(set_field(DESCRIPTION, "outputs.0.axes.0", axis))
    assert mask.axis("i").size == expected


def test_an_unknown_field_is_no_error(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.something_new", {"a": 1})
    description = set_field(description, "inputs.0.axes.2.concatenable", False)
    read(description)


def test_an_unknown_step_is_left_to_those_who_execute_steps(set_field) -> None:
    step = {"id": "deconvolve", "kwargs": {"iterations": 3, "axes": ["x"], "psf": None}}
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.preprocessing", [step]))
    assert raw.steps[0].name == "deconvolve"
    assert raw.steps[0].kwargs == {"iterations": 3, "axes": "x"}


WRONG: list[tuple[str, object, str, str]] = [
    # path, value, place in the message (or the same), words of what is allowed
    ("inputs.0.id", 3, "", "text"),
    ("inputs.0.id", "a/b", "", "letters"),
    ("inputs.0.id", "../a", "", "letters"),
    ("inputs.0.id", "1a", "", "letters"),
    ("inputs.0.id", "a" * 65, "", "at most 64"),
    ("inputs.0.axes", [], "", "at least one"),
    ("inputs.0.axes", "bcyx", "", "a list"),
    ("inputs.0.axes", DROP, "", "a value"),
    ("inputs.0.axes.2", "y", "", "mapping"),
    ("inputs.0.axes.2.type", DROP, "", "a value"),
    ("inputs.0.axes.2.type", "spatial", "", "space"),
    ("inputs.0.axes.2.size", DROP, "", "a value"),
    ("inputs.0.axes.2.size", "16", "", "whole number"),
    ("inputs.0.axes.2.size", 0, "", "at least 1"),
    ("inputs.0.axes.2.size", -4, "", "at least 1"),
    ("inputs.0.axes.2.size", 1.5, "", "whole number"),
    ("inputs.0.axes.2.size", True, "", "whole number"),
    ("inputs.0.axes.2.size", [16], "", "whole number"),
    ("inputs.0.axes.2.size", {"min": 16}, "inputs.0.axes.2.size.step", "a value"),
    ("inputs.0.axes.2.size.min", 0, "", "at least 1"),
    ("inputs.0.axes.2.size.step", 0, "", "at least 1"),
    ("inputs.0.axes.2.size.step", "8", "", "whole number"),
    ("inputs.0.axes.2.scale", 0, "", "above 0"),
    ("inputs.0.axes.2.scale", "0.2", "", "number"),
    ("inputs.0.axes.2.scale", float("nan"), "", "finite"),
    ("inputs.0.axes.2.unit", 3, "", "text"),
    ("inputs.0.axes.0.size", 2, "", "1, or no size"),
    ("inputs.0.axes.1.channel_names", DROP, "", "a value"),
    ("inputs.0.axes.1.channel_names", [], "", "at least one"),
    ("inputs.0.axes.1.channel_names", "phase", "", "a list"),
    ("inputs.0.axes.1.channel_names", ["phase", 2], "inputs.0.axes.1.channel_names.1", "text"),
    ("inputs.0.axes.2.id", "x", "inputs.0.axes.3", "an id of its own"),
    ("inputs.0.axes.2.id", DROP, "inputs.0.axes.3", "an id of its own"),
    ("inputs.0.data", "uint16", "", "mapping"),
    ("inputs.0.data.type", "float16", "", "float32"),
    ("inputs.0.data", [{"type": "uint8"}], "", "2 channels"),
    ("inputs.0.data", [{"type": "uint8"}, {"type": "int8"}], "", "one type"),
    ("inputs.0.data", [], "", "at least one"),
    ("inputs.0.test_tensor", 3, "", "text"),
    ("inputs.0.test_tensor.sha256", "abc", "", "64"),
    ("inputs.0.test_tensor.source", "../in.npy", "", "without '..'"),
    ("inputs.0.optional", "yes", "", "true or false"),
    ("inputs.0.pad", "reflect", "", "mapping"),
    ("inputs.0.pad", {"mode": "wrap"}, "inputs.0.pad.mode", "reflect"),
    ("inputs.0.preprocessing", {"id": "clip"}, "", "a list"),
    ("inputs.0.preprocessing.0.id", DROP, "", "a value"),
    ("inputs.0.preprocessing.0.kwargs", ["a"], "", "mapping"),
    ("inputs.0.preprocessing.0.kwargs.axes", "yx", "", "a list"),
    (
        "inputs.0.preprocessing.0.kwargs.axes",
        ["y", "z"],
        "inputs.0.preprocessing.0.kwargs.axes.1",
        "batch, channel, y, x",
    ),
    ("inputs.0.preprocessing.0.kwargs.axis", "z", "", "batch, channel, y, x"),
    ("outputs.0.id", "raw", "", "an id of its own"),
    ("outputs.0.axes.2.size.tensor_id", "other", "", "raw, mask"),
    ("outputs.0.axes.2.size.tensor_id", 3, "", "text"),
    ("outputs.0.axes.2.size.axis_id", "z", "", "batch, channel, y, x"),
    ("outputs.0.axes.2.size.axis_id", DROP, "", "a value"),
    ("outputs.0.axes.2.size.axis_id", "batch", "", "fixed or stepped"),
    ("outputs.0.axes.2.size.offset", 0.5, "", "whole number"),
    (
        "outputs.0.axes.3.size",
        {"tensor_id": "mask", "axis_id": "x"},
        "outputs.0.axes.3.size.axis_id",
        "another axis",
    ),
    (
        "outputs.0.axes.3.size",
        {"tensor_id": "mask", "axis_id": "y"},
        "outputs.0.axes.3.size.axis_id",
        "fixed or stepped",
    ),
    ("outputs.0.axes.2.size", {"min": 16, "step": 8}, "", "tensor_id"),
    ("outputs.0.axes.2.size", {"min": 16}, "", "tensor_id"),
    ("outputs.0.axes.2.size", 16, "", "a reference"),
    ("outputs.0.axes.2.halo", 14, "outputs.0.axes.2.halo", "leaves a pixel"),
    ("outputs.0.axes.2.halo", 1, "outputs.0.axes.2.halo", "whole number of pixels"),
    ("outputs.0.axes.2.halo", -1, "", "at least 0"),
    ("outputs.0.axes.2.unit", "micrometer", "outputs.0.axes.2.size.axis_id", "same unit"),
    (
        "outputs.0.axes.0",
        {"type": "index", "size": {"min": 3, "max": 3}},
        "outputs.0.axes.0.size.max",
        "at least 4",
    ),
]


@pytest.mark.parametrize(("path", "value", "place", "allowed"), WRONG)
def test_a_wrong_field_is_named_with_what_was_allowed(
    path: str, value: object, place: str, allowed: str, set_field, check_message
) -> None:
    with pytest.raises(PackageError) as caught:
        read(set_field(DESCRIPTION, path, value))
    check_message(caught.value, where=f"model.zip: {place or path}", allowed=allowed)


def test_a_step_that_refers_to_no_input_is_refused(set_field, check_message) -> None:
    step = {"id": "scale_range", "kwargs": {"reference_tensor": "mask"}}
    with pytest.raises(PackageError, match="unknown tensor") as caught:
        read(set_field(DESCRIPTION, "outputs.0.postprocessing", [step]))
    place = "outputs.0.postprocessing.0.kwargs.reference_tensor"
    check_message(caught.value, where=place, value="mask", allowed="raw")
    step["kwargs"]["reference_tensor"] = "raw"
    _, mask = read(set_field(DESCRIPTION, "outputs.0.postprocessing", [step]))
    assert mask.steps[0].kwargs == {"reference_tensor": "raw"}


def test_an_input_may_not_refer_to_an_output(set_field) -> None:
    size = {"tensor_id": "mask", "axis_id": "x"}
    description = set_field(DESCRIPTION, "outputs.0.axes.3.size", 24)
    with pytest.raises(PackageError, match="unknown tensor"):
        read(set_field(description, "inputs.0.axes.3.size", size))
    description = set_field(description, "outputs.0.axes.2", {"type": "time", "size": size})
    _, mask = read(description)
    assert mask.axis("t").size == ReferencedSize("mask", "x", 0.2)


@pytest.mark.parametrize("name", ["width", "yx"])
def test_an_axis_of_an_unknown_type_is_not_supported(name: str, set_field, check_message) -> None:
    with pytest.raises(UnsupportedError) as caught:
        read(set_field(DESCRIPTION, "inputs.0.axes.3.id", name))
    check_message(caught.value, where="inputs.0.axes.3.id", value=name, allowed="x, y and z")


def test_two_axes_of_one_kind_are_not_supported(set_field, check_message) -> None:
    axis = {"type": "channel", "id": "second", "channel_names": ["a"]}
    with pytest.raises(UnsupportedError, match="same kind") as caught:
        read(set_field(DESCRIPTION, "inputs.0.axes.2", axis))
    check_message(caught.value, where="inputs.0.axes.2", value="second")


@pytest.mark.parametrize(
    ("key", "values"), [("gain", [1, 2, 3]), ("mean", [1]), ("threshold", [0.5] * 5)]
)
def test_values_along_an_axis_must_fit_it(key: str, values: list, set_field, check_message) -> None:
    step = {"id": "any", "kwargs": {"axis": "channel", key: values}}
    with pytest.raises(PackageError, match="do not fit") as caught:
        read(set_field(DESCRIPTION, "inputs.0.preprocessing", [step]))
    check_message(caught.value, where=f"inputs.0.preprocessing.0.kwargs.{key}", allowed="2 values")


def test_values_along_an_axis_of_any_size_are_left_alone(set_field) -> None:
    step = {"id": "any", "kwargs": {"axis": "x", "gain": [1, 2, 3]}}
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.preprocessing", [step]))
    assert raw.steps[0].kwargs == {"axis": "x", "gain": [1, 2, 3]}


def test_a_custom_step_keeps_its_file(set_field) -> None:
    step = {"id": "custom", "callable": "run", "source": "ops.py", "sha256": HASH}
    _, mask = read(set_field(DESCRIPTION, "outputs.0.postprocessing", [step]))
    expected = {"callable": "run", "source": FileRef("ops.py", HASH), "kwargs": {}}
    assert mask.steps[0].kwargs == expected
    step["kwargs"] = {"a": 1}
    _, mask = read(set_field(DESCRIPTION, "outputs.0.postprocessing", [step]))
    assert mask.steps[0].kwargs["kwargs"] == {"a": 1}


def test_steps_cannot_be_changed() -> None:
    raw, _ = read(DESCRIPTION)
    with pytest.raises(TypeError):
        raw.steps[0].kwargs["axes"] = "c"  # type: ignore[index]
