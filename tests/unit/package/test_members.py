from __future__ import annotations

import pytest

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.members import file_ref, is_remote, member_name
from deepbacs_zoo.tensors import FileRef

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("weights.onnx", "weights.onnx"),
        ("./weights.onnx", "weights.onnx"),
        ("a//b/./c.npy", "a/b/c.npy"),
        ("folder/", "folder"),
        ("..weights", "..weights"),
        ("with space µ.npy", "with space µ.npy"),
    ],
)
def test_names_are_written_one_way(name: str, expected: str) -> None:
    assert member_name(name, "model.zip") == expected


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../a", "a/../../b", "/etc/passwd", "C:/a", "c:a", "a\\..\\b", "a\0b", "//a"],
)
def test_names_that_leave_the_package_are_refused(name: str, check_message) -> None:
    with pytest.raises(PackageError, match="inside the package") as caught:
        member_name(name, "model.zip")
    check_message(caught.value, where="model.zip", value=repr(name), allowed="without '..'")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("https://example.org/a", True),
        ("http://example.org/a", True),
        ("file:///etc/passwd", True),
        ("s3://bucket/a", True),
        ("HTTPS:/example.org", True),
        ("weights.onnx", False),
        ("a/b:c", False),
        ("C:/a", False),
    ],
)
def test_addresses_are_distinguished_from_files(name: str, expected: bool) -> None:
    assert is_remote(name) is expected


def test_a_file_is_a_text_or_a_mapping() -> None:
    assert file_ref(Field("p", "f", "a.npy")) == FileRef("a.npy")
    assert file_ref(Field("p", "f", "a.npy"), Field("p", "h", HASH)) == FileRef("a.npy", HASH)
    assert file_ref(Field("p", "f", {"source": "./a.npy"})) == FileRef("a.npy")
    both = {"source": "a.npy", "sha256": HASH.upper()}
    assert file_ref(Field("p", "f", both)) == FileRef("a.npy", HASH)


def test_an_address_is_kept_as_it_is() -> None:
    assert file_ref(Field("p", "f", "https://a.org/../b")).path == "https://a.org/../b"


@pytest.mark.parametrize("value", ["", "abc", HASH + "0", HASH[:-1] + "g", 12])
def test_a_hash_of_another_form_is_refused(value: object, check_message) -> None:
    with pytest.raises(PackageError) as caught:
        file_ref(Field("p", "f", {"source": "a.npy", "sha256": value}))
    check_message(caught.value, where="p: f.sha256")


@pytest.mark.parametrize("value", [12, None, {}, {"sha256": HASH}, ["a.npy"], ""])
def test_a_file_of_another_form_is_refused(value: object, check_message) -> None:
    with pytest.raises(PackageError) as caught:
        file_ref(Field("p", "f", value))
    check_message(caught.value, where="p: f")
