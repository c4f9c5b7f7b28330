"""The network that we export, tiled and whole, in every engine, over random images and budgets."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

from deepbacs_zoo.prediction import predict
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.tensors import Step, SteppedSize
from tests.unit.prediction.samples import image_of, noise
from tests.unit.runners.stub import StubPackage, entry, output, tensor

torch = pytest.importorskip("torch")

DEPTH = 3
STEP = 2**DEPTH
# Two convolutions a level, down and up: (4 + 8 + 16) + 16 at the bottom, and up to 7 for the place
# on the pooling grid; rounded up to the step.
HALO = 56


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    from deepbacs_zoo.networks.unet import UNet

    folder = tmp_path_factory.mktemp("unet")
    torch.manual_seed(0)
    network = UNet(base=8, depth=DEPTH)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # as if trained
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    with torch.no_grad():
        network.last.weight.mul_(20)  # clear decisions, as a trained network's
    network.eval()
    example = torch.rand(1, 1, 64, 72)
    free = {2: "y", 3: "x"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example,),
            str(folder / "unet.onnx"),
            dynamo=False,
            opset_version=17,
            input_names=["raw"],
            output_names=["probabilities"],
            dynamic_axes={"raw": free, "probabilities": free},
        )
        torch.jit.trace(network, example).save(str(folder / "unet.pt"))
    steps = (Step("zero_mean_unit_variance", {"axes": "cyx"}),)
    return StubPackage(
        folder,
        (tensor("raw", size=SteppedSize(STEP, STEP), steps=steps),),
        (output("probabilities", "raw", channels=3, halo=HALO),),
        {
            "onnx": entry("onnx", folder, "unet.onnx"),
            "torchscript": entry("torchscript", folder, "unet.pt"),
        },
    )


@pytest.mark.parametrize(("weights_format", "count"), [("onnx", 30), ("torchscript", 5)])
def test_tiled_equals_whole_within_1e_5(package, weights_format, count):
    rng = random.Random(count)
    largest = 0.0
    with load_session(package, device="cpu", weights_format=weights_format) as session:
        for case in range(count):
            shape = rng.randrange(2 * HALO + 20, 380), rng.randrange(2 * HALO + 20, 380)
            image = image_of(noise(*shape, seed=case))
            budget = rng.randrange((2 * HALO + 2 * STEP) ** 2, (min(shape) - 8) ** 2) * 2048
            whole = predict(package, image, session=session)
            tiled = predict(package, image, session=session, memory=budget)
            assert whole.plan.whole
            assert not tiled.plan.whole
            found, expected = (each.tensors["probabilities"].array for each in (tiled, whole))
            assert np.ptp(expected) > 0.1
            largest = max(largest, float(np.abs(found - expected).max()))
    print(f"{weights_format}: largest difference {largest:.2e} over {count} images")
    assert largest < 1e-5
