"""A graph that does everything itself gives, at any size, what steps, mirroring and cropping do."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.exporting.weights.torch import compute, quiet, write_torchscript
from deepbacs_zoo.exporting.weights.torch_steps import steps_of
from deepbacs_zoo.exporting.weights.whole_image import WholeImage
from deepbacs_zoo.processing import apply
from deepbacs_zoo.tensors import Axis, FixedSize, Step, TensorSpec
from tests.unit.exporting.networks import Pooled, build

SMALLEST, STEP = 12, 2
NORMALIZED = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})


def spec(*steps: Step, channels: int = 1) -> TensorSpec:
    names = tuple("abc"[:channels])
    axes = (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "c", FixedSize(channels), channel_names=names),
    )
    return TensorSpec(
        "raw", (*axes, Axis("y", "y", FixedSize(8)), Axis("x", "x", FixedSize(8))), steps=steps
    )


class Halved(nn.Module):
    """A grid of two pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(1, 3, 3, stride=2, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.layer(image)
        return result


def written(path, network, grid):
    """Trace at one size, and load what was written."""
    halves = steps_of(spec(Step("scale_linear", {"gain": 0.5, "offset": 1.0})))
    whole = WholeImage(
        network, steps_of(spec(NORMALIZED)), halves, smallest=SMALLEST, step=STEP, grid=grid
    )
    write_torchscript(whole.eval(), (1, 1, 16, 16), path)
    with quiet():
        return torch.jit.load(str(path))


def expected(network, image, grid):
    """Steps and mirroring by NumPy around the bare network."""
    height, width = image.shape[2:]
    ready = apply((NORMALIZED,), image, "bcyx")
    more = [max(SMALLEST, size + size % STEP) - size for size in (height, width)]
    padding = [(0, 0), (0, 0), *((0, each) for each in more)]
    found = compute(network, np.pad(ready, padding, mode="symmetric"))
    found = found.repeat(grid, 2).repeat(grid, 3)[:, :, :height, :width]
    return found * np.float32(0.5) + np.float32(1)


@pytest.mark.parametrize(("kind", "grid"), [(Pooled, 1), (Halved, 2)])
def test_every_size_gives_what_programs_compute_around_the_network(kind, grid, tmp_path):
    network = build(kind)
    script = written(tmp_path / "whole.pt", network, grid)
    rng = np.random.default_rng(0)
    sizes = [*itertools.product(range(1, 41), range(1, 41, 7)), (3, 200), (301, 258)]
    for number, (height, width) in enumerate(sizes):
        image = rng.normal(3000, 50, (1 + number % 3, 1, height, width)).astype(np.float32)
        found = compute(script, image)
        right = expected(network, image, grid)
        assert found.shape == right.shape, (height, width)
        np.testing.assert_allclose(found, right, rtol=0, atol=1e-5 * np.abs(right).max())


def test_images_of_a_batch_do_not_know_each_other(tmp_path):
    script = written(tmp_path / "whole.pt", build(Pooled), 1)
    stack = np.random.default_rng(0).normal(size=(3, 1, 13, 17)).astype(np.float32)
    stack *= np.float32([[[[1]]], [[[50]]], [[[0]]]])
    single = np.concatenate([compute(script, plane[np.newaxis]) for plane in stack])
    np.testing.assert_allclose(compute(script, stack), single, rtol=0, atol=1e-6)


def test_no_device_and_no_size_stands_in_the_graph(tmp_path):
    script = written(tmp_path / "whole.pt", build(Pooled), 1)
    devices = [line for line in str(script.inlined_graph).splitlines() if "device" in line.lower()]
    assert not [line for line in devices if "prim::Constant" in line and "cpu" in line], devices


@pytest.mark.parametrize(
    "step",
    [
        NORMALIZED,
        Step("zero_mean_unit_variance", {}),
        Step("zero_mean_unit_variance", {"axes": "yx", "eps": 1e-3}),
        Step("scale_linear", {"gain": 2.0}),
        Step("scale_linear", {"gain": (0.5, 1.0, 3.0), "offset": (1.0, 0.0, -2.0), "axis": "c"}),
        Step("clip", {"min": -0.1, "max": 0.3}),
        Step("clip", {"max": 0.1}),
        Step("sigmoid", {}),
    ],
    ids=str,
)
def test_a_step_in_the_graph_is_the_step_of_processing(step):
    tensor = np.random.default_rng(0).normal(size=(2, 3, 9, 7)).astype(np.float32)
    found = compute(steps_of(spec(step, channels=3)), tensor)
    right = apply((step,), tensor, "bcyx")
    assert found.dtype == right.dtype == np.float32
    np.testing.assert_allclose(found, right, rtol=2e-7, atol=2e-7)


def test_steps_follow_each_other_and_none_changes_nothing():
    tensor = np.random.default_rng(0).normal(size=(1, 1, 9, 7)).astype(np.float32)
    steps = (Step("clip", {"min": 0.0}), NORMALIZED)
    np.testing.assert_allclose(
        compute(steps_of(spec(*steps)), tensor), apply(steps, tensor, "bcyx"), atol=1e-6
    )
    np.testing.assert_array_equal(compute(steps_of(spec()), tensor), tensor)


@pytest.mark.parametrize(
    "step", [Step("binarize", {"threshold": 0.5}), Step("clip", {"min_percentile": 1.0})], ids=str
)
def test_a_step_that_no_graph_has_is_refused_by_name(step):
    with pytest.raises(UnsupportedError, match=rf"'raw'.*{step.name}.*sigmoid.*the plain package"):
        steps_of(spec(step))
