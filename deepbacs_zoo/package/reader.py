"""Open a package: its description as frozen data, its files on demand and never unverified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package import v0_4, v0_5
from deepbacs_zoo.package.arrays import parse_npy
from deepbacs_zoo.package.files import Files
from deepbacs_zoo.package.header import findings, format_number, identifier
from deepbacs_zoo.package.members import is_remote
from deepbacs_zoo.package.metadata import Metadata, read_metadata
from deepbacs_zoo.package.opening import open_source
from deepbacs_zoo.package.source import Source
from deepbacs_zoo.package.weights import read_weights, stated_files
from deepbacs_zoo.package.weights_files import beside_code, beside_graph
from deepbacs_zoo.package.yaml_text import MAX_BYTES, parse_yaml
from deepbacs_zoo.package.zip_source import damage
from deepbacs_zoo.package.zoo_config import ZooConfig, read_zoo_config
from deepbacs_zoo.tensors import FileRef, TensorSpec, Weights

__all__ = ["Package", "open_package"]


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
        Another format than 0.4 and 0.5, not a model, or an axis of an unknown type.
    IntegrityError
        The zip is cut off or damaged.
    HostError
        The computer does not let it be read.
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
    description_name
        Its name among the files.
    inputs, outputs
        The tensors.
    weights
        The weights by format, in the order of the description.
    config
        ``config``; empty when missing.
    findings
        What was noticed in reading and is no error: a format newer than those known here.
    packing
        What was noticed about the zip or folder and is no error here, but is to other programs.
    """

    def __init__(self, path: Path, source: Source, description_name: str) -> None:
        root = Field(source.label, "", _parse(source, description_name))
        number = format_number(root)
        version, config = root.get("version"), root.get("config")
        self.path = path
        self.format_version = ".".join(map(str, number))
        self.findings = findings(number)
        self.name = root["name"].text()
        self.id = identifier(root, number)
        self.version = None if version is None else str(version.value)
        self.description: Mapping[str, Any] = MappingProxyType(root.mapping())
        self.config = _mapping(config)
        self._zoo_entries = _mapping(None if config is None else config.get("deepbacs_zoo"))
        read_tensors = v0_4.read_tensors if number < (0, 5) else v0_5.read_tensors
        self.inputs: tuple[TensorSpec, ...]
        self.outputs: tuple[TensorSpec, ...]
        self.inputs, self.outputs = read_tensors(root)
        self.weights: Mapping[str, Weights] = read_weights(root)
        self.description_name = description_name
        self.packing = source.findings
        hashes = _hashes(source.label, self._described_files())
        documents = {file.path: file.sha256 for file in self._documents() if file.sha256}
        self._files = Files(source, documents | hashes)

    @cached_property
    def metadata(self) -> Metadata:
        """Authors, citations, covers and the like; what is damaged is left out."""
        return read_metadata(self.description)

    @cached_property
    def zoo_config(self) -> ZooConfig:
        """``config.deepbacs_zoo``, read when it is first asked for: a package opens without.

        Raises
        ------
        PackageError, UnsupportedError
            It is damaged, or decoded in a way that is not known.
        """
        return read_zoo_config(self._zoo_entries)

    # --- files -----------------------------------------------------------------------------------

    def names(self) -> tuple[str, ...]:
        """Return the names of all files, relative to the description, sorted."""
        return self._files.names()

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
        return self._files.read(file)

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
        return self._files.file_path(file)

    def verify(self, file: FileRef | str) -> None:
        """Compare a file with its hash, without keeping it; errors as those of `read`."""
        self._files.verify(file)

    def locate(self, file: FileRef | str) -> FileRef:
        """Return a file by its name in the package, also where the description has an address.

        Raises
        ------
        IntegrityError
            The file in the package that has the name of the address has another hash.
        UnsupportedError
            No file in the package is the one at the address.
        PackageError
            The name leads out of the package.
        """
        return self._files.locate(file)

    def files_of(self, weights: Weights) -> tuple[FileRef, ...]:
        """Return every file that one entry of the weights needs, its own first.

        These are the files that the entry states, as it states them; those that its ONNX graph
        keeps weights in; and those that the code of its network imports.  Whoever checks or copies
        weights takes the files from here; `weights_path` and `code_path` unpack the same.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError
            As `read`, about any of them.
        """
        files = [*stated_files(weights), *self._beside_weights(weights).values()]
        code = _code_of(weights)
        if code is not None:
            files += beside_code(self._files, code).values()
        return tuple(dict.fromkeys(files))

    def weights_path(self, weights: Weights) -> Path:
        """Return the path of a weights file on disk, with the files it reads where it looks.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError, HostError
            As `file_path`, about any of them.
        """
        return self._files.together(weights.file, self._beside_weights(weights))

    def code_path(self, code: FileRef) -> Path:
        """Return the path of Python code on disk, with the files of the package that it imports.

        Raises
        ------
        IntegrityError, UnsupportedError, PackageError, HostError
            As `file_path`, about any of them.
        """
        return self._files.together(code, beside_code(self._files, code))

    def _beside_weights(self, weights: Weights) -> Mapping[str, FileRef]:
        if weights.format != "onnx":
            return {}
        external = stated_files(weights)[1:]
        return beside_graph(self._files, weights.file, [*external, *self._documents()])

    def tensor(self, file: FileRef) -> np.ndarray[Any, Any]:
        """Return the array of an ``.npy`` file, axes and dtype as stored; pickles are refused.

        Raises
        ------
        IntegrityError
            As `read`, or the file is no complete ``.npy`` file of numbers.
        """
        return parse_npy(self.read(file), self._files.where(file.path))

    def _described_files(self) -> Iterable[FileRef]:
        for tensor in (*self.inputs, *self.outputs):
            custom = (step.kwargs["source"] for step in tensor.steps if step.name == "custom")
            files = (tensor.test_tensor, tensor.sample_tensor, *custom)
            yield from (file for file in files if file is not None)
        for weights in self.weights.values():
            yield from stated_files(weights)

    def _documents(self) -> Iterable[FileRef]:
        """Yield documentation, covers and attachments; whoever reads them checks the names."""
        for document in self.metadata.documents:
            source = document.source
            path = source if is_remote(source) else PurePosixPath(source.replace("\\", "/"))
            yield FileRef(str(path), document.sha256)

    # --- life ------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the zip and delete what was unpacked; may be called again."""
        self._files.close()

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


def _parse(source: Source, name: str) -> dict[str, Any]:
    with source.open(name) as file, damage(f"{source.label}: {name}"):
        data = file.read(MAX_BYTES + 1)
    return parse_yaml(data, source.label)


def _code_of(weights: Weights) -> FileRef | None:
    """Return the Python file that builds a network, if the package brings it."""
    entry = weights.fields.get("architecture", {})
    return FileRef(entry["source"], entry["sha256"]) if "source" in entry else None


def _mapping(field: Field | None) -> Mapping[str, Any]:
    return MappingProxyType({} if field is None else field.mapping())


def _hashes(label: str, files: Iterable[FileRef]) -> dict[str, str]:
    """Return the hash of each file for which the description states one."""
    result: dict[str, str] = {}
    for file in files:
        if file.sha256 is None:
            continue
        if result.setdefault(file.path, file.sha256) != file.sha256:
            raise PackageError(
                f"{label}: {file.path}",
                "the description states two different hashes for this file",
                value=file.sha256,
                allowed=f"one hash for each file ({result[file.path]})",
                hint="get the package again, or correct its hashes",
            )
    return result
