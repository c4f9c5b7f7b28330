"""YAML 1.2 as bioimage.io uses it: safe, without duplicated keys, with a limit on size.

PyYAML follows YAML 1.1, where ``1e-6`` is a text, ``010`` is 8 and ``on`` is true; the format's own
library reads YAML 1.2.  The loader below resolves plain scalars by the core schema of YAML 1.2
(https://yaml.org/spec/1.2.2/#103-core-schema), and leaves time stamps as texts.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final

import yaml

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.files.text import decode_text, line_of

__all__ = ["MAX_BYTES", "dump_yaml", "parse_yaml"]

# The largest description in the Zoo has some 30 KB; a chain of aliases needs no more to do harm.
MAX_BYTES: Final = 4 * 2**20

_MOST_VALUES: Final = 1_000_000

_TAG: Final = "tag:yaml.org,2002:"


class _Loader(yaml.CSafeLoader):
    # An own, empty table: the one of the base class is YAML 1.1, and shared by the whole process.
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own attribute


def _resolve(tag: str, pattern: str, first: list[str]) -> None:
    _Loader.add_implicit_resolver(_TAG + tag, re.compile(f"^(?:{pattern})$"), first)


_resolve("null", "~|null|Null|NULL|", ["~", "n", "N", ""])
_resolve("bool", "true|True|TRUE|false|False|FALSE", list("tTfF"))
_resolve("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789"))
_resolve(
    "float",
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
    list("-+.0123456789"),
)


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text, base)


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float:
    text = loader.construct_scalar(node).lower()
    if text.endswith(".inf"):
        return -math.inf if text.startswith("-") else math.inf
    return math.nan if text == ".nan" else float(text)


_Loader.add_constructor(_TAG + "int", _construct_int)
_Loader.add_constructor(_TAG + "float", _construct_float)


def parse_yaml(data: bytes, document: str) -> dict[str, Any]:
    """Parse a description.

    Parameters
    ----------
    data
        The file, UTF-8 (or UTF-16 with a byte order mark, as YAML allows).
    document
        The file as named to the user.

    Raises
    ------
    PackageError
        No UTF-8 text, no YAML, more than one document, no mapping, a key twice in one mapping, a
        tag that would build a Python object, more than `MAX_BYTES`, or aliases without end.
    """
    if len(data) > MAX_BYTES:
        raise PackageError(
            document,
            "the description is too large",
            value=f"{len(data)} bytes",
            allowed=f"at most {MAX_BYTES} bytes",
            hint="leave data out of the description",
        )
    try:
        value = _load(decode_text(data), document)
    except UnicodeDecodeError as error:
        raise PackageError(
            document,
            "the description is not UTF-8 text",
            value=f"line {line_of(error)}",
            allowed="one YAML document in UTF-8",
            hint="save the file as UTF-8, or get the package again",
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if isinstance(error, PackageError):
            raise
        raise PackageError(
            document,
            "the description cannot be read as YAML",
            value=_first_line(error),
            allowed="one YAML document of plain values",
            hint="correct the file, or get the package again",
        ) from error
    if not isinstance(value, dict):
        raise PackageError(
            document,
            "the description is not a mapping",
            value=type(value).__name__,
            allowed="fields such as format_version, name, inputs, outputs, weights",
            hint="correct the file, or get the package again",
        )
    _refuse_endless(value, document)
    return value


def dump_yaml(value: object, *, flow: bool | None = None, width: int = 100) -> str:
    """Return the YAML of plain data.

    Parameters
    ----------
    value
        Mappings, lists, texts, numbers, truth values.
    flow
        Whether collections are written between brackets; ``None`` for the innermost ones only.
    width
        Characters of a line.
    """
    text: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, width=width, default_flow_style=flow
    )
    return text


def _refuse_endless(value: dict[str, Any], document: str) -> None:
    """Raise for parts that stand in each other so often that whoever walks them never ends."""
    waiting: list[Any] = [value]
    for _ in range(_MOST_VALUES):
        if not waiting:
            return
        each = waiting.pop()
        if isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each
    raise UnsupportedError(  # the library of the format would walk them for ever, too
        document,
        "the parts of the description repeat each other without end",
        allowed=f"{_MOST_VALUES} values, those that aliases repeat counted each time",
        hint="write it without anchors and aliases, or get the package again",
    )


def _load(text: str, document: str) -> Any:  # noqa: ANN401 - YAML holds anything
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _refuse_duplicates(node, document)
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _refuse_duplicates(root: yaml.Node, document: str) -> None:
    """Raise for a key that one mapping holds twice; an aliased node is looked at once."""
    seen: set[int] = set()
    waiting: list[tuple[str, yaml.Node]] = [("", root)]
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(f"{path}{index}.", child) for index, child in enumerate(node.value)]
        elif isinstance(node, yaml.MappingNode):
            keys: set[str] = set()
            for key, child in node.value:
                name = str(key.value)
                if name in keys:
                    raise PackageError(
                        f"{document}: {path}{name}",
                        "this field stands twice in the description",
                        value=f"line {key.start_mark.line + 1}",
                        allowed="each field once",
                        hint="remove one of the two",
                    )
                keys.add(name)
                waiting.append((f"{path}{name}.", child))


def _first_line(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
