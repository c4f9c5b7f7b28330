"""StarDist and SplineDist: sizes on a grid, finite values, stand-alone files."""

import ast
from pathlib import Path

import pytest
import torch

from deepbacs_zoo.networks import splinedist, stardist
from deepbacs_zoo.networks.splinedist import SplineDist
from deepbacs_zoo.networks.stardist import StarDist

KINDS = [(StarDist, "star", {"rays": 8}, 9), (SplineDist, "spline", {"points": 6}, 13)]


def build(kind, activation, arguments, **changes):
    torch.manual_seed(0)
    made = kind(**{"base": 2, "depth": 1, "activation": activation, **arguments, **changes})
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize(("kind", "activation", "arguments", "channels"), KINDS)
@pytest.mark.parametrize("grid", [1, 2, 4])
@pytest.mark.parametrize("depth", [0, 2])
def test_the_result_is_smaller_by_the_grid(kind, activation, arguments, channels, grid, depth):
    side = grid * 2**depth
    network = build(kind, activation, arguments, grid=grid, depth=depth)
    assert network(torch.zeros(2, 1, 3 * side, side)).shape == (
        2, channels, 3 * 2**depth, 2**depth,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "activation", "arguments", "channels"), KINDS)
def test_training_sees_raw_values_of_the_same_weights(kind, activation, arguments, channels):
    image = torch.randn(1, 1, 16, 16)
    exported = build(kind, activation, arguments)
    training = build(kind, "none", arguments)
    assert exported.state_dict().keys() == training.state_dict().keys()
    assert torch.equal(exported(image), training.activate(training(image)))


def test_probabilities_and_distances_are_finite_and_not_negative():
    network = build(StarDist, "star", {"rays": 8}, unit=10.0)
    raw = torch.tensor([-1e4, -10.0, 0.0, 10.0, 1e4]).reshape(1, 1, 1, 5).repeat(1, 9, 1, 1)
    found = network.activate(raw)
    assert torch.isfinite(found).all()
    assert (found >= 0).all()
    assert (found[:, 0] <= 1).all()
    assert found[0, 1, 0, 2] == pytest.approx(10 * 0.6931472)


def test_offsets_of_splines_have_both_signs_and_the_unit():
    network = build(SplineDist, "spline", {"points": 6}, unit=10.0)
    found = network.activate(torch.full((1, 13, 1, 1), -2.0))
    assert found[0, 1:].tolist() == [[[-20.0]]] * 12


@pytest.mark.parametrize(("kind", "activation", "arguments", "channels"), KINDS)
def test_wrong_arguments_are_refused(kind, activation, arguments, channels):
    with pytest.raises(ValueError, match=activation):
        build(kind, "softmax", arguments)
    with pytest.raises(ValueError, match="grid is 3"):
        build(kind, activation, arguments, grid=3)


@pytest.mark.parametrize("module", [stardist, splinedist])
def test_the_file_imports_torch_only(module):
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    names = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names == {"__future__", "torch"}
