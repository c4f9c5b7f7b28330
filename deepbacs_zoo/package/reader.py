"""Open a package: its description as frozen data, its files on demand and never unverified."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, Final

import numpy as np

from deepbacs_zoo.errors import HostError, IntegrityError, UnsupportedError, UsageError
from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.package import v0_4, v0_5
from deepbacs_zoo.package.arrays import parse_npy
from deepbacs_zoo.package.fields import Field
from deepbacs_zoo.package.members import is_remote, member_name
from deepbacs_zoo.package.source import Source, damage, open_source
from deepbacs_zoo.package.weights import files_of, read_weights
from deepbacs_zoo.package.yaml_text import MAX_BYTES, parse_yaml
from deepbacs_zoo.tensors import FileRef, TensorSpec, Weights

__all__ = ["NEWEST_KNOWN", "Package", "open_package"]

NEWEST_KNOWN: Final = (0, 5, 14)
"""The newest format whose changes were looked through; newer 0.5 is read as this one."""

_VERSION: Final = re.compile(r"(\d{1,4})\.(\d{1,4})\.(\d{1,4})")
_READERS: Final = {(0, 4): v0_4.read_tensors, (0, 5): v0_5.read_tensors}
_CHUNK: Final = 2**20


def open_package(path: str | Path) -> Package:
    """Open a bioimage.io package and read its description.

    Parameters
    ----------
    path
        A zip, a folder, or the description itself (``rdf.yaml``, ``bioimageio.yaml``,
        ``model.yaml``; in a zip it may lie one folder down).

    Returns
    -------
    Package
        To be closed after use, or used as a context manager.

    Raises
    ------
    UsageError
        Nothing is there, or it is no package.
    PackageError
        The description breaks the format or contradicts itself.
    UnsupportedError
        Another format than 0.4 and 0.5, not a model, or an axis without a letter.
    IntegrityError
        The zip is cut off or damaged.
    """
    place = Path(path)
    source, name = open_source(place)
    try:
        return Package(place, source, name)
    except BaseException:
        source.close()
        raise


class Package:
    """A read-only view of one package; made by `open_package`.

    Parameters
    ----------
    path
        The path as the user gave it.
    source
        Its files.
    description_name
        The name of the description among them.

    Attributes
    ----------
    format_version, id, name, version
        As the description states them; ``id`` and ``version`` may be missing.
    description
        The whole description as parsed from YAML.
    inputs, outputs
        The tensors.
    weights
        The weights by format, in the order of the description.
    config, zoo_config
        ``config``, and ``config.deepbacs_zoo``; empty when missing.
    findings
        What was noticed in reading and is no error: a format newer than those known here.
    """

    def __init__(self, path: Path, source: Source, description_name: str) -> None:
        self.path = path
        self._source = source
        self._lock = threading.Lock()
        self._verified: dict[str, tuple[int, int]] = {}
        self._folder: Path | None = None
        self._closed = False
        self._clean_up: weakref.finalize[Any, Any] | None = None
        root = Field(source.label, "", self._parse(description_name))
        self.format_version = _format_version(root)
        number = _number(self.format_version)
        self.findings = _findings(self.format_version, number)
        self.name = root["name"].text()
        self.id = _identifier(root, number)
        version = root.get("version")
        self.version = None if version is None else str(version.value)
        self.description: Mapping[str, Any] = MappingProxyType(root.mapping())
        self.inputs, self.outputs = _READERS[number[0], number[1]](root)
        self.weights: Mapping[str, Weights] = read_weights(root)
        self.config = _mapping(root.get("config"))
        zoo = root.get("config")
        self.zoo_config = _mapping(None if zoo is None else zoo.get("deepbacs_zoo"))
        self._hashes = _hashes(source.label, self._files())

    def _parse(self, name: str) -> dict[str, Any]:
        with self._source.open(name) as file, damage(f"{self._source.label}: {name}"):
            data = file.read(MAX_BYTES + 1)
        return parse_yaml(data, self._source.label)

    def _files(self) -> Iterable[FileRef]:
        for tensor in (*self.inputs, *self.outputs):
            yield from _files_of_tensor(tensor)
        for weights in self.weights.values():
            yield from files_of(weights)

    # --- files -----------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Return the names of all files of the package, sorted."""
        self._check_open()
        return self._source.names()

    def read(self, file: FileRef | str) -> bytes:
        """Return the content of a file.

        Parameters
        ----------
        file
            A file as described, or its name.  Also by its name a file is verified, if the
            description states its hash anywhere.

        Raises
        ------
        IntegrityError
            The file is missing, damaged, or not the one that was described.
        UnsupportedError
            The description gives an address on the network instead of a file.
        PackageError
            The name leads out of the package.
        """
        name, sha256 = self._locate(file)
        where = self._where(name)
        with self._source.open(name) as stream, damage(where):
            data = stream.read()
        _verify(where, hashlib.sha256(data).hexdigest(), sha256)
        return data

    def file_path(self, file: FileRef | str) -> Path:
        """Return the path of a file on disk, verified like `read`.

        A member of a zip is unpacked once, into a private temporary folder that is deleted when the
        package is closed; members keep their places relative to each other.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError
            As `read`.
        HostError
            There is no room for the file.
        """
        name, sha256 = self._locate(file)
        path = self._source.path_of(name)
        with self._lock:
            if path is None:
                return self._unpacked(name, sha256)
            self._verify_on_disk(path, name, sha256)
        return path

    def tensor(self, file: FileRef) -> np.ndarray[Any, Any]:
        """Return the array of an ``.npy`` file; pickled objects are refused.

        Raises
        ------
        IntegrityError
            As `read`, or the file is no complete ``.npy`` file of numbers.
        """
        return parse_npy(self.read(file), self._where(file.path))

    def _where(self, name: str) -> str:
        return f"{self._source.label}: {name}"

    def _locate(self, file: FileRef | str) -> tuple[str, str | None]:
        self._check_open()
        reference = FileRef(file) if isinstance(file, str) else file
        if is_remote(reference.path):
            raise UnsupportedError(
                self._source.label,
                "the description names a file that is not in the package",
                value=reference.path,
                allowed="files inside the package; nothing is fetched from the network",
                hint="get the package as a zip with all its files",
            )
        name = member_name(reference.path, self._source.label)
        return name, reference.sha256 or self._hashes.get(name)

    def _verify_on_disk(self, path: Path, name: str, sha256: str | None) -> None:
        status = path.stat()
        state = (status.st_size, status.st_mtime_ns)
        if sha256 is None or self._verified.get(name + sha256) == state:
            return
        with self._source.open(name) as stream:
            _verify(self._where(name), _copy(stream, None), sha256)
        self._verified[name + sha256] = state

    def _unpacked(self, name: str, sha256: str | None) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="deepbacs_zoo-"))
            self._clean_up = weakref.finalize(self, shutil.rmtree, self._folder, True)
        path = self._folder / name
        if path.is_file():
            self._verify_on_disk(path, name, sha256)
            return path
        where = self._where(name)
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._source.open(name) as stream, part.open("wb") as target, damage(where):
                found = _copy(stream, target)
            _verify(where, found, sha256)
            part.replace(path)
        except OSError as error:
            if isinstance(error, HostError):
                raise
            raise HostError(
                where,
                "the file cannot be unpacked",
                value=error.strerror or error,
                allowed=f"a temporary folder with room ({self._folder})",
                hint="free some space, or set TMPDIR to another folder",
            ) from error
        finally:
            part.unlink(missing_ok=True)
        return path

    # --- life ------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the zip and delete what was unpacked; may be called again."""
        self._closed = True
        self._source.close()
        if self._clean_up is not None:
            self._clean_up()

    def _check_open(self) -> None:
        if self._closed:
            raise UsageError(
                self._source.label,
                "the package is closed",
                allowed="reading before close() or inside the with block",
                hint="open the package again",
            )

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Package({str(self.path)!r}, format {self.format_version}, {self.name!r})"


# --- parts of the description --------------------------------------------------------------------


def _format_version(root: Field) -> str:
    kind = root.get("type")
    if kind is not None and kind.value != "model":
        raise kind.wrong(
            "model",
            what="this is the description of something else than a model",
            hint="give the package of a model",
            kind=UnsupportedError,
        )
    field = root["format_version"]
    match = _VERSION.fullmatch(field.text())
    if match is None:
        raise field.wrong("three numbers with points between, such as 0.5.10")
    number = _number(field.text())
    if number[:2] not in _READERS:
        newer = number[:2] > max(_READERS)
        raise field.wrong(
            "0.4.x and 0.5.x",
            what="this format of the description is not read here",
            hint="get a newer deepbacs_zoo"
            if newer
            else "convert the description with bioimageio.core (bioimageio update-format)",
            kind=UnsupportedError,
        )
    return field.text()


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _findings(version: str, number: tuple[int, ...]) -> tuple[Finding, ...]:
    if number <= NEWEST_KNOWN:
        return ()
    known = ".".join(map(str, NEWEST_KNOWN))
    return (
        Finding(
            Severity.INFO,
            "format_version",
            f"the format {version} is newer than those known here and is read as {known}",
            f"up to {known}",
            "get a newer deepbacs_zoo if something is missing",
        ),
    )


def _identifier(root: Field, number: tuple[int, ...]) -> str | None:
    """Return ``id``; before 0.4.10 the Zoo's name stood in ``config.bioimageio.nickname``."""
    place: Field | None = root
    if number < (0, 4, 10):
        for key in ("config", "bioimageio", "nickname"):
            place = None if place is None else place.get(key)
        if place is not None:
            return place.text()
    stated = root.get("id")
    return None if stated is None else stated.text()


def _mapping(field: Field | None) -> Mapping[str, Any]:
    return MappingProxyType({} if field is None else field.mapping())


def _files_of_tensor(tensor: TensorSpec) -> Iterable[FileRef]:
    files = [tensor.test_tensor, tensor.sample_tensor]
    files += [step.kwargs.get("source") for step in tensor.steps if step.name == "custom"]
    return [file for file in files if file is not None]


def _hashes(label: str, files: Iterable[FileRef]) -> dict[str, str]:
    """Return the hash of each file for which the description states one."""
    result: dict[str, str] = {}
    for file in files:
        if file.sha256 is None:
            continue
        if result.setdefault(file.path, file.sha256) != file.sha256:
            raise IntegrityError(
                f"{label}: {file.path}",
                "the description states two different hashes for this file",
                value=file.sha256,
                allowed="one hash for each file",
                hint="get the package again, or correct its hashes",
            )
    return result


def _verify(where: str, found: str, expected: str | None) -> None:
    if expected is not None and found != expected:
        raise IntegrityError(
            where,
            "the file is not the one that was described: its SHA-256 differs",
            value=found,
            allowed=expected,
            hint="get the package again; do not use this file",
        )


def _copy(stream: IO[bytes], target: IO[bytes] | None) -> str:
    """Read a stream to its end, perhaps into ``target``, and return its SHA-256."""
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
        if target is not None:
            target.write(chunk)
    return digest.hexdigest()
