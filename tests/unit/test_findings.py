import json

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.summary import NOT_TESTED, Summary

BAD = Finding(Severity.ERROR, "weights.onnx", "wrong hash", "the stated one", "export it again")
ODD = Finding(Severity.WARNING, "inputs.0 | a", "no unit")


def test_a_summary_without_findings_passes():
    assert Summary("model").passed
    assert Summary("model").worst is Severity.INFO


def test_one_error_fails_the_summary_and_a_warning_does_not():
    assert Summary("model", (ODD,)).passed
    assert not Summary("model", (ODD, BAD)).passed


def test_joining_keeps_order_and_figures():
    summary = Summary("model", (ODD,), {"a": 1.0}).joined([BAD], {"b": 2.0})
    assert summary.findings == (ODD, BAD)
    assert summary.figures == {"a": 1.0, "b": 2.0}


def test_text_names_severity_place_value_and_hint():
    text = Summary("model", (BAD,), {"onnx": 2e-7}).to_text()
    assert "model: FAILED" in text
    assert "ERROR   weights.onnx: wrong hash; allowed: the stated one; export it again" in text
    assert "onnx = 2e-07" in text


def test_json_can_be_read_back():
    read = json.loads(Summary("model", (BAD,), {"onnx": 0.5}).to_json())
    assert read["passed"] is False
    assert read["findings"][0]["severity"] == "error"
    assert read["figures"] == {"onnx": 0.5}


def test_markdown_escapes_the_column_separator():
    assert "inputs.0 \\| a" in Summary("model", (ODD,)).to_markdown()


def test_text_does_not_lose_information_findings():
    note = Finding(Severity.INFO, "weights", "2 formats")
    assert "INFO    weights: 2 formats" in Summary("m", (note,)).to_text()


def test_a_rule_gives_its_identity_and_severity_to_its_findings():
    rule = Rule("halo-missing", Severity.WARNING, "seams may show")
    found = rule.finding("a.zip", "no halo", hint="raise " + Option("memory"))
    assert (found.id, found.severity, found.where) == ("halo-missing", Severity.WARNING, "a.zip")
    assert rule.finding("a", "b", severity=Severity.ERROR).severity is Severity.ERROR
    read = json.loads(Summary("m", (found,)).to_json())
    assert read["findings"][0]["id"] == "halo-missing"
    assert read["findings"][0]["hint"] == "raise memory"


def test_a_summary_fails_on_what_the_user_says_and_with_what_is_not_allowed():
    odd = Finding(Severity.WARNING, "a", "no unit", id="unit-missing")
    assert not Summary("m", (odd,), fail_on=Severity.WARNING).passed
    assert Summary("m", (odd,), fail_on=Severity.WARNING, allowed=("unit-missing",)).passed
    assert Summary("m", (BAD,), allowed=("",)).passed, "findings without an id"


def test_what_could_not_be_run_is_not_tested_and_not_passed():
    nothing = NOT_TESTED.finding("weights", "none ran")
    summary = Summary("m", (nothing, ODD))
    assert (summary.passed, summary.outcome) == (False, "not tested")
    assert summary.to_text().startswith("m: not tested")
    assert Summary("m", (nothing, BAD)).outcome == "FAILED"
    assert Summary("m", (nothing,), allowed=("not-reproduced",)).outcome == "passed"


def test_a_finding_about_a_program_is_read_as_it_was_written():
    finding = Finding(Severity.INFO, "outputs", "a halo", id="some-rule", confirmed=False)
    assert Finding.read(finding.plain()).confirmed is False
    assert Finding.read(Finding(Severity.INFO, "a", "b").plain()).confirmed is None
