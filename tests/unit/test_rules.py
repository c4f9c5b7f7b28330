"""All rules of the project: their identities, reasons, and that nothing else makes a finding."""

import ast
import importlib
import pkgutil
import re
from collections import defaultdict
from pathlib import Path

import pytest

import deepbacs_zoo
from deepbacs_zoo.findings import Rule

ROOT = Path(deepbacs_zoo.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))


def modules_with_rules():
    """Names of the modules whose text mentions rules; others need not be imported."""
    for info in pkgutil.walk_packages([str(ROOT)], "deepbacs_zoo."):
        path = ROOT.parent / Path(*info.name.split("."))
        path = path / "__init__.py" if info.ispkg else path.with_suffix(".py")
        if re.search(r"\bRule\b|\b(fails|differs)\(", path.read_text("utf-8")):
            yield info.name


@pytest.fixture(scope="module")
def rules():
    """Each rule with the names of the constants that hold it."""
    found = defaultdict(set)
    for name in sorted(set(modules_with_rules())):
        for constant, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Rule):
                found[id(value), value].add((name, constant))
    return {rule: names for (_, rule), names in found.items()}


def test_the_rules_of_all_subpackages_are_found(rules):
    folders = {name.split(".")[1] for names in rules.values() for name, _ in names}
    assert {"annotations", "package", "prediction", "tasks", "training", "validation"} <= folders


def test_an_id_is_in_kebab_case(rules):
    wrong = [rule.id for rule in rules if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule.id)]
    assert wrong == []


def test_no_two_rules_have_one_id(rules):
    seen = defaultdict(list)
    for rule, names in rules.items():
        seen[rule.id].append(sorted(names))
    assert {id: names for id, names in seen.items() if len(names) > 1} == {}


def test_a_rule_gives_its_reason_as_a_sentence(rules):
    wrong = [
        rule.id for rule in rules if not re.fullmatch(r"[A-Z].*[^.\s]\.", rule.reason, re.DOTALL)
    ]
    assert wrong == []


def test_a_rule_is_a_constant(rules):
    names = {constant for names in rules.values() for _, constant in names}
    assert [name for name in names if not re.fullmatch(r"_?[A-Z][A-Z0-9_]*", name)] == []


def test_every_finding_is_made_by_a_rule():
    made = []
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Finding":
                made.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert [place for place in made if not place.startswith("findings.py")] == []
