"""The U-Net: free sizes, a bounded view, files that other programs read."""

import warnings

import numpy as np
import pytest
import torch

from deepbacs_zoo.networks.unet import UNet


def network(depth=2, **changes):
    torch.manual_seed(0)
    made = UNet(**{"base": 4, "depth": depth, **changes})
    with torch.no_grad():
        for module in made.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.uniform_(-1, 1)
                module.running_var.uniform_(0.5, 2)
    return made.eval().requires_grad_(False)


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("factors", [(1, 1), (1, 4), (3, 2)])
def test_sides_are_any_multiples_of_two_to_the_depth(depth, factors):
    height, width = (2**depth * factor for factor in factors)
    result = network(depth)(torch.zeros(2, 1, height, width))
    assert result.shape == (2, 3, height, width)


def test_softmax_gives_probabilities_of_the_same_logits():
    image = torch.randn(1, 1, 16, 16)
    probabilities, logits = network()(image), network(activation="none")(image)
    assert torch.equal(probabilities, torch.softmax(logits, 1))


def test_the_activation_has_no_weights():
    assert network().state_dict().keys() == network(activation="none").state_dict().keys()


def test_an_unknown_activation_is_refused():
    with pytest.raises(ValueError, match="softmax"):
        UNet(activation="tanh")


def test_channels_are_free():
    assert network(in_channels=2, out_channels=5)(torch.zeros(1, 2, 8, 8)).shape[1] == 5


def reach(depth):
    """Radius by hand: follow the span that one output pixel needs, down and up again.

    Two convolutions widen it by 2 at each end; a transposed convolution halves coordinates; a
    pooling doubles them and adds the second pixel.  The place on the pooling grid matters.
    """
    radius = 0
    for place in range(2**depth):
        first = last = place
        for _ in range(depth):
            first, last = (first - 2) // 2, (last + 2) // 2
        first, last = first - 2, last + 2
        for _ in range(depth):
            first, last = 2 * first - 2, 2 * last + 1 + 2
        radius = max(radius, place - first, last - place)
    return radius


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_a_pixel_far_away_changes_nothing(depth):
    # Float64, so that a small effect is not rounded away.
    made = network(depth, activation="none", base=8).double()
    size = 2**depth * 2 * (reach(depth) // 2**depth + 4)
    image = torch.randn(1, 1, size, size, dtype=torch.float64)
    before = made(image)
    farthest = 0
    for place in range(size // 2, size // 2 + 2**depth):
        changed = image.clone()
        changed[..., place, place] += 50
        rows = np.flatnonzero((made(changed) != before).numpy().any((0, 1, 3)))
        farthest = max(farthest, place - rows.min(), rows.max() - place)
    assert reach(depth) / 2 < farthest <= reach(depth)


def test_there_is_no_norm_over_the_image():
    kinds = {type(module).__name__ for module in network().modules()}
    assert "BatchNorm2d" in kinds
    assert not {kind for kind in kinds if "InstanceNorm" in kind or "Adaptive" in kind}


@pytest.mark.slow
def test_onnx_opset_17_gives_the_same_at_other_sizes(tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    made, path = network(), tmp_path / "unet.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            made,
            (torch.zeros(1, 1, 16, 16),),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["raw"],
            output_names=["probabilities"],
            dynamic_axes={
                "raw": {0: "b", 2: "y", 3: "x"},
                "probabilities": {0: "b", 2: "y", 3: "x"},
            },
        )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    image = torch.randn(2, 1, 24, 40)
    found = session.run(None, {"raw": image.numpy()})[0]
    assert np.abs(found - made(image).numpy()).max() < 1e-5


def test_a_trace_gives_the_same_at_other_sizes():
    made = network()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(made, torch.zeros(1, 1, 16, 16))
    image = torch.randn(2, 1, 24, 40)
    assert torch.equal(traced(image), made(image))
