"""Odd files: a package runs from the files that it is checked by, or both say why not."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from deepbacs_zoo.findings import Severity
from deepbacs_zoo.package import open_package
from deepbacs_zoo.package import reader as package_reader
from deepbacs_zoo.validation import validate
from deepbacs_zoo.validation.checks.integrity import check_integrity
from deepbacs_zoo.validation.checks.reproduction import check_reproduction
from deepbacs_zoo.validation.context import Context
from tests.package_files import plain, written
from tests.packages import FILE_CASES, REFUSED_FILES

WORDS = {
    "external_missing": "keeps its weights in a file that is missing (weights.onnx.data)",
    "external_altered": "its SHA-256 differs",
    "external_outside": "does not stay inside the package",
    "address_other_hash": "its SHA-256 differs",
    "address_nowhere": "not in the package (https://zenodo.org/",
    "capitals_of_the_name": "that is missing (there is weights.onnx)",
    "windows_up": "does not stay inside the package",
    "zip_in_a_zip": "it holds another zip, model.zip",
    "encrypted": "it holds encrypted files",
    "deflate64": "compression method 9",
    "no_description": "no description in this package (config.yml)",
    "format_0_1": "format_version: this format of the description is not read here ('0.1.0')",
    "format_0_2": "no program converts it",
    "format_0_3_no_type": "add 'type: model' and convert it with bioimageio.core 0.11.0",
    "format_0_3_number": "is not read here (0.3)",
    "format_0_6_no_type": "get a newer deepbacs_zoo",
    "format_number": "this is no version of the format (0.5); allowed: three numbers",
    "format_missing": "format_version: this required field is missing; allowed: three numbers",
    "format_flag": "this is no version of the format (True)",
    "type_missing": "type: this required field is missing",
    "notebook": "something else than a model ('notebook')",
    "latin_1": "is not UTF-8 text (line ",
}


def checked(path: Path) -> Iterator[tuple[str, Severity]]:
    with open_package(path) as package, Context(package) as context:
        for finding in check_integrity(context).findings:
            yield finding.id, finding.severity


@pytest.mark.parametrize("name", FILE_CASES)
def test_the_package_reproduces_its_test_tensors(name: str, tmp_path: Path) -> None:
    """Opened afresh: nothing is there but what the runner asks for."""
    with open_package(FILE_CASES[name](tmp_path)) as package, Context(package) as context:
        found = [finding.id for finding in check_reproduction(context).findings]
    assert found == ["output-reproduced"]


@pytest.mark.parametrize("name", FILE_CASES)
def test_the_check_of_the_files_says_what_is_odd(name: str, tmp_path: Path) -> None:
    found = list(checked(FILE_CASES[name](tmp_path)))
    odd = [rule for rule, severity in found if severity > Severity.INFO]
    assert sorted(set(odd)) == sorted(FILE_CASES[name].warnings)
    loose = {"capitals_differ", "second_description", "description_twice"}
    assert ("file-not-named" in dict(found)) <= (name in loose)


@pytest.mark.parametrize("name", REFUSED_FILES)
def test_the_package_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    case = REFUSED_FILES[name]
    path = case(tmp_path)
    with pytest.raises(case.error) as caught, open_package(path) as package:
        assert case.when != "open"
        (weights,) = package.weights.values()
        if case.when == "read":
            package.read(weights.file)
        package.weights_path(weights)
    assert type(caught.value) is case.error
    assert WORDS.get(name, "") in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [n for n, case in REFUSED_FILES.items() if case.when != "open"])
def test_what_does_not_run_is_an_error_of_the_check(name: str, tmp_path: Path) -> None:
    path = REFUSED_FILES[name](tmp_path)
    expected = "file-outside-package" if name == "address_nowhere" else "-error"
    assert [rule for rule, _ in checked(path) if rule.endswith(expected)]
    with open_package(path) as package, Context(package) as context:
        found = [finding.id for finding in check_reproduction(context).findings]
    assert "output-reproduced" not in found
    assert {"integrity-error", "package-error", "weights-refused"} & set(found)


@pytest.mark.parametrize("name", [n for n, case in REFUSED_FILES.items() if case.when == "open"])
def test_what_does_not_open_is_one_error_of_validation(name: str, tmp_path: Path) -> None:
    found = validate(REFUSED_FILES[name](tmp_path)).findings
    assert [finding.severity for finding in found].count(Severity.ERROR) == 1


def test_a_method_that_java_lacks_is_a_warning(tmp_path: Path) -> None:
    write = partial(plain, method=zipfile.ZIP_LZMA)
    assert ("zip-compression", Severity.WARNING) in checked(written(write)(tmp_path))


def test_the_check_of_the_files_unpacks_nothing(tmp_path: Path, monkeypatch) -> None:
    """What it looked at must not lie there for the runner to find."""
    with open_package(FILE_CASES["weights_address"](tmp_path)) as package:
        monkeypatch.setattr(package_reader.Package, "file_path", lambda *_: pytest.fail("unpacked"))
        with Context(package) as context:
            assert check_integrity(context).findings
