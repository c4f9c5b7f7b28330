"""Every rule about deepImageJ, each with a package that keeps it and one that breaks it."""

import pytest

from deepbacs_zoo.fiji.deepimagej.rules import lint
from deepbacs_zoo.package import open_package
from deepbacs_zoo.tensors import FixedSize, Step, SteppedSize
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
from tests.package_writer import ALL_WEIGHTS, image, like, write_package
from tests.packages import CASES
from tests.tiny_networks import affine

TWO = ("red", "green")


def package_of(folder, *, steps=(), post=(), channels=("grey",), sizes=None, change=None, **more):
    """A package with every weights format that breaks no rule by itself."""
    fields = {} if sizes is None else {"sizes": sizes}
    halo = more.pop("halo", 0)
    spec = image("input", "bcyx", channels=channels, steps=tuple(steps), **fields)
    output = like(spec, "output", "bcyx", channels=channels, halo=halo, steps=tuple(post))
    return write_package(
        folder / "package.zip",
        inputs=[spec],
        outputs=[output],
        network=affine(),
        change=change,
        weights=more.pop("weights", ("onnx", "torchscript")),
        **more,
    )


def issues(path):
    with open_package(path) as package:
        return lint(package)


def ids(path):
    return [issue.finding.id for issue in issues(path)]


def test_a_plain_package_breaks_no_rule(tmp_path):
    assert issues(package_of(tmp_path)) == ()


def test_a_plain_package_of_format_0_4_breaks_no_rule(tmp_path):
    assert issues(package_of(tmp_path, format_version="0.4.10")) == ()


@pytest.mark.parametrize(
    "step",
    [
        Step("zero_mean_unit_variance", {"axes": "cyx"}),
        Step("zero_mean_unit_variance", {}),
        Step("scale_range", {"axes": "cyx", "min_percentile": 0.0, "max_percentile": 100.0}),
        Step("scale_linear", {"gain": 2.0, "offset": 1.0}),
        Step("clip", {"min": 0.0, "max": 1.0}),
        Step("binarize", {"threshold": 0.5}),
        Step("sigmoid", {}),
        Step("fixed_zero_mean_unit_variance", {"mean": 1.0, "std": 2.0}),
        Step("ensure_dtype", {"dtype": "float32"}),
    ],
    ids=lambda step: step.name,
)
def test_operations_that_jdll_computes_as_the_specification_says(tmp_path, step):
    assert issues(package_of(tmp_path, steps=[step], channels=TWO)) == ()


@pytest.mark.parametrize(
    ("step", "rule", "blocks"),
    [
        (Step("softmax", {"axis": "c"}), "operation-missing", True),
        (Step("clip", {"min": 0.0}), "clip-bounds", True),
        (Step("binarize", {"threshold": [0.1, 0.2], "axis": "c"}), "several-thresholds", True),
        (
            Step("fixed_zero_mean_unit_variance", {"mean": [0.0, 1.0], "std": [1, 1], "axis": "c"}),
            "several-means",
            True,
        ),
        (
            Step("scale_linear", {"gain": [1.0, 2.0], "offset": 0.0, "axis": "c"}),
            "several-gains",
            False,
        ),
        (Step("zero_mean_unit_variance", {"axes": "yx"}), "statistics-per-channel", False),
        (
            Step("scale_range", {"axes": "cyx", "min_percentile": 1.0, "max_percentile": 99.8}),
            "percentiles",
            False,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Step) else None,
)
def test_operations_that_jdll_lacks_or_computes_otherwise(tmp_path, step, rule, blocks):
    (issue,) = issues(package_of(tmp_path, steps=[step], channels=TWO))
    assert (issue.finding.id, issue.rule.blocks) == (f"deepimagej-{rule}", blocks)
    assert issue.finding.where == f"inputs.0.steps.0 ({step.name})"


def test_statistics_per_channel_of_a_single_channel_are_right(tmp_path):
    step = Step("zero_mean_unit_variance", {"axes": "yx"})
    assert issues(package_of(tmp_path, steps=[step])) == ()


def test_postprocessing_is_looked_at_too(tmp_path):
    (issue,) = issues(package_of(tmp_path, post=[Step("softmax", {"axis": "c"})], channels=TWO))
    assert issue.finding.where == "outputs.0.steps.0 (softmax)"


def test_percentiles_of_clip_are_no_bounds(tmp_path):
    kwargs = {"min_percentile": 1.0, "max_percentile": 99.0}

    def clip(description, files):
        description["inputs"][0]["preprocessing"] = [{"id": "clip", "kwargs": kwargs}]

    assert ids(package_of(tmp_path, change=clip)) == ["deepimagej-clip-bounds"]


def test_a_reference_tensor_is_ignored_by_jdll(tmp_path):
    kwargs = {"axes": ["channel", "y", "x"], "reference_tensor": "input"}

    def refer(description, files):
        description["outputs"][0]["postprocessing"] = [{"id": "scale_range", "kwargs": kwargs}]

    (issue,) = issues(package_of(tmp_path, change=refer))
    assert issue.finding.id == "deepimagej-reference-tensor"
    assert not issue.rule.blocks


@pytest.mark.parametrize(("least", "step", "good"), [(16, 8, True), (20, 8, False), (8, 8, True)])
def test_the_smallest_size_must_be_a_multiple_of_the_step(tmp_path, least, step, good):
    found = issues(package_of(tmp_path, sizes=SteppedSize(least, step)))
    assert (found == ()) is good
    if not good:
        assert found[0].finding.id == "deepimagej-min-off-step"
        assert found[0].finding.hint == "state min 24"


def test_a_fixed_size_with_a_halo_runs_in_tiles_and_differs(tmp_path):
    (issue,) = issues(package_of(tmp_path, sizes=FixedSize(32), halo=4))
    assert issue.finding.id == "deepimagej-fixed-size-halo"
    assert not issue.rule.blocks


def test_a_fixed_size_that_the_halo_fills_does_not_run(tmp_path):
    def widen(description, files):
        description["outputs"][0]["axes"][-1]["halo"] = 8

    sizes = {"y": FixedSize(16), "x": SteppedSize(32, 1)}
    (issue,) = issues(package_of(tmp_path, sizes=sizes, change=widen))
    assert issue.finding.id == "deepimagej-fixed-size-all-halo"
    assert issue.rule.blocks


@pytest.mark.parametrize("weights", [("onnx", "torchscript"), ("torchscript",)])
def test_torchscript_is_enough(tmp_path, weights):
    assert issues(package_of(tmp_path, weights=weights)) == ()


@pytest.mark.parametrize(
    ("weights", "rule"),
    [
        (("onnx",), "deepimagej-only-onnx"),
        (("pytorch_state_dict",), "deepimagej-no-weights"),
        (("onnx", "pytorch_state_dict"), "deepimagej-only-onnx"),
    ],
)
def test_packages_without_weights_for_it(tmp_path, weights, rule):
    assert rule in ids(package_of(tmp_path, weights=weights))


def test_saved_models_count_if_their_version_is_stated(tmp_path):
    weights = ("tensorflow_saved_model_bundle",)
    assert issues(package_of(tmp_path, weights=weights)) == ()

    def forget(description, files):
        del description["weights"]["tensorflow_saved_model_bundle"]["tensorflow_version"]

    (issue,) = issues(package_of(tmp_path, weights=weights, change=forget))
    assert issue.finding.id == "deepimagej-version-missing"
    assert issue.finding.where == "weights.tensorflow_saved_model_bundle"


def test_a_missing_version_of_torch_is_said(tmp_path):
    def forget(description, files):
        del description["weights"]["torchscript"]["pytorch_version"]

    (issue,) = issues(package_of(tmp_path, change=forget))
    assert issue.finding.id == "deepimagej-version-missing"
    assert issue.finding.where == "weights.torchscript"


def test_output_axes_with_a_scale_break_it(tmp_path):
    def scale(description, files):
        for side in ("inputs", "outputs"):
            description[side][0]["axes"][-1]["scale"] = 0.1
            description[side][0]["axes"][-1]["unit"] = "micrometer"

    (issue,) = issues(package_of(tmp_path, change=scale))
    assert (issue.finding.id, issue.finding.where) == ("deepimagej-pixel-size", "outputs.0.axes.x")


def test_two_inputs_break_it(tmp_path):
    assert "deepimagej-several-inputs" in ids(CASES["two_inputs"](tmp_path))


def test_an_output_that_follows_another_input_breaks_it(tmp_path):
    with open_package(CASES["two_inputs"](tmp_path)) as package:
        first = package.inputs[0].id
        outputs = {axis.size.tensor for axis in package.outputs[0].space}
    found = ids(CASES["two_inputs"](tmp_path))
    assert ("deepimagej-output-scale" in found) is (outputs != {first})


@pytest.mark.parametrize(
    ("value", "breaks"),
    [({"allow_tiling": True}, False), ({"allow_tiling": False}, True), ({}, True)],
)
def test_the_old_configuration_must_allow_tiling(tmp_path, value, breaks):
    found = ids(package_of(tmp_path, config={"deepimagej": value}))
    assert ("deepimagej-tiling-forbidden" in found) is breaks


def test_a_package_named_stardist_is_run_by_another_program(tmp_path):
    path = package_of(tmp_path, config={"stardist": {}}, name="my stardist model")
    (issue,) = issues(path)
    assert issue.finding.id == "deepimagej-stardist"
    assert not issue.rule.blocks


def test_upsampling_is_no_problem_in_format_0_4(tmp_path):
    assert "deepimagej-output-scale" not in ids(CASES["upsampled_0_4"](tmp_path))
    assert "deepimagej-output-scale" in ids(CASES["upsampled"](tmp_path))


def test_the_verdict_is_a_pass_only_without_a_blocker(tmp_path):
    step = Step("zero_mean_unit_variance", {"axes": "yx"})
    with open_package(package_of(tmp_path, steps=[step], channels=TWO)) as package:
        said = {each.id: each.sentence() for each in check_consumers(Context(package)).findings}
    assert "will compute something else" in said["deepimagej-statistics-per-channel"]
    assert "deepimagej-runs" in said
    with open_package(package_of(tmp_path, weights=("onnx",))) as package:
        said = {each.id: each.sentence() for each in check_consumers(Context(package)).findings}
    assert "will not run it" in said["deepimagej-only-onnx"]
    assert "deepimagej-runs" not in said


@pytest.mark.parametrize("name", list(CASES))
def test_no_generated_package_confuses_the_rules(tmp_path, name):
    for _, finding in issues(CASES[name](tmp_path)):
        assert finding.where
        assert finding.what
        assert finding.allowed
        assert finding.hint


def test_all_weights_is_what_the_writer_calls_all():
    assert ALL_WEIGHTS == ("onnx", "torchscript", "pytorch_state_dict")


@pytest.mark.parametrize(
    ("version", "good"),
    [("2.0.0", True), ("2.8.0", False), ("2.8", True)],
)
def test_torchscript_must_come_before_onnx_in_the_order_of_the_hash_map(tmp_path, version, good):
    def state(description, files):
        description["weights"]["torchscript"]["pytorch_version"] = version
        description["weights"]["onnx"]["opset_version"] = 17

    assert ids(package_of(tmp_path, change=state)) == ([] if good else ["deepimagej-onnx-first"])
