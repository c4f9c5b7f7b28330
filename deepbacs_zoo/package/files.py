"""Files of a package, verified when they are read, unpacked only on demand."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from deepbacs_zoo.errors import HostError, IntegrityError, UnsupportedError, UsageError
from deepbacs_zoo.package.addresses import named_by
from deepbacs_zoo.package.members import is_remote, member_name
from deepbacs_zoo.package.source import Source
from deepbacs_zoo.package.zip_source import damage
from deepbacs_zoo.tensors import FileRef

__all__ = ["Files"]

_CHUNK: Final = 2**20


class Files:
    """The files of one package.

    Parameters
    ----------
    source
        Where they lie.
    hashes
        SHA-256 by name, for the files whose hash the description states anywhere; a file that is
        asked for by its name alone is verified against it.
    """

    def __init__(self, source: Source, hashes: Mapping[str, str]) -> None:
        self._source = source
        self._hashes = hashes
        self._lock = threading.Lock()
        self._verified: dict[tuple[str, str], tuple[int, int]] = {}
        self._folder: Path | None = None
        self._clean_up: weakref.finalize[Any, Any] | None = None
        self._closed = False
        self._located: dict[FileRef, FileRef] = {}

    def names(self) -> tuple[str, ...]:
        """Return all names, sorted."""
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
        located = self.locate(file)
        where = self.where(located.path)
        with self._source.open(located.path) as stream, damage(where):
            data = stream.read()
        _verify(where, hashlib.sha256(data).hexdigest(), located.sha256)
        return data

    def verify(self, file: FileRef | str) -> None:
        """Read a file to its end and compare it with its hash; errors as those of `read`."""
        located = self.locate(file)
        _verify(self.where(located.path), self._digest(located.path), located.sha256)

    def file_path(self, file: FileRef | str) -> Path:
        """Return the path of a file on disk, verified like `read`.

        A member of a zip is unpacked once, into a private temporary folder that is deleted when the
        package is closed; members keep their places relative to each other.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError
            As `read`.
        HostError
            The disk has no space for the file.
        """
        located = self.locate(file)
        name, sha256 = located.path, located.sha256
        path = self._source.path_of(name)
        with self._lock:
            if path is None:
                return self._unpacked(name, sha256)
            self._verify_on_disk(path, name, sha256)
        return path

    def together(self, file: FileRef, beside: Mapping[str, FileRef]) -> Path:
        """Return the path of a file on disk, with others at the places where it looks for them.

        Parameters
        ----------
        file
            The file, such as an ONNX graph.
        beside
            Other files by their paths relative to its folder.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError, HostError
            As `file_path`.
        """
        path = self.file_path(file)
        others = {place: self.file_path(other) for place, other in beside.items()}
        moved = [place for place, other in others.items() if other != path.parent / place]
        if not moved:
            return path
        with self._lock, self._no_space(file.path):
            folder = Path(tempfile.mkdtemp(dir=self._private_folder()))
            for place, other in {path.name: path, **others}.items():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(other, folder / place)
        return folder / path.name

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

    def where(self, name: str) -> str:
        """Return a file of the package as named to the user."""
        return f"{self._source.label}: {name}"

    def locate(self, file: FileRef | str) -> FileRef:
        """Return a file by its name in the package, with the hash that it must have.

        An address stands for the file in the package that has its hash; where no hash is stated,
        for the file that has its name.

        Raises
        ------
        IntegrityError
            The file in the package that has the name of the address has another hash.
        UnsupportedError
            No file in the package is the one at the address.
        PackageError
            The name leads out of the package.
        """
        self._check_open()
        reference = FileRef(file) if isinstance(file, str) else file
        if is_remote(reference.path):
            if reference not in self._located:
                self._located[reference] = self._at_address(reference)
            return self._located[reference]
        name = member_name(reference.path, self._source.label)
        return FileRef(name, reference.sha256 or self._hashes.get(name))

    def _at_address(self, reference: FileRef) -> FileRef:
        names = self._source.names()
        named = named_by(reference.path, names)
        if reference.sha256 is None and named:
            return FileRef(named[0], self._hashes.get(named[0]))
        if reference.sha256 is not None:
            digests = {}
            for name in (*named, *(name for name in names if name not in named)):
                digests[name] = self._digest(name)
                if digests[name] == reference.sha256:
                    return FileRef(name, reference.sha256)
            if named:
                _verify(self.where(named[0]), digests[named[0]], reference.sha256)
        raise UnsupportedError(
            self._source.label,
            "the description names a file that is not in the package",
            value=reference.path,
            allowed="files inside the package; nothing is fetched from the network",
            hint="get the package as a zip with all its files",
        )

    def _digest(self, name: str) -> str:
        with self._source.open(name) as stream, damage(self.where(name)):
            return _copy(stream, None)

    def _verify_on_disk(self, path: Path, name: str, sha256: str | None) -> None:
        state = _state(path)
        if sha256 is None or self._verified.get((name, sha256)) == state:
            return
        with path.open("rb") as stream:
            _verify(self.where(name), _copy(stream, None), sha256)
        self._verified[name, sha256] = state

    def _unpacked(self, name: str, sha256: str | None) -> Path:
        with self._no_space(name):
            path = self._private_folder() / name
            if path.is_file():
                self._verify_on_disk(path, name, sha256)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._unpack(name, path, sha256)
        return path

    @contextmanager
    def _no_space(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HostError(
                self.where(name),
                "the file cannot be unpacked",
                value=error.strerror or error,
                allowed="a temporary folder with space for it",
                hint="free some space, or set TMPDIR to another folder",
            ) from error

    def _unpack(self, name: str, path: Path, sha256: str | None) -> None:
        # Under another name until it is verified: a half written file is never handed out.
        part = path.with_name(path.name + ".part")
        try:
            with (
                self._source.open(name) as stream,
                part.open("wb") as target,
                damage(self.where(name)),
            ):
                found = _copy(stream, target)
            _verify(self.where(name), found, sha256)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if sha256 is not None:
            self._verified[name, sha256] = _state(path)

    def _private_folder(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="deepbacs_zoo-"))
            self._clean_up = weakref.finalize(self, shutil.rmtree, self._folder, True)
        return self._folder


def _state(path: Path) -> tuple[int, int]:
    """Return what changes when a file is written to: size and time of change."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns


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
