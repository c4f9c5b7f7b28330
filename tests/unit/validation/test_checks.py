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
from deepbacs_zoo.validation.checks.tiled import check_tiled
from deepbacs_zoo.validation.checks.tolerance import compare, stated_tolerance
from deepbacs_zoo.validation.consumers.table import check_consumers
from tests.package_writer import image, like, write_package
from tests.packages import ALL_WEIGHTS, CASES
from tests.tiny_networks import affine
from tests.unit.evaluation.painted import write_painted_package


def run(check, path, trust=False):
    with open_package(path) as package:
        return check(package, trust)


def said(outcome, severity=None):
    return [
        f"{finding.where}: {finding.what}"
        for finding in outcome.findings
        if severity in (None, finding.severity)
    ]


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
    assert said(outcome, Severity.ERROR) == []


def test_files_are_judged_too(tmp_path):
    def change(description, files):
        files["README.md"] = b"# Nothing about how it was tested\n"

    path = CASES["bcyx"](tmp_path, change=change)
    with open_package(path) as package:
        outcome = check_format(path, package)
    assert any("Validation" in text for text in said(outcome, Severity.WARNING))


def test_the_place_of_a_mistake_is_a_path_into_the_description(tmp_path):
    path = CASES["bcyx"](tmp_path, change=edited("license", value=7))
    with open_package(path) as package:
        outcome = check_format(path, package)
    assert any(text.startswith("license") for text in said(outcome, Severity.ERROR))


def test_the_log_of_the_library_stays_off_the_terminal(tmp_path, capfd):
    path = CASES["bcyx"](tmp_path, change=edited("version", value="not a version"))
    with open_package(path) as package:
        check_format(path, package)
    assert capfd.readouterr() == ("", "")


# --- integrity -------------------------------------------------------------------------------


def test_a_file_that_nothing_names_is_information(tmp_path):
    path = CASES["bcyx"](tmp_path, extra_files={"notes.txt": b"hello"})
    outcome = run(check_integrity, path)
    assert "notes.txt: no field of the description names this file" in said(outcome, Severity.INFO)
    assert any(text.startswith("files: all ") for text in said(outcome))


def test_code_in_the_package_is_information(tmp_path):
    path = CASES["bcyx"](tmp_path, extra_files={"macro.ijm": b"run();"})
    assert any("an ImageJ macro" in text for text in said(run(check_integrity, path)))


def test_our_own_network_files_are_told_from_foreign_code(tmp_path):
    from importlib import resources

    ours = (resources.files("deepbacs_zoo") / "networks" / "unet.py").read_bytes()
    files = {"unet.py": ours, "other.py": b"print(1)"}
    texts = said(run(check_integrity, CASES["bcyx"](tmp_path, extra_files=files)))
    assert "unet.py: this file is Python code, one of deepbacs_zoo's own networks" in texts
    assert any(text.startswith("other.py") and "unless it is trusted" in text for text in texts)


def test_a_missing_hash_is_a_warning(tmp_path):
    def change(description, files):
        del description["weights"]["onnx"]["sha256"]

    outcome = run(check_integrity, CASES["bcyx"](tmp_path, change=change))
    assert any(
        "no sha256 is stated for weights.onnx" in text for text in said(outcome, Severity.WARNING)
    )


@pytest.mark.parametrize("name", ["README.md", "cover.png", "test_output.npy"])
def test_a_missing_file_is_an_error(tmp_path, name):
    outcome = run(check_integrity, CASES["bcyx"](tmp_path, change=lambda _, files: files.pop(name)))
    assert any(name in text and "missing" in text for text in said(outcome, Severity.ERROR))


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
    (text,) = said(outcome, Severity.ERROR)
    assert "1 of" in text
    assert "2.5e-01" in text
    assert outcome.figures["onnx.output.max_difference"] == pytest.approx(0.25, rel=1e-3)


def test_a_tolerance_that_the_package_states_makes_it_a_warning(tmp_path):
    tolerances = [{"absolute_tolerance": 0.01, "relative_tolerance": 0.01}]
    path = CASES["bcyx"](
        tmp_path,
        change=change_expected(0.005),
        config={"bioimageio": {"reproducibility_tolerance": tolerances}},
    )
    outcome = run(check_reproduction, path)
    assert said(outcome, Severity.ERROR) == []
    assert any("wider tolerance" in text for text in said(outcome, Severity.WARNING))


def test_foreign_code_is_not_run_without_trust_and_the_reason_is_said(tmp_path):
    path = CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS)
    untrusted = run(check_reproduction, path)
    assert any(
        text.startswith("weights.pytorch_state_dict: not run:") and "foreign code" in text
        for text in said(untrusted, Severity.WARNING)
    )
    trusted = run(check_reproduction, path, trust=True)
    assert "pytorch_state_dict.output.max_difference" in trusted.figures


def test_weights_without_an_engine_are_information(tmp_path):
    path = CASES["bcyx"](tmp_path, weights=("onnx", "tensorflow_saved_model_bundle"))
    outcome = run(check_reproduction, path)
    assert any("no engine" in text for text in said(outcome, Severity.INFO))


def test_nothing_that_runs_is_a_warning(tmp_path):
    outcome = run(check_reproduction, CASES["state_dict_only"](tmp_path))
    assert any("none of the weights ran" in text for text in said(outcome, Severity.WARNING))


def test_a_missing_test_tensor_is_a_warning(tmp_path):
    def change(description, files):
        del description["outputs"][0]["test_tensor"]

    outcome = run(check_reproduction, CASES["bcyx"](tmp_path, change=change))
    assert any("no test tensor" in text for text in said(outcome, Severity.WARNING))


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
    assert said(outcome, Severity.WARNING) == []
    differences = [value for key, value in outcome.figures.items() if "max" in key]
    assert differences
    assert max(differences) <= 1e-5


def test_a_halo_too_small_is_a_warning_with_the_one_that_would_do(tmp_path):
    outcome = run(check_tiled, CASES["halo_too_small"](tmp_path))
    (finding,) = [entry for entry in outcome.findings if entry.severity == Severity.WARNING]
    assert "the halo of 0 pixels is too small" in finding.what
    assert "at least 1 " in finding.hint
    assert outcome.figures["tiled.output.seam_error"] > 0.01


def test_a_network_of_one_size_is_not_tiled(tmp_path):
    outcome = run(check_tiled, CASES["fixed"](tmp_path))
    assert said(outcome) == ["tiled prediction: not checked: the network takes one size only"]


# --- consumers -------------------------------------------------------------------------------


def test_our_dialect_runs_everywhere(tmp_path):
    outcome = run(check_consumers, CASES["bcyx"](tmp_path, weights=ALL_WEIGHTS))
    assert said(outcome, Severity.WARNING) == []
    assert any("deepImageJ 3.1: is predicted to run it" in text for text in said(outcome))
    assert "weights.onnx: opset 17, IR 8: loads from ONNX Runtime 1.13.1 on" in said(outcome)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("two_inputs", "there are 2 inputs"),
        ("bioimageio_yaml", "not called rdf.yaml"),
        ("format_0_5_12", "on which JDLL fails"),
        ("time_series", "time or index axis"),
        ("upsampled", "the size is 2 x"),
        ("uint8", "the type is uint8"),
        ("steps_softmax", "does not have this operation"),
        ("steps_one_sided_clip", "a bound is missing"),
        ("steps_fixed_channel", "a mean per channel"),
        ("steps_binarize_channel", "several thresholds"),
        ("steps_range", "by nearest rank"),
        ("missing_ids", "states no id"),
        ("state_dict_only", "there are only pytorch_state_dict"),
        ("data_dependent", "time or index axis"),
        ("bcyx", "the ONNX engine of JDLL ends the Java process"),
    ],
)
def test_what_deepimagej_cannot_run_is_predicted_with_the_reason(tmp_path, name, reason):
    outcome = run(check_consumers, CASES[name](tmp_path))
    texts = [text for text in said(outcome, Severity.WARNING) if text.startswith("deepImageJ")]
    assert any(reason in text for text in texts), texts


def test_legacy_configuration_without_tiling_is_predicted_to_fail(tmp_path):
    path = CASES["all_weights"](tmp_path, config={"deepimagej": {"allow_tiling": "true"}})
    assert any("allow_tiling" in text for text in said(run(check_consumers, path)))


def test_a_newer_format_is_not_for_older_readers(tmp_path):
    outcome = run(check_consumers, CASES["format_0_5_12"](tmp_path))
    assert any("not read by bioimageio.core up to 0.10.4" in text for text in said(outcome))


def test_a_halo_that_is_no_half_step_breaks_the_reference_s_predict(tmp_path):
    def change(description, files):
        for axis in description["outputs"][0]["axes"][-2:]:
            axis["halo"] = 1

    outcome = run(check_consumers, CASES["stepped_large"](tmp_path, change=change))
    assert any("pads by the halo of 1" in text for text in said(outcome, Severity.WARNING))


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
    texts = said(run(check_consumers, path), Severity.WARNING)
    assert any("standard deviations from 0" in text for text in texts) is warns


def test_the_stated_opset_is_compared_with_the_file(tmp_path):
    path = CASES["bcyx"](tmp_path, change=edited("weights", "onnx", "opset_version", value=15))
    outcome = run(check_consumers, path)
    assert any("states opset 15, the file has 17" in text for text in said(outcome))


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


def test_our_own_decoding_block_does_not_disturb_the_judge(tmp_path):
    path = write_painted_package(tmp_path)
    with open_package(path) as package:
        assert said(check_format(path, package), Severity.ERROR) == []
