import pytest

from deepbacs_zoo.decoding import Multilabel, read_decoding
from deepbacs_zoo.errors import PackageError, UnsupportedError


def config(**changes):
    return {"schema_version": 1, "decode": {"kind": "multilabel", "output": "p"} | changes}


def test_what_is_written_is_read_back():
    settings = Multilabel("p", 2, 0, 1, 0.4, 0.6, 3, 9, 4)
    assert read_decoding({"schema_version": 1, "decode": settings.as_config()}) == settings


def test_a_package_without_decoding_says_so():
    assert read_decoding({}) is None
    assert read_decoding({"decode": None}) is None


def test_fields_that_are_left_out_have_their_documented_values():
    assert read_decoding(config()) == Multilabel("p")


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"seed_threshold": 1.5}, ["seed_threshold", "1.5", "between 0 and 1"]),
        ({"seed_threshold": "high"}, ["seed_threshold", "high"]),
        ({"min_size": -1}, ["min_size", "-1", "at least 0"]),
        ({"min_seed": 2.5}, ["min_seed", "2.5"]),
        ({"interior": True}, ["interior", "True"]),
        ({"output": 3}, ["output", "3", "id of an output"]),
        ({"sed_threshold": 0.5}, ["sed_threshold", "seed_threshold"]),
        ({"interior": 0}, ["three different channels"]),
    ],
)
def test_a_wrong_field_is_named_with_what_was_allowed(changes, parts):
    with pytest.raises(PackageError) as caught:
        read_decoding(config(**changes))
    for part in ("config.deepbacs_zoo.decode", *parts):
        assert part in str(caught.value)


def test_a_block_that_is_no_mapping_is_refused():
    with pytest.raises(PackageError, match="mapping"):
        read_decoding({"decode": "multilabel"})


@pytest.mark.parametrize("changed", [config(kind="stardist"), config() | {"schema_version": 2}])
def test_a_kind_or_version_from_the_future_is_unsupported(changed):
    with pytest.raises(UnsupportedError, match="update"):
        read_decoding(changed)
