import pytest

from deepbacs_zoo.cli.options import parse_memory
from deepbacs_zoo.cli.spelling import error_text
from deepbacs_zoo.errors import UsageError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4GiB", 4 * 1024**3),
        ("4 gib", 4 * 1024**3),
        ("512MB", 512_000_000),
        ("1.5k", 1500),
        ("900000", 900_000),
        ("1T", 10**12),
        ("2KiB", 2048),
    ],
)
def test_memory_is_read_with_decimal_and_binary_units(text, expected):
    assert parse_memory(text) == expected


@pytest.mark.parametrize("text", ["", "much", "-1GB", "0", "4GiBs", "1iB", "4 G B", "GB"])
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(UsageError) as caught:
        parse_memory(text)
    for part in ("--memory", text, "positive number", "--memory 4GiB"):
        assert part in error_text(caught.value)
