"""The sizes that a description promises are run."""

from __future__ import annotations

import numpy as np

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation.checks.sizes import check_sizes
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES


def findings(path):
    with open_package(path) as package, Context(package) as context:
        return check_sizes(context).findings


def test_the_smallest_size_and_one_step_more_are_run(tmp_path):
    (finding,) = findings(CASES["stepped"](tmp_path))
    assert finding.id == "sizes-hold"
    assert "the smallest size" in str(finding.what)
    assert "one step more" in str(finding.what)


def test_outputs_of_another_size_than_described_are_named(tmp_path):
    (finding,) = findings(CASES["upsampled"](tmp_path))
    assert finding.id == "sizes-hold"

    def wrong(description, files):
        for axis in description["outputs"][0]["axes"]:
            if axis.get("type") == "space":
                axis["scale"] = 1.0

    found = findings(CASES["upsampled"](tmp_path, name="wrong.zip", change=wrong))
    assert {each.id for each in found if each.severity is Severity.ERROR} == {"size-other"}


def test_a_smallest_size_that_the_network_does_not_take_is_an_error(tmp_path):
    def smaller(description, files):
        for axis in description["inputs"][0]["axes"]:
            if isinstance(axis.get("size"), dict):
                axis["size"] = {"min": 7, "step": 1}

    found = findings(CASES["stepped"](tmp_path, change=smaller))
    assert any(each.severity is Severity.ERROR for each in found)


def test_a_network_that_gives_other_numbers_each_time_is_named(tmp_path, monkeypatch):
    with open_package(CASES["bcyx"](tmp_path)) as package, Context(package) as context:
        session = context.first_session()
        random = np.random.default_rng(0)

        class Restless:
            weights_format = session.weights_format

            def run(self, tensors):
                found = session.run(tensors)
                return {key: array + random.random() for key, array in found.items()}

        monkeypatch.setattr(context, "first_session", Restless)
        assert "not-repeatable" in {each.id for each in check_sizes(context).findings}


def test_a_step_without_measure_is_not_tried(tmp_path):
    def far(description, files):
        for axis in description["inputs"][0]["axes"]:
            if isinstance(axis.get("size"), dict):
                axis["size"]["step"] = 2**40

    found = findings(CASES["stepped"](tmp_path, change=far))
    assert not any("one step more" in str(each.what) for each in found)


def test_packages_of_several_inputs_are_left_to_the_other_checks(tmp_path):
    assert findings(CASES["two_inputs"](tmp_path)) == ()


def test_fewer_objects_than_described_in_a_small_image_are_a_warning(tmp_path):
    found = findings(CASES["data_dependent"](tmp_path, weights=("onnx",)))
    (few,) = [each for each in found if each.id == "count-outside"]
    assert few.severity is Severity.WARNING
    assert few.allowed == "1 to 4096, as the description says"
