"""The function ``predict``: paths, open objects, engines, and refusals before weights load."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Picture

import deepbacs_zoo.prediction.local as predictor
from deepbacs_zoo.errors import (
    DataError,
    IntegrityError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.tensors import Step
from tests.packages import ALL_WEIGHTS, CASES
from tests.unit.prediction.samples import STEP, fake, image_of, noise
from tests.unit.runners.stub import tensor


@pytest.fixture()
def package(tmp_path):
    return CASES["stepped"](tmp_path)


@pytest.fixture()
def image(tmp_path):
    path = tmp_path / "cells.tif"
    write_tiff(path, noise(61, 50), "yx", Calibration(0.1, 0.2, None, "µm"))
    return path


def test_paths_and_texts_serve_as_well_as_open_objects(package, image):
    by_path = predict(package, image)
    by_text = predict(str(package), str(image))
    with open_package(package) as opened:
        by_object = predict(opened, {"input": image})
    for other in (by_text, by_object):
        np.testing.assert_array_equal(
            by_path.tensors["output"].array, other.tensors["output"].array
        )


def test_result_knows_image_engine_and_calibration(package, image):
    found = predict(package, image)
    assert found.stem == "cells"
    assert found.engine.startswith("onnxruntime ")
    assert found.engine.endswith("onnx on cpu") or "cuda" in found.engine
    assert found.calibration.x == pytest.approx(0.1)
    assert found.tensors["output"].calibration.y == pytest.approx(0.2)
    np.testing.assert_array_equal(found.preview, noise(61, 50))


def test_the_preview_has_the_colours_of_an_rgb_image_and_the_mean_of_other_channels():
    array = noise(3, 32, 24, dtype=np.uint8)
    package, session = fake(lambda x: x, (tensor("raw", size=STEP, channels=3),))
    colours, channels = (
        predict(package, image_of(array, "cyx", rgb=rgb), session=session).preview
        for rgb in (True, False)
    )
    np.testing.assert_array_equal(colours, array.transpose(1, 2, 0))
    np.testing.assert_array_equal(channels, array.mean(axis=0))


def test_png_is_read_without_pixel_size(package, tmp_path):
    Picture.fromarray(noise(32, 24).astype(np.uint8)).save(tmp_path / "a.png")
    found = predict(package, tmp_path / "a.png")
    assert (found.stem, found.calibration.unit) == ("a", "pixel")


def test_rgb_png_is_refused_with_its_name_before_weights_are_loaded(package, tmp_path, monkeypatch):
    monkeypatch.setattr(predictor, "load_session", lambda *_, **__: pytest.fail("loaded"))
    Picture.fromarray(noise(32, 24, 3, dtype=np.uint8)).save(tmp_path / "colour.png")
    with pytest.raises(DataError, match=r"colour\.png.*RGB.*grey"):
        predict(package, tmp_path / "colour.png")


def test_unknown_step_is_refused_before_weights_are_loaded(monkeypatch):
    monkeypatch.setattr(predictor, "load_session", lambda *_, **__: pytest.fail("loaded"))
    package, _ = fake(lambda x: x, (tensor("raw", size=STEP, steps=(Step("magic"),)),))
    with pytest.raises(UnsupportedError, match="magic"):
        predict(package, image_of(noise(32, 24)))


@pytest.mark.parametrize("runner", ["onnx", "torch"])
def test_engine_may_be_chosen_and_engines_agree(runner, image, tmp_path):
    package = CASES["all_weights"](tmp_path, weights=ALL_WEIGHTS)
    found = predict(package, image, runner=runner)
    assert found.engine.startswith("torch " if runner == "torch" else "onnxruntime ")
    reference = predict(package, image).tensors["output"].array
    np.testing.assert_allclose(found.tensors["output"].array, reference, atol=1e-5)


def test_foreign_code_runs_only_with_trust(image, tmp_path):
    package = CASES["state_dict_only"](tmp_path)
    with pytest.raises(UnsupportedError, match="trust"):
        predict(package, image)
    assert predict(package, image, trust=True).tensors["output"].array.shape[-2:] == (61, 50)


def test_runner_that_does_not_exist_is_usage(package, image):
    with pytest.raises(UsageError, match=r"runner.*onnx \| torch"):
        predict(package, image, runner="keras")


def test_tampered_weights_do_not_run(image, tmp_path):
    package = CASES["folder"](tmp_path)
    weights = package / "weights.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(IntegrityError, match=r"weights\.onnx"):
        predict(package, image)


def test_given_session_stays_open_and_own_session_is_closed(package, image, monkeypatch):
    with open_package(package) as opened:
        session = load_session(opened, device="cpu")
        predict(opened, image, session=session)
        predict(opened, image, session=session)
        session.close()
        with pytest.raises(UsageError, match="closed"):
            predict(opened, image, session=session)
    loaded = []
    original = predictor.load_session

    def remember(*given, **options):
        loaded.append(original(*given, **options))
        return loaded[-1]

    monkeypatch.setattr(predictor, "load_session", remember)
    predict(package, image)
    assert not loaded[0]._open


def test_session_is_closed_also_when_the_network_fails(package, image, monkeypatch):
    closed = []
    original = predictor.load_session

    def broken(*given, **options):
        session = original(*given, **options)
        monkeypatch.setattr(session, "_compute", lambda _: [np.zeros((1, 1))])
        monkeypatch.setattr(session, "close", lambda: closed.append(True))
        return session

    monkeypatch.setattr(predictor, "load_session", broken)
    with pytest.raises(PackageError, match="number of axes"):
        predict(package, image)
    assert closed == [True]


def test_image_is_not_changed():
    array = noise(61, 50)
    package, session = fake(lambda x: x * 2)
    given = image_of(array)
    before = given.data.copy(deep=True)
    predict(package, given, session=session)
    assert given.data.identical(before)
