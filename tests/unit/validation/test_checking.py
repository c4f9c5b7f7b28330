import json

import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.validation import CHECKS, validate
from tests.packages import ALL_WEIGHTS, CASES, REFUSED


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


def test_the_summary_says_which_library_judged(complete):
    summary, _ = complete
    judged = summary.findings[0]
    assert judged.what.startswith("judged by bioimageio.spec 0.5.")
    assert "which states 0.5.10" in judged.what


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
    assert {"severity", "where", "what", "allowed", "hint"} == set(read["findings"][0])


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


def test_a_package_that_cannot_be_opened_is_still_judged(tmp_path):
    summary = validate(REFUSED["no_inputs"](tmp_path))
    assert any("judged by bioimageio.spec" in finding.what for finding in summary.findings)
    assert summary.subject == "package.zip"


def test_one_tampered_file_is_said_once_by_us_and_once_by_the_judge(tmp_path):
    summary = validate(REFUSED["tampered_weights"](tmp_path))
    about = [finding for finding in findings(summary) if finding.where == "weights.onnx"]
    assert len(about) == len(findings(summary)) == 2


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
