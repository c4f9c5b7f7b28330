import json

import pytest

from deepbacs_zoo import errors
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import Step
from deepbacs_zoo.validation import CHECKS, context, validate
from deepbacs_zoo.validation.checks.outcome import ERROR_RULES
from tests.packages import ALL_WEIGHTS, CASES, REFUSED, image, like, write_package
from tests.tiny_networks import affine


def findings(summary, severity=Severity.ERROR):
    return [finding for finding in summary.findings if finding.severity == severity]


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    folder = tmp_path_factory.mktemp("complete")
    seen = []
    summary = validate(
        CASES["bcyx"](folder, weights=ALL_WEIGHTS),
        trust=True,
        progress=lambda done, total: seen.append((done, total)),
    )
    return summary, seen


def test_a_good_package_passes(complete):
    summary, _ = complete
    assert summary.passed
    assert findings(summary) == []


def test_every_check_is_reported_as_done(complete):
    _, seen = complete
    total = 1 + len(CHECKS)
    assert seen == [(done, total) for done in range(1, total + 1)]


def test_the_summary_says_which_library_checked_the_format(complete):
    summary, _ = complete
    checked = summary.findings[0]
    assert checked.id == "format-checked"
    assert checked.sentence().startswith("checked by bioimageio.spec 0.5.")
    assert "which states 0.5.10" in checked.sentence()


def test_each_format_reproduces_and_all_agree(complete):
    summary, _ = complete
    for name in ALL_WEIGHTS:
        assert summary.figures[f"{name}.output.max_difference"] < 1e-5
    pairs = [key for key in summary.figures if key.count(".") == 2 and "output" not in key]
    assert sorted(pairs) == [
        "onnx.pytorch_state_dict.max_difference",
        "onnx.torchscript.max_difference",
        "torchscript.pytorch_state_dict.max_difference",
    ]
    assert summary.figures["tiled.output.max_difference"] < 1e-5


def test_the_summary_is_json(complete):
    summary, _ = complete
    read = json.loads(summary.to_json())
    assert read["passed"] is True
    assert set(read["findings"][0]) == {"severity", "where", "what", "allowed", "hint", "id"}
    assert all(finding["id"] for finding in read["findings"])


def test_warnings_and_errors_say_what_was_allowed_and_what_to_do(complete, tmp_path):
    broken = validate(REFUSED["tampered_weights"](tmp_path))
    for summary in (complete[0], broken):
        for finding in summary.findings:
            assert finding.where
            assert finding.what
            if finding.severity > Severity.INFO:
                assert finding.allowed, finding
                assert finding.hint, finding


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "foreign_network"])
def test_a_package_to_be_refused_gives_errors_and_never_raises(name, tmp_path):
    summary = validate(REFUSED[name](tmp_path))
    assert not summary.passed
    assert summary.findings
    assert not any(str(tmp_path) in finding.where for finding in summary.findings)


def test_the_format_is_checked_also_where_a_package_cannot_be_opened(tmp_path):
    summary = validate(REFUSED["no_inputs"](tmp_path))
    assert "format-checked" in [finding.id for finding in summary.findings]
    assert summary.subject == "package.zip"


def test_one_tampered_file_is_reported_once_by_us_and_once_by_the_library(tmp_path):
    summary = validate(REFUSED["tampered_weights"](tmp_path))
    found = [(finding.id, finding.where) for finding in findings(summary)]
    assert found == [("format-error", "weights.onnx"), ("integrity-error", "weights.onnx")]


def test_weights_that_fail_on_the_test_input_are_reported_once(tmp_path):
    summary = validate(REFUSED["foreign_step"](tmp_path))
    ours = [each for each in findings(summary) if not each.id.startswith("format-")]
    assert [(each.id, each.where) for each in ours] == [("weights-fail", "weights.onnx")]


@pytest.mark.parametrize("weights", [("onnx",), ALL_WEIGHTS])
def test_test_tensors_are_read_and_weights_loaded_once(tmp_path, monkeypatch, weights):
    read, loaded = [], []
    tensor, load = Package.tensor, context.load_session

    def count_read(package, file):
        read.append(file.path)
        return tensor(package, file)

    def count_load(package, **options):
        loaded.append(options["weights_format"])
        return load(package, **options)

    monkeypatch.setattr(Package, "tensor", count_read)
    monkeypatch.setattr(context, "load_session", count_load)
    step = Step("zero_mean_unit_variance", {"axes": "cyx"})
    spec = image("input", "bcyx", steps=(step,))
    path = write_package(
        tmp_path / "package.zip",
        inputs=[spec],
        outputs=[like(spec, "output", "bcyx")],
        network=affine(),
        weights=weights,
    )
    summary = validate(path, trust=True)
    assert "tiled.output.max_difference" in summary.figures, "all checks ran"
    assert sorted(read) == ["test_input.npy", "test_output.npy"]
    assert sorted(loaded) == sorted(weights)


def test_every_error_about_a_package_has_a_rule_of_its_own():
    kinds = subclasses(errors.DeepbacsZooError) - {errors.DeepbacsZooError}
    about_others = subclasses(errors.UsageError) | subclasses(errors.HostError)
    assert kinds - about_others == set(ERROR_RULES)


def subclasses(kind):
    return {kind, *(each for child in kind.__subclasses__() for each in subclasses(child))}


def test_nothing_at_the_path_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError):
        validate(tmp_path / "missing.zip")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"\x00" * 200])
def test_a_broken_zip_never_raises_anything_but_a_usage_error(content, tmp_path):
    path = tmp_path / "package.zip"
    path.write_bytes(content)
    try:
        summary = validate(path)
    except UsageError:
        return
    assert not summary.passed
