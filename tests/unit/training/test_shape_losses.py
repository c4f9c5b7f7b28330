"""Losses of shapes, against the formulas written out."""

import numpy as np
import pytest
import torch

from deepbacs_zoo.networks.stardist import StarDist
from deepbacs_zoo.tasks import Loss
from deepbacs_zoo.tasks.targets.splines import basis
from deepbacs_zoo.training.losses.table import build_loss

UNIT = 5.0


def star_case():
    generator = torch.Generator().manual_seed(0)
    raw = torch.randn(2, 5, 6, 7, generator=generator)
    probability = torch.rand(2, 6, 7, generator=generator) * (
        torch.rand(2, 6, 7, generator=generator) > 0.5
    )
    distances = 10 * torch.rand(2, 4, 6, 7, generator=generator) * (probability > 0)[:, None]
    return raw, {"probability": probability, "distances": distances}


def test_the_loss_of_stars_is_that_of_stardist_in_units():
    raw, target = star_case()
    loss = build_loss(
        Loss("star", {"unit": UNIT, "distance_weight": 2.0, "background_weight": 1e-2})
    )
    found = StarDist(rays=4, base=2, depth=0, unit=UNIT).activate(raw).numpy()
    true = target["probability"].numpy()
    entropy = -(true * np.log(found[:, 0]) + (1 - true) * np.log(1 - found[:, 0])).mean()
    error = np.abs(found[:, 1:] - target["distances"].numpy()).mean(1) / UNIT
    outside = (found[:, 1:].mean(1) / UNIT * (true == 0)).mean()
    expected = entropy + 2 * (error * true).sum() / true.sum() + 1e-2 * outside
    assert float(loss(raw, target)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_splines_is_of_points_along_them():
    generator = torch.Generator().manual_seed(0)
    raw = torch.randn(2, 13, 4, 5, generator=generator)
    probability = torch.rand(2, 4, 5, generator=generator)
    offsets = 10 * torch.randn(2, 12, 4, 5, generator=generator)
    loss = build_loss(Loss("spline", {"unit": UNIT, "points": 6, "shape_weight": 2.0}))
    found = 1 / (1 + np.exp(-raw[:, 0].numpy()))
    true = probability.numpy()
    entropy = -(true * np.log(found) + (1 - true) * np.log(1 - found)).mean()
    wrong = (raw[:, 1:].numpy() * UNIT - offsets.numpy()).reshape(2, 6, 2, 4, 5)
    samples = np.einsum("sp,bpdyx->bsdyx", basis(6, 18), wrong)
    error = np.abs(samples).mean((1, 2)) / UNIT
    expected = entropy + 2 * (error * true).sum() / true.sum()
    assert float(loss(raw, {"probability": probability, "offsets": offsets})) == pytest.approx(
        expected, rel=1e-5
    )


@pytest.mark.parametrize("name", ["star", "spline"])
def test_patches_without_an_object_are_no_error(name):
    arguments = {
        "star": {"distance_weight": 1.0, "background_weight": 1e-4},
        "spline": {"points": 2, "shape_weight": 1.0},
    }
    loss = build_loss(Loss(name, {"unit": UNIT, **arguments[name]}))
    shape = torch.zeros(1, 4, 3, 3)
    target = {"probability": torch.zeros(1, 3, 3), "distances": shape, "offsets": shape}
    raw = torch.full((1, 5, 3, 3), -20.0, requires_grad=True)
    found = loss(raw, target)
    assert float(found.detach()) < 1e-6
    found.backward()
    assert torch.isfinite(raw.grad).all()
