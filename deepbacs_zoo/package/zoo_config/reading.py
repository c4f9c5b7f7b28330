"""How an output becomes objects: the typed ``decode`` block of ``config.deepbacs_zoo``.

It is part of a package's description, which other tools may read (and ignore if they like)::

    config:
      deepbacs_zoo:
        schema_version: 1
        decode:
          kind: multilabel           # multilabel, foreground, stars, splines or boxes
          output: probabilities      # id of the output tensor
          min_size: 20               # and so on: the fields of that kind, see kinds.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.package.zoo_config.decoding import KINDS, LEAST, Decoding, Multilabel

__all__ = ["read_decoding"]

_WHERE: Final = "config.deepbacs_zoo.decode"
_KINDS: Final = {each.kind: each for each in KINDS}


def read_decoding(config: Mapping[str, Any]) -> Decoding | None:
    """Read ``config.deepbacs_zoo``; ``None`` when it does not say how to decode.

    Raises
    ------
    UnsupportedError
        A kind of decoding, or a version of the schema, that is not known.
    PackageError
        A field is missing, unknown or not of its type.
    """
    block = config.get("decode")
    if block is None:
        return None
    if not isinstance(block, Mapping):
        raise _wrong(_WHERE, block, "a mapping with kind and output")
    name = block.get("kind")
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if config.get("schema_version", 1) != 1 or kind is None:
        *most, last = _KINDS
        raise UnsupportedError(
            _WHERE,
            "a way of decoding that is not known here",
            value=f"kind {name}, schema_version {config.get('schema_version', 1)}",
            allowed=f"kind {', '.join(most)} or {last} of schema_version 1",
            hint="update deepbacs_zoo with pip install --upgrade",
        )
    values = {name: value for name, value in block.items() if name != "kind"}
    known = {entry.name: entry for entry in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise _wrong(f"{_WHERE}.{name}", value, f"one of {', '.join(known)}")
    for name, entry in known.items():
        if name in values or entry.default is MISSING:
            values[name] = _checked(entry, values.get(name))
    settings = kind(**values)
    if isinstance(settings, Multilabel):
        channels = (settings.background, settings.interior, settings.boundary)
        if len(set(channels)) != len(channels):
            raise _wrong(_WHERE, channels, "three different channels")
    return settings


def _checked(entry: Field[Any], value: object) -> object:
    """Return the value of a field, or raise what is wrong with it."""
    where, kind = f"{_WHERE}.{entry.name}", str(entry.type)
    if kind == "str" and not isinstance(value, str):
        raise _wrong(where, value, "the id of an output tensor")
    if kind == "int":
        least = entry.metadata.get(LEAST, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise _wrong(where, value, f"a whole number of at least {least}")
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "float" and not (is_number and 0 < float(str(value)) < 1):
        raise _wrong(where, value, "a number between 0 and 1")
    if kind.startswith("tuple"):
        return _names(where, value)
    return value


def _names(where: str, value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, (list, tuple)) else ()
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise _wrong(where, value, "a list of names, at least one")
    if len(set(texts)) != len(texts):
        raise _wrong(where, value, "a list of names, each only once")
    return tuple(texts)


def _wrong(where: str, value: object, allowed: str) -> PackageError:
    return PackageError(
        where,
        "this field is not as the schema has it",
        value=value,
        allowed=allowed,
        hint="correct the description or export the package again",
    )
