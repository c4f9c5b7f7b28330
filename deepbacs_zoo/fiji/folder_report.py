"""Rows of the doctor about a Fiji folder: what is in it, and whether its ImageJ starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
from deepbacs_zoo.fiji.gateways.worker import open_worker
from deepbacs_zoo.fiji.java.compile import JAR_NAME, made_of, source_hash
from deepbacs_zoo.fiji.java.folder import PYIMAGEJ_PARTS, FijiFolder, read_folder, version_of
from deepbacs_zoo.fiji.java.rows import Row, failed_row

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["folder_rows"]

_BUNDLE: Final = "write a bundle (deepbacs-zoo fiji bundle) and unpack it there"


def folder_rows(folder: Path, setup: JavaEnvironment | None) -> list[Row]:
    """Look at a Fiji folder.

    Parameters
    ----------
    folder
        The folder.
    setup
        Java and jars, with which its ImageJ is started; ``None`` if that is not to be tried.

    Returns
    -------
    list of Row
        What is there.  A thing that is missing is a row, never an exception.
    """
    try:
        fiji = read_folder(folder)
    except DeepbacsZooError as error:
        return [failed_row("Fiji", error)]
    rows = [Row("Fiji", "ok", f"ImageJ {fiji.version}", str(fiji.path))]
    rows += [_part_row(fiji, name, entry) for name, entry in PYIMAGEJ_PARTS.items()]
    return [*rows, _plugin_row(fiji), _deepimagej_row(fiji), _start_row(fiji, setup)]


def _part_row(fiji: FijiFolder, name: str, entry: str) -> Row:
    jar = fiji.jar_with(entry)
    if jar is None:
        hint = "pyimagej needs it; macros and plugins of ImageJ 1 do not"
        return Row(f"Fiji: {name}", "warning", "not in it", str(fiji.path / "jars"), hint)
    return Row(f"Fiji: {name}", "ok", version_of(jar), str(jar))


def _plugin_row(fiji: FijiFolder) -> Row:
    name = "Fiji: plugin of deepbacs_zoo"
    jar = next((jar for jar in fiji.jars if jar.name == JAR_NAME), None)
    if jar is None:
        return Row(name, "ok", "not in it", str(fiji.plugins), _BUNDLE)
    if made_of(jar) != source_hash():
        return Row(name, "warning", "it is of another version", str(jar), _BUNDLE)
    return Row(name, "ok", "it is of this version", str(jar))


def _deepimagej_row(fiji: FijiFolder) -> Row:
    name = "Fiji: deepImageJ"
    try:
        found = find_deepimagej(fiji.path)
    except DeepbacsZooError as error:
        return Row(name, "ok", str(error.what), str(fiji.plugins), error.hint)
    engines = ", ".join(engine.version for engine in found.engines)
    if not engines:
        hint = "run any PyTorch model once in this Fiji while it is online"
        return Row(name, "warning", f"{found.version} without an engine", str(fiji.path), hint)
    return Row(name, "ok", f"{found.version} with PyTorch {engines}", str(fiji.path))


def _start_row(fiji: FijiFolder, setup: JavaEnvironment | None) -> Row:
    name = "Fiji starts"
    if setup is None:
        return Row(name, "warning", "not tried, something above is missing")
    try:
        with open_worker(setup, folder=fiji.path) as gateway:
            return Row(name, "ok", f"ImageJ {gateway.info.imagej}", str(setup.java.executable))
    except DeepbacsZooError as error:
        return failed_row(name, error)
