from __future__ import annotations

import pytest

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.files.fields import Field


def field(value: object) -> Field:
    return Field("model.zip", "inputs.0.size", value)


def test_children_carry_their_place() -> None:
    root = Field("model.zip", "", {"inputs": [{"id": "raw"}]})
    name = root["inputs"].items()[0]["id"]
    assert name.path == "inputs.0.id"
    assert name.where == "model.zip: inputs.0.id"
    assert name.text() == "raw"


def test_a_missing_and_a_null_field_are_absent(check_message) -> None:
    place = field({"a": None})
    assert place.get("a") is None
    assert place.get("b") is None
    for key in "ab":
        with pytest.raises(PackageError, match="missing") as caught:
            place[key]
        check_message(caught.value, where=f"inputs.0.size.{key}", allowed="a value")
    with pytest.raises(PackageError, match="missing"):
        place.require("b")


@pytest.mark.parametrize(
    ("method", "values"),
    [
        ("text", [1, "", "  ", None, ["a"], True]),
        ("integer", ["1", 1.5, True, None, [1], float("nan"), float("inf")]),
        ("number", ["1", True, None, [1.0], float("nan"), float("inf"), 10**400]),
        ("positive", [0, -1.0, "1"]),
        ("flag", [0, 1, "true", None]),
        ("items", ["abc", {"a": 1}, 1, None]),
        ("entries", [[], "abc"]),
        ("mapping", [[], "abc", {1: 2}, {None: 1}]),
    ],
)
def test_a_wrong_type_names_place_value_and_what_is_allowed(
    method: str, values: list[object], check_message
) -> None:
    for value in values:
        with pytest.raises(PackageError) as caught:
            getattr(field(value), method)()
        check_message(caught.value, where="model.zip: inputs.0.size")
        assert caught.value.allowed


def test_right_values_are_returned() -> None:
    assert field(3).integer(3) == 3
    assert field(16.0).integer() == 16
    assert isinstance(field(16.0).integer(), int)
    assert field(3).number() == 3.0
    assert field(0.5).positive() == 0.5
    assert field(True).flag() is True
    assert field("a").choice(("a", "b")) == "a"
    assert [entry.value for entry in field([1, 2]).entries()] == [1, 2]


def test_limits_and_choices_are_named(check_message) -> None:
    with pytest.raises(PackageError) as caught:
        field(0).integer(1)
    check_message(caught.value, where="size", value="0", allowed="at least 1")
    with pytest.raises(PackageError) as caught:
        field("c").choice(("a", "b"))
    check_message(caught.value, where="size", value="'c'", allowed="one of a, b")
    with pytest.raises(PackageError):
        field(["a"]).choice(("a", "b"))


def test_a_value_of_any_length_becomes_one_line() -> None:
    nested: list[object] = ["x"]
    for _ in range(100):
        nested = [nested, nested]
    error = field({"a": nested, "b": "y" * 10_000}).wrong("less")
    assert len(str(error)) < 1000


def test_another_kind_of_error_can_be_asked_for() -> None:
    assert isinstance(field(1).wrong("2", kind=UnsupportedError), UnsupportedError)
