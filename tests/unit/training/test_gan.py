"""Two networks that learn against each other, with one loss and one optimizer."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from deepbacs_zoo.tasks import get_method  # noqa: E402
from deepbacs_zoo.training.losses.adversarial import AdversarialLoss  # noqa: E402
from deepbacs_zoo.training.losses.images import Absolute  # noqa: E402
from deepbacs_zoo.training.losses.table import build_loss  # noqa: E402
from deepbacs_zoo.training.steps.gan import Gan  # noqa: E402
from deepbacs_zoo.training.steps.table import build_step  # noqa: E402

RANDOM = np.random.default_rng(0)
IMAGE, TARGET = (
    torch.from_numpy(RANDOM.normal(size=(2, 1, 32, 48)).astype(np.float32)) for _ in range(2)
)


@pytest.fixture
def loss():
    torch.manual_seed(0)
    return AdversarialLoss()


def gradients(module):
    return [parameter.grad.clone() for parameter in module.parameters()]


def network():
    torch.manual_seed(1)
    return torch.nn.Conv2d(1, 1, 3, padding=1)


def test_each_network_gets_the_gradient_of_its_own_loss(loss):
    generator = network()
    loss(IMAGE, generator(IMAGE), TARGET).backward()
    both = gradients(generator), gradients(loss.discriminator)

    def says(image, true):
        score = loss.discriminator(torch.cat([IMAGE, image], 1))
        answer = torch.full_like(score, float(true))
        return torch.nn.functional.binary_cross_entropy_with_logits(score, answer)

    generator.zero_grad()
    found = generator(IMAGE)
    (100 * (found - TARGET).abs().mean() + says(found, True)).backward()
    for one, other in zip(both[0], gradients(generator), strict=True):
        torch.testing.assert_close(one, other)
    loss.zero_grad()
    ((says(TARGET, True) + says(generator(IMAGE).detach(), False)) / 2).backward()
    for one, other in zip(both[1], gradients(loss.discriminator), strict=True):
        torch.testing.assert_close(one, other)


def test_a_discriminator_learns_to_tell_results_from_targets(loss):
    generator, sharp = network(), torch.sign(TARGET)
    for parameter in generator.parameters():
        parameter.requires_grad_(False)
    optimizer = torch.optim.Adam(loss.parameters(), 1e-3)
    for _ in range(60):
        optimizer.zero_grad()
        loss(IMAGE, generator(IMAGE), sharp).backward()
        optimizer.step()
    with torch.no_grad():
        found, true = (
            loss.discriminator(torch.cat([IMAGE, each], 1)).mean()
            for each in (generator(IMAGE), sharp)
        )
    assert float(true) > float(found) + 1


def test_whole_images_are_scored_by_the_absolute_error(loss):
    step, target = Gan(loss), TARGET[..., :30, :40]
    value, found = step.validate(torch.nn.Identity(), (IMAGE, target), (30, 40))
    assert value == pytest.approx(float((IMAGE[..., :30, :40] - target).abs().mean()))
    assert found.shape == target.shape


def test_the_method_names_its_step_and_its_loss():
    method = get_method("pix2pix", {"target_channels": 2, "channels": 3})
    loss = build_loss(method.loss)
    assert isinstance(build_step(method.step, loss), Gan)
    assert loss.discriminator[0].in_channels == 5
    with pytest.raises(TypeError, match="a loss of its own"):
        Gan(Absolute())
