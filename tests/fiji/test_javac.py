from __future__ import annotations

import pytest

from tests.fiji.javac import Harness, JavaFailed, Jvm


def test_a_class_answers_a_request(harness: Harness) -> None:
    assert harness.ask("Hello", {"dtype": "float32"}) == {"bytes": 4}


def test_an_exception_fails_with_its_trace(harness: Harness) -> None:
    with pytest.raises(JavaFailed, match=r"JsonSyntaxException|IllegalStateException"):
        harness.run("Hello", text="[")


def test_a_missing_class_is_named(harness: Harness) -> None:
    with pytest.raises(JavaFailed, match=r"deepbacs\.zoo\.tests\.Nobody"):
        harness.run("Nobody")


def test_requests_share_a_jvm_and_those_with_options_have_their_own(harness: Harness) -> None:
    first, second = (harness.ask("Hello", {"process": True}) for _ in range(2))
    assert first == second
    alone = harness.ask("Hello", {"process": True}, options=("-Xmx64m",))
    assert alone["heap"] <= 64 * 2**20 < first["heap"]
    assert alone["process"] != first["process"]


@pytest.fixture
def jvm(harness: Harness) -> Jvm:
    with harness.open() as opened:
        yield opened


def test_a_request_that_hangs_fails_with_its_stack_and_the_next_has_a_new_jvm(jvm: Jvm) -> None:
    first = jvm.ask("Hello", {"process": True})
    with pytest.raises(JavaFailed, match=r"(?s)over 1 s.*Hello\.main"):
        jvm.ask("Hello", {"hang": True}, timeout=1)
    assert jvm.ask("Hello", {"process": True})["process"] != first["process"]


def test_a_jvm_that_ends_fails_with_its_log_and_the_next_has_a_new_one(jvm: Jvm) -> None:
    with pytest.raises(JavaFailed, match=r"(?s)has ended, status 3\n.*going down"):
        jvm.ask("Hello", {"exit": 3})
    assert jvm.ask("Hello", {"dtype": "uint8"}) == {"bytes": 1}
