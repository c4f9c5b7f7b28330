"""The files of a package and its description, as they are sent to any place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.names import is_system_file

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.package.metadata import Metadata

__all__ = ["KEPT_BY_THE_ZOO", "File", "Submission", "read_submission"]

KEPT_BY_THE_ZOO: Final = "comments.json"
"""The discussion with reviewers, which lies beside the files of a model and is none of them."""
_DESCRIPTIONS: Final = ("rdf.yaml", "bioimageio.yaml")
_BLOCK: Final = 1 << 20
_MOST_OF_A_COVER: Final = 2 << 20


@dataclass(frozen=True)
class File:
    """A file of a package.

    Parameters
    ----------
    name
        Its name relative to the description.
    path
        Where it lies on disk as long as the package is open.
    size
        Number of bytes.
    sha256, md5
        Its hashes in hexadecimal digits; stores of files name content by the second.
    is_weights
        Whether people who fetch it fetch the model.
    """

    name: str
    path: Path
    size: int
    sha256: str
    md5: str
    is_weights: bool


@dataclass(frozen=True)
class Submission:
    """A package as it is sent.

    Parameters
    ----------
    package
        The path of the package.
    metadata
        What it says about itself as a publication.
    description
        The whole description as JSON has it.
    files
        All its files, the description first.
    left_out
        Names of files that are not sent.
    documentation
        Its documentation in Markdown.
    covers
        Its covers by their names, without those that are too large to be shown.
    """

    package: Path
    metadata: Metadata
    description: Mapping[str, Any]
    files: tuple[File, ...]
    left_out: tuple[str, ...] = ()
    documentation: str = ""
    covers: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def fingerprint(self) -> str:
        """A hash of all names and contents."""
        lines = sorted(f"{file.sha256} {file.name}" for file in self.files)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_submission(package: Package) -> Submission:
    """Return what is sent of a package; its files can be read as long as it is open.

    Raises
    ------
    IntegrityError, UnsupportedError, HostError
        As `Package.file_path`, about any file.
    PackageError
        The description has a name that no zoo knows.
    """
    description = package.description_name
    if description not in _DESCRIPTIONS:
        raise PackageError(
            package.path,
            "the description has a name that the zoo does not read",
            value=description,
            allowed=" or ".join(_DESCRIPTIONS),
            hint="rename it, or export the model again",
        )
    names = [description, *(name for name in package.names() if name != description)]
    sent = [name for name in names if _is_sent(name)]
    weights = {package.locate(entry.file).path for entry in package.weights.values()}
    return Submission(
        package.path,
        package.metadata,
        _plain(package.description),
        tuple(_file(name, package.file_path(name), name in weights) for name in sent),
        tuple(name for name in names if name not in sent),
        _documentation(package, names),
        dict(_covers(package, names)),
    )


def _plain(description: Mapping[str, Any]) -> dict[str, Any]:
    """Return a description as JSON has it: times as texts, infinite bounds as ``null``."""
    text = json.dumps(dict(description), default=str)
    plain: dict[str, Any] = json.loads(text, parse_constant=lambda name: None)
    return plain


def _documentation(package: Package, names: Sequence[str]) -> str:
    document = package.metadata.documentation
    if document is None or document.source not in names:
        return ""
    return package.read(document.source).decode("utf-8", "replace")


def _covers(package: Package, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for cover in package.metadata.covers:
        if cover.source in names:
            content = package.read(cover.source)
            if len(content) <= _MOST_OF_A_COVER:
                yield cover.source, content


def _is_sent(name: str) -> bool:
    parts = name.split("/")
    junk = any(is_system_file(part) or part == "__pycache__" for part in parts)
    return not junk and name != KEPT_BY_THE_ZOO


def _file(name: str, path: Path, is_weights: bool) -> File:
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha256.update(block)
            md5.update(block)
            size += len(block)
    return File(name, path, size, sha256.hexdigest(), md5.hexdigest(), is_weights)
