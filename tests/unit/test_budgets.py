"""Budgets of the code; ``python -m tests.figures --list`` prints all figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.figures.arrays import array_functions
from tests.figures.complexity import python_complexity
from tests.figures.imports import (
    arrows_per_module,
    chains_inside,
    import_graph,
    longest_chain,
    subpackage_graph,
)
from tests.figures.modules import Module, read_modules

ROOT = Path(__file__).parents[2]

EXCUSED = re.compile(r"#\s*long: \S.*\s\S")
"""A function above 60 lines, its docstring counted, says why: ``def f(  # long: REASON``."""

ARROWS = 3.75
"""Own imports of a module. The goal is three; small modules in folders brought 3.5, and the
findings and options of readers, which most layers hand on, the rest."""

READMES = [
    path
    for path in sorted(ROOT.rglob("README.md"))
    if not {".venv", "target", "node_modules"} & set(path.relative_to(ROOT).parts)
]


@pytest.fixture(scope="module")
def modules() -> dict[str, Module]:
    return read_modules(ROOT)


def test_no_module_has_more_than_500_lines(modules):
    assert [name for name, module in modules.items() if module.n_lines > 500] == []


def test_functions_above_60_lines_say_why(modules):
    long = []
    for module in modules.values():
        lines = module.text.splitlines()
        for name, function in module.functions():
            n_lines = function.end_lineno - function.lineno + 1
            if n_lines > 60 and not EXCUSED.search(lines[function.lineno - 1]):
                long.append(f"{module.name}.{name}: {n_lines} lines")
    assert long == []


def test_at_most_one_function_in_a_hundred_is_complex(modules):
    measured = python_complexity(modules)
    assert measured.share_above_10 <= 0.01, measured.above_10


def test_chains_of_imports_are_short(modules):
    between = longest_chain(subpackage_graph(modules, import_graph(modules, inside_functions=True)))
    assert len(between) <= 13, between
    inside = chains_inside(modules, import_graph(modules))
    assert {name: chain for name, chain in inside.items() if len(chain) > 5} == {}


def test_a_module_imports_few_others_on_average(modules):
    assert arrows_per_module(import_graph(modules)) <= ARROWS


def test_public_functions_name_axes_and_data_type_of_their_arrays(modules):
    functions = list(array_functions(modules))
    missing = [f"{one.name}: {one.missing}" for one in functions if not one.is_complete]
    assert len(missing) <= 0.05 * len(functions), "\n".join(missing)


def test_every_subpackage_has_a_readme():
    folders = [path.parent for path in (ROOT / "deepbacs_zoo").glob("*/__init__.py")]
    assert [path.name for path in sorted(folders) if not (path / "README.md").exists()] == []


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_named_in_a_readme_exists(readme):
    text = readme.read_text("utf-8")
    named = re.findall(r"`((?:deepbacs_zoo|tests|model_cards|fiji_scripts|\.ci)/[\w./-]*)`", text)
    named += [f"{readme.parent}/{file}" for file in re.findall(r"^\| *`([\w/]+\.py)`", text, re.M)]
    assert [path for path in named if not (ROOT / path).exists()] == []
