"""Which tensors are cut together, and sizes that hang together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from deepbacs_zoo.errors import DataError, HostError
from deepbacs_zoo.tensors import (
    Axis,
    FixedSize,
    FreeSize,
    ReferencedSize,
    SteppedSize,
    TensorSpec,
)
from deepbacs_zoo.tiling.cross_axis import resolve_cross_axis_sizes
from deepbacs_zoo.tiling.run_plan import plan_run
from tests.unit.runners.stub import output, tensor

STEP = SteppedSize(8, 4)
PIXELS = 2**40


def run_plan(inputs, outputs, sizes, memory=PIXELS, border="none"):
    return plan_run(inputs, outputs, sizes, memory=memory, peak_bytes_per_pixel=1.0, border=border)


def square(*names, side=50):
    return {name: {"y": side, "x": side} for name in names}


def test_references_are_followed_to_the_input_that_has_a_size_of_its_own():
    raw = tensor("raw", size=STEP)
    half = output("half", "raw", scale=0.5)
    quarter = output("quarter", "half", scale=0.5)
    found = run_plan([raw, half], [quarter], square("raw") | {"half": {"y": 25, "x": 25}})
    assert found.plan.padded_shape == (52, 52)
    assert [rule.scale for rule in found.tensors["quarter"].rules] == [0.25, 0.25]
    assert found.tensors["quarter"].plan.padded_output_shape == (13, 13)
    assert found.tensors["half"].reads == ((slice(0, 26), slice(0, 26)),)


def test_offsets_of_references_add_up_at_their_own_scale():
    raw = tensor("raw", size=STEP)
    first = output("first", "raw", scale=0.5, offset=-2)
    second = output("second", "first", scale=2.0, offset=1)
    found = run_plan([raw, first], [second], square("raw") | {"first": {"y": 23, "x": 23}})
    rule = found.tensors["second"].rules[0]
    assert (rule.scale, rule.offset) == (1.0, -3.0)


def test_halo_of_an_output_counts_in_pixels_of_the_input():
    raw = tensor("raw", size=STEP)
    outputs = [output("half", "raw", scale=0.5, halo=3), output("twice", "raw", scale=2.0, halo=5)]
    found = run_plan([raw], outputs, square("raw"))
    assert found.tensors["half"].rules[0].halo == 6
    assert found.tensors["twice"].rules[0].halo == 3


def test_border_halo_pads_by_the_widest_halo_of_all_outputs():
    raw = tensor("raw", size=STEP)
    outputs = [output("half", "raw", scale=0.5, halo=3), output("same", "raw", halo=4)]
    found = run_plan([raw], outputs, square("raw"), border="halo")
    assert found.plan.before == (6, 6)
    assert found.tensors["same"].plan.crop[0] == slice(6, 56)
    assert found.tensors["half"].plan.crop[0] == slice(3, 28)


def test_fixed_output_follows_the_fixed_input():
    raw = tensor("raw", size=FixedSize(64))
    fixed = TensorSpec("out", tuple(replace(axis) for axis in tensor("t", size=FixedSize(32)).axes))
    found = run_plan([raw], [fixed], square("raw"))
    assert [rule.scale for rule in found.tensors["out"].rules] == [0.5, 0.5]
    assert found.tensors["out"].plan.output_shape == (25, 25)


def test_output_of_a_size_that_the_data_decide_takes_no_part_in_cutting():
    rows = TensorSpec("rows", (Axis("i", "i", FreeSize()), Axis("c", "c", FixedSize(4))))
    found = run_plan([tensor("raw", size=STEP)], [rows], square("raw"))
    assert "rows" not in found.tensors
    assert found.plan.whole


def test_inputs_without_space_axes_pass_as_they_are():
    vector = TensorSpec("vector", (Axis("b", "b", FixedSize(1)), Axis("c", "c", FixedSize(5))))
    found = run_plan([vector], [output("out", "vector", "bc")], {"vector": {}})
    assert (dict(found.tensors), len(found.plan.tiles)) == ({}, 1)


def test_inputs_whose_size_rules_never_agree_stay_apart():
    inputs = [tensor("a", size=SteppedSize(8, 4)), tensor("b", size=SteppedSize(9, 4))]
    found = run_plan(inputs, [output("out", "a")], square("a", "b"))
    assert found.tensors["a"].plan.padded_shape == (52, 52)
    assert found.tensors["b"].plan.padded_shape == (53, 53)


def crossed_input(base):
    axes = (
        Axis("b", "b", FixedSize(1)),
        Axis("y", "y", base),
        Axis("x", "x", ReferencedSize("raw", "y", 2.0, 4)),
    )
    return TensorSpec("raw", axes)


def crossed_output():
    axes = (
        Axis("b", "b", FixedSize(1)),
        Axis("y", "y", ReferencedSize("raw", "y")),
        Axis("x", "x", ReferencedSize("raw", "y", 2.0, 4)),
    )
    return TensorSpec("out", axes)


@pytest.mark.parametrize(
    ("base", "sizes", "y"),
    [
        (STEP, {"y": 30, "x": 50}, 32),  # y decides
        (STEP, {"y": 10, "x": 99}, 48),  # x decides: (99 - 4) / 2, rounded up to the step
        (FreeSize(1), {"y": 10, "x": 99}, 48),
        (FixedSize(40), {"y": 10, "x": 20}, 40),
    ],
)
def test_sizes_that_hang_together_are_settled_at_the_smallest_that_holds_the_image(base, sizes, y):
    inputs, outputs = resolve_cross_axis_sizes(
        [crossed_input(base)], [crossed_output()], {"raw": sizes}
    )
    assert [axis.size for axis in inputs[0].space] == [FixedSize(y), FixedSize(2 * y + 4)]
    assert outputs[0].axis("x").size == FixedSize(2 * y + 4)
    found = run_plan([crossed_input(base)], [crossed_output()], {"raw": sizes})
    assert found.plan.padded_shape == (y, 2 * y + 4)
    assert found.tensors["out"].plan.output_shape == (sizes["y"], sizes["x"])


def test_tensors_without_crossed_references_are_left_as_they_are():
    inputs, outputs = [tensor("raw", size=STEP)], [output("out", "raw")]
    assert resolve_cross_axis_sizes(inputs, outputs, square("raw")) == (inputs, outputs)


def test_axis_that_never_grows_enough_is_refused(monkeypatch):
    monkeypatch.setattr("deepbacs_zoo.tiling.cross_axis._MOST_TRIES", 10)
    with pytest.raises(DataError, match=r"no size that holds.*y 10, x 999"):
        resolve_cross_axis_sizes([crossed_input(STEP)], [], {"raw": {"y": 10, "x": 999}})


@pytest.mark.parametrize(
    ("size", "rows"),
    [
        (SteppedSize(8, 8), 7),
        (FixedSize(64), 7),
        (SteppedSize(8, 4), 6),  # 52 pixels are valid too, and what the network gives is not known
        (FreeSize(), 6),
    ],
    ids=str,
)
def test_the_output_that_is_decoded_covers_the_image_to_its_edge(size, rows):
    raw, cells = tensor("raw", size=size), output("cells", "raw", scale=1 / 8)
    sizes = square("raw")
    options = {"memory": PIXELS, "peak_bytes_per_pixel": 1.0, "border": "none"}
    found = plan_run([raw], [cells], sizes, covering="cells", **options)
    assert found.tensors["cells"].plan.output_shape == (rows, rows)
    plain = plan_run([raw], [cells], sizes, **options)
    assert plain.tensors["cells"].plan.output_shape == (6, 6)


@pytest.mark.parametrize("side", [1, 7, 50, 333])
def test_what_must_not_be_tiled_is_one_pass_or_an_error_with_both_numbers(side):
    raw = tensor("raw", size=SteppedSize(1, 1))
    sizes, options = square("raw", side=side), {"border": "none", "allow_tiling": False}
    needed = side * side * 2**20

    def planned(memory):
        return plan_run(
            [raw],
            [output("out", "raw")],
            sizes,
            memory=memory,
            peak_bytes_per_pixel=2**20,
            **options,
        )

    assert planned(needed).plan.tile_shape == (side, side)
    with pytest.raises(HostError, match=rf"at least {side * side} MiB; run the plain package") as e:
        planned(needed - 1)
    assert e.value.value == f"{(needed - 1) / 2**20:.4g} MiB"


def test_an_image_above_the_only_size_of_what_must_not_be_tiled_is_refused():
    raw, options = tensor("raw", size=FixedSize(32)), {"border": "none", "allow_tiling": False}
    with pytest.raises(DataError, match=r"larger than this network takes.*32 x 32"):
        plan_run(
            [raw],
            [output("out", "raw")],
            square("raw"),
            memory=PIXELS,
            peak_bytes_per_pixel=1.0,
            **options,
        )
