from __future__ import annotations

import pytest

from deepbacs_zoo.package.writing.jdll import bucket, leading_spelling


@pytest.mark.parametrize(("key", "place"), [("", 0), ("a", 97 % 16), ("onnx_v17", 10)])
def test_buckets_are_those_of_java(key: str, place: int) -> None:
    assert bucket(key) == place


@pytest.mark.parametrize("minor", range(5, 16))
@pytest.mark.parametrize("patch", [0, 1])
def test_torchscript_comes_before_onnx_for_every_supported_torch(minor: int, patch: int) -> None:
    version = f"2.{minor}.{patch}"
    spelling = leading_spelling(version, 17)
    assert bucket(f"torchscript_v{spelling}") <= bucket("onnx_v17")
    assert version.startswith(spelling)


def test_a_version_that_leads_already_is_kept() -> None:
    assert leading_spelling("2.15.0", 17) == "2.15.0"
    assert leading_spelling("2.14.0", 17) == "2.14"
