"""What the tests of the reader share: the four parts of an error, and a small description."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def set_field() -> Callable[..., dict[str, Any]]:
    """Return a deep copy of a description with one field replaced, or removed for ``DROP``."""

    def set_one(description: dict[str, Any], path: str, value: object) -> dict[str, Any]:
        result = copy.deepcopy(description)
        place: Any = result
        *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
        for key in parents:
            place = place[key]
        if value is DROP:
            del place[last]
        else:
            place[last] = value
        return result

    return set_one


DROP = object()
