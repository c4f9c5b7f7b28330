"""Words of the project: nouns of the field, and no names that were given up.

``python -m tests.unit.test_words`` lists what is left, one line each.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FORBIDDEN = {
    "letter": "axis, axes (of a tensor); code point, character (of a text)",
    "letters": "axes, axis_names",
    "told": "summary, reported, given",
    "wanted": "expected, options, selected",
    "aside": "temporary, beside the output",
    "road": "workflow",
    "roads": "workflows",
    "house": "project",
    "houses": "projects",
    "room": "subpackage, space",
    "rooms": "subpackages",
    "wall": "boundary",
    "walls": "boundaries",
    "door": "interface, face",
    "doors": "interfaces",
    "floor": "layer",
    "floors": "layers",
    "judge": "evaluator, evaluate",
    "judges": "evaluators, evaluates",
    "judged": "evaluated",
    "wish": "option",
    "wishes": "options",
    "keeper": "callback",
}
"""Words that a reader would have to learn from us, and what the field says instead."""

ALLOWED = {
    r"(?<!\w)floor\(|\.floor\b": "the mathematical function",
    r"[\"'`]Floor[\"'`]": "the ONNX operator",
    r"\bfloor(Div|Mod)\b": "the mathematical function",
    r"\b[Ww]all[ -](time|clock)|[Ss]econds of wall|clock on the wall": "time, not of the processor",
    r"self\._?wall\b|other\.wall\b|\bwall: float|^\s+wall$": "the same, in the benchmarks' clock",
    r"[\"']letters?[\"']": "a key of golden files",
    r"\d+ letters\b": "a rule of spelling",
    r"[\"']floor[\"']": "a mode of the ONNX operator Resize",
    r"\b(capital|small|lower-case|upper-case|lowercase|uppercase) letters?": "a rule of spelling",
    r"\b[Ll]etters?(, | and | or )(digits?|numbers?)": "a rule of spelling",
    r"\bisLetter\w*": "the character class",
}
"""Legitimate uses, each with its reason; what matches is left out before the words are read."""

RENAMED = {
    "Wishes": "TrainingOptions",
    "Wanted": "PredictOptions",
    "Judge": "Evaluator",
    "LabelJudge": "LabelEvaluator",
    "BoxJudge": "BoxEvaluator",
    "Evaluated": "EvaluationResult",
    "false_finds": "false_positives",
    "run_position": "run_plane",
    "Job": "PredictionRun, ImageGroup, RunCommand",
    "own_sizes": "independent_sizes",
    "uncrossed": "resolve_cross_axis_sizes",
    "lay_out": "plan_run",
    "Keeper": "CheckpointCallback",
    "WholeImages": "ValidationDataset",
    "Origin": "Pretrained, Archive",
    "as_it_began": "check_resumable",
    "fresh_network": "init_network",
    "activated": "apply_activation",
    "notice": "on_finding",
    "Truth": "GroundTruth",
    "Stars": "StarConvex",
    "Splines": "Spline",
    "overlap_threshold": "nms_threshold",
    "max_growth": "max_dilation",
    "bytes_per_pixel": "peak_bytes_per_pixel",
    "numbered": "relabel_sequential",
    "without_small": "remove_small_objects",
    "picture_of": "preview",
    "FoundBox": "DetectedBox",
    "Reach": "ReceptiveField",
    "lifted_off": "constant_offset",
    "_tells": "_has_objects",
    "Road": "Workflow",
    "letter_of": "axis_name",
    "AXIS_LETTERS": "AXIS_NAMES",
}

"""Names that were given up, with those of the field; an old file's keys stand in strings."""

RENAMED_CLASSES = {
    "Need": "MemoryEstimate",
    "Heap": "HeapCheck",
    "Lifeline": "ParentWatchdog",
    "Words": "DialogText",
    "Stage": "FittedStep",
    "Grids": "GridTensors",
    "Job": "RunCommand",
    "Network": "Pipeline",
    "Crossed": "CrossAxis",
}
"""Classes of the plugin that were given up."""

BEGINNINGS = ("What", "Whether", "How", "Where", "Which", "Why", "Who")

SUFFIXES = {".py", ".java", ".md", ".ijm", ".groovy", ".html"}

NO_WORDS = (Path("tests/data"), Path("tests/unit/test_words.py"))
"""Data, and the list itself."""


def sources() -> list[Path]:
    """Everything that a reader of the project reads: code, documents, scripts and pages."""
    folders = ("deepbacs_zoo", "fiji_scripts", "model_cards", "tests")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    paths += [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "pyproject.toml"]
    named = (path.relative_to(ROOT) for path in paths if path.suffix in {*SUFFIXES, ".toml"})
    return sorted(
        path
        for path in named
        if not any(path.is_relative_to(other) for other in NO_WORDS)
        and not {"target", "samples", "__pycache__"} & set(path.parts)
    )


def words_of(text: str) -> Iterator[str]:
    """The words of a text, also those inside ``snake_case`` and ``camelCase``, in small letters."""
    for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text):
        yield word.lower()


def forbidden_words(path: Path) -> Iterator[str]:
    """``file:line: word (better words): the line``."""
    for word in words_of(path.with_suffix("").as_posix()):
        if word in FORBIDDEN:
            yield f"{path}: {word} in the name ({FORBIDDEN[word]})"
    allowed = re.compile("|".join(ALLOWED))
    for number, line in enumerate((ROOT / path).read_text("utf-8").splitlines(), 1):
        for word in words_of(allowed.sub(" ", line)):
            if word in FORBIDDEN:
                yield f"{path}:{number}: {word} ({FORBIDDEN[word]}): {line.strip()[:120]}"


def old_names(path: Path) -> Iterator[str]:
    """``file:line: old name (new name)``: what the package and the plugin define."""
    if path.suffix == ".java" and path.stem in RENAMED_CLASSES:
        yield f"{path}:1: {path.stem} is now {RENAMED_CLASSES[path.stem]}"
    if path.suffix == ".py" and path.parts[0] == "deepbacs_zoo":
        for number, name in definitions(path):
            if name in RENAMED:
                yield f"{path}:{number}: {name} is now {RENAMED[name]}"


def definitions(path: Path) -> Iterator[tuple[int, str]]:
    """Functions and classes, their arguments and fields."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield node.lineno, name


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Every identifier of a source file with its line, outside strings and comments."""
    text = (ROOT / path).read_text("utf-8")
    if path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME:
                yield token.start[0], token.string
    elif path.suffix == ".java":
        blanked = JAVA_NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for match in re.finditer(r"[A-Za-z_]\w*", blanked):
            yield blanked.count("\n", 0, match.start()) + 1, match[0]


JAVA_NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"', re.DOTALL)
"""Comments and strings of Java."""


def relative_docstrings(path: Path) -> Iterator[str]:
    """``file:line: first words``: docstrings that begin with a relative clause, not with a noun."""
    if path.suffix != ".py" or path.parts[0] != "deepbacs_zoo":
        return
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        docstring = ast.get_docstring(node) if isinstance(node, kinds) else None
        if docstring and docstring.split()[0].rstrip(",") in BEGINNINGS:
            yield f"{path}:{getattr(node, 'lineno', 1)}: docstring: {docstring.splitlines()[0]}"


CHECKS = (forbidden_words, old_names, relative_docstrings)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_project_speaks_the_words_of_its_field(check):
    left = [line for path in sources() for line in check(path)]
    assert not left, "\n".join([f"{len(left)} places:", *left])


def main() -> None:
    """Print all that is left, by folder."""
    for path in sources():
        for check in CHECKS:
            for line in check(path):
                print(line)


if __name__ == "__main__":
    main()
