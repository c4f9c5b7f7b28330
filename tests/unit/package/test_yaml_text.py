from __future__ import annotations

import math

import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package import yaml_text
from deepbacs_zoo.package.yaml_text import parse_yaml


def value_of(text: str) -> object:
    return parse_yaml(f"a: {text}\n".encode(), "rdf.yaml")["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-6", 1e-6),
        ("1.0e-6", 1e-6),
        (".5", 0.5),
        ("-2", -2),
        ("+3", 3),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("true", True),
        ("FALSE", False),
        ("on", "on"),
        ("yes", "yes"),
        ("y", "y"),
        ("n", "n"),
        ("null", None),
        ("~", None),
        ("", None),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00"),
        ("0.5.10", "0.5.10"),
        ("'1'", "1"),
        ("<<", "<<"),
    ],
)
def test_plain_scalars_follow_yaml_1_2(text: str, expected: object) -> None:
    found = value_of(text)
    assert found == expected
    assert type(found) is type(expected)


def test_not_a_number_is_read_as_such() -> None:
    found = value_of(".nan")
    assert isinstance(found, float)
    assert math.isnan(found)


def test_an_alias_is_the_same_value() -> None:
    found = parse_yaml(b"a: &one [1, 2]\nb: *one\n", "rdf.yaml")
    assert found == {"a": [1, 2], "b": [1, 2]}


def test_utf_8_and_a_byte_order_mark_are_read() -> None:
    assert parse_yaml("name: Ångström µ".encode(), "rdf.yaml")["name"] == "Ångström µ"
    assert parse_yaml("name: µ".encode("utf-16"), "rdf.yaml")["name"] == "µ"


@pytest.mark.parametrize(
    ("text", "place", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", "line 3"),
        ("inputs:\n- id: raw\n  axes:\n  - {size: 1, size: 2}\n", "inputs.0.axes.0.size", "line 4"),
    ],
)
def test_a_field_that_stands_twice_is_refused_with_its_place(
    text: str, place: str, line: str, check_message
) -> None:
    with pytest.raises(PackageError, match="twice") as caught:
        parse_yaml(text.encode(), "model.zip")
    check_message(caught.value, where=f"model.zip: {place}", value=line, allowed="once")


@pytest.mark.parametrize(
    "data",
    [
        b"a: [1, 2",
        b"a: 1\n--- \nb: 2\n",
        b"\xff\xfe\x00",
        b"a: \xc3\x28",
        b"a: !!python/object/apply:os.system ['touch executed']",
        b"a: !unknown 1",
        b"a: \x00",
        b"a: *missing",
        b"? [a, b]\n: 1\n",
        b"[" * 5000,
        b"{a: " * 5000,
        b"- " * 5000,
        b"a: " + b"9" * 5000,
        b"\t- a",
    ],
    ids=lambda data: repr(data[:20]),
)
def test_what_is_no_plain_yaml_is_one_sentence(data: bytes, check_message) -> None:
    with pytest.raises(PackageError) as caught:
        parse_yaml(data, "rdf.yaml")
    check_message(caught.value, where="rdf.yaml")


@pytest.mark.parametrize("data", [b"", b"- a\n- b\n", b"just text", b"12", b"null"])
def test_a_description_must_be_a_mapping(data: bytes, check_message) -> None:
    with pytest.raises(PackageError, match="not a mapping") as caught:
        parse_yaml(data, "rdf.yaml")
    check_message(caught.value, where="rdf.yaml", allowed="format_version")


def test_a_huge_description_is_not_parsed(monkeypatch: pytest.MonkeyPatch, check_message) -> None:
    monkeypatch.setattr(yaml_text, "MAX_BYTES", 100)
    with pytest.raises(PackageError, match="too large") as caught:
        parse_yaml(b"a: " + b"b" * 100, "rdf.yaml")
    check_message(caught.value, where="rdf.yaml", value="103 bytes", allowed="100 bytes")


def test_a_bomb_of_aliases_neither_hangs_nor_fills_the_memory() -> None:
    lines = ["l0: &l0 [x, x]"] + [f"l{i}: &l{i} [*l{i - 1}, *l{i - 1}]" for i in range(1, 60)]
    with pytest.raises(PackageError, match="repeat each other without end"):
        parse_yaml("\n".join(lines).encode(), "rdf.yaml")
    with pytest.raises(PackageError, match="repeat each other without end"):
        parse_yaml(b"a: &a [*a]", "rdf.yaml")


def test_reading_leaves_the_loader_of_others_alone() -> None:
    import yaml

    value_of("1e-6")
    assert yaml.safe_load("a: 1e-6") == {"a": "1e-6"}
    assert yaml.load("a: on", yaml.CSafeLoader) == {"a": True}
