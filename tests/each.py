"""``@each``: one test for many cases, for golden vectors and random seeds.

pytest and its worker processes spend milliseconds and a line on every item; a thousand vectors are
one statement. Each case still runs when another has failed, and each failure names its case.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any


def each(
    name: str, values: Iterable[Any], ids: Callable[[Any], object] = str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a test every value under a name, as ``parametrize`` would, but as one item.

    Parameters
    ----------
    name
        The argument of the test.
    values
        Its cases.
    ids
        The name of a case in a failure.

    Notes
    -----
    A test that asks for ``tmp_path`` gets a new folder for every case.
    """
    cases = list(values)

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(test)

        @functools.wraps(test)
        def all_cases(**fixtures: Any) -> None:
            failures = []
            for number, value in enumerate(cases):
                given = fixtures
                if "tmp_path" in fixtures:
                    folder = fixtures["tmp_path"] / str(number)
                    folder.mkdir()
                    given = {**fixtures, "tmp_path": folder}
                try:
                    test(**{name: value}, **given)
                except Exception as failure:  # noqa: BLE001 - raised below, with those of others
                    failure.add_note(f"case: {ids(value)}")
                    failures.append(failure)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(cases)} cases failed", failures)

        parameters = [one for one in signature.parameters.values() if one.name != name]
        all_cases.__signature__ = signature.replace(parameters=parameters)
        return all_cases

    return decorate
