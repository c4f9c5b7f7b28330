"""Some pixels are hidden from the network, and it is asked for what they were."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from deepbacs_zoo.tasks import get_method  # noqa: E402
from deepbacs_zoo.training.losses.blind_spot import BlindSpotLoss  # noqa: E402
from deepbacs_zoo.training.losses.table import build_loss  # noqa: E402
from deepbacs_zoo.training.steps.blind_spot import BlindSpot, hidden  # noqa: E402
from deepbacs_zoo.training.steps.table import build_step  # noqa: E402

IMAGE = torch.from_numpy(np.random.default_rng(0).normal(size=(3, 2, 50, 40)).astype(np.float32))


def test_one_pixel_of_each_box_has_the_value_of_a_neighbor():
    blind, (batch, y, x) = hidden(IMAGE)
    assert len(batch) == 3 * 5 * 4
    for number, row, column in zip(batch.tolist(), y.tolist(), x.tolist(), strict=True):
        near = IMAGE[number, :, max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3]
        value = blind[number, :, row, column]
        assert not torch.equal(value, IMAGE[number, :, row, column])
        assert (near == value[:, None, None]).all(0).any(), "all channels of one neighbor"


def test_every_other_pixel_stays():
    blind, (batch, y, x) = hidden(IMAGE)
    changed = (blind != IMAGE).any(1)
    expected = torch.zeros_like(changed)
    expected[batch, y, x] = True
    assert torch.equal(changed, expected)


def test_places_follow_from_the_image_alone():
    torch.manual_seed(1)
    first = hidden(IMAGE)
    torch.manual_seed(2)
    second = hidden(IMAGE.clone())
    assert torch.equal(first[0], second[0])
    other = hidden(IMAGE + 1)
    assert not all(map(torch.equal, first[1], other[1]))


@pytest.mark.parametrize("axis", ["y", "x"])
def test_noise_along_an_axis_is_hidden_along_it(axis):
    blind, (batch, y, x) = hidden(IMAGE, axis, 3)
    changed = (blind != IMAGE).any(1)
    for number, row, column in zip(batch.tolist(), y.tolist(), x.tolist(), strict=True):
        along = changed[number, :, column] if axis == "y" else changed[number, row]
        place = row if axis == "y" else column
        assert along[max(place - 3, 0) : place + 4].float().mean() > 0.8


def test_only_hidden_pixels_count():
    loss, places = BlindSpotLoss(), (torch.tensor([0]), torch.tensor([4]), torch.tensor([5]))
    found = IMAGE.clone()
    found[0, :, 4, 5] += 2
    found[1] += 100
    assert float(loss(found, IMAGE, places)) == pytest.approx(4)


def test_a_network_that_copies_its_input_is_wrong_at_hidden_pixels():
    step = BlindSpot(BlindSpotLoss())
    assert float(step.train(torch.nn.Identity(), (IMAGE, IMAGE))) > 1
    loss, output = step.validate(torch.nn.Identity(), (IMAGE[:1], IMAGE[:1, :, :44, :38]), (44, 38))
    assert loss > 1
    assert torch.equal(output, torch.softmax(IMAGE[:1, :, :44, :38], 1)), "of the whole image"


def test_the_step_has_a_loss_of_its_own():
    method = get_method("n2v", {"noise_axis": "x"})
    step = build_step(method.step, build_loss(method.loss))
    assert (step.loss.axis, step.loss.span) == ("x", 5)
    with pytest.raises(TypeError, match="blind-spot"):
        build_step("blind_spot", torch.nn.MSELoss())
    with pytest.raises(ValueError, match="'z'"):
        BlindSpotLoss("z")
