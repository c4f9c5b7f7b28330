"""The check of the files: all there, the ones described, and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.find_description import DESCRIPTION_NAMES, other_descriptions
from deepbacs_zoo.package.members import is_left_by_system, is_remote, member_name
from deepbacs_zoo.package.metadata import Metadata
from deepbacs_zoo.package.packing import NAME_WITH_BACKSLASH, several_descriptions
from deepbacs_zoo.package.weights import stated_files
from deepbacs_zoo.tensors import FileRef, Weights
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding
from deepbacs_zoo.validation.context import Context

__all__ = ["check_integrity", "referenced_files"]

_MOST_NAMED: Final = 20
FILES_UNALTERED: Final = Rule(
    "files-unaltered", Severity.INFO, "Results can be trusted only of files that were described."
)
FILE_NOT_NAMED: Final = Rule(
    "file-not-named", Severity.INFO, "Programs ignore a file that the description does not name."
)
FILE_OUTSIDE: Final = Rule(
    "file-outside-package",
    Severity.WARNING,
    "A file on the network may change or vanish, and nothing here fetches it.",
)
HASH_MISSING: Final = Rule(
    "hash-missing", Severity.WARNING, "Without a hash nobody notices that a file was damaged."
)
TAKEN_BY_NAME: Final = Rule(
    "file-taken-by-name",
    Severity.WARNING,
    "Without a hash nobody knows that a file in the package is the one at an address.",
)
EXTERNAL_DATA_NOT_STATED: Final = Rule(
    "external-data-not-stated",
    Severity.WARNING,
    "Other programs unpack only the files that the entry of the weights states.",
    "bioimageio.core 0.11.0, backends/onnx_backend.py",
)
MODULE_NOT_STATED: Final = Rule(
    "module-not-stated",
    Severity.WARNING,
    "Other programs unpack the one file that the architecture states, and cannot import more.",
    "bioimageio.core 0.11.0, digest_spec.py",
)


@dataclass(frozen=True)
class _Reference:
    """A file that the description names at ``where``; ``hashed`` if it could state a hash there."""

    where: str
    file: FileRef
    hashed: bool


def check_integrity(context: Context) -> Outcome:
    """Compare the files of a package with its description.

    Missing and altered files are errors; a file whose hash the description could state and does
    not is a warning; files that nothing names are information.
    """
    package = context.package
    findings = [*package.packing, *_descriptions(package)]
    references = list(referenced_files(package))
    named: set[str] = set()
    for reference in references:
        findings += _check(package, reference, named)
    for name, weights in package.weights.items():
        findings += _beside(package, name, weights, named)
    findings += _spelled_with_backslashes(package)
    findings += _loose(package, named | _mentioned(package))
    if not any(finding.severity > Severity.INFO for finding in findings):
        text = f"all {len(named)} described files are there and unaltered"
        findings.insert(0, FILES_UNALTERED.finding("files", text))
    return Outcome(tuple(findings))


def _descriptions(package: Package) -> Iterator[Finding]:
    """Yield the descriptions beside the one that was read, if they say something else."""
    read = package.description_name
    for other in other_descriptions(package.names(), read):
        if package.read(other) != package.read(read):
            yield several_descriptions(read, other)


def _mentioned(package: Package) -> set[str]:
    """Return the files that the description names anywhere, for example in ``config``."""
    texts = {text.replace("\\", "/").removeprefix("./") for text in _texts(package.description)}
    return texts & set(package.names())


def _spelled_with_backslashes(package: Package) -> Iterator[Finding]:
    names = set(package.names())
    for text in _texts(package.description):
        if "\\" in text and text.replace("\\", "/").removeprefix("./") in names:
            what = f"the description writes the name of a file with '\\' ({text})"
            allowed = "'/' between the parts of a name"
            yield NAME_WITH_BACKSLASH.finding("description", what, allowed, "write '/' instead")
            return


def _texts(value: object) -> Iterator[str]:
    """Yield all texts in a description; a part that stands in it several times comes once."""
    waiting, seen = [value], set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping | list) and id(each) not in seen:
            seen.add(id(each))
            waiting += each.values() if isinstance(each, Mapping) else each


def _loose(package: Package, named: Collection[str]) -> Iterator[Finding]:
    plain = {normalized(name) for name in (*named, *DESCRIPTION_NAMES)}
    loose = [
        name
        for name in package.names()
        if name != package.description_name
        and normalized(name) not in plain
        and not is_left_by_system(name)
    ]
    for name in loose[:_MOST_NAMED]:
        yield FILE_NOT_NAMED.finding(name, "no field of the description names this file")
    if len(loose) > _MOST_NAMED:
        more = f"{len(loose) - _MOST_NAMED} more files are not named"
        yield FILE_NOT_NAMED.finding("files", more)


def referenced_files(package: Package) -> Iterator[_Reference]:
    """Yield every file that the description names, with the place where it does."""
    for side, tensors in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(tensors):
            for kind in ("test_tensor", "sample_tensor"):
                file = getattr(spec, kind)
                if file is not None:
                    # Format 0.4 lists these as plain names, without a place for a hash.
                    hashed = not package.format_version.startswith("0.4")
                    yield _Reference(f"{side}.{index}.{kind}", file, hashed)
            for number, step in enumerate(spec.steps):
                if isinstance(source := step.kwargs.get("source"), FileRef):
                    yield _Reference(f"{side}.{index}.steps.{number}.source", source, True)
    for name, weights in package.weights.items():
        for file in stated_files(weights):
            yield _Reference(f"weights.{name}", file, True)
    yield from _documents(package.metadata)


def _documents(metadata: Metadata) -> Iterator[_Reference]:
    for document in metadata.documents:
        source, where = document.source, document.where
        path = source if is_remote(source) else member_name(source, where)
        yield _Reference(where, FileRef(path, document.sha256), document.is_mapping)


def _check(package: Package, reference: _Reference, named: set[str]) -> Iterator[Finding]:
    """Yield what is wrong with a file, and add its name in the package to ``named``."""
    file, remote = reference.file, is_remote(reference.file.path)
    try:
        located = package.locate(file)
        named.add(located.path)
        package.verify(located)
    except UnsupportedError:
        yield FILE_OUTSIDE.finding(
            reference.where,
            f"the file lies outside the package and was not looked at ({file.path})",
            "files inside the package",
            "put the file into the package",
        )
        return
    except PackageError as error:
        yield error_finding(error)
        return
    if remote and file.sha256 is None:
        yield TAKEN_BY_NAME.finding(
            reference.where,
            f"{located.path} is taken for the file at an address ({file.path}), by its name alone",
            "the name of the file in the package, or the SHA-256 beside the address",
            f"write {located.path} instead of the address",
        )
    elif reference.hashed and file.sha256 is None:
        yield HASH_MISSING.finding(
            reference.where,
            f"no sha256 is stated for {file.path}, so damage would not be noticed",
            "the SHA-256 of the file beside its name",
            "export the package again, or add the hash",
        )


def _beside(package: Package, name: str, weights: Weights, named: set[str]) -> Iterator[Finding]:
    """Yield what is wrong with files that only the files of an entry name."""
    stated = stated_files(weights)
    try:
        others = {file.path: file for file in package.files_of(weights) if file not in stated}
        for file in others.values():
            package.verify(file)
    except PackageError as error:
        yield error_finding(error)
        return
    named.update(others)
    for file in stated:
        with suppress(PackageError):  # reported where the file is checked
            others.pop(package.locate(file).path, None)
    if not others:
        return
    more = f" and {len(others) - 1} more files" if len(others) > 1 else ""
    paths = f"{next(iter(others))}{more}"
    if weights.format == "onnx":
        yield EXTERNAL_DATA_NOT_STATED.finding(
            f"weights.{name}",
            f"the graph keeps weights in {paths}, which the entry does not state",
            "external_data with the name and the SHA-256 of the file (format 0.5.5 or later)",
            "state the file there, or export the graph as one file",
        )
    else:
        yield MODULE_NOT_STATED.finding(
            f"weights.{name}.architecture",
            f"the code of the network imports {paths} of the package",
            "code in one file, which imports libraries only",
            "put the code into one file",
        )
