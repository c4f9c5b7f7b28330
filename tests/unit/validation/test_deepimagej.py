"""Every rule about deepImageJ, each with a package that keeps it and one that breaks it."""

import pytest

from deepbacs_zoo.package import open_package
from deepbacs_zoo.tensors import FixedSize, Step, SteppedSize
from deepbacs_zoo.validation.consumers.deepimagej import lint
from deepbacs_zoo.validation.consumers.table import check_consumers
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


def reasons(path):
    with open_package(path) as package:
        return lint(package)


def texts(path):
    return [f"{reason.where}: {reason.what}" for reason in reasons(path)]


def test_a_plain_package_breaks_no_rule(tmp_path):
    assert reasons(package_of(tmp_path)) == ()


def test_a_plain_package_of_format_0_4_breaks_no_rule(tmp_path):
    assert reasons(package_of(tmp_path, format_version="0.4.10")) == ()


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
    assert reasons(package_of(tmp_path, steps=[step], channels=TWO)) == ()


@pytest.mark.parametrize(
    ("step", "what", "blocks"),
    [
        (Step("softmax", {"axis": "c"}), "does not have this operation", True),
        (Step("clip", {"min": 0.0}), "a bound is missing", True),
        (Step("binarize", {"threshold": [0.1, 0.2], "axis": "c"}), "several thresholds", True),
        (
            Step("fixed_zero_mean_unit_variance", {"mean": [0.0, 1.0], "std": [1, 1], "axis": "c"}),
            "a mean per channel",
            True,
        ),
        (Step("scale_linear", {"gain": [1.0, 2.0], "offset": 0.0, "axis": "c"}), "first", False),
        (Step("zero_mean_unit_variance", {"axes": "yx"}), "statistics per channel", False),
        (
            Step("scale_range", {"axes": "cyx", "min_percentile": 1.0, "max_percentile": 99.8}),
            "nearest rank",
            False,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Step) else None,
)
def test_operations_that_jdll_lacks_or_computes_otherwise(tmp_path, step, what, blocks):
    found = reasons(package_of(tmp_path, steps=[step], channels=TWO))
    assert [(what in reason.what, reason.blocks) for reason in found] == [(True, blocks)]
    assert found[0].where == f"inputs.0.steps.0 ({step.name})"


def test_statistics_per_channel_of_a_single_channel_are_right(tmp_path):
    step = Step("zero_mean_unit_variance", {"axes": "yx"})
    assert reasons(package_of(tmp_path, steps=[step])) == ()


def test_postprocessing_is_looked_at_too(tmp_path):
    (reason,) = reasons(package_of(tmp_path, post=[Step("softmax", {"axis": "c"})], channels=TWO))
    assert reason.where == "outputs.0.steps.0 (softmax)"


def test_percentiles_of_clip_are_no_bounds(tmp_path):
    kwargs = {"min_percentile": 1.0, "max_percentile": 99.0}

    def clip(description, files):
        description["inputs"][0]["preprocessing"] = [{"id": "clip", "kwargs": kwargs}]

    (reason,) = reasons(package_of(tmp_path, change=clip))
    assert "a bound is missing" in reason.what


def test_a_reference_tensor_is_ignored_by_jdll(tmp_path):
    kwargs = {"axes": ["channel", "y", "x"], "reference_tensor": "input"}

    def refer(description, files):
        description["outputs"][0]["postprocessing"] = [{"id": "scale_range", "kwargs": kwargs}]

    (reason,) = reasons(package_of(tmp_path, change=refer))
    assert reason.what == "the reference tensor is ignored"
    assert not reason.blocks


@pytest.mark.parametrize(("least", "step", "good"), [(16, 8, True), (20, 8, False), (8, 8, True)])
def test_the_smallest_size_must_be_a_multiple_of_the_step(tmp_path, least, step, good):
    found = reasons(package_of(tmp_path, sizes=SteppedSize(least, step)))
    assert (found == ()) is good
    if not good:
        assert found[0].hint == "state min 24"


def test_a_fixed_size_with_a_halo_runs_in_tiles_and_differs(tmp_path):
    (reason,) = reasons(package_of(tmp_path, sizes=FixedSize(32), halo=4))
    assert "runs in four tiles" in reason.what
    assert not reason.blocks


@pytest.mark.parametrize("weights", [("onnx", "torchscript"), ("torchscript",)])
def test_torchscript_is_enough(tmp_path, weights):
    assert reasons(package_of(tmp_path, weights=weights)) == ()


@pytest.mark.parametrize(
    ("weights", "what"),
    [
        (("onnx",), "onnx is the only format"),
        (("pytorch_state_dict",), "there are only pytorch_state_dict"),
        (("onnx", "pytorch_state_dict"), "onnx is the only format"),
    ],
)
def test_packages_without_weights_for_it(tmp_path, weights, what):
    assert any(what in text for text in texts(package_of(tmp_path, weights=weights)))


def test_saved_models_count_if_their_version_is_stated(tmp_path):
    weights = ("tensorflow_saved_model_bundle",)
    assert reasons(package_of(tmp_path, weights=weights)) == ()

    def forget(description, files):
        del description["weights"]["tensorflow_saved_model_bundle"]["tensorflow_version"]

    (text,) = texts(package_of(tmp_path, weights=weights, change=forget))
    assert text == "weights.tensorflow_saved_model_bundle: no tensorflow_version is stated"


def test_a_missing_version_of_torch_is_said(tmp_path):
    def forget(description, files):
        del description["weights"]["torchscript"]["pytorch_version"]

    assert texts(package_of(tmp_path, change=forget)) == [
        "weights.torchscript: no pytorch_version is stated"
    ]


def test_output_axes_with_a_scale_break_it(tmp_path):
    def scale(description, files):
        for side in ("inputs", "outputs"):
            description[side][0]["axes"][-1]["scale"] = 0.1
            description[side][0]["axes"][-1]["unit"] = "micrometer"

    assert texts(package_of(tmp_path, change=scale)) == [
        "outputs.0.axes.x: the output axis has scale 0.1"
    ]


def test_two_inputs_break_it(tmp_path):
    assert "inputs: there are 2 inputs" in texts(CASES["two_inputs"](tmp_path))


def test_an_output_that_follows_another_input_breaks_it(tmp_path):
    with open_package(CASES["two_inputs"](tmp_path)) as package:
        first = package.inputs[0].id
        outputs = {axis.size.tensor for axis in package.outputs[0].space}
    found = texts(CASES["two_inputs"](tmp_path))
    assert any("the size is" in text for text in found) is (outputs != {first})


@pytest.mark.parametrize(
    ("value", "breaks"),
    [({"allow_tiling": True}, False), ({"allow_tiling": False}, True), ({}, True)],
)
def test_the_old_configuration_must_allow_tiling(tmp_path, value, breaks):
    found = texts(package_of(tmp_path, config={"deepimagej": value}))
    assert any(text.startswith("config.deepimagej") for text in found) is breaks


def test_a_stardist_package_takes_another_road(tmp_path):
    path = package_of(tmp_path, config={"stardist": {}}, name="my stardist model")
    (reason,) = reasons(path)
    assert reason.where == "config.stardist"
    assert not reason.blocks


def test_upsampling_is_no_problem_in_format_0_4(tmp_path):
    assert not any("the size is" in text for text in texts(CASES["upsampled_0_4"](tmp_path)))
    assert any("the size is 2 x" in text for text in texts(CASES["upsampled"](tmp_path)))


def test_the_verdict_is_a_pass_only_without_a_blocker(tmp_path):
    differs = package_of(tmp_path, steps=[Step("zero_mean_unit_variance", {"axes": "yx"})],
                         channels=TWO)  # fmt: skip
    with open_package(differs) as package:
        said = [f"{finding.where}: {finding.what}" for finding in
                check_consumers(package, False).findings]  # fmt: skip
    assert any("will compute something else" in text for text in said)
    assert any("deepImageJ 3.1: is predicted to run it" in text for text in said)
    blocked = package_of(tmp_path, weights=("onnx",))
    with open_package(blocked) as package:
        said = [finding.what for finding in check_consumers(package, False).findings]
    assert not any("is predicted to run it" in text for text in said)


@pytest.mark.parametrize("name", list(CASES))
def test_no_generated_package_confuses_the_rules(tmp_path, name):
    for reason in reasons(CASES[name](tmp_path)):
        assert reason.where
        assert reason.what
        assert reason.allowed
        assert reason.hint


def test_all_weights_is_what_the_writer_calls_all():
    assert ALL_WEIGHTS == ("onnx", "torchscript", "pytorch_state_dict")
