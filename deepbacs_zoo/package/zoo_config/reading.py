"""Reader of ``config.deepbacs_zoo``.

Other tools may read it, and ignore it if they like::

config:
deepbacs_zoo:
schema_version: 2
task: segmentation
method: multilabel-unet
pixel_size: {y: 0.065, x: 0.065, unit: micrometer}
peak_bytes_per_pixel: 400.0
allow_tiling: true           # false where an image has to pass in one piece
decode:
kind: multilabel         # multilabel, foreground, star_convex, spline or anchor_boxes
output: probabilities    # id of the output tensor
min_size: 20             # and so on: the fields of that kind, see decoding.py
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeGuard

from deepbacs_zoo.axes import SPACE
from deepbacs_zoo.errors import UnsupportedError
from deepbacs_zoo.files.fields import Field, Wording
from deepbacs_zoo.package.zoo_config.decoding import (
    KINDS,
    LEAST,
    AnchorBoxes,
    Decoding,
    Multilabel,
)
from deepbacs_zoo.package.zoo_config.schemas import SCHEMAS, Schema, method_of_schema_1, schema_of
from deepbacs_zoo.package.zoo_config.types import ZooConfig

__all__ = ["MICROMETERS", "read_decoding", "read_zoo_config"]

_PATH: Final = "config.deepbacs_zoo"
_WORDING: Final = Wording(
    what="this field is not as the schema has it",
    hint="correct the description or export the package again",
    show=lambda value: value,
)
MICROMETERS: Final[Mapping[str, float]] = {
    "micrometer": 1.0,
    "micrometre": 1.0,
    "micron": 1.0,
    "µm": 1.0,
    "μm": 1.0,
    "um": 1.0,
    "nanometer": 1e-3,
    "nm": 1e-3,
    "millimeter": 1e3,
    "mm": 1e3,
}
"""Micrometers per unit."""
_FOR_EACH: Final = "or a list of them, one for each class"
_ONE_OR_MORE: Final = "float | tuple[float, ...]"
"""The type of a setting that is one number, or one for each class."""
_KNOWN: Final = {entry.name for entry in dataclasses.fields(ZooConfig)} - {"other"}


def read_zoo_config(entries: Mapping[str, Any]) -> ZooConfig:
    """Read the whole entry; what is not stated is ``None`` or empty.

    Parameters
    ----------
    entries
        ``config.deepbacs_zoo`` as read from YAML.

    Raises
    ------
    UnsupportedError
        A kind of decoding, or a version of its schema, that is not known.
    PackageError
        Pixel size, memory or decoding are damaged.
    """
    version = entries.get("schema_version", 1)
    # Without decoding a later version is read as far as its names are known.
    schema = schema_of(version) or SCHEMAS[max(SCHEMAS)]
    root = Field("", _PATH, dict(entries), _WORDING)
    task, method = _task_and_method(entries, schema)
    arguments, field_of_view = (
        entries.get(schema.field("method_arguments")),
        entries.get("receptive_field"),
    )
    known = {schema.field(name) for name in _KNOWN}
    return ZooConfig(
        task=task,
        method=method,
        method_arguments=dict(arguments) if isinstance(arguments, Mapping) else {},
        pixel_size=MappingProxyType(_pixel_size(root)),
        peak_bytes_per_pixel=_peak_bytes(root, schema),
        receptive_field=field_of_view if isinstance(field_of_view, int) else None,
        allow_tiling=_allow_tiling(root),
        decode=read_decoding(entries),
        schema_version=schema.version,
        other={name: value for name, value in entries.items() if name not in known},
    )


def read_decoding(entries: Mapping[str, Any]) -> Decoding | None:
    """Read how an output becomes objects; ``None`` when ``config.deepbacs_zoo`` does not say.

    Raises
    ------
    UnsupportedError
        A kind of decoding, or a version of the schema, that is not known.
    PackageError
        A field is missing, unknown or not of its type.
    """
    block = Field("", _PATH, dict(entries), _WORDING).get("decode")
    if block is None:
        return None
    if not isinstance(block.value, Mapping):
        raise block.wrong("a mapping with kind and output")
    schema, kind = _schema_and_kind(block, entries.get("schema_version", 1))
    known = {schema.field(entry.name): entry for entry in dataclasses.fields(kind)}
    settings = kind(**_settings(block, known))
    if isinstance(settings, AnchorBoxes):
        _check_for_each(settings, block, known)
    if isinstance(settings, Multilabel):
        channels = (settings.background, settings.interior, settings.boundary)
        if len(set(channels)) != len(channels):
            raise dataclasses.replace(block, value=channels).wrong("three different channels")
    return settings


def _check_for_each(
    settings: AnchorBoxes, block: Field, known: Mapping[str, dataclasses.Field[Any]]
) -> None:
    """Raise what is wrong with the length of a list of one number for each class."""
    for name, entry in known.items():
        value = getattr(settings, entry.name)
        some = str(entry.type) == _ONE_OR_MORE and isinstance(value, tuple)
        if some and len(value) != len(settings.classes):
            raise block.at(name, block.value[name]).wrong(_allowed_for_each(entry))


def _settings(block: Field, known: Mapping[str, dataclasses.Field[Any]]) -> dict[str, Any]:
    """Return the settings that are given or must be, by their names in Python."""
    given = {name: block.at(name, value) for name, value in block.value.items() if name != "kind"}
    for name, field in given.items():
        if name not in known:
            raise field.wrong(f"one of {', '.join(known)}")
    return {
        entry.name: _setting(entry, given.get(name, block.at(name, None)))
        for name, entry in known.items()
        if name in given or entry.default is dataclasses.MISSING
    }


def _schema_and_kind(block: Field, version: object) -> tuple[Schema, type[Decoding]]:
    schema, name = schema_of(version), block.value.get("kind")
    names = schema or SCHEMAS[max(SCHEMAS)]
    kinds = {names.kind(kind): settings for kind, settings in KINDS.items()}
    if schema is None or not isinstance(name, str) or name not in kinds:
        *most, last = kinds
        raise UnsupportedError(
            block.where,
            "a way of decoding that is not known here",
            value=f"kind {name}, schema_version {version}",
            allowed=f"kind {', '.join(most)} or {last} of schema_version {names.version}",
            hint="update deepbacs_zoo with pip install --upgrade",
        )
    return schema, kinds[name]


def _setting(entry: dataclasses.Field[Any], field: Field) -> object:
    """Return the value of a setting, or raise what is wrong with it."""
    value = field.value
    match str(entry.type):
        case "str":
            if not isinstance(value, str):
                raise field.wrong("the id of an output tensor")
        case "int":
            least = entry.metadata.get(LEAST, 0)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise field.wrong(f"a whole number of at least {least}")
        case "float":
            _check_fraction(entry, field)
        case kind if kind == _ONE_OR_MORE:
            return _for_each(entry, field)
        case "tuple[float, ...]":
            return _ascending(field)
        case _:
            return _names(field)
    return value


def _check_fraction(entry: dataclasses.Field[Any], field: Field) -> None:
    """Raise unless a value is a fraction, or the 0 that the entry allows."""
    or_zero = LEAST in entry.metadata
    if not (_is_fraction(field.value) or (or_zero and _is_number(field.value) and not field.value)):
        raise field.wrong(f"{'0 or ' if or_zero else ''}a number between 0 and 1")


def _for_each(entry: dataclasses.Field[Any], field: Field) -> float | tuple[float, ...]:
    """Return a number or a list of them: fractions, or at least the least that the entry names."""
    value, least = field.value, entry.metadata.get(LEAST)
    numbers = value if isinstance(value, list | tuple) else [value]
    allowed = _is_fraction if least is None else partial(_is_at_least, least)
    if not (numbers and all(map(allowed, numbers))):
        raise field.wrong(_allowed_for_each(entry))
    return value if _is_number(value) else tuple(numbers)


def _allowed_for_each(entry: dataclasses.Field[Any]) -> str:
    least = entry.metadata.get(LEAST)
    each = "a number between 0 and 1" if least is None else f"a number of at least {least}"
    return f"{each}, {_FOR_EACH}"


def _ascending(field: Field) -> tuple[float, ...]:
    numbers = field.value if isinstance(field.value, list | tuple) else [None]
    if not all(map(_is_fraction, numbers)) or sorted(set(numbers)) != list(numbers):
        raise field.wrong("a list of numbers between 0 and 1, ascending")
    return tuple(numbers)


def _names(field: Field) -> tuple[str, ...]:
    texts = field.value if isinstance(field.value, (list, tuple)) else ()
    if not texts or not all(isinstance(text, str) and text for text in texts):
        raise field.wrong("a list of names, at least one")
    if len(set(texts)) != len(texts):
        raise field.wrong("a list of names, each only once")
    return tuple(texts)


def _task_and_method(entries: Mapping[str, Any], schema: Schema) -> tuple[str | None, str | None]:
    """Return the names, ``None`` for what is no text: a package runs without them."""
    task, method = (
        value if isinstance(value := entries.get(name), str) else None
        for name in ("task", "method")
    )
    return method_of_schema_1(task) if schema.version == 1 and task else (task, method)


def _pixel_size(root: Field) -> dict[str, float]:
    """Return micrometers by axis."""
    field = root.get("pixel_size")
    if field is None:
        return {}
    stated: Mapping[str, Any] = field.value if isinstance(field.value, Mapping) else {}
    unit = MICROMETERS.get(str(stated.get("unit", "micrometer")))
    sizes = {axis: stated[axis] for axis in SPACE if stated.get(axis) is not None}
    if stated is not field.value or unit is None or not all(map(_is_positive, sizes.values())):
        raise field.wrong(
            "positive numbers for y and x (and z), with a unit such as micrometer",
            what="it is no pixel size",
            hint="correct the package's description",
        )
    return {axis: float(value) * unit for axis, value in sizes.items()}


def _peak_bytes(root: Field, schema: Schema) -> float | None:
    field = root.get(schema.field("peak_bytes_per_pixel"))
    if field is None:
        return None
    if not _is_positive(field.value):
        raise field.wrong(
            "a positive number",
            what="it is no number of bytes",
            hint="correct or remove the entry of the package's description",
        )
    return float(field.value)


def _allow_tiling(root: Field) -> bool:
    field = root.get("allow_tiling")
    if field is None:
        return True
    if not isinstance(field.value, bool):
        raise field.wrong("true or false")
    return field.value


def _is_positive(value: object) -> bool:
    return _is_number(value) and value > 0


def _is_at_least(least: float, value: object) -> bool:
    return _is_number(value) and least <= value < math.inf


def _is_fraction(value: object) -> bool:
    return _is_number(value) and 0 < value < 1


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
