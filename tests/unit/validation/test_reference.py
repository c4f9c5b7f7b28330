import pytest

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.validation import validate
from deepbacs_zoo.validation.checks import reference
from deepbacs_zoo.validation.context import Context
from tests.packages import CASES

core = pytest.importorskip("bioimageio.core", reason="needs the extra 'zoo'")


@pytest.mark.slow
def test_a_good_package_passes_the_reference_for_formats_that_may_run(tmp_path):
    summary = validate(CASES["all_weights"](tmp_path), reference=True)
    found = [(finding.id, finding.where) for finding in summary.findings]
    assert ("reference-passed", "weights.onnx") in found
    assert ("reference-not-run", "weights.pytorch_state_dict") in found
    assert summary.passed


@pytest.mark.slow
def test_a_package_that_does_not_reproduce_fails_the_reference(tmp_path):
    from tests.unit.validation.test_checks import change_expected

    path = CASES["bcyx"](tmp_path, change=change_expected(0.25))
    with open_package(path) as package:
        outcome = reference.check_reference(Context(package))
    errors = [finding for finding in outcome.findings if finding.severity == Severity.ERROR]
    assert errors
    assert errors[0].where.startswith("weights.onnx")


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError) as caught:
        validate(CASES["bcyx"](tmp_path), reference=True)
    assert "deepbacs_zoo[zoo]" in str(caught.value)


def test_a_test_that_breaks_off_is_an_error_finding(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "run_reference", lambda *_: {"failed": "no memory"})
    with open_package(CASES["bcyx"](tmp_path)) as package:
        outcome = reference.check_reference(Context(package))
    (finding,) = outcome.findings
    assert (finding.id, finding.severity) == ("reference-broke-off", Severity.ERROR)
    assert "no memory" in finding.sentence()


def test_custom_operations_count_as_foreign_code(tmp_path, monkeypatch):
    from tests.packages import REFUSED

    with open_package(REFUSED["foreign_step"](tmp_path)) as package:
        outcome = reference.check_reference(Context(package))
    assert [finding.id for finding in outcome.findings] == ["reference-not-run"]
