from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from deepbacs_zoo.errors import ModelError
from deepbacs_zoo.exporting.weights.onnx import read_graph, write_onnx
from deepbacs_zoo.graph.receptive_field import ReceptiveField, measure_radius, receptive_field_of
from deepbacs_zoo.networks import build_network
from tests.unit.exporting.networks import Global, Pooled, Upsampled, build

SHAPE = (1, 1, 32, 32)


def reach(network: nn.Module, folder: Path) -> ReceptiveField:
    write_onnx(network, SHAPE, folder / "w.onnx", input_id="raw", output_id="out")
    return receptive_field_of(read_graph(folder / "w.onnx", SHAPE))


def counted(network: nn.Module) -> int:
    """Count the receptive field by gradients of positive weights, which cannot cancel."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.1)
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.zero_()
    network.requires_grad_(True)
    side, found = 48, 0
    for position in range(16, 24):
        # Average pooling sees all pixels of a window, a maximum only one.
        image = torch.rand(1, 1, side, side, requires_grad=True)
        out = network(image)[0, 0, position, position]
        (gradient,) = torch.autograd.grad(out, image)
        rows = torch.nonzero(gradient[0, 0].abs().sum(1)).ravel()
        found = max(found, int((rows - position).abs().max()))
    return found


@pytest.mark.parametrize("kind", [Pooled, Upsampled])
def test_the_reach_is_what_can_be_counted_by_hand(kind: type[nn.Module], tmp_path: Path) -> None:
    assert reach(build(kind), tmp_path) == ReceptiveField(radius=4, step=2)


@pytest.mark.parametrize(
    ("layers", "radius", "step"),
    [
        ([nn.Conv2d(1, 1, 5, padding=2)], 2, 1),
        ([nn.Conv2d(1, 1, 3, padding=4, dilation=4)], 4, 1),
        ([nn.Conv2d(1, 1, 3, padding=1)] * 3, 3, 1),
        ([nn.AvgPool2d(2), nn.ConvTranspose2d(1, 1, 2, stride=2)], 1, 2),
        ([nn.AvgPool2d(4), nn.ConvTranspose2d(1, 1, 4, stride=4)], 3, 4),
        ([nn.AvgPool2d(2), nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1)], 2, 2),
        ([nn.Conv2d(1, 1, 3, stride=2, padding=1), nn.Upsample(scale_factor=2)], 2, 2),
    ],
)
def test_single_operators_match_what_gradients_show(
    layers: list[nn.Module], radius: int, step: int, tmp_path: Path
) -> None:
    network = nn.Sequential(*layers).eval()
    assert reach(network, tmp_path) == ReceptiveField(radius, step)
    assert counted(network) == radius


@pytest.mark.parametrize(
    ("layers", "radius", "step", "scale"),
    [
        ([nn.MaxPool2d(2)], 1, 2, 2),
        ([nn.MaxPool2d(2), nn.Conv2d(1, 1, 3, padding=1)], 3, 2, 2),
        ([nn.Conv2d(1, 1, 3, padding=1), nn.AvgPool2d(4)], 4, 4, 4),
        ([nn.AvgPool2d(4), nn.ConvTranspose2d(1, 1, 2, stride=2)], 3, 4, 2),
    ],
)
def test_an_output_on_a_grid_is_where_its_scale_says(
    layers: list[nn.Module], radius: int, step: int, scale: int, tmp_path: Path
) -> None:
    network = nn.Sequential(*layers).eval().requires_grad_(False)
    found = reach(network, tmp_path)
    assert found == ReceptiveField(radius, step, scale)
    assert found.halo % scale == 0

    def run(image: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(image)).numpy()

    assert measure_radius(run, 1, found) <= radius
    assert measure_radius(run, 1, ReceptiveField(0, step, scale)) > 0


def test_an_output_that_is_finer_than_the_input_has_a_fraction_for_its_scale(
    tmp_path: Path,
) -> None:
    found = reach(nn.Sequential(nn.ConvTranspose2d(1, 1, 2, stride=2)).eval(), tmp_path)
    assert found == ReceptiveField(0, 1, Fraction(1, 2))


def test_an_output_between_the_grids_is_refused(tmp_path: Path) -> None:
    layers = nn.ConvTranspose2d(1, 1, 2, stride=2), nn.Conv2d(1, 1, 3, stride=3)
    with pytest.raises(ModelError, match=r"finer by a whole number.*1\.5 input pixels"):
        reach(nn.Sequential(*layers).eval(), tmp_path)


class Sliced(nn.Module):
    """Takes a part of the channels, or of the rows."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, padding=1)
        self.axis = axis

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        found = self.first(image)
        if self.axis == 1:
            return torch.cat([torch.sigmoid(found[:, :1]), found[:, 1:]], 1)
        return found[:, :, 1:]


def test_slices_of_channels_leave_the_place_alone_and_others_are_refused(tmp_path: Path) -> None:
    assert reach(Sliced(1).eval(), tmp_path) == ReceptiveField(1, 1)
    with pytest.raises(ModelError, match="Slice"):
        reach(Sliced(2).eval(), tmp_path)


def test_bilinear_upsampling_is_not_underestimated(tmp_path: Path) -> None:
    layers = nn.Sequential(
        nn.AvgPool2d(2), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
    ).eval()
    assert reach(layers, tmp_path).radius >= counted(layers)


def test_the_halo_keeps_the_pooling_grid() -> None:
    found = ReceptiveField(radius=44, step=8)
    assert found.halo == 48
    assert found.smallest == 104
    assert found.smallest % found.step == 0
    assert found.smallest > 2 * found.halo
    assert ReceptiveField(radius=48, step=8).halo == 48


def test_measuring_confirms_the_computed_reach(tmp_path: Path) -> None:
    network = build(Pooled)
    found = reach(network, tmp_path)

    def run(image: np.ndarray) -> np.ndarray:
        return network(torch.from_numpy(image)).numpy()

    assert 2 <= measure_radius(run, 1, found) <= found.radius


def test_measuring_sees_a_reach_that_was_computed_too_small() -> None:
    wide = nn.Conv2d(1, 1, 9, padding=4).eval().requires_grad_(False)

    def run(image: np.ndarray) -> np.ndarray:
        return wide(torch.from_numpy(image)).numpy()

    assert measure_radius(run, 1, ReceptiveField(radius=2, step=1)) > 2


def test_a_network_that_sees_the_whole_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no bounded receptive field.*GlobalAveragePool"):
        reach(build(Global), tmp_path)


def test_softmax_along_a_space_axis_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no bounded receptive field"):
        reach(nn.Sequential(nn.Conv2d(1, 1, 1), nn.Softmax(dim=2)).eval(), tmp_path)


def test_edges_that_are_repeated_move_nothing(tmp_path: Path) -> None:
    network = build_network("equivariant", {"base": 4, "depth": 1})
    plain = build_network("care", {"base": 4, "depth": 1, "residual": False})
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    found, expected = (reach(*each) for each in zip((network, plain), folders, strict=True))
    assert found == expected
