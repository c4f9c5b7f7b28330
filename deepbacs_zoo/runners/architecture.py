"""The network code that a state dict needs: whose it is, and whether it may run."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.errors import DeepbacsZooError, PackageError, UnsupportedError
from deepbacs_zoo.options import Option
from deepbacs_zoo.runners.base import asks_for_gpu, first_line
from deepbacs_zoo.runners.code import execute, importable
from deepbacs_zoo.tensors import FileRef, Weights

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["load_architecture", "needs_trust", "trusted_architectures"]


@cache
def trusted_architectures() -> frozenset[str]:
    """Return the SHA-256 of every network file of deepbacs_zoo, as text and with either line end.

    The files are read, not imported: they belong to the subpackages that make models.
    """
    folder = resources.files("deepbacs_zoo") / "networks"
    if not folder.is_dir():
        return frozenset()
    hashes = set()
    for file in folder.iterdir():
        if file.name.endswith(".py"):
            text = file.read_bytes().replace(b"\r\n", b"\n")
            hashes |= {_sha256(text), _sha256(text.replace(b"\n", b"\r\n"))}
    return frozenset(hashes)


def needs_trust(package: Package, weights: Weights) -> bool:
    """Return whether weights run code that is not one of our own network files."""
    if "architecture" not in weights.fields:
        return False
    try:
        source, _, _ = _parts(package, weights)
        return not (isinstance(source, FileRef) and _is_ours(package.read(source)))
    except PackageError:  # said when they are loaded
        return True


def _is_ours(code: bytes) -> bool:
    return _sha256(code) in trusted_architectures()


def load_architecture(package: Package, weights: Weights, *, trust: bool) -> object:
    """Build the network of ``pytorch_state_dict`` weights, still without its weights.

    Parameters
    ----------
    package, weights
        The package and its entry ``pytorch_state_dict``, of format 0.4 or 0.5.
    trust
        Whether foreign code may run.  Network files of our own run without.

    Returns
    -------
    object
        What the named callable returned, a ``torch.nn.Module`` if all is well.

    Raises
    ------
    UnsupportedError
        The code is foreign and not trusted, or a library is not installed.
    PackageError
        The code cannot be executed, or lacks the named callable.
    """
    source, name, kwargs = _parts(package, weights)
    code = package.read(source) if isinstance(source, FileRef) else None
    where = _where(package, source, name)
    known = code is not None and _is_ours(code)
    if not (known or trust):
        raise UnsupportedError(
            where,
            "the weights pytorch_state_dict need foreign code, which is not executed",
            allowed="a network file of deepbacs_zoo, or code that you trust",
            hint="set " + Option("trust", True) + " if you know where this package comes from",
        )
    try:
        place = None if known else _place(package, source)
        with importable(place):
            module = _import(str(source)) if code is None else execute(code, where, place)
            build: Callable[..., object] = getattr(module, name)
            return build(**kwargs)
    except DeepbacsZooError:
        raise
    except Exception as error:  # foreign code may raise anything
        gpu = asks_for_gpu(error)
        kind = UnsupportedError if gpu else PackageError
        raise kind(
            where,
            f"its network {name} cannot be built" + (" without a GPU" if gpu else ""),
            value=f"{type(error).__name__}: {first_line(error)}",
            allowed="a callable that takes the package's arguments and returns a network",
            hint="tell the authors of the package",
        ) from error


def _parts(package: Package, weights: Weights) -> tuple[FileRef | str, str, Mapping[str, Any]]:
    """Return file or library, callable, and arguments, from either format of the entry."""
    entry = weights.fields.get("architecture")
    if isinstance(entry, str):  # format 0.4: "file.py:Network" or "library.module.Network"
        kwargs = weights.fields.get("kwargs") or {}
        file, colon, name = entry.rpartition(":")
        if colon:
            return FileRef(file, weights.fields.get("architecture_sha256")), name, kwargs
        library, _, name = entry.rpartition(".")
        return library, name, kwargs
    if isinstance(entry, Mapping) and "callable" in entry:
        kwargs = entry.get("kwargs") or {}
        if "source" in entry:
            described = FileRef(str(entry["source"]), entry.get("sha256"))
            return described, str(entry["callable"]), kwargs
        if "import_from" in entry:
            return str(entry["import_from"]), str(entry["callable"]), kwargs
    raise PackageError(
        f"{package.path}: weights.pytorch_state_dict.architecture",
        "it does not say which code builds the network",
        value=entry,
        allowed="source or import_from, with callable",
        hint="tell the authors of the package",
    )


def _where(package: Package, source: FileRef | str, name: str) -> str:
    """Return the code as named to the user."""
    if isinstance(source, FileRef):
        return f"{package.path}/{source.path}"
    return f"{package.path}: {source}.{name}"


def _place(package: Package, source: FileRef | str) -> Path | None:
    """Return where foreign code lies; our own network files import nothing beside them."""
    return package.code_path(source) if isinstance(source, FileRef) else None


def _import(library: str) -> ModuleType:
    try:
        return importlib.import_module(library)
    except ImportError as error:
        raise UnsupportedError(
            "weights pytorch_state_dict",
            "the library of the network is not installed",
            value=library,
            allowed="an environment with that library",
            hint=f"install {library.partition('.')[0]}",
        ) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
