from __future__ import annotations

from typing import Any

import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.v0_4 import read_tensors
from deepbacs_zoo.tensors import (
    FileRef,
    FixedSize,
    FreeSize,
    ReferencedSize,
    Step,
    SteppedSize,
    TensorSpec,
)
from tests.unit.package.conftest import DROP

DESCRIPTION: dict[str, Any] = {
    "inputs": [
        {
            "name": "raw",
            "axes": "bcyx",
            "data_type": "float32",
            "shape": {"min": [1, 2, 16, 32], "step": [0, 0, 8, 0]},
        }
    ],
    "outputs": [
        {
            "name": "mask",
            "axes": "bcyx",
            "data_type": "float32",
            "shape": {
                "reference_tensor": "raw",
                "scale": [1.0, 1.0, 2.0, 0.5],
                "offset": [0, 0.5, -2, 0],
            },
            "halo": [0, 0, 4, 2],
        }
    ],
    "test_inputs": ["in.npy"],
    "test_outputs": ["out.npy"],
    "sample_inputs": ["in.tif"],
}


def read(description: dict[str, Any]) -> tuple[TensorSpec, TensorSpec]:
    (first,), (second,) = read_tensors(Field("model.zip", "", description))
    return first, second


def steps(entry: dict[str, Any], set_field) -> tuple[Step, ...]:
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.preprocessing", [entry]))
    return raw.steps


def test_everything_that_is_stated_is_read() -> None:
    raw, mask = read(DESCRIPTION)
    assert (raw.id, raw.axis_names, raw.dtype) == ("raw", "bcyx", "float32")
    assert [axis.id for axis in raw.axes] == ["batch", "channel", "y", "x"]
    assert [axis.size for axis in raw.axes] == [
        FreeSize(),
        FixedSize(2),
        SteppedSize(16, 8),
        FixedSize(32),
    ]
    assert raw.test_tensor == FileRef("in.npy")
    assert raw.sample_tensor == FileRef("in.tif")
    assert mask.test_tensor == FileRef("out.npy")
    assert mask.sample_tensor is None


def test_offsets_count_twice_and_scales_are_ratios() -> None:
    _, mask = read(DESCRIPTION)
    assert mask.axis("y").size == ReferencedSize("raw", "y", 2.0, -4)
    assert mask.axis("x").size == ReferencedSize("raw", "x", 0.5, 0)
    assert mask.axis("y").scale == 0.5
    assert mask.axis("x").scale == 2.0
    assert [axis.halo for axis in mask.axes] == [0, 0, 4, 2]


def test_channels_of_an_output_are_counted() -> None:
    _, mask = read(DESCRIPTION)
    assert mask.axis("c").size == FixedSize(3)
    assert mask.axis("c").channel_names == ()


@pytest.mark.parametrize("scale", [None, 0, 0.0])
def test_an_axis_without_scale_is_a_new_one(scale: object, set_field) -> None:
    output = {
        "name": "mask",
        "axes": "bczyx",
        "data_type": "uint8",
        "shape": {
            "reference_tensor": "raw",
            "scale": [1, 1, scale, 1, 1],
            "offset": [0, 0, 2.5, 0, 0],
        },
    }
    _, mask = read(set_field(DESCRIPTION, "outputs.0", output))
    assert mask.axis("z").size == FixedSize(5)
    assert mask.axis("y").size == ReferencedSize("raw", "y")


def test_fixed_shapes_keep_their_halo(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.shape", [1, 2, 16, 32])
    description = set_field(description, "outputs.0.shape", [1, 1, 16, 32])
    raw, mask = read(description)
    assert [axis.size for axis in raw.axes[1:]] == [FixedSize(2), FixedSize(16), FixedSize(32)]
    assert mask.axis("y").size == FixedSize(16)
    assert mask.axis("y").halo == 4


def test_a_reference_may_name_an_axis(set_field) -> None:
    description = set_field(DESCRIPTION, "outputs.0.axes", "t")
    shape = {"reference_tensor": "raw.x", "scale": [1.0], "offset": [0]}
    description = set_field(description, "outputs.0.shape", shape)
    _, mask = read(set_field(description, "outputs.0.halo", DROP))
    assert mask.axis("t").size == ReferencedSize("raw", "x")


@pytest.mark.parametrize(
    "axes", [["b", "c", "y", "x"], ["batch", "channel", "y", "x"]], ids=["short", "names"]
)
def test_axes_may_be_a_list(axes: list[str], set_field) -> None:
    raw, _ = read(set_field(DESCRIPTION, "inputs.0.axes", axes))
    assert raw.axis_names == "bcyx"


def test_time_and_index_axes_are_read(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.axes", "ticx")
    description = set_field(description, "inputs.0.shape", [3, 4, 2, 8])
    description = set_field(description, "outputs.0.axes", "c")
    description = set_field(description, "outputs.0.halo", [])
    raw, mask = read(set_field(description, "outputs.0.shape", [7]))
    assert [axis.id for axis in raw.axes] == ["time", "index", "channel", "x"]
    assert mask.axis("c").size == FixedSize(7)


def test_missing_test_tensors_are_absent(set_field) -> None:
    description = set_field(DESCRIPTION, "test_inputs", DROP)
    assert read(description)[0].test_tensor is None


def test_samples_that_do_not_pair_up_are_left_out(set_field) -> None:
    description = set_field(DESCRIPTION, "sample_inputs", ["a.tif", "b.tif"])
    assert read(description)[0].sample_tensor is None


@pytest.mark.parametrize(
    ("path", "value", "place", "allowed"),
    [
        ("inputs.0.name", DROP, "", "a value"),
        ("inputs.0.name", "a/b", "", "letters"),
        ("inputs.0.axes", DROP, "", "a value"),
        ("inputs.0.axes", "bcyw", "", "bitczyx"),
        ("inputs.0.axes", "bcyy", "", "each axis once"),
        ("inputs.0.axes", [], "", "at least one"),
        ("inputs.0.axes", [{"type": "batch"}], "inputs.0.axes.0", "text"),
        ("inputs.0.axes", "bcy", "inputs.0.shape.min", "3 numbers"),
        ("inputs.0.data_type", DROP, "", "a value"),
        ("inputs.0.data_type", "float16", "", "float32"),
        ("inputs.0.shape", DROP, "", "a value"),
        ("inputs.0.shape", "auto", "", "mapping"),
        ("inputs.0.shape", [1, 2, 16], "", "4 numbers"),
        ("inputs.0.shape", [1, 2, 0, 16], "inputs.0.shape.2", "at least 1"),
        ("inputs.0.shape", [1, 2, "a", 16], "inputs.0.shape.2", "whole number"),
        ("inputs.0.shape.step", [0, 0, -8, 0], "inputs.0.shape.step.2", "at least 0"),
        ("inputs.0.shape.step", [0, 0, 8], "", "4 numbers"),
        ("inputs.0.shape.min", DROP, "", "a value"),
        ("inputs.0.shape", {"reference_tensor": "mask"}, "", "{min, step}"),
        (
            "outputs.0.shape.reference_tensor",
            "other",
            "outputs.0.shape.reference_tensor",
            "raw, mask",
        ),
        (
            "outputs.0.shape.reference_tensor",
            "mask",
            "outputs.0.shape.reference_tensor",
            "another axis",
        ),
        ("outputs.0.shape.scale", [1, 1, 1], "", "4 numbers"),
        ("outputs.0.shape.scale", [1, 1, -1, 1], "outputs.0.shape.scale.2", "above 0"),
        ("outputs.0.shape.offset", [0, 0, "a", 0], "outputs.0.shape.offset.2", "number"),
        ("outputs.0.shape.scale", [1, 1, None, 1], "outputs.0.shape.offset.2", "at least 1"),
        ("outputs.0.halo", [4, 2], "", "4 numbers"),
        ("outputs.0.halo", [0, 0, -1, 0], "outputs.0.halo.2", "at least 0"),
        ("outputs.0.halo", [0, 0, 14, 0], "outputs.0.halo.2", "leaves a pixel"),
        ("outputs.0.axes", "bczx", "outputs.0.shape.reference_tensor", "batch, channel, y, x"),
        ("outputs.0.name", "raw", "outputs.0.name", "an id of its own"),
        ("test_inputs", ["a.npy", "b.npy"], "", "each of 1 inputs"),
        ("test_outputs", "out.npy", "", "a list"),
        ("test_inputs", ["/in.npy"], "test_inputs.0", "without '..'"),
    ],
)
def test_a_wrong_field_is_named_with_what_was_allowed(
    path: str, value: object, place: str, allowed: str, set_field, check_message
) -> None:
    with pytest.raises(PackageError) as caught:
        read(set_field(DESCRIPTION, path, value))
    check_message(caught.value, where=f"model.zip: {place or path}", allowed=allowed)


# --- steps -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kwargs", "expected"),
    [
        ("sigmoid", {}, ("sigmoid", {})),
        ("binarize", {"threshold": 0.5}, ("binarize", {"threshold": 0.5})),
        ("clip", {"min": 0.0, "max": 1.0}, ("clip", {"min": 0.0, "max": 1.0})),
        (
            "zero_mean_unit_variance",
            {"mode": "per_sample", "axes": "xy"},
            ("zero_mean_unit_variance", {"axes": "xy"}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "per_dataset", "axes": "xy", "eps": 1e-5},
            ("zero_mean_unit_variance", {"axes": "bxy", "eps": 1e-5}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "per_sample"},
            ("zero_mean_unit_variance", {"axes": "cyx"}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "fixed", "axes": "cyx", "mean": 1.5, "std": 2.5, "eps": 1e-6},
            ("fixed_zero_mean_unit_variance", {"mean": 1.5, "std": 2.5}),
        ),
        (
            "zero_mean_unit_variance",
            {"axes": "cyx", "mean": [1.5], "std": [2.5]},
            ("fixed_zero_mean_unit_variance", {"mean": 1.5, "std": 2.5}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "fixed", "axes": "yx", "mean": [1, 2], "std": [3, 4]},
            ("fixed_zero_mean_unit_variance", {"mean": [1, 2], "std": [3, 4], "axis": "c"}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "fixed", "axes": "yx", "mean": [1, 2], "std": 3},
            ("fixed_zero_mean_unit_variance", {"mean": [1, 2], "std": [3, 3], "axis": "c"}),
        ),
        (
            "zero_mean_unit_variance",
            {"mode": "fixed", "axes": "yx", "mean": 1, "std": 3},
            ("fixed_zero_mean_unit_variance", {"mean": 1, "std": 3}),
        ),
        (
            "scale_range",
            {"mode": "per_sample", "axes": "xy", "min_percentile": 5},
            ("scale_range", {"axes": "xy", "min_percentile": 5}),
        ),
        (
            "scale_range",
            {"mode": "per_dataset", "axes": ["x", "y"], "reference_tensor": "raw"},
            ("scale_range", {"axes": "bxy", "reference_tensor": "raw"}),
        ),
        (
            "scale_mean_variance",
            {"mode": "per_sample", "reference_tensor": "raw"},
            ("scale_mean_variance", {"reference_tensor": "raw", "axes": "cyx"}),
        ),
        ("scale_linear", {"gain": 2.0}, ("scale_linear", {"gain": 2.0})),
        (
            "scale_linear",
            {"axes": "yx", "gain": 2.0, "offset": 1.0},
            ("scale_linear", {"gain": 2.0, "offset": 1.0}),
        ),
        (
            "scale_linear",
            {"axes": "yx", "gain": [2.0, 3.0], "offset": 1.0},
            ("scale_linear", {"gain": [2.0, 3.0], "offset": [1.0, 1.0], "axis": "c"}),
        ),
        (
            "scale_linear",
            {"axes": "yx", "offset": [2.0, 3.0]},
            ("scale_linear", {"offset": [2.0, 3.0], "axis": "c"}),
        ),
        ("scale_linear", {"axes": "cyx", "gain": [2.0]}, ("scale_linear", {"gain": 2.0})),
        ("deconvolve", {"a": 1, "b": None}, ("deconvolve", {"a": 1})),
    ],
)
def test_steps_become_those_of_0_5(
    name: str, kwargs: dict[str, Any], expected: tuple[str, dict[str, Any]], set_field
) -> None:
    (step,) = steps({"name": name, "kwargs": kwargs}, set_field)
    assert (step.name, dict(step.kwargs)) == expected


def test_a_step_without_arguments_has_none(set_field) -> None:
    assert steps({"name": "sigmoid"}, set_field) == (Step("sigmoid", {}),)


def test_networks_take_float32_whatever_the_file_holds(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.data_type", "uint16")
    entry = {"name": "clip", "kwargs": {"min": 0, "max": 1}}
    raw, _ = read(set_field(description, "inputs.0.preprocessing", [entry]))
    assert [step.name for step in raw.steps] == ["clip", "ensure_dtype"]
    assert raw.steps[-1].kwargs == {"dtype": "float32"}
    assert read(DESCRIPTION)[0].steps == ()
    _, mask = read(set_field(DESCRIPTION, "outputs.0.data_type", "uint8"))
    assert mask.steps == ()


def test_statistics_of_a_tensor_without_batch_are_of_the_sample(set_field) -> None:
    description = set_field(DESCRIPTION, "inputs.0.axes", "cyx")
    description = set_field(description, "inputs.0.shape", [2, 16, 32])
    entry = {
        "name": "zero_mean_unit_variance",
        "kwargs": {"mode": "per_dataset", "axes": "yx"},
    }
    raw, _ = read(set_field(description, "inputs.0.preprocessing", [entry]))
    assert raw.steps[0].kwargs["axes"] == "yx"


@pytest.mark.parametrize(
    ("name", "kwargs", "place", "allowed"),
    [
        ("zero_mean_unit_variance", {"mode": "per_image", "axes": "yx"}, "mode", "per_dataset"),
        ("zero_mean_unit_variance", {"axes": "yx"}, "mean", "a value"),
        ("zero_mean_unit_variance", {"axes": "yx", "mean": 1}, "std", "a value"),
        ("scale_range", {"mode": "per_sample", "axes": "yz"}, "axes", "axes bcyx"),
        ("scale_range", {"mode": "per_sample", "axes": "yy"}, "axes", "at most once"),
        ("scale_range", {"mode": "per_sample", "axes": 3}, "axes", "text"),
        ("scale_linear", {"gain": [1, 2]}, "gain", "exactly one axis"),
        ("scale_linear", {"gain": [], "offset": [1]}, "gain", "exactly one axis"),
        ("scale_linear", {"gain": [1, 2], "axes": "x"}, "gain", "exactly one axis"),
        ("scale_linear", {"gain": [1, 2], "axes": "cyx"}, "gain", "exactly one axis"),
        ("scale_linear", {"gain": [1, 2, 3], "axes": "yx"}, "gain", "2 values"),
        ("scale_range", {"mode": "per_sample", "reference_tensor": "a"}, "reference_tensor", "raw"),
    ],
)
def test_wrong_arguments_are_named(
    name: str, kwargs: dict[str, Any], place: str, allowed: str, set_field, check_message
) -> None:
    with pytest.raises(PackageError) as caught:
        steps({"name": name, "kwargs": kwargs}, set_field)
    check_message(caught.value, where=f"inputs.0.preprocessing.0.kwargs.{place}", allowed=allowed)
