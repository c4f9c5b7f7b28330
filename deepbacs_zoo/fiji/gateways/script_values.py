"""Values of a script's parameters: typed, checked, and written as its language has them.

Every value comes from the caller or from the script itself; ImageJ would take a missing one from
whatever was entered last.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.macro import macro_text
from deepbacs_zoo.fiji.gateways.script_header import Parameter, read_header
from deepbacs_zoo.options import Option, Text

__all__ = ["Filled", "fill"]

Value = str | int | float | bool | list[Any] | None

_BITS: Final[Mapping[str, int | None]] = {
    "byte": 8,
    "short": 16,
    "int": 32,
    "long": 64,
    "BigInteger": None,
}
_REALS: Final = ("float", "double", "BigDecimal")
_TRUTH: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_ID: Final = "deepbacs.zoo.worker.Windows.idOf"


@dataclass(frozen=True)
class Filled:
    """A script with the values of its parameters.

    Parameters
    ----------
    parameters
        All that it declares.
    values
        Of its inputs, by name; ``None`` for one that may be missing.
    text
        The script without its ``#@`` lines.
    """

    parameters: Sequence[Parameter]
    values: Mapping[str, Value]
    text: str

    @property
    def outputs(self) -> dict[str, str]:
        """The types of its results by name."""
        return {each.name: each.kind for each in self.parameters if each.is_output}

    def macro(self) -> str:
        """Return it in the macro language; its variables stand in front of its first line."""
        kinds = {each.name: each.kind for each in self.parameters}
        given = [
            f"var {name} = {_literal(kinds[name], self.values[name])};" for name in self.values
        ]
        return " ".join([*given, self.text])

    def inputs(self) -> dict[str, list[Any]]:
        """Return the values with their types, for other languages."""
        kinds = {each.name: each.kind for each in self.parameters}
        return {name: [kinds[name], _plain(value)] for name, value in self.values.items()}


def fill(code: str, given: Mapping[str, object], images: Iterable[str]) -> Filled:
    """Give the parameters of a script their values.

    Parameters
    ----------
    code
        The script.
    given
        Values by name, as texts or of the parameter's own type; an image by its title.
    images
        Titles of the images that are open; those are given in turn to the parameters for images
        that have no value.

    Raises
    ------
    UsageError
        A value is missing, of another type, or none of those that the script allows; a name is none
        of its parameters; a ``#@`` line cannot be read.
    """
    parameters, text = read_header(code)
    inputs = [each for each in parameters if each.is_input]
    _check_names(given, {each.name for each in inputs})
    titles = list(images)
    taken = {str(value) for value in given.values()}
    free = [title for title in titles if title not in taken]
    values: dict[str, Value] = {}
    for each in inputs:
        if each.kind == "ImagePlus":
            values[each.name] = _image(each, given.get(each.name), titles, free)
        elif each.name in given:
            values[each.name] = _checked(each, given[each.name])
        elif "value" in each.attributes:
            values[each.name] = _default(each)
        elif each.is_required:
            hint = "give it a value by " + Option("parameters")
            raise _error(each, "it has no value", "", _allowed(each), hint)
        else:
            values[each.name] = None
    return Filled(parameters, values, text)


def _check_names(given: Iterable[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise UsageError(
                f"parameter '{name}'",
                "the script has no such parameter",
                allowed=", ".join(sorted(known)) or "none: it has no line that begins with #@",
                hint="write the name as it stands in the script",
            )


def _image(each: Parameter, given: object, titles: list[str], free: list[str]) -> str | None:
    if given is None and free:
        return free.pop(0)
    if given is None and not each.is_required:
        return None
    if given not in titles:
        raise _error(
            each,
            "there is no such image" if given is not None else "no image is left for it",
            "" if given is None else given,
            f"the title of an image that is given: {', '.join(titles) or 'there is none'}",
            "give the images that the script works on",
        )
    return str(given)


def _default(each: Parameter) -> Value:
    """Return the value that the script itself gives."""
    value = each.attributes["value"]
    if each.kind == "File":
        return str(Path(str(value)).absolute()) if value else ""
    return _checked(each, value)


def _checked(each: Parameter, given: object) -> Value:
    base = each.kind.removesuffix("[]")
    if base != each.kind:
        items = given.split(",") if isinstance(given, str) else given
        if not isinstance(items, list | tuple | np.ndarray):
            raise _wrong(each, given)
        return [_one(each, base, item.strip() if isinstance(item, str) else item) for item in items]
    value = _one(each, base, given)
    if each.choices and str(value) not in each.choices:
        numbers = isinstance(value, int | float) and value in _numbers(each.choices)
        if not numbers:
            raise _error(each, "it is none of the choices", given, _allowed(each), "choose one")
    return value


def _numbers(texts: Iterable[str]) -> list[float]:
    return [number for text in texts if (number := _real(text)) is not None]


def _one(each: Parameter, base: str, given: object) -> Value:
    if base in {"String", "char"}:
        good = isinstance(given, str | Path | int | float | np.number)
        if not good or isinstance(given, bool) or (base == "char" and len(str(given)) != 1):
            raise _wrong(each, given)
        return str(given)
    if base == "File":
        return _file(each, given)
    if base == "boolean":
        truth = _TRUTH.get(str(given).strip().lower())
        if truth is None:
            raise _wrong(each, given)
        return truth
    return _number(each, base, given)


def _number(each: Parameter, base: str, given: object) -> float:
    number: float | None = _whole(given) if base in _BITS else _real(given)
    bits = _BITS.get(base)
    if number is None or (bits is not None and not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1)):
        raise _wrong(each, given)
    low, high = _real(each.attribute("min")), _real(each.attribute("max"))
    if (low is not None and number < low) or (high is not None and number > high):
        raise _error(each, "it is out of range", given, _allowed(each), "give one within it")
    return number


def _whole(given: object) -> int | None:
    if isinstance(given, str) and re.fullmatch(r"\s*[+-]?\d+\s*", given, re.ASCII):
        return int(given)
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return int(given)
    return None


def _real(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, str | int | float | np.number):
        return None
    try:
        number = float(given)
    except (ValueError, TypeError):
        return None
    return number if math.isfinite(number) else None


def _file(each: Parameter, given: object) -> str:
    if not isinstance(given, str | Path) or not str(given):
        raise _wrong(each, given)
    path = Path(given).absolute()
    style = each.attribute("style").lower()
    if "save" in style:
        good, allowed = path.parent.is_dir(), "a file in a folder that exists"
    elif "directory" in style:
        good, allowed = path.is_dir(), "a folder that exists"
    elif "open" in style or style == "file":
        good, allowed = path.is_file(), "a file that exists"
    else:
        good, allowed = path.exists(), "a file or folder that exists"
    if not good:
        raise _error(each, "it is not there", path, allowed, "check the path")
    # A Windows path: ImageJ's macros join paths with slashes, which Java takes as well.
    return str(path)


def _literal(kind: str, value: Value) -> str:
    """Return a value as the macro language has it."""
    if value is None:
        return "0" if kind in _BITS or kind in _REALS or kind in {"boolean", "ImagePlus"} else '""'
    if isinstance(value, list):
        return f"newArray({', '.join(_literal(kind.removesuffix('[]'), each) for each in value)})"
    if kind == "ImagePlus":
        return f"parseInt(call({macro_text(_ID)}, {macro_text(str(value))}))"
    if isinstance(value, bool):
        return str(value).lower()
    return macro_text(value) if isinstance(value, str) else repr(value)


def _plain(value: Value) -> Value:
    """Return a value for JSON: numbers as texts, which keep all their digits."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | bool | None) else repr(value)


def _allowed(each: Parameter) -> str:
    if each.choices:
        return ", ".join(each.choices)
    words = each.kind
    if each.attribute("min"):
        words += f" from {each.attribute('min')}"
    if each.attribute("max"):
        words += f" up to {each.attribute('max')}"
    return words


def _wrong(each: Parameter, given: object) -> UsageError:
    return _error(each, "it has another type", given, _allowed(each), "give one of this type")


def _error(each: Parameter, what: str, value: object, allowed: str, hint: str | Text) -> UsageError:
    label = each.attribute("label")
    where = f"parameter '{each.name}'" + (f" ({label})" if label else "")
    shown = None if value == "" else value
    return UsageError(where, what, value=shown, allowed=allowed, hint=hint)
