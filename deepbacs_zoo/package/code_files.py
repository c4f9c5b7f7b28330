"""Files of a package that its Python code imports."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from pathlib import PurePosixPath

__all__ = ["imported_files"]


def imported_files(
    name: str, names: Collection[str], read: Callable[[str], bytes]
) -> tuple[str, ...]:
    """Return the files that a Python file imports, and those that they import in turn.

    Parameters
    ----------
    name
        The Python file.
    names
        All files of the package; what is not among them is a library.
    read
        Returns the content of a file.
    """
    found: dict[str, None] = {}
    waiting, top = [name], PurePosixPath(name).parent
    while waiting:
        current = waiting.pop()
        for each in _imports(read(current), PurePosixPath(current), top):
            if each in names and each != name and each not in found:
                found[each] = None
                waiting.append(each)
    return tuple(found)


def _imports(code: bytes, place: PurePosixPath, top: PurePosixPath) -> Iterator[str]:
    """Yield the names that files imported by this code would have, absolute imports below `top`."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return  # whoever executes it says what is wrong
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _candidates(top, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            folder = (top, *place.parents)[min(node.level, len(place.parents))]
            module = node.module.split(".") if node.module else []
            for alias in node.names:
                yield from _candidates(folder, [*module, alias.name])


def _candidates(folder: PurePosixPath, parts: list[str]) -> Iterator[str]:
    for length in range(1, len(parts) + 1):
        module = folder.joinpath(*parts[:length])
        yield f"{module}.py"
        yield f"{module}/__init__.py"
