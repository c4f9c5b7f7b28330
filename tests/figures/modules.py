"""Modules of the package: parsed once, with their functions and the modules they import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGE = "deepbacs_zoo"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One Python file."""

    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def n_lines(self) -> int:
        return self.text.count("\n")

    @property
    def is_face(self) -> bool:
        """True for an ``__init__.py``, the face of its folder."""
        return self.path.name == "__init__.py"

    @property
    def subpackage(self) -> str:
        """Top-level subpackage or module below the package; "" for the package's own face."""
        return [*self.name.split("."), ""][1]

    def functions(self) -> Iterator[tuple[str, Function]]:
        """Functions and methods, also nested ones, with their names inside the module."""
        yield from _functions(self.tree, "")


def read_modules(root: Path, package: str = PACKAGE) -> dict[str, Module]:
    """Every module of the package under ``root``, by its dotted name."""
    modules = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules[name] = Module(name, path)
    return modules


def imports_of(
    module: Module, modules: dict[str, Module], *, inside_functions: bool = False
) -> set[str]:
    """Own modules that are imported when the module is; those for type checkers do not count."""
    found = set()
    for node in _loaded(module.tree.body, inside_functions):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in modules else base)
    return {name for name in found if name in modules and name != module.name}


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_face]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _loaded(body: list[ast.stmt], inside_functions: bool) -> Iterator[ast.stmt]:
    """Statements that run at import, and with ``inside_functions`` those that may run later."""
    for node in body:
        if isinstance(node, Function) and not inside_functions:
            continue
        yield node
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _loaded(node.orelse, inside_functions)
            continue
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            yield from _loaded(getattr(node, part, []), inside_functions)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield prefix + child.name, child
        if isinstance(child, Function | ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")
        else:
            yield from _functions(child, prefix)
