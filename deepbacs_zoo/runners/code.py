"""Execution of the code of a network, which may import other files of its package."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

__all__ = ["execute", "importable"]


def execute(code: bytes, where: str, place: Path | None) -> ModuleType:
    """Execute the bytes that were hashed, under a module name of their own.

    Where they lie at ``place``, ``from . import`` finds the files beside them.
    """
    module = ModuleType(f"deepbacs_zoo_architecture_{hashlib.sha256(code).hexdigest()[:16]}")
    module.__file__ = where
    if place is not None:
        module.__package__, module.__path__ = module.__name__, [os.fspath(place.parent)]
    # Dataclasses and pickles look their module up by name.
    sys.modules[module.__name__] = module
    exec(compile(code, Path(where).name, "exec"), module.__dict__)  # noqa: S102 - trusted above
    return module


@contextmanager
def importable(place: Path | None) -> Iterator[None]:
    """Let code import the files beside it, as a script does; nothing of it stays behind.

    Another package may bring other files of the same names.
    """
    if place is None:
        yield
        return
    folder, before = os.fspath(place.parent), set(sys.modules)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        sys.dont_write_bytecode = writes
        for name in set(sys.modules) - before:
            if any(place.startswith(folder) for place in _places(sys.modules[name])):
                del sys.modules[name]


def _places(module: ModuleType) -> Iterator[str]:
    """Yield where a module lies; a folder without ``__init__.py`` has a path and no file."""
    known = vars(module)
    yield str(known.get("__file__"))
    yield from map(str, known.get("__path__") or ())
