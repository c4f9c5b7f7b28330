"""Mends of the form: what a description must have before it can be read at all."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import numpy as np

from deepbacs_zoo.validation.fix.changes import Mend, Place

__all__ = ["form_mends"]

_SIDES: Final = ("inputs", "outputs")
_NEWEST_04: Final = "0.4.10"
_NUMBERS: Final = ("size", "halo", "min", "step", "max", "offset")
_WHOLE: Final = re.compile(r"\s*[-+]?\d+\s*")

Description = Mapping[str, Any]
Read = Callable[[str], bytes]


def form_mends(description: Description, read: Read) -> Iterator[Mend]:
    """Yield the fields that keep a description from being read, with the values that they need.

    Parameters
    ----------
    description
        As parsed from YAML, whatever it holds.
    read
        Returns the content of a file of the package, or raises ``OSError`` or ``ValueError``.
    """
    yield from _version(description)
    for side in _SIDES:
        for index, tensor in _mappings(description.get(side)):
            yield from _tensor(description, (side, index), tensor, read)
    for name, entry in (
        (description.get("weights") or {}).items() if _has_weights(description) else ()
    ):
        opset = entry.get("opset_version") if isinstance(entry, Mapping) else None
        if _is_text(opset):
            yield _number(("weights", name, "opset_version"), opset)


def _has_weights(description: Description) -> bool:
    return isinstance(description.get("weights"), Mapping)


def _mappings(entries: object) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the mappings of a list with their places in it."""
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield index, entry


def _version(description: Description) -> Iterator[Mend]:
    from deepbacs_zoo.package.writing.description import FORMAT

    stated = description.get("format_version")
    text = str(stated) if isinstance(stated, str | float) else ""
    full = {"0.4": _NEWEST_04, "0.5": FORMAT}.get(text)
    if full:
        yield Mend(("format_version",), full, "a version of the format has three numbers")
    is_model = all(key in description for key in ("format_version", "inputs", "outputs", "weights"))
    if is_model and description.get("type") is None:
        yield Mend(("type",), "model", "a description says what it describes")


def _tensor(
    description: Description, place: Place, tensor: Mapping[str, Any], read: Read
) -> Iterator[Mend]:
    yield from _shape_04(place, tensor)
    for number, axis in _mappings(tensor.get("axes")):
        where = (*place, "axes", number)
        yield from _sizes(where, axis)
        if place[0] == "outputs":
            yield from _halo_of_fixed(description, where, axis)
        if axis.get("type") == "channel":
            yield from _channels(where, axis, partial(_channel_count, tensor, number, read))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _WHOLE.fullmatch(value) is not None


def _number(place: Place, value: object) -> Mend:
    return Mend(place, int(str(value)), "a number, which was written as a text")


def _sizes(place: Place, axis: Mapping[str, Any]) -> Iterator[Mend]:
    """Yield numbers that are texts, and a rule of sizes that allows none."""
    size = axis.get("size")
    yield from _rule(place, size) if isinstance(size, Mapping) else ()
    for key in _NUMBERS:
        if _is_text(axis.get(key)):
            yield _number((*place, key), axis[key])


def _rule(place: Place, size: Mapping[str, Any]) -> Iterator[Mend]:
    texts = {key: int(size[key]) for key in _NUMBERS if _is_text(size.get(key))}
    least, step = ({**size, **texts}.get(key) for key in ("min", "step"))
    least, step = (each if isinstance(each, int) else -1 for each in (least, step))
    if step == 0 < least:
        yield Mend((*place, "size"), least, "a size that grows in steps of 0 is a fixed one")
        return
    if least < 1 <= step and "min" in size:
        yield Mend((*place, "size", "min"), step, "no image is smaller than one pixel")
        texts.pop("min", None)
    for key in texts:
        yield _number((*place, "size", key), size[key])


def _shape_04(place: Place, tensor: Mapping[str, Any]) -> Iterator[Mend]:
    """Yield the numbers of format 0.4 that are texts: ``shape`` and ``halo``."""
    shape = tensor.get("shape")
    lists: dict[Place, object] = {("shape",): shape, ("halo",): tensor.get("halo")}
    if isinstance(shape, Mapping):
        lists |= {("shape", key): value for key, value in shape.items()}
    for below, values in lists.items():
        if isinstance(values, list):
            for index, value in enumerate(values):
                if _is_text(value):
                    yield _number((*place, *below, index), value)


def _halo_of_fixed(
    description: Description, place: Place, axis: Mapping[str, Any]
) -> Iterator[Mend]:
    """Yield the size of an output with a halo as that of the input, which it has to refer to."""
    size = axis.get("size")
    if not axis.get("halo") or not isinstance(size, int):
        return
    inputs = list(_mappings(description.get("inputs")))
    own = axis.get("id", "x")
    same = [
        other
        for _, tensor in inputs
        for _, other in _mappings(tensor.get("axes"))
        if other.get("type") == axis.get("type") and other.get("id", "x") == own
    ]
    if len(inputs) == 1 and len(same) == 1 and same[0].get("size") == size:
        reference = {"tensor_id": inputs[0][1].get("id", "input"), "axis_id": own}
        yield Mend(
            (*place, "size"), reference, "an axis with a halo refers to the size of the input"
        )


def _channels(
    place: Place, axis: Mapping[str, Any], count: Callable[[], int | None]
) -> Iterator[Mend]:
    """Yield names of channels where there are none, and of those that are numbers."""
    names = axis.get("channel_names")
    if names is None:
        stated = axis.get("size")
        number = stated if isinstance(stated, int) else count()
        if number:
            yield Mend(
                (*place, "channel_names"),
                [f"channel{index}" for index in range(number)],
                "programs count channels by their names; say what they show",
            )
    elif isinstance(names, list):
        for index, name in enumerate(names):
            if isinstance(name, int) and not isinstance(name, bool):
                yield Mend((*place, "channel_names", index), f"channel{name}", "a name is a text")


def _channel_count(tensor: Mapping[str, Any], number: int, read: Read) -> int | None:
    """Return the size of an axis of the test tensor."""
    file = tensor.get("test_tensor")
    source = file.get("source") if isinstance(file, Mapping) else file
    if not isinstance(source, str):
        return None
    try:
        array = np.load(io.BytesIO(read(source)), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return int(array.shape[number]) if number < array.ndim else None
