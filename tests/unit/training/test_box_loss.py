import numpy as np
import pytest
import torch

from deepbacs_zoo.annotations import Box
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.tasks.detection.anchors import encode_boxes
from deepbacs_zoo.training.losses.anchor_boxes import BoxLoss

CLASSES = ("coccus", "rod")
ANCHORS = ((20.0, 20.0), (60.0, 20.0))
BOXES = (Box(5, 5, 27, 24, "coccus"), Box(20, 35, 75, 58, "rod"))
SHAPE = (64, 96)


def target_of(boxes=BOXES):
    return torch.from_numpy(encode_boxes(boxes, SHAPE, CLASSES, ANCHORS, 16)[None])


def logits_of(target, sure=12.0):
    """Return what a sure network gives that is always right."""
    values = target.reshape(2, 7, 4, 6)
    logits = torch.zeros_like(values)
    logits[:, :2] = torch.logit(values[:, :2].clamp(1e-6, 1 - 1e-6))
    anchors = torch.tensor(ANCHORS).reshape(2, 2, 1, 1)
    there = values[:, 4:5] > 0
    logits[:, 2:4] = torch.where(there, torch.log(values[:, 2:4].clamp(min=1e-3) / anchors), 0.0)
    logits[:, 4:5] = torch.where(there, sure, -sure)
    logits[:, 5:] = (values[:, 5:] * 2 - 1) * sure
    return logits.reshape(target.shape)


def loss_of(logits, target, **weights):
    return float(BoxLoss(len(CLASSES), ANCHORS, 16, **weights)(logits, target))


def only(name):
    names = ("position", "objectness", "background", "classification")
    return {each: float(each == name) for each in names}


def test_a_perfect_network_has_almost_no_loss():
    target = target_of()
    assert loss_of(logits_of(target), target) < 1e-2
    assert loss_of(torch.zeros_like(target), target) > 10


def test_the_position_is_squared_errors_more_so_for_small_boxes():
    target = target_of()
    logits = logits_of(target).reshape(2, 7, 4, 6)
    row, column = 46 // 16, 47 // 16
    logits[1, 2, row, column] += 0.5
    expected = (2 - 55 * 23 / (64 * 96)) * 0.25 / 2
    moved = logits.reshape(target.shape)
    assert loss_of(moved, target, **only("position")) == pytest.approx(expected, rel=1e-3)


def test_objectness_stands_for_the_overlap_with_the_true_box():
    target = target_of(BOXES[:1])
    logits = logits_of(target).reshape(2, 7, 4, 6)
    logits[0, 2:4, 0, 1] += np.log(0.5)  # half as wide and high: IoU 1/4
    losses = {}
    for share in (0.1, 0.25, 0.5, 0.9):
        logits[0, 4, 0, 1] = float(np.log(share / (1 - share)))
        losses[share] = loss_of(logits.reshape(target.shape), target, **only("objectness"))
    assert min(losses, key=losses.get) == 0.25


def test_a_box_found_by_another_anchor_is_not_background_if_it_is_right():
    target = target_of(BOXES[:1])
    logits = logits_of(target).reshape(2, 7, 4, 6)
    logits[1, :2, 0, 1] = logits[0, :2, 0, 1]
    logits[1, 2:4, 0, 1] = torch.log(torch.tensor([22 / 60, 19 / 20]))
    logits[1, 4, 0, 1] = 3.0
    assert loss_of(logits.reshape(target.shape), target, **only("background")) < 1e-2
    logits[1, 2:4, 0, 1] = 0.0  # three times as wide as the object
    assert loss_of(logits.reshape(target.shape), target, **only("background")) > 3


@pytest.mark.parametrize(("narrower", "counts"), [(0.55, False), (0.45, True)])
def test_what_evaluation_calls_a_hit_is_no_background(narrower, counts):
    target = target_of(BOXES[:1])
    logits = logits_of(target).reshape(2, 7, 4, 6)
    logits[1, :2, 0, 1] = logits[0, :2, 0, 1]
    logits[1, 2:4, 0, 1] = torch.log(torch.tensor([22 / 60 * narrower, 19 / 20]))
    logits[1, 4, 0, 1] = 3.0
    loss = loss_of(logits.reshape(target.shape), target, **only("background"))
    assert (loss > 3) == counts


def test_an_image_without_boxes_teaches_what_background_is():
    target = target_of(())
    assert loss_of(logits_of(target), target) < 1e-2
    assert loss_of(torch.zeros_like(target), target) == pytest.approx(2 * 24 * np.log(2), rel=1e-4)


def test_activations_of_the_network_undo_the_logits():
    target = target_of()
    network = build_network(
        "yolov2", {"in_channels": 3, "classes": 2, "anchors": ANCHORS, "activation": "boxes"}
    )
    found = network.activate(logits_of(target)).reshape(2, 7, 4, 6)
    values = target.reshape(2, 7, 4, 6)
    there = values[:, 4] > 0
    assert found.movedim(1, -1)[there] == pytest.approx(values.movedim(1, -1)[there], abs=2e-4)
    assert float(found[:, 4].sum()) == pytest.approx(2, abs=1e-3)


def test_the_loss_gets_smaller():
    torch.manual_seed(0)
    network = build_network(
        "yolov2",
        {"classes": 2, "anchors": ANCHORS, "grid": 16, "base": 4, "activation": "none"},
    )
    image = torch.zeros(1, 1, *SHAPE)
    for box in BOXES:
        image[..., int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)] = 1
    loss, target = BoxLoss(2, ANCHORS, 16), target_of()
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    values = []
    for _ in range(40):
        value = loss(network(image), target)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        values.append(float(value.detach()))
    assert values[-1] < 0.2 * values[0]
