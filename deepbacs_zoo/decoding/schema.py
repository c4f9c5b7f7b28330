"""How an output becomes objects: the typed ``decode`` block of ``config.deepbacs_zoo``.

It is part of a package's description, which other tools may read (and ignore if they like)::

    config:
      deepbacs_zoo:
        schema_version: 1
        decode:
          kind: multilabel
          output: probabilities      # id of the output tensor, which holds probabilities
          background: 0              # channel indices
          interior: 1
          boundary: 2
          seed_threshold: 0.5        # a seed pixel has P(interior) >= this
          foreground_threshold: 0.5  # an object's pixel has P(background) < 1 - this
          min_seed: 5                # pixels; smaller seeds are dropped
          min_size: 20               # pixels; smaller objects are dropped
          max_growth: 6              # pixels that a seed grows at most
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from deepbacs_zoo.errors import PackageError, UnsupportedError

__all__ = ["Multilabel", "read_decoding"]

_WHERE: Final = "config.deepbacs_zoo.decode"


@dataclass(frozen=True)
class Multilabel:
    """Probabilities of background, interior and boundary, decoded to instances.

    The thresholds are compared as float32 with the float32 tensor.  Channels are indices along
    ``c``, sizes are in pixels.
    """

    output: str
    background: int = 0
    interior: int = 1
    boundary: int = 2
    seed_threshold: float = 0.5
    foreground_threshold: float = 0.5
    min_seed: int = 5
    min_size: int = 20
    max_growth: int = 6

    def as_config(self) -> dict[str, Any]:
        """Return the block that stands in the description."""
        return {"kind": "multilabel"} | {
            entry.name: getattr(self, entry.name) for entry in fields(self)
        }


def read_decoding(config: Mapping[str, Any]) -> Multilabel | None:
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
    if config.get("schema_version", 1) != 1 or block.get("kind") != "multilabel":
        raise UnsupportedError(
            _WHERE,
            "a way of decoding that is not known here",
            value=f"kind {block.get('kind')}, schema_version {config.get('schema_version', 1)}",
            allowed="kind multilabel of schema_version 1",
            hint="update deepbacs_zoo with pip install --upgrade",
        )
    values = {name: value for name, value in block.items() if name != "kind"}
    known = {entry.name: entry.type for entry in fields(Multilabel)}
    for name, value in values.items():
        if name not in known:
            raise _wrong(f"{_WHERE}.{name}", value, f"one of {', '.join(known)}")
    if not isinstance(values.get("output"), str):
        raise _wrong(f"{_WHERE}.output", values.get("output"), "the id of an output tensor")
    for name, value in values.items():
        _check_field(name, value, str(known[name]))
    settings = Multilabel(**values)
    channels = (settings.background, settings.interior, settings.boundary)
    if len(set(channels)) != len(channels):
        raise _wrong(_WHERE, channels, "three different channels")
    return settings


def _check_field(name: str, value: object, kind: str) -> None:
    where = f"{_WHERE}.{name}"
    if kind == "int" and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise _wrong(where, value, "a whole number of at least 0")
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "float" and not (is_number and 0 < float(str(value)) < 1):
        raise _wrong(where, value, "a number between 0 and 1")


def _wrong(where: str, value: object, allowed: str) -> PackageError:
    return PackageError(
        where,
        "this field is not as the schema has it",
        value=value,
        allowed=allowed,
        hint="correct the description or export the package again",
    )
