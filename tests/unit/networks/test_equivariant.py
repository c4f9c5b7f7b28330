"""A network whose result follows gain and offset of the image."""

import pytest

torch = pytest.importorskip("torch")

from deepbacs_zoo.networks import build_network  # noqa: E402


@pytest.fixture
def network():
    torch.manual_seed(0)
    return build_network("equivariant", {"base": 8, "depth": 2}).eval()


@pytest.mark.parametrize("gain", [0.01, 1.0, 300.0])
@pytest.mark.parametrize("offset", [-500.0, 0.0, 4000.0])
def test_the_result_follows_gain_and_offset(network, gain, offset):
    image = torch.rand(2, 1, 24, 36)
    with torch.inference_mode():
        found, followed = network(image), network(gain * image + offset)
    scale = gain + abs(offset)
    torch.testing.assert_close(followed, gain * found + offset, atol=2e-6 * scale, rtol=0)
    assert float(found.std()) > 0.01


def test_an_even_image_stays_as_it_is(network):
    image = torch.full((1, 1, 8, 8), 7.0)
    torch.testing.assert_close(network(image), image)


def test_it_learns_while_its_weights_add_up_to_one(network):
    torch.manual_seed(1)
    clean = torch.nn.functional.avg_pool2d(torch.rand(4, 1, 40, 40), 9, 1, 4)
    clean = (clean - clean.mean()) / clean.std()
    noisy = clean + torch.randn_like(clean)
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = (network(noisy) - clean).abs().mean()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]
    even = torch.full((1, 1, 8, 8), -3.0)
    torch.testing.assert_close(network(even), even)


def test_an_odd_number_of_channels_is_refused():
    with pytest.raises(ValueError, match="odd"):
        build_network("equivariant", {"base": 5})
