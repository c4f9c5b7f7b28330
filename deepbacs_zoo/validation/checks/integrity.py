"""The check of the files: all there, the ones described, and which of them could execute."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.members import is_remote, member_name
from deepbacs_zoo.package.metadata import Metadata
from deepbacs_zoo.package.source import DESCRIPTION_NAMES
from deepbacs_zoo.package.weights import files_of
from deepbacs_zoo.runners.architecture import trusted_architectures
from deepbacs_zoo.tensors import FileRef
from deepbacs_zoo.validation.checks.outcome import Outcome, error_finding
from deepbacs_zoo.validation.context import Context

__all__ = ["check_integrity", "referenced_files"]

_MOST_NAMED: Final = 20
_CODE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".py": "Python code",
        ".ipynb": "a notebook",
        ".ijm": "an ImageJ macro",
        ".bsh": "a BeanShell script",
        ".groovy": "a Groovy script",
        ".js": "JavaScript",
        ".jar": "Java code",
        ".class": "Java code",
        ".sh": "a shell script",
        ".bat": "a batch file",
        ".exe": "a program",
        ".dll": "a library of machine code",
        ".so": "a library of machine code",
        ".dylib": "a library of machine code",
        ".pkl": "a pickle, which runs code when it is read",
        ".pickle": "a pickle, which runs code when it is read",
    }
)

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
EXECUTABLE_FILE: Final = Rule(
    "executable-file", Severity.INFO, "A file that can run can do harm, once it is trusted."
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
    not is a warning; files that nothing names, or that could execute, are information.
    """
    package = context.package
    references = list(referenced_files(package))
    findings = [finding for reference in references for finding in _check(package, reference)]
    named = {reference.file.path for reference in references}
    findings += [*_loose(package, named), *_executables(package)]
    if not any(finding.severity > Severity.INFO for finding in findings):
        count = len({path for path in named if not is_remote(path)})
        text = f"all {count} described files are there and unaltered"
        findings.insert(0, FILES_UNALTERED.finding("files", text))
    return Outcome(tuple(findings))


def _loose(package: Package, named: Collection[str]) -> Iterator[Finding]:
    loose = [name for name in package.names() if name not in (*named, *DESCRIPTION_NAMES)]
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
        for file in files_of(weights):
            yield _Reference(f"weights.{name}", file, True)
    yield from _documents(package.metadata)


def _documents(metadata: Metadata) -> Iterator[_Reference]:
    for document in metadata.documents:
        source, where = document.source, document.where
        path = source if is_remote(source) else member_name(source, where)
        yield _Reference(where, FileRef(path, document.sha256), document.is_mapping)


def _check(package: Package, reference: _Reference) -> Iterator[Finding]:
    if is_remote(reference.file.path):
        yield FILE_OUTSIDE.finding(
            reference.where,
            f"the file lies outside the package and was not looked at ({reference.file.path})",
            "files inside the package",
            "put the file into the package",
        )
        return
    try:
        package.file_path(reference.file)
    except PackageError as error:
        yield error_finding(error)
        return
    if reference.hashed and reference.file.sha256 is None:
        yield HASH_MISSING.finding(
            reference.where,
            f"no sha256 is stated for {reference.file.path}, so damage would not be noticed",
            "the SHA-256 of the file beside its name",
            "export the package again, or add the hash",
        )


def _executables(package: Package) -> Iterator[Finding]:
    for name in package.names():
        kind = _CODE.get(PurePosixPath(name).suffix.lower())
        if kind is None:
            continue
        if kind == "Python code" and _is_ours(package, name):
            text = "this file is Python code, one of deepbacs_zoo's own networks"
        else:
            text = f"this file is {kind}; nothing here runs it unless it is trusted"
        yield EXECUTABLE_FILE.finding(name, text)


def _is_ours(package: Package, name: str) -> bool:
    try:
        return hashlib.sha256(package.read(name)).hexdigest() in trusted_architectures()
    except PackageError:  # reported where the file is checked
        return False
