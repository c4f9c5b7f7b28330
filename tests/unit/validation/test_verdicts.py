"""The verdict on each program, and the numbers of those that compute otherwise."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.summary import ConsumerVerdict, Difference, Summary, Verdict
from deepbacs_zoo.tensors import FixedSize, Step, SteppedSize
from deepbacs_zoo.validation import validate
from deepbacs_zoo.validation.consumers.jdll import by_jdll, can_be_modelled
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
from tests import tiny_networks as networks
from tests.package_writer import ALL_WEIGHTS, image, like, write_package
from tests.packages import CASES

NORMALIZE = Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6})


def package_of(folder, *, size=None, halo=0, network=None, steps=(), channels=("grey",), **more):
    spec = image(
        "input", "bcyx", channels=channels, steps=tuple(steps), sizes=size or SteppedSize(8, 4)
    )
    return write_package(
        folder / "package.zip",
        inputs=[spec],
        outputs=[like(spec, "output", "bcyx", channels=channels, halo=halo)],
        network=network or networks.affine(),
        weights=more.pop("weights", ("onnx", "torchscript")),
        **more,
    )


def verdicts(path, **more):
    with open_package(path) as package, Context(package, **more) as context:
        return {
            (each.consumer, each.version, each.weights): each
            for each in check_consumers(context).consumers
        }


def of(found, consumer, weights, version=None):
    (one,) = [
        each
        for each in found.values()
        if each.consumer == consumer and each.weights == weights and version in (None, each.version)
    ]
    return one


def test_every_program_has_a_verdict_on_every_weights_format(tmp_path):
    found = verdicts(CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS))
    programs = {(consumer, version) for consumer, version, _ in found}
    formats = {weights for *_, weights in found}
    assert len(found) == len(programs) * len(formats)
    assert {name for name, _ in programs} == {
        "bioimageio.core",
        "deepImageJ",
        "ilastik",
        "QuPath",
        "BiaPy",
        "CAREamics",
        "deepbacs_zoo plugin",
    }
    assert {version for name, version in programs if name == "deepImageJ"} == {"3.1", "2.1"}


def test_a_pointwise_network_without_steps_runs_alike_wherever_it_is_taken(tmp_path):
    found = verdicts(package_of(tmp_path, size=SteppedSize(1, 1)))
    for consumer, weights in (
        ("deepImageJ", "torchscript"),
        ("ilastik", "torchscript"),
        ("QuPath", "torchscript"),
        ("deepbacs_zoo plugin", "onnx"),
    ):
        version = "3.1" if consumer == "deepImageJ" else None
        assert of(found, consumer, weights, version).verdict is Verdict.RUNS, consumer
    assert of(found, "deepImageJ", "onnx", "3.1").passed_over
    assert of(found, "BiaPy", "onnx").passed_over


def test_jdll_continues_the_image_otherwise_at_its_border(tmp_path):
    path = package_of(
        tmp_path, size=SteppedSize(4, 1), halo=1, network=networks.box(), steps=[NORMALIZE]
    )
    found = of(verdicts(path), "deepImageJ", "torchscript", "3.1")
    assert found.verdict is Verdict.DIFFERS
    everywhere, inner, stack = found.differences
    assert everywhere.largest > 0.01
    assert inner.largest < 1e-5
    assert "more than 1 pixels from the border" in inner.where
    assert "stack" in stack.where
    assert stack.largest > 0.01


def test_jdll_moves_its_last_tile_inside(tmp_path):
    """Off the step the second tile begins at pixel 1, so a pooling network sees another grid."""
    path = package_of(tmp_path, size=SteppedSize(8, 2), network=networks.pool_up())
    found = of(verdicts(path), "deepImageJ", "torchscript", "3.1")
    on_grid, off_grid = found.differences
    assert on_grid.largest < 1e-5
    assert "off the step" in off_grid.where
    assert off_grid.largest > 0.01


def test_the_model_of_jdll_cuts_a_network_of_one_size_into_four_tiles(tmp_path):
    path = package_of(tmp_path, size=FixedSize(24), halo=1, network=networks.box())
    with open_package(path) as package:
        session = load_session(package, device="cpu", weights_format="onnx")
        seen = []

        class Counting:
            def run(self, tensors):
                seen.append(next(iter(tensors.values())).shape)
                return session.run(tensors)

        image = np.arange(24 * 24, dtype=np.float32).reshape(1, 1, 24, 24)
        found = by_jdll(package, Counting(), image)["output"]
        session.close()
    assert seen == [(1, 1, 24, 24)] * 4
    assert found.shape == (1, 1, 24, 24)


def test_a_step_above_the_size_of_the_image_leaves_the_verdict_to_the_rules(tmp_path):
    def far(description, files):
        for axis in description["inputs"][0]["axes"]:
            if isinstance(axis.get("size"), dict):
                axis["size"] = {"min": axis["size"]["min"], "step": 10**9}

    path = package_of(tmp_path, size=SteppedSize(8, 4), network=networks.box(), change=far)
    found = of(verdicts(path), "deepImageJ", "torchscript", "3.1")
    assert all(each.largest is None for each in found.differences)


def test_statistics_per_channel_are_not_modelled(tmp_path):
    step = Step("zero_mean_unit_variance", {"axes": "yx"})
    with open_package(package_of(tmp_path, steps=[step], channels=("red", "green"))) as package:
        assert not can_be_modelled(package)
    found = of(verdicts(tmp_path / "package.zip"), "deepImageJ", "torchscript", "3.1")
    assert found.verdict is Verdict.DIFFERS
    assert all(each.largest is None for each in found.differences)


def test_outputs_of_another_size_are_not_modelled(tmp_path):
    path = CASES["upsampled_0_4"](tmp_path, weights=("onnx", "torchscript"))
    found = of(verdicts(path), "deepImageJ", "torchscript", "3.1")
    assert [each.largest for each in found.differences] == [None]


def test_a_size_without_end_is_one_sentence(tmp_path):
    def endless(description, files):
        description["outputs"][0]["shape"]["offset"][-1] = 1e308

    summary = validate(CASES["upsampled_0_4"](tmp_path, change=endless))
    assert not summary.passed
    assert any("inf more" in str(finding.what) for finding in summary.findings)


@pytest.mark.parametrize(
    ("name", "consumer", "weights", "rule"),
    [
        ("two_inputs", "ilastik", "torchscript", "ilastik-one-input"),
        ("two_outputs", "QuPath", "torchscript", "qupath-one-output"),
        ("three_dimensional", "QuPath", "torchscript", "qupath-2d"),
        ("upsampled", "ilastik", "torchscript", "ilastik-output-size"),
        ("format_0_5_12", "ilastik", "torchscript", "ilastik-format-too-new"),
        ("missing_ids", "QuPath", "torchscript", "qupath-axis-id"),
        ("channel_last", "BiaPy", "pytorch_state_dict", "biapy-axes"),
        ("bcyx", "BiaPy", "pytorch_state_dict", "biapy-workflow"),
        ("bcyx", "CAREamics", "pytorch_state_dict", "careamics-configuration"),
        ("bcyx", "deepImageJ", "torchscript", "deepimagej-2-format"),
        ("steps_binarize_channel", "bioimageio.core", "onnx", "core-several-thresholds"),
    ],
)
def test_the_reason_is_given_where_a_program_cannot_run_a_package(
    tmp_path, name, consumer, weights, rule
):
    found = verdicts(CASES[name](tmp_path, weights=ALL_WEIGHTS))
    versions = {
        "deepImageJ": "2.1",
        "bioimageio.core": "0.11.0",
    }
    one = of(found, consumer, weights, versions.get(consumer))
    assert one.verdict is Verdict.FAILS
    assert rule in {finding.id for finding in one.findings}


def test_steps_that_scale_by_one_number_are_nothing_for_qupath(tmp_path):
    step = Step("scale_linear", {"gain": 2.0, "offset": 1.0})
    one = of(verdicts(package_of(tmp_path, steps=[step])), "QuPath", "torchscript")
    assert [finding.id for finding in one.findings] == ["qupath-scale-linear"]


def test_the_answer_has_a_table_for_people_and_objects_for_programs(tmp_path):
    summary = validate(CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS))
    read = json.loads(summary.to_json())["consumers"]
    assert {tuple(each) for each in read} == {
        ("consumer", "version", "weights", "verdict", "findings", "differences")
    }
    assert {tuple(one) for each in read for one in each["differences"]} == {("where", "largest")}
    text = summary.to_text()
    assert text.count("consumer-takes-other-weights") == 0, "it takes another format"
    assert "ilastik 1.4" in text
    assert "| program | weights | verdict | because |" in summary.to_markdown()


def test_weights_that_were_not_run_are_unknown_and_broken_ones_do_not_run(tmp_path):
    def break_onnx(description, files):
        files["weights.onnx"] = files["weights.onnx"][:200]

    path = CASES["bcyx"](tmp_path, weights=("onnx",), change=break_onnx)
    (plugin,) = [each for each in validate(path).consumers if "plugin" in each.consumer]
    assert plugin.verdict in {Verdict.FAILS, Verdict.UNKNOWN}

    def foreign(description, files):
        name = description["weights"]["pytorch_state_dict"]["architecture"]["source"]
        files[name] = files[name] + b"\n# changed\n"
        del description["weights"]["pytorch_state_dict"]["architecture"]["sha256"]

    path = CASES["bcyx"](tmp_path, name="f.zip", weights=ALL_WEIGHTS, change=foreign)
    found = [
        each
        for each in validate(path).consumers
        if each.consumer == "bioimageio.core" and each.weights == "pytorch_state_dict"
    ]
    assert {each.verdict for each in found} == {Verdict.UNKNOWN}
    assert all("did not run here" in each.reason for each in found)


def test_formats_of_one_verdict_share_a_row():
    rows = [ConsumerVerdict("core", "1", name, Verdict.RUNS) for name in ("onnx", "torchscript")]
    differs = ConsumerVerdict(
        "core", "1", "keras", Verdict.DIFFERS, differences=(Difference("a", 0.5), Difference("b"))
    )
    lines = Summary("m", consumers=(*rows, differs)).to_text().splitlines()[1:]
    assert lines == [
        "  core 1  onnx, torchscript  runs",
        "  core 1  keras              runs, with differences  0.5 in a; b",
    ]


def test_a_difference_without_end_is_null_in_json():
    verdict = ConsumerVerdict("a", "1", "onnx", Verdict.DIFFERS, (), (Difference("b", np.inf),))
    assert verdict.plain()["differences"] == [{"where": "b", "largest": None}]
