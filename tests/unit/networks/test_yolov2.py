import pytest
import torch

from deepbacs_zoo.networks import build_network

ANCHORS = ((20.0, 10.0), (60.0, 80.0))


@pytest.fixture(autouse=True)
def without_gradients():
    with torch.no_grad():
        yield


def network(**changes):
    torch.manual_seed(0)
    arguments = {"in_channels": 3, "classes": 3, "anchors": ANCHORS, "grid": 16, "base": 4}
    return build_network("yolov2", {**arguments, **changes}).eval()


@pytest.mark.parametrize("grid", [4, 8, 16])
def test_an_output_pixel_stands_for_a_cell(grid):
    found = network(grid=grid)(torch.zeros(2, 3, 64, 96))
    assert found.shape == (2, 2 * 8, 64 // grid, 96 // grid)


def test_all_activations_happen_inside():
    torch.manual_seed(1)
    found = network()(100 * torch.randn(1, 3, 64, 96)).reshape(2, 8, 4, 6)
    assert (found[:, [0, 1, 4]] >= 0).all()
    assert (found[:, [0, 1, 4]] <= 1).all()
    assert found[:, 5:].sum(1) == pytest.approx(torch.ones(2, 4, 6), abs=1e-5)
    for anchor, sizes in zip(ANCHORS, found[:, 2:4], strict=True):
        for size, values in zip(anchor, sizes, strict=True):
            assert (values >= size / 8 * 0.999).all()
            assert (values <= size * 8 * 1.001).all()


def test_logits_are_what_training_sees():
    logits, boxes = network(activation="none"), network()
    image = torch.randn(1, 3, 64, 64)
    assert torch.equal(logits.activate(logits(image)), boxes(image))


def test_nearly_all_cells_are_empty_at_first():
    found = network()(torch.randn(1, 3, 64, 64)).reshape(2, 8, 4, 4)
    assert float(found[:, 4].max()) < 0.1


def test_nothing_looks_at_the_whole_image():
    image = torch.randn(1, 3, 16, 512)
    changed = image.clone()
    changed[..., :16] += 5
    first, second = network()(image), network()(changed)
    far = 16 + 176  # half the receptive field
    assert not torch.equal(first[..., :2], second[..., :2])
    assert torch.equal(first[..., far // 16 :], second[..., far // 16 :])


@pytest.mark.parametrize("wrong", [{"grid": 32}, {"activation": "softmax"}])
def test_wrong_arguments_are_refused(wrong):
    with pytest.raises(ValueError, match="allowed"):
        network(**wrong)
