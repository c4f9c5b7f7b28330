"""How an output becomes objects: the typed ``decode`` block of ``config.deepbacs_zoo``.

It is part of a package's description, which other tools may read (and ignore if they like)::

    config:
      deepbacs_zoo:
        schema_version: 2
        decode:
          kind: multilabel         # multilabel, foreground, star_convex, spline or anchor_boxes
          output: probabilities    # id of the output tensor
          min_size: 20             # and so on: the fields of that kind, see decoding.py
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.package.zoo_config.decoding import KINDS, LEAST, Decoding, Multilabel
from deepbacs_zoo.package.zoo_config.schemas import SCHEMAS, Schema

__all__ = ["read_decoding"]

_WHERE: Final = "config.deepbacs_zoo.decode"


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
    schema, kind = _schema_and_kind(config.get("schema_version", 1), block.get("kind"))
    values = {name: value for name, value in block.items() if name != "kind"}
    known = {schema.field(entry.name): entry for entry in fields(kind)}
    for name, value in values.items():
        if name not in known:
            raise _wrong(f"{_WHERE}.{name}", value, f"one of {', '.join(known)}")
    values = {
        entry.name: _checked(f"{_WHERE}.{name}", entry, values.get(name))
        for name, entry in known.items()
        if name in values or entry.default is MISSING
    }
    settings = kind(**values)
    if isinstance(settings, Multilabel):
        channels = (settings.background, settings.interior, settings.boundary)
        if len(set(channels)) != len(channels):
            raise _wrong(_WHERE, channels, "three different channels")
    return settings


def _schema_and_kind(version: object, name: object) -> tuple[Schema, type[Decoding]]:
    schema = next((each for number, each in SCHEMAS.items() if number == version), None)
    newest = SCHEMAS[max(SCHEMAS)]
    kinds = {(schema or newest).kind(kind): settings for kind, settings in KINDS.items()}
    if schema is None or not isinstance(name, str) or name not in kinds:
        *most, last = kinds
        raise UnsupportedError(
            _WHERE,
            "a way of decoding that is not known here",
            value=f"kind {name}, schema_version {version}",
            allowed=f"kind {', '.join(most)} or {last} of schema_version "
            f"{(schema or newest).version}",
            hint="update deepbacs_zoo with pip install --upgrade",
        )
    return schema, kinds[name]


def _checked(where: str, entry: Field[Any], value: object) -> object:
    """Return the value of a field, or raise what is wrong with it."""
    kind = str(entry.type)
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
