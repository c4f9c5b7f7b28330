"""What is handed on to prediction, and what is closed."""

import pytest

from deepbacs_zoo.evaluation import loop
from deepbacs_zoo.evaluation.loop import evaluate
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.package import open_package
from tests.unit.evaluation.painted import three_pairs, write_painted_package


class Spy:
    """Counts calls of a function and keeps their options."""

    def __init__(self, function):
        self.function, self.options, self.results = function, [], []

    def __call__(self, *args, **options):
        self.options.append(options)
        self.results.append(self.function(*args, **options))
        return self.results[-1]


@pytest.fixture
def predicted(monkeypatch):
    spy = Spy(loop.predict)
    monkeypatch.setattr(loop, "predict", spy)
    return spy


@pytest.fixture
def loaded(monkeypatch):
    spy = Spy(loop.load_session)
    monkeypatch.setattr(loop, "load_session", spy)
    return spy


def test_options_reach_prediction(tmp_path, predicted):
    evaluate(
        write_painted_package(tmp_path),
        three_pairs(tmp_path),
        device="cpu",
        memory=2**24,
        border="halo",
        pixel_size=0.08,
    )
    for options in predicted.options:
        assert options["memory"] == 2**24
        assert options["border"] == "halo"
        assert options["pixel_size"] == 0.08


def test_weights_are_loaded_once_for_all_images(tmp_path, predicted, loaded):
    evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    assert len(loaded.options) == 1
    (session,) = loaded.results
    assert [options["session"] for options in predicted.options] == [session] * 3


def test_the_session_is_closed_at_the_end(tmp_path, loaded):
    evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    with pytest.raises(Exception, match="closed"):
        loaded.results[0].run({})


def test_the_session_is_closed_when_an_image_fails(tmp_path, loaded):
    pairs = three_pairs(tmp_path)
    pairs[2].source.unlink()
    with pytest.raises(Exception, match="extra"):
        evaluate(write_painted_package(tmp_path), pairs, device="cpu")
    with pytest.raises(Exception, match="closed"):
        loaded.results[0].run({})


def test_an_open_package_stays_open(tmp_path):
    with open_package(write_painted_package(tmp_path)) as package:
        evaluate(package, three_pairs(tmp_path)[:1], device="cpu")
        assert package.read("rdf.yaml")


def test_tiles_give_the_same_scores(tmp_path):
    package, pairs = write_painted_package(tmp_path), three_pairs(tmp_path)
    whole = evaluate(package, pairs, device="cpu", baseline=None)
    tiled = evaluate(package, pairs, device="cpu", baseline=None, memory=2048 * 40 * 40)
    assert [row.tp for row in whole.model.rows] == [row.tp for row in tiled.model.rows]


def test_a_finding_about_every_image_is_kept_once(tmp_path, monkeypatch):
    import dataclasses

    finding = Finding(Severity.WARNING, "pixel size", "it is not known", "a size", "pass it")
    original = loop.predict

    def with_finding(*args, **options):
        return dataclasses.replace(original(*args, **options), findings=(finding,))

    monkeypatch.setattr(loop, "predict", with_finding)
    evaluation = evaluate(write_painted_package(tmp_path), three_pairs(tmp_path), device="cpu")
    assert evaluation.findings == (finding,)


@pytest.mark.parametrize("runner", ["onnx", None])
def test_the_runner_is_the_one_asked_for(tmp_path, runner):
    evaluation = evaluate(
        write_painted_package(tmp_path), three_pairs(tmp_path)[:1], runner=runner, device="cpu"
    )
    assert evaluation.weights_format == "onnx"
