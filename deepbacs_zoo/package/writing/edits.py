"""Fields of an existing description changed in its text: comments and everything else stay.

A field is found by its place in the YAML, and its text alone is replaced.  What is written is read
again; where it does not say what it should (anchors, unusual forms), the whole description is
written anew, which loses its comments.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import yaml

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.package.yaml_text import dump_yaml, parse_yaml

__all__ = ["Edit", "Place", "at", "edited", "with_edits"]

Place = tuple[str | int, ...]
"""A path into a description, for example ``("inputs", 0, "axes", 2, "id")``."""

_VERY_WIDE: Final = 10**6


class Edit(NamedTuple):
    """A field and its new value; a field that is missing is added to its mapping."""

    place: Place
    value: Any


class _Splice(NamedTuple):
    start: int
    end: int
    text: str


def at(description: Any, place: Place) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return the value of a field, ``None`` where there is none."""
    found = description
    for key in place:
        try:
            found = found[key]
        except (KeyError, IndexError, TypeError):
            return None
    return found


def with_edits(description: Mapping[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """Return a description with other values of some fields."""
    changed: dict[str, Any] = _unshared(description)
    for place, value in edits:
        at(changed, place[:-1])[place[-1]] = copy.deepcopy(value)
    return changed


def edited(text: str, edits: Sequence[Edit]) -> tuple[str, bool]:
    """Return the text of a description with other values of some fields.

    Parameters
    ----------
    text
        The description, one YAML document.
    edits
        No two of one field, and none inside another.

    Returns
    -------
    str
        The new text.
    bool
        Whether everything beside the fields is as it was; else it was written anew.

    Raises
    ------
    PackageError
        The text is no description, or its values cannot be written.
    """
    expected = with_edits(parse_yaml(text.encode(), "description"), edits)
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        spliced = _spliced(text, [_splice(text, root, edit) for edit in edits])
        if parse_yaml(spliced.encode(), "description") == expected:
            return spliced, True
    except (LookupError, PackageError):
        pass
    anew = dump_yaml(expected)
    if parse_yaml(anew.encode(), "description") != expected:
        raise PackageError(
            "description",
            "it holds values that cannot be written as they were read",
            allowed="texts, numbers, lists and mappings",
            hint="correct the description by hand",
        )
    return anew, False


def _unshared(value: Any) -> Any:  # noqa: ANN401 - YAML holds anything
    """Return a copy of which no part stands in two places."""
    if isinstance(value, Mapping):
        return {key: _unshared(entry) for key, entry in value.items()}
    return [_unshared(entry) for entry in value] if isinstance(value, list) else value


def _spliced(text: str, splices: Sequence[_Splice]) -> str:
    # From the end on, so that places before stay; fields added at one place keep their order.
    order = sorted(enumerate(splices), key=lambda each: (each[1].start, each[0]), reverse=True)
    for _, (start, end, new) in order:
        text = text[:start] + new + text[end:]
    return text


def _splice(text: str, root: yaml.Node | None, edit: Edit) -> _Splice:
    if root is None:
        raise KeyError(edit.place[0])
    parent = root
    for key in edit.place[:-1]:
        parent = _child(parent, key)[1]
    try:
        key_node, node = _child(parent, edit.place[-1])
    except KeyError:
        return _added(text, parent, edit)
    start, end = node.start_mark.index, _end(text, node)
    value = _in_one_line(edit.value)
    if key_node is not None:
        between = text[key_node.end_mark.index : start]
        if between.strip() == ":":  # a value on the next line moves up
            return _Splice(key_node.end_mark.index, end, f": {value}")
    return _Splice(start, end, value)


def _child(node: yaml.Node, key: str | int) -> tuple[yaml.Node | None, yaml.Node]:
    """Return the node of a key and that of its value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        return None, node.value[key]
    if isinstance(node, yaml.MappingNode):
        for key_node, value in node.value:
            if key_node.value == key:
                return key_node, value
    raise KeyError(key)


def _added(text: str, parent: yaml.Node, edit: Edit) -> _Splice:
    """Return the text of a new field, behind the last one of its mapping."""
    if not isinstance(parent, yaml.MappingNode):
        raise KeyError(edit.place[-1])
    entry = f"{edit.place[-1]}: {_in_one_line(edit.value)}"
    if parent.flow_style or not parent.value:
        place = text.rindex("}", parent.start_mark.index, parent.end_mark.index)
        while text[place - 1].isspace():
            place -= 1
        return _Splice(place, place, f", {entry}" if parent.value else entry)
    first, last = parent.value[0][0], parent.value[-1][1]
    end = _end(text, last)
    rest = re.compile(r"[ \t]*(#[^\n]*)?(?=\n|$)").match(text, end)
    place = rest.end() if rest else end  # behind a comment in the line
    return _Splice(place, place, f"\n{' ' * first.start_mark.column}{entry}")


def _end(text: str, node: yaml.Node) -> int:
    """Return the end of a value, without the empty lines and comments behind it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    while end > node.start_mark.index and text[end - 1].isspace():
        end -= 1
    return end


def _in_one_line(value: Any) -> str:  # noqa: ANN401 - YAML holds anything
    text = dump_yaml(value, flow=True, width=_VERY_WIDE)
    return text.removesuffix("...\n").strip()
