"""Budgets of the code; ``python -m tests.figures --list`` prints all figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.figures.modules import Module, read_modules

ROOT = Path(__file__).parents[2]

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


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_named_in_a_readme_exists(readme):
    text = readme.read_text("utf-8")
    named = re.findall(r"`((?:deepbacs_zoo|tests|model_cards|fiji_scripts|\.ci)/[\w./-]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []
