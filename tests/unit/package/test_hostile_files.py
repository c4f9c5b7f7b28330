"""Any bytes at all: a package is read as it is, or refused in one sentence; nothing else."""

from __future__ import annotations

import io
import warnings
import zipfile
from pathlib import Path, PurePosixPath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from deepbacs_zoo.errors import DeepbacsZooError, PackageError
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package.yaml_text import parse_yaml
from tests.packages import CASES

bounded = settings(max_examples=80, derandomize=True, deadline=None, database=None)

NAMES = st.text(st.sampled_from("ab./\\: \x00µ"), min_size=1, max_size=12)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a package that opens."""
    return Path(CASES["bcyx"](tmp_path_factory.mktemp("good"))).read_bytes()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that every example writes anew."""
    return tmp_path_factory.mktemp("place") / "package.zip"


def read_all(path: Path) -> dict[str, bytes] | None:
    """Return every member, or None if the package is refused; any other error is a failure."""
    try:
        with open_package(path) as package:
            for spec in (*package.inputs, *package.outputs):
                if spec.test_tensor is not None:
                    package.tensor(spec.test_tensor)
            return {name: package.read(name) for name in package.names()}
    except DeepbacsZooError as error:
        assert_one_sentence(error)
        return None


def assert_one_sentence(error: DeepbacsZooError) -> None:
    assert "; allowed: " in str(error)
    assert "\n" not in str(error)


@bounded
@given(st.binary(max_size=200))
def test_any_bytes_are_a_mapping_or_refused(data: bytes) -> None:
    try:
        assert isinstance(parse_yaml(data, "rdf.yaml"), dict)
    except PackageError as error:
        assert_one_sentence(error)


@bounded
@given(st.text(st.sampled_from("a1:-[]{}&*!|>'\"#%@,? \n\t<~."), max_size=60))
def test_any_text_of_yaml_signs_is_a_mapping_or_refused(text: str) -> None:
    try:
        assert isinstance(parse_yaml(text.encode(), "rdf.yaml"), dict)
    except PackageError as error:
        assert_one_sentence(error)


@bounded
@given(st.dictionaries(st.text(max_size=6), DATA, max_size=3))
def test_what_a_yaml_library_writes_is_read_back(data: dict[str, object]) -> None:
    text = yaml.safe_dump(data, allow_unicode=False, default_style='"')
    plain = parse_yaml(text.encode(), "rdf.yaml")
    assert plain == yaml.safe_load(text)


@bounded
@given(st.data())
def test_a_damaged_zip_is_read_as_it_was_or_refused(
    good: bytes, place: Path, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(good) - 1), label="start")
    # The directory at the end of the file decides most; it is hit as often as all the rest.
    start = data.draw(st.sampled_from((start, len(good) - 1 - start % 600)), label="from the end")
    length = data.draw(st.integers(0, 40), label="length")
    patch = data.draw(st.binary(max_size=40), label="patch")
    place.write_bytes(good[:start] + patch + good[start + length :])
    found = read_all(place)
    if found is not None:
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        # A name may have changed, and with it nothing of a member that is read.
        assert set(found.values()) <= set(members.values())


@bounded
@given(st.lists(st.tuples(NAMES, st.binary(max_size=20)), max_size=6))
def test_names_of_members_stay_inside_the_package_or_are_refused(
    good: bytes, place: Path, members: list[tuple[str, bytes]]
) -> None:
    place.write_bytes(good)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(place, "a") as file:
        for name, content in members:  # a name may come twice, of which zipfile warns
            file.writestr(zipfile.ZipInfo(name), content)
    found = read_all(place)
    for name in found or ():
        parts = PurePosixPath(name).parts
        assert ".." not in parts
        assert not name.startswith("/")


@bounded
@given(st.data())
def test_a_description_with_odd_values_is_read_or_refused(
    good: bytes, place: Path, data: st.DataObject
) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    description = yaml.safe_load(members["rdf.yaml"])
    replace(description, data)
    members["rdf.yaml"] = yaml.safe_dump(description).encode()
    with zipfile.ZipFile(place, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    read_all(place)


def replace(node: object, data: st.DataObject) -> None:
    """Walk down a random way and put random data at its end."""
    while True:
        keys = list(node) if isinstance(node, dict) else range(len(node))
        key = data.draw(st.sampled_from(keys), label="key")
        child = node[key]
        if not (isinstance(child, dict | list) and child and data.draw(st.booleans())):
            node[key] = data.draw(DATA, label="value")
            return
        node = child
