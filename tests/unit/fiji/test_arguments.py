import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.arguments import macro_argument


def read_properties(text):
    """What java.util.Properties makes of escaped ASCII text, by its documentation."""
    found = {}
    for line in text.split("\n"):
        name, _, value = line.partition("=")
        value = value.lstrip(" ")
        units, index = [], 0
        while index < len(value):
            if value[index] != "\\":
                units.append(ord(value[index]))
                index += 1
            elif value[index + 1] == "u":
                units.append(int(value[index + 2 : index + 6], 16))
                index += 6
            else:
                units.append(ord(value[index + 1]))
                index += 2
        data = b"".join(unit.to_bytes(2, "big") for unit in units)
        found[name] = data.decode("utf-16-be", "surrogatepass")
    return found


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a b",
        r"C:\Users\u0041\new.zip",
        "Müller/µm",
        "two\nlines\tand tab",
        "  blanks",
        "😀",
        "a=b#!",
    ],
)
def test_a_value_arrives_as_it_was(value):
    text = macro_argument({"first": "1", "key": value})
    assert text.isascii()
    assert read_properties(text) == {"first": "1", "key": value}


@pytest.mark.parametrize("name", ["", "a b", "a=b", "ä"])
def test_a_name_with_a_meaning_of_its_own_is_refused(name):
    with pytest.raises(UsageError, match="cannot have this name"):
        macro_argument({name: "1"})
