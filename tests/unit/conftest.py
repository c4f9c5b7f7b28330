"""What all tests share: the four parts of an error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deepbacs_zoo.errors import DeepbacsZooError


@pytest.fixture
def check_message() -> Callable[..., None]:
    """Assert that an error names the place, the value, what was allowed and what to do."""

    def check(error: DeepbacsZooError, *, where: str, value: str = "", allowed: str = "") -> None:
        assert where in error.where
        assert value in str(error.value)
        assert allowed in error.allowed
        assert error.hint
        sentence = str(error)
        assert "\n" not in sentence
        assert all(part in sentence for part in (error.where, error.what, error.hint))

    return check
