from __future__ import annotations

import pytest

from deepbacs_zoo.package.writing.jdll import bucket, largest_image, leading_spelling
from tests.package_writer import image, like


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


@pytest.mark.parametrize(
    ("given", "found", "pixels"),
    [(1, 3, 50_331_648), (3, 3, 16_777_216), (1, 33, 16_268_815), (1, 1, 50_331_648)],
)
def test_the_largest_image_is_limited_by_input_values_and_output_bytes(given, found, pixels):
    raw = image("raw", "bcyx", channels=("grey",) * given)
    result = like(raw, "result", "bcyx", channels=("share",) * found)
    assert largest_image([raw], [result]) == pixels
