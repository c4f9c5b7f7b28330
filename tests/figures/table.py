"""All figures of one working tree, as plain data and as a table."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.figures.arrays import array_functions
from tests.figures.complexity import Complexity, java_complexity, python_complexity
from tests.figures.coverage import PLUGIN, branch_coverage
from tests.figures.imports import (
    arrows_per_module,
    chains_inside,
    import_graph,
    longest_chain,
    subpackage_graph,
)
from tests.figures.modules import PACKAGE, Module, read_modules


def figures(root: Path) -> dict[str, Any]:
    """Every figure as numbers, strings and lists, ready for JSON."""
    modules = read_modules(root)
    return {
        "size": _size(root, modules),
        "functions": _complexity(python_complexity(modules)),
        "imports": _imports(modules),
        "arrays": _arrays(modules),
        "java": _java(root),
        "branch coverage": branch_coverage(root),
    }


def _size(root: Path, modules: dict[str, Module]) -> dict[str, Any]:
    lines = {name: module.n_lines for name, module in modules.items()}
    biggest = max(lines, key=lambda name: lines[name])
    tests = sum(_n_lines(path) for path in (root / "tests").rglob("*.py"))
    java_tests = sum(_n_lines(path) for path in root.rglob("*.java") if _is_test(path, root))
    return {
        "modules": len(modules),
        "lines": sum(lines.values()),
        "median": statistics.median(lines.values()),
        "biggest": [biggest, lines[biggest]],
        "above_300": sorted(name for name, number in lines.items() if number > 300),
        "test_lines": tests + java_tests,
        "tests_to_code": tests / sum(lines.values()),
    }


def _complexity(measured: Complexity) -> dict[str, Any]:
    return {
        "number": len(measured.functions),
        "mean": measured.mean,
        "mean_of_blocks": measured.mean_of_blocks,
        "share_above_10": measured.share_above_10,
        "above_10": [[one.name, one.complexity] for one in measured.above_10],
        "longest": [[one.name, one.n_lines] for one in measured.longest[:10]],
        "above_60_lines": sum(one.n_lines > 60 for one in measured.functions),
    }


def _imports(modules: dict[str, Module]) -> dict[str, Any]:
    at_import = import_graph(modules)
    ever = import_graph(modules, inside_functions=True)
    faces = {name for name, module in modules.items() if module.is_face}
    return {
        "arrows_per_module": arrows_per_module(at_import),
        "chain_of_modules": longest_chain(at_import, faces),
        "chain_of_subpackages": longest_chain(subpackage_graph(modules, ever)),
        "chains_inside": chains_inside(modules, at_import),
    }


def _arrays(modules: dict[str, Module]) -> dict[str, Any]:
    functions = list(array_functions(modules))
    missing = [[one.name, one.missing] for one in functions if not one.is_complete]
    return {
        "functions": len(functions),
        "share": 1 - len(missing) / max(len(functions), 1),
        "missing": missing,
    }


def _java(root: Path) -> dict[str, Any]:
    sources = root / PLUGIN / "src" / "main" / "java"
    lines = {path.stem: _n_lines(path) for path in sources.rglob("*.java")}
    biggest = max(lines, key=lambda name: lines[name])
    measured = _complexity(java_complexity(sources))
    size = {"files": len(lines), "lines": sum(lines.values()), "biggest": [biggest, lines[biggest]]}
    return {**size, **measured}


def _n_lines(path: Path) -> int:
    return path.read_text("utf-8").count("\n")


def _is_test(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return "tests" in parts or "test" in parts


def table(of: dict[str, Any], *, in_full: bool = False) -> Iterator[str]:
    """One line a figure: name, value, limit; with the worst of each below it."""
    n_worst = None if in_full else 10
    size, functions, imports, arrays, java = (
        of[key] for key in ("size", "functions", "imports", "arrays", "java")
    )
    yield _row("modules", size["modules"])
    yield _row("lines", size["lines"])
    yield _row("biggest module", f"{size['biggest'][1]}", "500", size["biggest"][0])
    yield _row("modules above 300 lines", len(size["above_300"]), "", " ".join(size["above_300"]))
    yield _row("median of modules", f"{size['median']:g}")
    yield _row("lines of tests / code (Python)", f"{size['tests_to_code']:.2f}")
    yield from _complexity_rows(functions, n_worst)
    yield _row("own imports per module", f"{imports['arrows_per_module']:.2f}", "3")
    yield _row("longest chain of modules, faces not counted", len(imports["chain_of_modules"]))
    chain = imports["chain_of_subpackages"]
    yield _row("longest chain of subpackages", len(chain), "13", " > ".join(chain))
    for name, inside in imports["chains_inside"].items():
        if in_full or len(inside) > 5:
            short = (one.removeprefix(f"{PACKAGE}.{name}.") for one in inside)
            yield _row(f"  inside {name}", len(inside), "5", " > ".join(short))
    yield _row("public functions with arrays", arrays["functions"])
    yield _row("  that name axes and dtype", f"{100 * arrays['share']:.1f} %", "95 %")
    if in_full:
        yield from (f"    {name}: {missing}" for name, missing in arrays["missing"])
    yield _row("Java files", java["files"])
    yield _row("Java lines", java["lines"])
    yield _row("biggest Java file", java["biggest"][1], "500", java["biggest"][0])
    yield from _complexity_rows(java, n_worst)
    for language, share in of["branch coverage"].items():
        value = "not measured" if share is None else f"{100 * share:.1f} %"
        yield _row(
            f"branch coverage, {language}", value, "90 %" if language == "Python" else "80 %"
        )


def _complexity_rows(functions: dict[str, Any], n_worst: int | None) -> Iterator[str]:
    yield _row("functions", functions["number"])
    yield _row("mean complexity", f"{functions['mean']:.2f}")
    if functions["mean_of_blocks"] != functions["mean"]:
        yield _row(
            "  classes counted too (radon cc -a)", f"{functions['mean_of_blocks']:.2f}", "3.0"
        )
    share = f"{100 * functions['share_above_10']:.1f} %"
    yield _row("share above complexity 10", share, "1 %", f"{len(functions['above_10'])}")
    yield from (f"    {number:3} {name}" for name, number in functions["above_10"][:n_worst])
    name, number = functions["longest"][0]
    yield _row("longest function", number, "60", name)
    yield _row("functions above 60 lines", functions["above_60_lines"])


def _row(name: str, value: object, limit: str = "", note: str = "") -> str:
    bound = f"(limit {limit})" if limit else ""
    return f"{name:45} {value!s:>9}  {bound:13} {note}".rstrip()
