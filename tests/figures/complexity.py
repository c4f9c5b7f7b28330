"""Cyclomatic complexity: radon for Python, lizard for Java."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.figures.modules import Module


@dataclass(frozen=True)
class Measured:
    """One function, a Python one with its module and a Java one with its class."""

    name: str
    complexity: int
    n_lines: int


@dataclass(frozen=True)
class Complexity:
    """All functions of one language; ``mean_of_blocks`` counts classes too, as ``radon cc -a``."""

    functions: list[Measured]
    mean_of_blocks: float

    @property
    def mean(self) -> float:
        return sum(one.complexity for one in self.functions) / max(len(self.functions), 1)

    @property
    def above_10(self) -> list[Measured]:
        worst = [one for one in self.functions if one.complexity > 10]
        return sorted(worst, key=lambda one: (-one.complexity, one.name))

    @property
    def share_above_10(self) -> float:
        return len(self.above_10) / max(len(self.functions), 1)

    @property
    def longest(self) -> list[Measured]:
        return sorted(self.functions, key=lambda one: (-one.n_lines, one.name))


def python_complexity(modules: dict[str, Module]) -> Complexity:
    """Every function and method once, by radon."""
    from radon.complexity import cc_visit
    from radon.visitors import Function

    blocks = [(name, block) for name, module in modules.items() for block in cc_visit(module.text)]
    functions = [
        Measured(
            ".".join(part for part in (name, block.classname, block.name) if part),
            block.complexity,
            block.endline - block.lineno + 1,
        )
        for name, block in blocks
        if isinstance(block, Function)
    ]
    every = [block.complexity for _, block in blocks]
    return Complexity(functions, sum(every) / max(len(every), 1))


def java_complexity(folder: Path) -> Complexity:
    """Every method of the Java sources below a folder, by lizard."""
    import lizard

    functions = [
        Measured(
            f"{Path(file.filename).stem}: {method.name}",
            method.cyclomatic_complexity,
            method.end_line - method.start_line + 1,
        )
        for file in lizard.analyze([str(folder)])
        for method in file.function_list
    ]
    complexity = Complexity(functions, 0.0)
    return Complexity(functions, complexity.mean)
