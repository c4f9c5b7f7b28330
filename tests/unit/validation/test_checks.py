import numpy as np
import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.graph.header import read_onnx_header
from deepbacs_zoo.package import open_package
from deepbacs_zoo.tensors import Step
from deepbacs_zoo.validation.checks.format import check_format
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.checks.safety import check_safety
from deepbacs_zoo.validation.checks.tiled import check_tiled
from deepbacs_zoo.validation.checks.tolerance import compare, stated_tolerance
from deepbacs_zoo.validation.consumers.table import check_consumers
from deepbacs_zoo.validation.context import Context
from tests.package_writer import image, like, write_package
from tests.packages import ALL_WEIGHTS, CASES
from tests.tiny_networks import affine
from tests.unit.evaluation.painted import write_painted_package


def run(check, path, trust=False):
    with open_package(path) as package, Context(package, trust=trust) as context:
        return check(context)


def ids(outcome, severity=None):
    return [each.id for each in outcome.findings if severity in (None, each.severity)]


def places(outcome, id):
    return [each.where for each in outcome.findings if each.id == id]


def only(outcome, id):
    (finding,) = [each for each in outcome.findings if each.id == id]
    return finding


def edited(*path, value):
    def change(description, files):
        place = description
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change


# --- format ----------------------------------------------------------------------------------


def test_a_github_user_is_not_looked_up(tmp_path, monkeypatch):
    import httpx

    def no_network(*args, **kwargs):
        raise AssertionError(f"the network was asked: {args}")

    for name in ("get", "request", "stream"):
        monkeypatch.setattr(httpx, name, no_network)

    def change(description, files):
        description["authors"][0]["github_user"] = "nobody-knows-her"
        description["maintainers"] = [{"github_user": "nobody-knows-him"}]
        description["git_repo"] = "https://github.com/nobody/nothing"
        description["cite"][0]["url"] = "https://example.org/paper"

    path = CASES["bcyx"](tmp_path, change=change)
    with open_package(path) as package:
        outcome = check_format(path, package)
    assert ids(outcome, Severity.ERROR) == []


def test_files_are_checked_too(tmp_path):
    def change(description, files):
        files["README.md"] = b"# Nothing about how it was tested\n"

    path = CASES["bcyx"](tmp_path, change=change)
    with open_package(path) as package:
        outcome = check_format(path, package)
    assert "documentation" in places(outcome, "format-warning")


def test_the_place_of_a_mistake_is_a_path_into_the_description(tmp_path):
    path = CASES["bcyx"](tmp_path, change=edited("license", value=7))
    with open_package(path) as package:
        outcome = check_format(path, package)
    assert any(where.startswith("license") for where in places(outcome, "format-error"))


def test_the_log_of_the_library_stays_off_the_terminal(tmp_path, capfd):
    path = CASES["bcyx"](tmp_path, change=edited("version", value="not a version"))
    with open_package(path) as package:
        check_format(path, package)
    assert capfd.readouterr() == ("", "")


# --- integrity -------------------------------------------------------------------------------


def test_a_file_that_nothing_names_is_information(tmp_path):
    path = CASES["bcyx"](tmp_path, extra_files={"notes.txt": b"hello"})
    outcome = run(check_integrity, path)
    assert places(outcome, "file-not-named") == ["notes.txt"]
    assert places(outcome, "files-unaltered") == ["files"]


def test_code_in_the_package_is_information(tmp_path):
    path = CASES["bcyx"](tmp_path, extra_files={"macro.ijm": b"run();"})
    finding = only(run(check_safety, path), "executable-file")
    assert (finding.where, finding.severity) == ("macro.ijm", Severity.INFO)
    assert "an ImageJ macro" in finding.sentence()


def test_our_own_network_files_are_distinguished_from_foreign_code(tmp_path):
    from importlib import resources

    ours = (resources.files("deepbacs_zoo") / "networks" / "unet.py").read_bytes()
    files = {"unet.py": ours, "other.py": b"print(1)"}
    outcome = run(check_safety, CASES["bcyx"](tmp_path, extra_files=files))
    found = [each for each in outcome.findings if each.id == "executable-file"]
    sentences = {each.where: each.sentence() for each in found}
    assert "one of deepbacs_zoo's own networks" in sentences["unet.py"]
    assert "unless it is trusted" in sentences["other.py"]


def test_a_missing_hash_is_a_warning(tmp_path):
    def change(description, files):
        del description["weights"]["onnx"]["sha256"]

    outcome = run(check_integrity, CASES["bcyx"](tmp_path, change=change))
    finding = only(outcome, "hash-missing")
    assert (finding.where, finding.severity) == ("weights.onnx", Severity.WARNING)


@pytest.mark.parametrize("name", ["README.md", "cover.png", "test_output.npy"])
def test_a_missing_file_is_an_error(tmp_path, name):
    outcome = run(check_integrity, CASES["bcyx"](tmp_path, change=lambda _, files: files.pop(name)))
    (finding,) = [each for each in outcome.findings if each.severity == Severity.ERROR]
    assert finding.id == "integrity-error"
    assert name in finding.where


# --- reproduction ----------------------------------------------------------------------------


def change_expected(amount):
    """Shift the test output, and state its new hash."""

    def change(description, files):
        import hashlib
        import io

        array = np.load(io.BytesIO(files["test_output.npy"]))
        array[0, 0, 3, 4] += np.float32(amount)
        buffer = io.BytesIO()
        np.save(buffer, array)
        files["test_output.npy"] = buffer.getvalue()
        digest = hashlib.sha256(buffer.getvalue()).hexdigest()
        description["outputs"][0]["test_tensor"]["sha256"] = digest

    return change


def test_an_output_that_is_not_reproduced_is_an_error_with_its_size(tmp_path):
    outcome = run(check_reproduction, CASES["bcyx"](tmp_path, change=change_expected(0.25)))
    finding = only(outcome, "output-not-reproduced")
    assert finding.severity == Severity.ERROR
    assert "1 of" in finding.sentence()
    assert "2.5e-01" in finding.sentence()
    assert outcome.figures["onnx.output.max_difference"] == pytest.approx(0.25, rel=1e-3)


def test_a_tolerance_that_the_package_states_makes_it_a_warning(tmp_path):
    tolerances = [{"absolute_tolerance": 0.01, "relative_tolerance": 0.01}]
    path = CASES["bcyx"](
        tmp_path,
        change=change_expected(0.005),
        config={"bioimageio": {"reproducibility_tolerance": tolerances}},
    )
    outcome = run(check_reproduction, path)
    assert ids(outcome, Severity.ERROR) == []
    assert only(outcome, "output-not-reproduced").severity == Severity.WARNING


def test_foreign_code_is_not_run_without_trust_and_the_reason_is_said(tmp_path):
    path = CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS)
    untrusted = run(check_reproduction, path)
    finding = only(untrusted, "weights-refused")
    assert (finding.where, finding.severity) == ("weights.pytorch_state_dict", Severity.WARNING)
    assert "foreign code" in finding.sentence()
    trusted = run(check_reproduction, path, trust=True)
    assert "pytorch_state_dict.output.max_difference" in trusted.figures


def test_weights_without_an_engine_are_information(tmp_path):
    path = CASES["bcyx"](tmp_path, weights=("onnx", "tensorflow_saved_model_bundle"))
    outcome = run(check_reproduction, path)
    finding = only(outcome, "weights-without-engine")
    assert finding.where == "weights.tensorflow_saved_model_bundle"
    assert finding.severity == Severity.INFO


def test_nothing_that_runs_is_a_warning(tmp_path):
    outcome = run(check_reproduction, CASES["state_dict_only"](tmp_path))
    assert only(outcome, "not-reproduced").severity == Severity.WARNING


def test_a_missing_test_tensor_is_a_warning(tmp_path):
    def change(description, files):
        del description["outputs"][0]["test_tensor"]

    outcome = run(check_reproduction, CASES["bcyx"](tmp_path, change=change))
    finding = only(outcome, "test-tensor-missing")
    assert (finding.where, finding.severity) == ("outputs.0", Severity.WARNING)


def test_values_that_are_nan_in_both_are_equal_and_in_one_infinitely_different():
    nan, one = np.array([np.nan, 1.0]), np.array([1.0, 1.0])
    assert compare(nan, nan).outside == 0
    assert compare(nan, one).outside == 1
    assert compare(nan, one).largest == float("inf")


def test_the_tolerance_is_the_zoo_s():
    expected = np.array([0.0, 1.0, 100.0])
    edge = 1.5e-4 + 1e-4 * expected
    assert compare(expected + 0.99 * edge, expected).outside == 0
    assert compare(expected + 1.01 * edge, expected).outside == 3


def test_the_first_tolerance_that_matches_counts(tmp_path):
    entries = [
        {"output_ids": ["other"], "absolute_tolerance": 1},
        {"weights_formats": ["onnx"], "absolute_tolerance": 2, "relative_tolerance": 0},
        {"absolute_tolerance": 3},
    ]
    path = CASES["bcyx"](tmp_path, config={"bioimageio": {"reproducibility_tolerance": entries}})
    with open_package(path) as package:
        assert stated_tolerance(package, "output", "onnx") == (2.0, 0.0, 100.0)
        assert stated_tolerance(package, "output", "torchscript") == (3.0, 1e-3, 100.0)


# --- tiled against whole ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "bcyx",
        "stepped",
        "upsampled",
        "downsampled",
        "two_inputs",
        "three_dimensional",
        "valid_convolution",
        "two_outputs",
    ],
)
def test_a_halo_that_suffices_gives_the_same_numbers(tmp_path, name):
    outcome = run(check_tiled, CASES[name](tmp_path))
    assert ids(outcome, Severity.WARNING) == []
    differences = [value for key, value in outcome.figures.items() if "max" in key]
    assert differences
    assert max(differences) <= 1e-5


def test_a_halo_too_small_is_a_warning_with_the_one_that_would_do(tmp_path):
    outcome = run(check_tiled, CASES["halo_too_small"](tmp_path))
    (finding,) = [entry for entry in outcome.findings if entry.severity == Severity.WARNING]
    assert finding.id == "halo-too-small"
    assert "the halo of 0 pixels is too small" in finding.sentence()
    assert "at least 1 " in finding.hint
    assert outcome.figures["tiled.output.seam_error"] > 0.01


def test_a_network_of_one_size_is_not_tiled(tmp_path):
    outcome = run(check_tiled, CASES["fixed"](tmp_path))
    (finding,) = outcome.findings
    assert finding.id == "tiles-not-checked"
    assert "the network takes one size only" in finding.sentence()


# --- consumers -------------------------------------------------------------------------------


def test_our_dialect_runs_everywhere(tmp_path):
    outcome = run(check_consumers, CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS))
    # It continues the image in a way of its own, so that the border differs.
    assert ids(outcome, Severity.WARNING) == ["deepimagej-border"]
    assert only(outcome, "deepimagej-runs").where == "deepImageJ 3.1"
    assert "opset 17, IR 8" in only(outcome, "onnx-loads").sentence()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("two_inputs", "deepimagej-several-inputs"),
        ("bioimageio_yaml", "deepimagej-description-name"),
        ("format_0_5_12", "deepimagej-documentation"),
        ("time_series", "deepimagej-time-axis"),
        ("upsampled", "deepimagej-output-scale"),
        ("uint8", "deepimagej-input-type"),
        ("steps_softmax", "deepimagej-operation-missing"),
        ("steps_one_sided_clip", "deepimagej-clip-bounds"),
        ("steps_fixed_channel", "deepimagej-several-means"),
        ("steps_binarize_channel", "deepimagej-several-thresholds"),
        ("steps_range", "deepimagej-percentiles"),
        ("missing_ids", "deepimagej-axis-id"),
        ("state_dict_only", "deepimagej-no-weights"),
        ("data_dependent", "deepimagej-time-axis"),
        ("bcyx", "deepimagej-only-onnx"),
    ],
)
def test_what_deepimagej_cannot_run_is_predicted_with_the_reason(tmp_path, name, rule):
    outcome = run(check_consumers, CASES[name](tmp_path))
    assert rule in ids(outcome, Severity.WARNING)
    assert all(where.startswith("deepImageJ 3.1, ") for where in places(outcome, rule))


def test_legacy_configuration_without_tiling_is_predicted_to_fail(tmp_path):
    path = CASES["all_weights"](tmp_path, config={"deepimagej": {"allow_tiling": "true"}})
    assert "deepimagej-tiling-forbidden" in ids(run(check_consumers, path))


def test_a_newer_format_is_not_for_older_readers(tmp_path):
    outcome = run(check_consumers, CASES["format_0_5_12"](tmp_path))
    assert "core-format-too-new" in ids(outcome, Severity.WARNING)


def test_a_halo_that_is_no_half_step_breaks_the_reference_s_predict(tmp_path):
    def change(description, files):
        for axis in description["outputs"][0]["axes"][-2:]:
            axis["halo"] = 1

    outcome = run(check_consumers, CASES["stepped_large"](tmp_path, change=change))
    assert "core-halo-off-step" in ids(outcome, Severity.WARNING)


@pytest.mark.parametrize(("offset", "warns"), [(0.0, False), (20.0, False), (1000.0, True)])
def test_a_test_input_far_from_zero_is_hard_to_normalise_alike(tmp_path, offset, warns):
    step = Step("zero_mean_unit_variance", {"axes": "cyx"})
    spec = image("input", "bcyx", steps=(step,))
    values = np.random.default_rng(0).normal(offset, 1, (1, 1, 24, 20)).astype(np.float32)
    path = write_package(
        tmp_path / "package.zip",
        inputs=[spec],
        outputs=[like(spec, "output", "bcyx")],
        network=affine(),
        weights=("onnx",),
        test_inputs={"input": values},
    )
    assert ("test-input-far-from-zero" in ids(run(check_consumers, path))) is warns


def test_the_stated_opset_is_compared_with_the_file(tmp_path):
    path = CASES["bcyx"](tmp_path, change=edited("weights", "onnx", "opset_version", value=15))
    outcome = run(check_consumers, path)
    assert "states opset 15, the file has 17" in only(outcome, "onnx-opset-misstated").sentence()


def test_the_onnx_header_is_that_of_onnx_itself(tmp_path):
    import onnx
    from onnx import helper

    node = helper.make_node("Identity", ["x"], ["y"])
    values = [helper.make_tensor_value_info(name, 1, [1]) for name in "xy"]
    opsets = [helper.make_opsetid("", 19), helper.make_opsetid("com.example", 1)]
    graph = helper.make_graph([node], "g", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    path = tmp_path / "model.onnx"
    path.write_bytes(model.SerializeToString())
    header = read_onnx_header(path)
    assert (header.ir_version, header.opset, header.foreign) == (9, 19, ("com.example",))
    assert onnx.load(path).ir_version == header.ir_version


@pytest.mark.parametrize(
    "content", [b"", b"\x08", b"\xff" * 40, b"not onnx", b"\x3a\xff\xff\x03ab"]
)
def test_a_file_that_is_no_onnx_model_is_a_package_error(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(PackageError) as caught:
        read_onnx_header(path)
    assert caught.value.allowed


def test_our_own_decoding_block_is_no_mistake_in_the_format(tmp_path):
    path = write_painted_package(tmp_path)
    with open_package(path) as package:
        assert ids(check_format(path, package), Severity.ERROR) == []
