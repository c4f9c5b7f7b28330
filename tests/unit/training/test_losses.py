"""Losses, against the formulas written out."""

import numpy as np
import pytest
import torch

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks import Loss, get_method
from deepbacs_zoo.training.losses.table import build_loss


def random_case():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 6, 5, generator=generator)
    return logits, torch.randint(3, (2, 6, 5), generator=generator)


def test_cross_entropy_is_weighted_by_class():
    logits, target = random_case()
    weights = np.array([1.0, 2.0, 4.0])
    loss = build_loss(Loss("cross_entropy_dice", {"class_weights": weights, "dice_weight": 0.0}))
    log = torch.log_softmax(logits.double(), 1).numpy()
    one_hot = np.moveaxis(np.eye(3)[target.numpy()], -1, 1)
    weighed = one_hot * weights[:, None, None]
    expected = -(log * weighed).sum() / weighed.sum()
    assert float(loss(logits, target)) == pytest.approx(expected, rel=1e-5)


def test_dice_counts_all_classes_but_the_first():
    logits, target = random_case()
    both = build_loss(Loss("cross_entropy_dice", {"class_weights": [1.0] * 3, "dice_weight": 2.0}))
    entropy = build_loss(
        Loss("cross_entropy_dice", {"class_weights": [1.0] * 3, "dice_weight": 0.0})
    )
    found = torch.softmax(logits.double(), 1).numpy()
    scores = []
    for channel in (1, 2):
        true = target.numpy() == channel
        p = found[:, channel]
        scores.append((2 * (p * true).sum() + 1) / (p.sum() + true.sum() + 1))
    difference = float(both(logits, target)) - float(entropy(logits, target))
    assert difference == pytest.approx(2 * (1 - np.mean(scores)), rel=1e-5)


def test_the_loss_of_segmentation_is_small_for_the_truth_and_large_for_its_opposite():
    task = get_method("multilabel-unet")
    loss = build_loss(task.loss)
    target = torch.arange(len(task.classes)).repeat(4, 4)[None]
    truth = 20 * torch.nn.functional.one_hot(target).permute(0, 3, 1, 2).float()
    assert float(loss(truth, target)) < 0.01
    assert float(loss(-truth, target)) > 5


def test_an_unknown_loss_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="cross_entropy_dice"):
        build_loss(Loss("hinge"))


def test_weights_move_with_the_loss_but_are_not_trained():
    loss = build_loss(get_method("multilabel-unet").loss)
    assert not list(loss.parameters())
    assert dict(loss.named_buffers()).keys() == {"class_weights"}
