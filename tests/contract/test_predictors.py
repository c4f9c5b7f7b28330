"""The promises of every predictor: in this process, in ImageJ, in deepImageJ, and the fake one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, DeepbacsZooError, UnsupportedError, UsageError
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.fiji.gateways.fake import FakeGateway
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.worker import open_worker
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import PredictOptions, open_local, predict
from deepbacs_zoo.prediction.deepimagej import open_deepimagej
from deepbacs_zoo.prediction.fake import FakePredictor
from deepbacs_zoo.prediction.fiji import open_fiji
from deepbacs_zoo.results import save
from tests.fiji.deepimagej import fake_fiji
from tests.fiji.gateways import gateway_setup
from tests.fiji.segmenting import CLASSES, _compute, cells, segmenter, segmenter_of_any_size
from tests.package_writer import image as input_like
from tests.package_writer import like, write_package
from tests.packages import CASES
from tests.tiny_networks import affine, weighted_sum

DEEPIMAGEJ = "deepImageJ's stand-in"
PREDICTORS = ("local", "fake", "ImageJ", "ImageJ's stand-in", DEEPIMAGEJ)
PIXEL = Calibration(0.08, 0.08, None, "µm")


@pytest.fixture(scope="module", params=PREDICTORS)
def name(request):
    """The name of the predictor."""
    return request.param


@pytest.fixture(scope="module")
def package(name, tmp_path_factory):
    """A package that the predictor computes as all others do: deepImageJ has tiles of its own."""
    write = segmenter_of_any_size if name == DEEPIMAGEJ else segmenter
    return write(tmp_path_factory.mktemp("package") / "model.zip")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A package without decoding: its tensors are the result."""
    source = input_like("raw")
    target = tmp_path_factory.mktemp("package") / "plain.zip"
    network, weights = affine(), ("onnx", "torchscript")
    return write_package(
        target, inputs=[source], outputs=[like(source, "out")], network=network, weights=weights
    )


@pytest.fixture(scope="module")
def double(tmp_path_factory):
    """A package of two inputs, which must not be exchanged."""
    folder = tmp_path_factory.mktemp("package")
    return CASES["two_inputs"](folder, weights=("onnx", "torchscript"))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    path = tmp_path_factory.mktemp("image") / "cells.tif"
    write_tiff(path, (cells(61, 90) * 1000 + 2000).astype(np.uint16), "yx", PIXEL)
    return path


def stand_in(code, argument, images):
    """Predict in Python where the plugin would."""

    def option(key):
        return code.split(f"{key}=[")[1].split("]")[0]

    given = {"border": option("border"), "memory": int(option("memory"))}
    if "pixel_size=" in code:
        given["pixel_size"] = float(option("pixel_size"))
    try:
        files = dict(word.split("=", 1) for word in option("input_path").split(";"))
        result = predict(option("model_path"), files, runner="onnx", **given)
    except DeepbacsZooError as error:
        names = ("where", "what", "value", "allowed", "hint")
        parts = {name: str(getattr(error, name)) for name in names} | {"kind": type(error).__name__}
        return MacroOutcome(report=json.dumps({"status": "error", "error": parts})), {}
    files = save(result, option("output_folder"))
    found = {"files": [str(file) for file in files], "engine": result.engine, "findings": []}
    found |= {"tiles": len(result.plan.tiles), "objects": result.n_objects or 0}
    return MacroOutcome(report=json.dumps({"status": "ok", **found})), {}


@pytest.fixture(scope="module")
def opener(name, tmp_path_factory):
    """The function that opens a predictor of a package."""
    if name == "local":
        yield lambda path: open_local(path, runner="onnx", device="cpu")
    elif name == "fake":
        yield open_fake
    elif name == DEEPIMAGEJ:
        with fake_fiji(tmp_path_factory.mktemp("fiji") / "Fiji.app") as folder:
            program = DeepImageJProgram(find_deepimagej(folder), gateway_setup(), timeout=120)
            yield lambda path: open_deepimagej(path, program)
    elif name == "ImageJ":
        with open_worker(gateway_setup(), timeout=120) as gateway:
            yield lambda path: open_fiji(path, gateway)
    else:
        yield lambda path: open_fiji(path, FakeGateway(stand_in))


def open_fake(path):
    package = open_package(path)
    decoded = package.zoo_config.decode is not None
    network = affine() if len(package.inputs) == 1 else weighted_sum()
    function = _compute if decoded else network.compute
    return FakePredictor(package, lambda tensors: function(*tensors.values()))


@pytest.fixture(scope="module")
def predictor(opener, package):
    with opener(package) as opened:
        yield opened


def reference(package, image, **options):
    return predict(package, image, runner="onnx", device="cpu", **options)


def test_it_names_its_package(predictor, package):
    assert predictor.package.path == package
    assert [spec.id for spec in predictor.package.outputs] == ["probabilities"]


def test_it_names_its_engine_device_and_weights(predictor, image):
    result = predictor.predict(image)
    assert str(predictor.engine) == result.engine
    assert predictor.engine.device == "cpu"
    assert predictor.engine.weights_format in {"onnx", "fake", "torchscript"}
    assert any(character.isdigit() for character in predictor.engine.name)


def test_the_result_is_that_of_the_image(predictor, package, image):
    found, expected = predictor.predict(image), reference(package, image)
    assert (found.stem, found.content.kind, found.calibration) == ("cells", "labels", PIXEL)
    assert found.n_objects == expected.n_objects > 1
    assert np.array_equal(found.labels, expected.labels)
    assert found.objects == expected.objects
    assert found.plan == expected.plan
    assert np.array_equal(found.preview, expected.preview)
    one, other = found.tensors["probabilities"], expected.tensors["probabilities"]
    assert (one.axes, one.array.shape) == (other.axes, other.array.shape)
    assert one.array.shape[2] == len(CLASSES)
    np.testing.assert_allclose(one.array, other.array, atol=1e-5)


def test_an_image_in_memory_is_taken_as_well_as_a_path(predictor, image):
    by_path, by_object = predictor.predict(image), predictor.predict(read_image(image))
    assert np.array_equal(by_path.labels, by_object.labels)
    assert by_path.stem == by_object.stem


def test_an_input_may_be_named(predictor, image):
    named = predictor.predict({"raw": image})
    assert named.n_objects == predictor.predict(image).n_objects
    with pytest.raises(UsageError, match="no such input"):
        predictor.predict({"other": image})


@pytest.mark.parametrize(
    "options",
    [{"border": "halo"}, {"memory": 400 * 40 * 40}, {"pixel_size": 0.1}],
    ids=["border", "memory", "pixel size"],
)
def test_options_mean_the_same_everywhere(predictor, package, image, options):
    if "memory" in options and not predictor.takes_tiles:
        with pytest.raises(UsageError, match=r"memory: .* in one piece"):
            predictor.predict(image, PredictOptions(**options))
        return
    found = predictor.predict(image, PredictOptions(**options))
    expected = reference(package, image, **options)
    assert found.plan == expected.plan
    assert found.calibration == expected.calibration
    assert np.array_equal(found.labels, expected.labels)


def test_progress_ends_at_the_number_of_passes(predictor, image):
    calls = []
    options = PredictOptions(memory=400 * 40 * 40 if predictor.takes_tiles else 2**30)
    result = predictor.predict(image, options, progress=lambda *numbers: calls.append(numbers))
    assert calls[-1] == (len(result.plan.tiles), len(result.plan.tiles))


def test_an_image_that_the_network_does_not_take_is_a_data_error(predictor, tmp_path):
    path = tmp_path / "two.tif"
    write_tiff(path, np.zeros((2, 40, 40), np.uint16), "cyx", PIXEL)
    with pytest.raises(DataError, match="channels"):
        predictor.predict(path)


def test_a_package_without_decoding_gives_its_tensors(opener, plain, image):
    with opener(plain) as predictor:
        found = predictor.predict(image)
    assert (found.content.kind, found.n_objects, found.labels) == ("image", None, None)
    expected = reference(plain, image).tensors["out"].array
    np.testing.assert_allclose(found.tensors["out"].array, expected, atol=1e-5)


def test_several_inputs_have_an_image_each(name, opener, double, image, tmp_path):
    if name == DEEPIMAGEJ:
        with pytest.raises(UnsupportedError, match="there are 2 inputs; allowed: one input"):
            opener(double)
        return
    other = tmp_path / "cells.tif"  # of the same name as the other image
    write_tiff(other, np.arange(61 * 90, dtype=np.uint16).reshape(61, 90), "yx", Calibration())
    with opener(double) as predictor:
        found = predictor.predict({"other": read_image(other), "raw": image})
        with pytest.raises(DataError, match="needs an image for this input"):
            predictor.predict({"raw": image})
        with pytest.raises(DataError, match="needs an image for this input"):
            predictor.predict(image)
    expected = reference(double, {"raw": image, "other": other})
    assert (found.stem, found.calibration) == ("cells", PIXEL)
    np.testing.assert_allclose(found.tensors["sum"].array, expected.tensors["sum"].array, rtol=1e-6)
    assert np.array_equal(found.preview, expected.preview)


def test_a_closed_predictor_predicts_no_more(opener, package, image):
    predictor = opener(package)
    predictor.close()
    predictor.close()
    with pytest.raises(UsageError, match="closed"):
        predictor.predict(image)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"border": "mirror"}, "border"),
        ({"rescale": "always"}, "rescale"),
        ({"memory": 0}, "memory"),
        ({"pixel_size": -1.0}, "pixel_size"),
    ],
)
def test_options_are_checked_before_any_predictor_sees_them(options, name):
    with pytest.raises(UsageError, match=name):
        PredictOptions(**options)
