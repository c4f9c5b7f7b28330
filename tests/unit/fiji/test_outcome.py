import json
import pickle

import numpy as np
import pytest

from deepbacs_zoo import errors
from deepbacs_zoo.errors import DataError, HostError, MacroError
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome, Run, result_of

PARTS = {
    "where": "cells.tif",
    "what": "it is cut off",
    "value": "12 bytes",
    "allowed": "a whole file",
    "hint": "copy it again",
}
SENTENCE = "cells.tif: it is cut off (12 bytes); allowed: a whole file; copy it again."


def reported(kind="DataError", **more):
    seen = {"status": "error", "error": {"kind": kind, "message": SENTENCE, **PARTS, **more}}
    return json.dumps(seen)


@pytest.mark.parametrize(
    "kind",
    [
        "UsageError",
        "HostError",
        "OutputExistsError",
        "DataError",
        "PackageError",
        "IntegrityError",
        "UnsupportedError",
        "ModelError",
    ],
)
def test_what_the_plugin_reports_is_the_exception_of_python(kind):
    outcome = MacroOutcome(failure=SENTENCE, line=2, report=reported(kind))
    with pytest.raises(getattr(errors, kind)) as caught:
        result_of(outcome, {})
    assert type(caught.value).__name__ == kind
    assert str(caught.value) == SENTENCE
    assert {name: getattr(caught.value, name) for name in PARTS} == PARTS


def test_without_a_value_the_sentence_has_none():
    with pytest.raises(DataError) as caught:
        result_of(MacroOutcome(failure=SENTENCE, report=reported(value=None)), {})
    assert "(" not in str(caught.value)


@pytest.mark.parametrize("kind", ["Nobody", "Path", "MacroError", None])
def test_an_unknown_kind_is_a_macro_error(kind):
    with pytest.raises(MacroError, match="cut off") as caught:
        result_of(MacroOutcome(failure=SENTENCE, report=reported(kind), log="said"), {})
    assert caught.value.log == "said"


def test_an_earlier_error_that_was_gone_over_is_not_the_reason():
    outcome = MacroOutcome(failure="Undefined identifier", line=4, report=reported())
    with pytest.raises(MacroError, match="line 4: Undefined identifier"):
        result_of(outcome, {})


def test_a_command_that_is_canceled_has_the_reason_of_its_report():
    with pytest.raises(DataError):
        result_of(MacroOutcome(failure="a command canceled the macro", report=reported()), {})


def test_a_macro_that_goes_on_after_an_error_has_a_result_a_single_command_has_not():
    outcome = MacroOutcome(value="went on", report=reported())
    result = result_of(outcome, {})
    assert result.value == "went on"
    assert result.report["error"]["kind"] == "DataError"
    with pytest.raises(DataError):
        result_of(outcome, {}, run=Run("", "ImageJ's command 'DeepBacs Run'", is_command=True))


@pytest.mark.parametrize("report", [None, '{"status": "none"}', "[]"])
def test_without_a_run_of_the_plugin_there_is_no_report(report):
    assert result_of(MacroOutcome(report=report), {}).report is None


def test_a_report_of_a_good_run_is_given_on():
    assert result_of(MacroOutcome(report='{"status": "ok", "tiles": 3}'), {}).report["tiles"] == 3


def test_messages_of_several_lines_become_one_sentence():
    with pytest.raises(MacroError) as caught:
        result_of(MacroOutcome(failure="File not found:\n/a b.tif.\n", line=3, log="x\n"), {})
    assert caught.value.where == "ImageJ's macro, line 3"
    assert caught.value.what == "File not found: /a b.tif"
    assert caught.value.log == "x\n"


def test_the_trace_is_in_the_log_once():
    for log in ("before\n", "before\nBroken\n\tat a.b\n"):
        with pytest.raises(MacroError) as caught:
            result_of(MacroOutcome(failure="Broken", trace="Broken\n\tat a.b\n", log=log), {})
        assert caught.value.log == "before\nBroken\n\tat a.b\n"


def test_a_full_heap_is_the_computers():
    failure = "java.lang.OutOfMemoryError: Java heap space"
    with pytest.raises(HostError, match="heap was too small"):
        result_of(MacroOutcome(failure=failure), {})


def test_tables_have_columns_that_cannot_be_changed():
    tables = {"T": {"n": [1.0, 2.5], "s": ["a", "b"], "empty": []}}
    result = result_of(MacroOutcome(tables={"T": {**tables["T"], "empty": [0.0, np.nan]}}), {})
    table = result.tables["T"]
    assert len(table) == 2
    assert table.columns["s"] == ("a", "b")
    with pytest.raises(ValueError):
        table.columns["n"][0] = 5


def test_results_and_errors_pass_to_other_processes():
    result = result_of(
        MacroOutcome("v", "l", tables={"T": {"n": [1.0]}}, report='{"status":"ok"}'), {}
    )
    assert pickle.loads(pickle.dumps(result)).tables["T"].columns["n"].tolist() == [1.0]
    with pytest.raises(MacroError) as caught:
        result_of(MacroOutcome(failure="no", log="said"), {})
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.log) == (str(caught.value), "said")
