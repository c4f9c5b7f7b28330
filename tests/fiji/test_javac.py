from __future__ import annotations

import pytest

from tests.fiji.javac import JavaFailed, Workshop


def test_a_class_answers_a_request(workshop: Workshop) -> None:
    assert workshop.ask("Hello", {"dtype": "float32"}) == {"bytes": 4}


def test_an_exception_fails_with_its_trace(workshop: Workshop) -> None:
    with pytest.raises(JavaFailed, match=r"JsonSyntaxException|IllegalStateException"):
        workshop.run("Hello", text="[")


def test_a_class_that_is_not_there_is_told(workshop: Workshop) -> None:
    with pytest.raises(JavaFailed, match=r"no source of deepbacs\.zoo\.tests\.Nobody"):
        workshop.run("Nobody")
