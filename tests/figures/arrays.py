"""Public functions that take or return arrays, and the parts of an array their docstrings name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.figures.modules import Function, Module

ARRAYS = ("NDArray", "ndarray", "ArrayLike", "DataArray")

AXES = re.compile(
    r"""
      \baxes\b | \baxis\b | \bshape\b                  # said in words
    | ``\(?[nbcztyxjikhwm](,?\s?[nbcztyxjikhwm0-9]+)*,?\)?``  # ``yx``, ``(n, 4)``, ``bcyx``
    | \(\s*[a-z]\w*\s*,\s*(\w+)?\s*(,\s*\w+\s*)*\)     # (n, 4), (y, x), (n,)
    | \b[1-9]-?\s?D\b | \bscalar\b | \bone-dimensional\b | \btwo-dimensional\b
    """,
    re.VERBOSE,
)

DTYPE = re.compile(
    r"\b(float(16|32|64|s)?|u?int(8|16|32|64)?|integers?|bool(ean)?s?|complex|dtypes?|strings?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ArrayFunction:
    """A public function with arrays in its signature."""

    name: str
    line: int
    names_axes: bool
    names_dtype: bool

    @property
    def is_complete(self) -> bool:
        return self.names_axes and self.names_dtype

    @property
    def missing(self) -> str:
        parts = {"axes": self.names_axes, "dtype": self.names_dtype}
        return " and ".join(part for part, named in parts.items() if not named)


def array_functions(modules: dict[str, Module]) -> Iterator[ArrayFunction]:
    """Every public function or method with an array in its signature."""
    aliases = {name: set(_aliases(module)) for name, module in modules.items()}
    for module in modules.values():
        if any(part.startswith("_") for part in module.name.split(".")):
            continue
        words = [*ARRAYS, *aliases[module.name], *_imported(module, aliases)]
        array = re.compile(rf"\b({'|'.join(words)})\b")
        for name, function, docstring in _public(module):
            if array.search(_signature(function)):
                text = " ".join(docstring.split())
                named = bool(AXES.search(text)), bool(DTYPE.search(text))
                yield ArrayFunction(f"{module.name}.{name}", function.lineno, *named)


def _aliases(module: Module) -> Iterator[str]:
    """Names of the module that stand for a type of arrays: ``Mask = NDArray[np.bool_]``."""
    for node in module.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            is_type = isinstance(node.value, ast.Subscript | ast.BinOp)
            if is_type and isinstance(target, ast.Name) and _names_array(node.value):
                yield target.id


def _names_array(node: ast.expr) -> bool:
    return any(word in ast.unparse(node) for word in ARRAYS)


def _imported(module: Module, aliases: dict[str, set[str]]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module in aliases:
            for alias in node.names:
                if alias.name in aliases[node.module]:
                    yield alias.asname or alias.name


def _public(module: Module) -> Iterator[tuple[str, Function, str]]:
    """Public functions and methods, each with its docstring; a property's is its class's too."""
    for node in module.tree.body:
        if isinstance(node, Function) and _is_public(node.name):
            yield node.name, node, ast.get_docstring(node) or ""
        elif isinstance(node, ast.ClassDef) and _is_public(node.name):
            for child in node.body:
                if isinstance(child, Function) and _is_public(child.name):
                    docstring = ast.get_docstring(child) or ""
                    yield f"{node.name}.{child.name}", child, docstring


def _is_public(name: str) -> bool:
    return not name.startswith("_") or name == "__call__"


def _signature(function: Function) -> str:
    parts = [function.returns] if function.returns else []
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [one for one in (arguments.vararg, arguments.kwarg) if one]
    parts += [one.annotation for one in every if one.annotation]
    return " ".join(ast.unparse(part) for part in parts)
