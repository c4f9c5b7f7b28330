"""Files that the files of a weights entry name: external data of a graph, modules of a network."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import IntegrityError
from deepbacs_zoo.files.names import normalized
from deepbacs_zoo.package.addresses import named_by
from deepbacs_zoo.package.code_files import imported_files
from deepbacs_zoo.package.members import member_name
from deepbacs_zoo.package.onnx_data import external_locations
from deepbacs_zoo.tensors import FileRef

if TYPE_CHECKING:
    from deepbacs_zoo.package.files import Files

__all__ = ["beside_code", "beside_graph"]


def beside_graph(files: Files, graph: FileRef, stated: Sequence[FileRef]) -> Mapping[str, FileRef]:
    """Return the files that an ONNX graph keeps its weights in, by location as the graph has it.

    Parameters
    ----------
    files
        All files of the package.
    graph
        The graph.
    stated
        Files that the description states as external data, attachments or other documents; one of
        them is taken by its name where it lies elsewhere than the graph says.

    Raises
    ------
    IntegrityError
        Such a file is missing, or the graph is not the one described.
    PackageError
        A location leads out of the package.
    """
    place = files.locate(graph).path
    locations = external_locations(files.file_path(graph))
    # Large exports have a file for each tensor: the names are listed once.
    names = frozenset(map(normalized, files.names())) if locations else frozenset()
    return {location: _external(files, names, place, location, stated) for location in locations}


def _external(
    files: Files, names: Collection[str], graph: str, location: str, stated: Sequence[FileRef]
) -> FileRef:
    relative = member_name(location or ".", files.where(graph))
    name = posixpath.join(posixpath.dirname(graph), relative)
    if normalized(name) in names:
        return files.locate(name)
    last = PurePosixPath(relative).name
    for file in stated:
        if last in (named_by(file.path, [last]) or [PurePosixPath(file.path).name]):
            return files.locate(file)
    raise IntegrityError(
        files.where(graph),
        "the graph keeps its weights in a file that is missing",
        value=location,
        allowed="a package with all its files",
        hint="put the file beside the graph and state it as external_data of the weights",
    )


def beside_code(files: Files, code: FileRef) -> Mapping[str, FileRef]:
    """Return the files of the package that Python code imports, by places relative to its folder.

    Raises
    ------
    PackageError
        The code is missing or not the one described.
    """
    place = files.locate(code).path
    folder = PurePosixPath(place).parent
    found = imported_files(place, files.names(), files.read)
    below = (name for name in found if PurePosixPath(name).is_relative_to(folder))
    return {
        PurePosixPath(name).relative_to(folder).as_posix(): files.locate(name) for name in below
    }
