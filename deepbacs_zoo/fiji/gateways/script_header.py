"""Parameters that a script of ImageJ declares: its ``#@`` lines, in the syntax of SciJava.

The syntax is that of class ``ParameterScriptProcessor`` of scijava-common.  Lines become empty, so
that the lines of errors are those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from deepbacs_zoo.errors import UsageError

__all__ = ["Parameter", "has_parameters", "read_header"]

_NUMBERS: Final = {
    "byte": "byte",
    "short": "short",
    "int": "int",
    "integer": "int",
    "long": "long",
    "biginteger": "BigInteger",
    "float": "float",
    "double": "double",
    "number": "double",
    "bigdecimal": "BigDecimal",
    "boolean": "boolean",
}
_OTHERS: Final = {"String": "String", "Character": "char", "char": "char", "File": "File"}
_IMAGE: Final = "ImagePlus"
_OBJECT: Final = "Object"
_SERVICE: Final = re.compile(r"\w*(Service|Context)")
_ALLOWED: Final = (
    "String, File, Integer, Double, Boolean, ImagePlus and the like, and arrays of them"
)


@dataclass(frozen=True)
class Parameter:
    """One parameter of a script.

    Parameters
    ----------
    name
        The name of its variable.
    kind
        Its type: ``String``, ``char``, ``File``, ``boolean``, ``byte`` to ``BigDecimal``,
        ``ImagePlus``, ``Object``; with ``[]`` for an array.
    line
        The number of its line.
    is_input, is_output
        Whether it is given to the script, and whether it is a result of it.
    attributes
        What stands in brackets, by name in lower case, such as ``label`` and ``min``.
    """

    name: str
    kind: str
    line: int
    is_input: bool = True
    is_output: bool = False
    attributes: Mapping[str, str | list[str]] = field(default_factory=dict)

    def attribute(self, name: str) -> str:
        """Return an attribute as text; empty if there is none."""
        value = self.attributes.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def choices(self) -> list[str]:
        """The values that it may have; empty if it may have any."""
        value = self.attributes.get("choices", [])
        return value if isinstance(value, list) else []

    @property
    def is_required(self) -> bool:
        """Need of a value: true for a parameter that must have one."""
        is_message = self.attribute("visibility").upper().endswith("MESSAGE")
        return self.attribute("required").lower() != "false" and not is_message


def has_parameters(code: str) -> bool:
    """Return whether a script declares parameters."""
    return bool(read_header(code)[0])


def read_header(code: str) -> tuple[list[Parameter], str]:
    r"""Return the parameters that a script declares, and its text without them.

    Raises
    ------
    UsageError
        A ``#@`` line cannot be read, or declares a type or a name that cannot be given.

    Examples
    --------
    >>> found, rest = read_header('#@ Double (label="Size", min=0) size\nprint(size);')
    >>> found[0].name, found[0].kind, found[0].attributes, rest
    ('size', 'double', {'label': 'Size', 'min': '0'}, '\nprint(size);')
    """
    found: list[Parameter] = []
    lines = code.split("\n")
    in_header = True
    for index, line in enumerate(lines):
        if line.startswith("#@"):
            parameter = _parameter(line[2:], index + 1)
        elif index == 0 and line.startswith("#!"):
            parameter = None
        elif in_header and (old := re.match(r"[^\w@#]*[^\w#@]@(.*)", line)):
            parameter = _old(old[1], index + 1)
            if parameter is None:
                continue  # a comment
        else:
            in_header = in_header and not re.search(r"\w", line)
            continue
        lines[index] = "\r" if line.endswith("\r") else ""
        if parameter is not None:
            if parameter.name in {each.name for each in found}:
                raise _unreadable(line, index + 1, "this name is declared twice")
            found.append(parameter)
    return found, "\n".join(lines)


def _old(text: str, number: int) -> Parameter | None:
    """Return what a comment such as ``// @String name`` declares; ``None`` for any other."""
    try:
        return _parameter(text, number)
    except UsageError:
        return None


def _parameter(text: str, number: int) -> Parameter | None:
    """Return the parameter of a line; ``None`` for lines that declare none."""
    line = f"#@{text.rstrip()}"
    words, attributes = _split(text, line, number)
    if words[:1] == ["script"] or (words[:1] and words[0].startswith("#")):
        return None  # a directive: its menu and the like
    way = words.pop(0).upper() if words and words[0].upper() in _WAYS else ""
    way = way or str(attributes.get("type", "")).upper().rpartition(".")[2]
    if way and len(words) == 1:
        words.insert(0, _OBJECT)
    if len(words) != 2:
        raise _unreadable(line, number, "it is no parameter")
    kind, name = words
    is_input = way != "OUTPUT"
    if _SERVICE.fullmatch(kind.rpartition(".")[2]) and is_input:
        return None  # a part of ImageJ2, of no use to a macro
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        raise _unreadable(line, number, "a variable cannot have this name")
    return Parameter(
        name,
        _kind(kind, line, number, is_input),
        number,
        is_input,
        way not in {"", "INPUT"},
        attributes,
    )


def _split(text: str, line: str, number: int) -> tuple[list[str], dict[str, str | list[str]]]:
    """Return the words outside the brackets of a line, and what stands in them."""
    begin, end = text.find("("), text.rfind(")")
    if begin < 0 and end < 0:
        return text.split(), {}
    if begin < 0 or end < begin:
        raise _unreadable(line, number, "its brackets do not match")
    words = f"{text[:begin]} {text[end + 1 :]}".split()
    return words, _attributes(text[begin + 1 : end], line, number)


_WAYS: Final = {"INPUT", "OUTPUT", "BOTH"}


def _kind(word: str, line: str, number: int, is_input: bool) -> str:
    base = word.removesuffix("[]")
    array = word[len(base) :]
    base = base.rpartition(".")[2]
    kind = _OTHERS.get(base) or _NUMBERS.get(base.lower())
    if kind is None and base in {_IMAGE, "ColorRGB", "Date"} and not array:
        kind = _IMAGE if base == _IMAGE else "String"
    if kind is None and not is_input:
        return _OBJECT
    if kind is None:
        raise _unreadable(line, number, f"a value of the type '{word}' cannot be given")
    return kind + array


def _attributes(text: str, line: str, number: int) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {}
    rest = text.strip()
    while rest:
        head = re.match(r"([\w.\-]+)\s*=\s*", rest)
        if head is None:
            raise _unreadable(line, number, "what stands in brackets is no name=value")
        value, rest = _value(rest[head.end() :], line, number)
        found[head[1].lower()] = value
        if rest and not rest.startswith(","):
            raise _unreadable(line, number, "what stands in brackets is no name=value")
        rest = rest[1:].strip()
    return found


def _value(text: str, line: str, number: int) -> tuple[str | list[str], str]:
    """Return a value and what follows it."""
    if text.startswith("{"):
        values: list[str] = []
        rest = text[1:].strip()
        while not rest.startswith("}"):
            value, rest = _value(rest, line, number)
            if isinstance(value, list) or not rest:
                raise _unreadable(line, number, "its list of values has no end")
            values.append(value)
            rest = rest.removeprefix(",").strip()
        return values, rest[1:].strip()
    quoted = re.match(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", text)
    if quoted is not None:
        inner = quoted[1] if quoted[1] is not None else quoted[2]
        return _unescaped(inner), text[quoted.end() :].strip()
    bare = re.match(r"[^,{}\"']+", text)
    if bare is None:
        raise _unreadable(line, number, "a value in brackets cannot be read")
    return bare[0].strip(), text[bare.end() :].strip()


def _unescaped(text: str) -> str:
    known = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda found: known.get(found[1], found[1]), text)


def _unreadable(line: str, number: int, why: str) -> UsageError:
    return UsageError(
        f"the script's line {number}",
        why,
        value=line.strip(),
        allowed=f"#@ TYPE (name=value, ...) NAME with {_ALLOWED}",
        hint="correct the line",
    )
