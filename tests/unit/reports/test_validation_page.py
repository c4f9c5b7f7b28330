"""The page of a validation shows the package, the verdicts and the findings, and needs nothing."""

from __future__ import annotations

import re

import pytest

from deepbacs_zoo.reports import render_validation
from deepbacs_zoo.validation import validate
from tests.packages import CASES


def test_a_page_shows_tensors_verdicts_and_findings(tmp_path):
    pytest.importorskip("torch")
    path = CASES["two_outputs"](tmp_path, weights=("onnx", "torchscript"))
    text = render_validation(path, validate(path))
    assert "<h1>Validation of " in text
    assert text.count('src="data:image/png;base64,') >= 4, "two channels each, and the mean"
    for word in ("ilastik 1.4", "does not run", "there are 2 outputs", "Measured figures"):
        assert word in text, word
    assert not re.search(r'(src|href)="(?!data:|#)', text), "nothing is loaded"


def test_a_package_that_cannot_be_opened_has_a_page_with_the_reason(tmp_path):
    path = tmp_path / "broken.zip"
    path.write_bytes(b"no zip")
    summary = validate(path)
    text = render_validation(path, summary)
    assert "failed" in text
    assert 'id="pictures"' not in text


def test_a_stack_is_drawn_at_its_first_slice(tmp_path):
    path = CASES["three_dimensional"](tmp_path)
    assert 'id="pictures"' in render_validation(path, validate(path))


def test_options_are_written_as_the_interface_has_them(tmp_path):
    path = CASES["bcyx"](tmp_path)
    summary = validate(path)
    assert "consumer=" in render_validation(path, summary)
    text = render_validation(path, summary, lambda option: f"[{option.name}]")
    assert "[consumer]" in text
    assert "consumer=" not in text
