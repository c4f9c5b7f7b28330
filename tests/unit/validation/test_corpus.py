"""Every package of the tests gets the verdicts that were looked at and kept."""

from __future__ import annotations

import pytest

from tests.conformance.corpus import expected, verdicts_on, write_case
from tests.packages import CASES

pytest.importorskip("torch")

EXPECTED = expected()


def test_there_is_a_verdict_on_sixty_packages_and_more():
    assert set(EXPECTED) == set(CASES)
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize("name", CASES)
def test_a_package_gets_its_verdicts(tmp_path, name):
    assert verdicts_on(write_case(tmp_path, name)) == EXPECTED[name]
