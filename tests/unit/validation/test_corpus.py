"""Every package of the tests gets the verdicts that were looked at and kept."""

from __future__ import annotations

import json

import pytest

from tests.conformance.corpus import expected, verdicts_on, write_case
from tests.data.packages.make_packages import FOLDER
from tests.packages import CORPUS

pytest.importorskip("torch")

EXPECTED = expected()


def test_there_is_a_verdict_on_sixty_packages_and_more():
    assert set(EXPECTED) == set(CORPUS)
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", CORPUS)
def test_a_package_gets_its_verdicts(tmp_path, name):
    assert verdicts_on(write_case(tmp_path, name)) == EXPECTED[name]


def test_the_plugin_does_what_its_verdicts_say():
    # The plugin's own tests see that Java does what these results of Python say.
    results = json.loads((FOLDER / "packages.json").read_text("utf-8"))
    for entry in results:
        if "predictions" not in entry or entry["name"] not in EXPECTED:
            continue
        # Not that an image needs more memory than it was given.
        errors = [each.get("error") not in {None, "HostError"} for each in entry["predictions"]]
        expected_errors = {
            "runs": not any(errors),
            "runs, with differences": any(errors),
            "does not run": all(errors),
        }
        verdict = EXPECTED[entry["name"]]["deepbacs_zoo plugin"]["onnx"]
        assert expected_errors[verdict], entry["name"]
