"""The predictor of an evaluation: its options, its life, and its findings."""

import dataclasses

import numpy as np
import pytest

from deepbacs_zoo.evaluation import evaluate
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.prediction import PredictOptions, open_local
from deepbacs_zoo.prediction.fake import FakePredictor
from deepbacs_zoo.prediction.local import LocalPredictor
from tests.unit.evaluation.boxed import boxed_network, three_box_pairs, write_boxed_package
from tests.unit.evaluation.painted import painted_network, three_pairs, write_painted_package


class Spy(LocalPredictor):
    """Keeps the options of every image, and counts how often it is closed."""

    finding = ()

    def __init__(self, package, **arguments):
        super().__init__(package, **arguments)
        self.options, self.closed = [], 0

    def predict(self, source, options, *, progress=None):
        self.options.append(options)
        result = super().predict(source, options, progress=progress)
        return dataclasses.replace(result, findings=(*result.findings, *self.finding))

    def close(self):
        self.closed = getattr(self, "closed", 0) + 1
        super().close()


@pytest.fixture
def opened(monkeypatch):
    """Predictors that an evaluation opens by itself."""
    spies = []

    def open_spy(package, **arguments):
        spies.append(Spy(package, **arguments))
        return spies[-1]

    monkeypatch.setattr("deepbacs_zoo.evaluation.loop.open_local", open_spy)
    return spies


@pytest.fixture
def loaded(monkeypatch):
    """Sessions that are loaded."""
    from deepbacs_zoo.prediction import local

    sessions, original = [], local.load_session

    def load(*args, **options):
        sessions.append(original(*args, **options))
        return sessions[-1]

    monkeypatch.setattr(local, "load_session", load)
    return sessions


def test_options_reach_prediction(tmp_path, opened):
    options = PredictOptions("halo", 2**24, 0.08)
    evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu", options=options)
    assert opened[0].options == [options] * 3


def test_weights_are_loaded_once_for_all_images(tmp_path, loaded):
    evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    assert len(loaded) == 1


def test_the_session_is_closed_at_the_end(tmp_path, loaded):
    evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    with pytest.raises(Exception, match="closed"):
        loaded[0].run({})


def test_the_session_is_closed_when_an_image_fails(tmp_path, loaded):
    pairs = three_pairs(tmp_path)
    pairs[2].source.unlink()
    with pytest.raises(Exception, match="extra"):
        evaluate(write_painted_package(tmp_path), pairs, device="cpu")
    with pytest.raises(Exception, match="closed"):
        loaded[0].run({})


def test_an_open_package_stays_open(tmp_path):
    with open_package(write_painted_package(tmp_path)) as package:
        evaluate(package, three_pairs(tmp_path)[:1], device="cpu")
        assert package.read("rdf.yaml")


def test_a_predictor_is_used_and_stays_open(tmp_path):
    pairs = three_pairs(tmp_path)
    package = write_painted_package(tmp_path)
    expected = evaluate(package, pairs, device="cpu")
    with Spy(package, device="cpu") as predictor:
        found = evaluate(predictor, pairs)
        assert predictor.closed == 0
    assert [row.tp for row in found.model.rows] == [row.tp for row in expected.model.rows]
    assert found.engine == expected.engine


def test_a_predictor_in_memory_has_the_same_scores(tmp_path):
    pairs = three_pairs(tmp_path)
    path = write_painted_package(tmp_path)
    expected = evaluate(path, pairs, device="cpu", training=())
    with open_package(path) as package:
        fake = FakePredictor(package, lambda tensors: painted_network().compute(tensors["image"]))
        found = evaluate(fake, pairs, training=())
    assert found.model.at(0.5) == expected.model.at(0.5)


class Strict(FakePredictor):
    """Decodes as the package says and no other way, as the plugin in ImageJ does."""

    takes_decoding = False

    def predict(self, source, options, *, progress=None):
        assert options.decoding is None
        return super().predict(source, options, progress=progress)


def test_a_predictor_without_other_decoding_evaluates_boxes_and_says_what_is_missing(tmp_path):
    pairs = three_box_pairs(tmp_path)
    path = write_boxed_package(tmp_path, score_threshold=0.55)
    expected = evaluate(path, pairs, device="cpu")
    with open_package(path) as package:
        strict = Strict(package, lambda tensors: boxed_network(8).compute(tensors["image"]))
        found = evaluate(strict, pairs)
    (finding,) = [each for each in found.findings if each.severity is Severity.WARNING]
    assert finding.id == "evaluation-above-package-score"
    assert found.model.points == expected.model.points, "at the package's own score"
    assert np.array_equal(found.model.confusion, expected.model.confusion)
    assert found.model.mean_ap[0].value < expected.model.mean_ap[0].value


def test_boxes_are_counted_once_by_a_predictor_without_other_decoding(tmp_path):
    pairs = three_box_pairs(tmp_path)
    path = write_boxed_package(tmp_path, score_threshold=0.1, count_factor=0.6)
    expected = evaluate(path, pairs, device="cpu", training=())
    with open_package(path) as package:
        strict = Strict(package, lambda tensors: boxed_network(8).compute(tensors["image"]))
        found = evaluate(strict, pairs, training=())
    assert [row.found for row in found.model.rows] == [row.found for row in expected.model.rows]
    assert found.model.points == expected.model.points


def test_labels_need_no_other_decoding(tmp_path):
    with open_package(write_painted_package(tmp_path)) as package:
        strict = Strict(package, lambda tensors: painted_network().compute(tensors["image"]))
        assert evaluate(strict, three_pairs(tmp_path), training=()).findings == ()


def test_tiles_give_the_same_scores(tmp_path):
    package, pairs = write_painted_package(tmp_path), three_pairs(tmp_path)
    whole = evaluate(package, pairs, device="cpu", training=())
    small = PredictOptions(memory=2048 * 40 * 40)
    tiled = evaluate(package, pairs, device="cpu", training=(), options=small)
    assert [row.tp for row in whole.model.rows] == [row.tp for row in tiled.model.rows]


def test_a_finding_about_every_image_is_kept_once(tmp_path):
    finding = Finding(Severity.WARNING, "pixel size", "it is not known", "a size", "pass it")
    with Spy(write_painted_package(tmp_path), device="cpu") as predictor:
        predictor.finding = (finding,)
        evaluation = evaluate(predictor, three_pairs(tmp_path), training=())
    assert evaluation.findings == (finding,)


@pytest.mark.parametrize("runner", ["onnx", None])
def test_the_runner_is_the_one_asked_for(tmp_path, runner):
    evaluation = evaluate(
        write_painted_package(tmp_path), three_pairs(tmp_path)[:1], runner=runner, device="cpu"
    )
    assert evaluation.weights_format == "onnx"


def test_options_of_the_predictor_in_this_process_are_its_own(tmp_path):
    with open_local(write_painted_package(tmp_path), runner="onnx", device="cpu") as predictor:
        evaluation = evaluate(predictor, three_pairs(tmp_path)[:1])
    assert (evaluation.device, evaluation.weights_format) == ("cpu", "onnx")
