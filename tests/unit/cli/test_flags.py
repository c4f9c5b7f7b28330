"""No text outside the command line names one of its flags: options are data there."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest
import typer

from deepbacs_zoo.cli.main import app

ROOT = Path(__file__).parents[3]
# What other programs are given has flags of the same names.
ALLOWED = {
    "--help": "of every program",
    "--version": "of every program, such as java and pip",
}


def flags_of(command):
    own = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}
    parts = [flags_of(each) for each in getattr(command, "commands", {}).values()]
    return {flag for flag in own.union(*parts) if flag.startswith("--")}


# Files that show the command line on purpose.
SHOWN = {
    "deepbacs_zoo/cards/rendering.py": "the documentation of a package holds whole commands",
    "deepbacs_zoo/options.py": "its docstring shows how each interface writes an option",
}

FLAGS = flags_of(typer.main.get_command(app)) - set(ALLOWED)
PATTERN = re.compile(rf"(?<![\w-])({'|'.join(sorted(FLAGS, key=len, reverse=True))})(?![\w-])")


def python_texts(path):
    """Strings, docstrings and comments, with their lines."""
    source = path.read_text("utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in {tokenize.STRING, tokenize.COMMENT}:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):  # texts of f-strings, which later tokenizers split
        if isinstance(node, ast.JoinedStr):
            for part in node.values:
                if isinstance(part, ast.Constant):
                    yield part.lineno, str(part.value)


def java_texts(path):
    """String literals and comments, with their lines."""
    literal = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
    source = path.read_text("utf-8")
    for found in literal.finditer(source):
        yield source.count("\n", 0, found.start()) + 1, found[0]


def named(texts, path):
    return [
        f"{path.relative_to(ROOT)}:{line}: {flag[1]}"
        for line, text in texts(path)
        for flag in PATTERN.finditer(text)
    ]


def test_the_flags_are_those_of_the_command():
    assert {"--memory", "--overwrite", "--from", "--for", "--no-tune", "--heap"} <= FLAGS


def test_no_python_file_outside_the_command_line_names_a_flag():
    files = [
        path
        for path in sorted((ROOT / "deepbacs_zoo").rglob("*.py"))
        if path.relative_to(ROOT).parts[1] != "cli"
        and path.relative_to(ROOT).as_posix() not in SHOWN
    ]
    assert len(files) > 200
    assert [line for path in files for line in named(python_texts, path)] == []


def test_no_java_file_of_the_plugin_names_a_flag():
    files = sorted((ROOT / "fiji_scripts" / "plugin" / "src" / "main").rglob("*.java"))
    assert len(files) > 50
    assert [line for path in files for line in named(java_texts, path)] == []


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("'choose another --output'", ["--output"]),
        ("# see --memory", ["--memory"]),
        ("'--pixel-sizes'", []),
        ("f'set --heap to {x}'", ["--heap"]),
        ("'--add-opens'", []),
    ],
)
def test_flags_are_found_in_strings_and_comments(text, flags, tmp_path):
    path = tmp_path / "module.py"
    path.write_text(f"x = 1\nvalue = [\n{text}\n]\n", "utf-8")
    found = [flag[1] for _, part in python_texts(path) for flag in PATTERN.finditer(part)]
    assert sorted(set(found)) == flags
