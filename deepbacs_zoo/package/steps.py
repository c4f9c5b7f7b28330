"""Processing steps of both formats as `Step`, with the names and keyword arguments of format 0.5.

Which operations exist and which arguments they take is the business of ``processing``; a
step that it does not know is read all the same, and refused there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import DataError, PackageError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package.members import file_ref
from deepbacs_zoo.package.names import ID_OF_AXIS
from deepbacs_zoo.tensors import Axis, FixedSize, Step

__all__ = ["steps_04", "steps_05"]

_BY_CHANNEL = ("gain", "offset", "mean", "std", "threshold")
_MODES = ("per_sample", "per_dataset")
_FIXED_VALUES: Final = ("gain", "offset", "mean", "std")


def _step(name: str, kwargs: Mapping[str, Any]) -> Step:
    return Step(name, MappingProxyType(dict(kwargs)))


# --- format 0.5 ----------------------------------------------------------------------------------


def steps_05(places: Sequence[Field], axes: Sequence[Axis]) -> tuple[Step, ...]:
    """Read the steps of one tensor of format 0.5; a null argument counts as left out."""
    return tuple(_step_05(place, axes) for place in places)


def _step_05(place: Field, axes: Sequence[Axis]) -> Step:
    name = place["id"].text()
    if name == "custom":
        return _custom(place)
    given = place.get("kwargs")
    if given is None:
        return _step(name, {})
    kwargs = {key: value for key, value in given.mapping().items() if value is not None}
    axis_names = {axis.id: axis.name for axis in axes}
    if "axes" in kwargs:
        entries = given["axes"].items()
        kwargs["axes"] = "".join(_axis_name(entry, axis_names) for entry in entries)
    if "axis" in kwargs:
        kwargs["axis"] = _axis_name(given["axis"], axis_names)
        _check_lengths(given, kwargs, axes)
    return _step(name, kwargs)


def _custom(place: Field) -> Step:
    kwargs = place.get("kwargs")
    return _step(
        "custom",
        {
            "callable": place["callable"].text(),
            "source": file_ref(place["source"], place.get("sha256")),
            "kwargs": {} if kwargs is None else kwargs.mapping(),
        },
    )


def _axis_name(place: Field, axes: Mapping[str, str]) -> str:
    name = ID_OF_AXIS.get(place.text(), place.text())
    if name not in axes:
        raise place.wrong(
            "an axis of this tensor: " + ", ".join(axes),
            what="this processing step names an axis that the tensor does not have",
        )
    return axes[name]


def _check_lengths(place: Field, kwargs: Mapping[str, Any], axes: Sequence[Axis]) -> None:
    (axis,) = (axis for axis in axes if axis.name == kwargs["axis"])
    if not isinstance(axis.size, FixedSize):
        return
    for key in _BY_CHANNEL:
        values = kwargs.get(key)
        if isinstance(values, list) and len(values) != axis.size.value:
            raise place[key].wrong(
                f"{axis.size.value} values, one for each position of axis {axis.id}",
                what=f"{len(values)} values do not fit the axis",
            )


# --- format 0.4 ----------------------------------------------------------------------------------


def steps_04(places: Sequence[Field], axes: Sequence[Axis]) -> tuple[Step, ...]:
    """Read the steps of one tensor of format 0.4.

    ``axes`` there never holds ``b``: ``mode`` says whether statistics are of the sample or of the
    data set, which in 0.5 is a batch axis among the axes.  ``zero_mean_unit_variance`` of mode
    ``fixed`` is ``fixed_zero_mean_unit_variance``.  Values listed one by one belong to the single
    axis that ``axes`` leaves out.
    """
    return tuple(_step_04(place, axes) for place in places)


def _step_04(place: Field, axes: Sequence[Axis]) -> Step:
    name = place["name"].text()
    given = place.get("kwargs")
    if given is None:
        given = place.at("kwargs", {})
    kwargs = {key: value for key, value in given.mapping().items() if value is not None}
    axis_names = "".join(axis.name for axis in axes)
    jointly = _axes_04(given, axis_names)
    kwargs.pop("axes", None)
    mode = kwargs.pop("mode", None)
    if name == "zero_mean_unit_variance" and mode in (None, "fixed"):
        given.require("mean", "std")
        kwargs.pop("eps", None)  # fixed values are not made up of data: nothing can vanish
        return _fixed_04(given, "fixed_zero_mean_unit_variance", kwargs, axes, jointly)
    if name == "scale_linear":
        return _fixed_04(given, name, kwargs, axes, jointly)
    if mode is not None:
        kwargs["axes"] = _measured_04(given["mode"], axis_names, jointly)
    elif jointly is not None:
        kwargs["axes"] = jointly
    return _step(name, kwargs)


def _axes_04(given: Field, axes: str) -> str | None:
    place = given.get("axes")
    if place is None:
        return None
    if isinstance(place.value, list):
        text = "".join(entry.text() for entry in place.items())
    else:
        # An empty text stands for no axes at all, which leaves every axis on its own.
        text = place.value if place.value == "" else place.text()
    if not set(text) <= set(axes) or len(set(text)) != len(text):
        raise place.wrong(
            f"each of the axes {axes} at most once",
            what="this processing step names axes that the tensor does not have",
        )
    return str(text)


def _measured_04(mode: Field, axis_names: str, jointly: str | None) -> str:
    """Return the axes over which statistics are taken, with ``b`` for those of the data set."""
    name = mode.choice(_MODES)
    # Left out, all axes of a sample count together.
    axes = axis_names.replace("b", "") if jointly is None else jointly.replace("b", "")
    return "b" + axes if name == "per_dataset" and "b" in axis_names else axes


def _fixed_04(
    given: Field, name: str, kwargs: dict[str, Any], axes: Sequence[Axis], jointly: str | None
) -> Step:
    """Give listed values the axis that ``axes`` leaves out; a list of one value is that value."""
    values = {key: kwargs[key] for key in _FIXED_VALUES if isinstance(kwargs.get(key), list)}
    if not values:
        return _step(name, kwargs)
    longest = max(map(len, values.values()))
    own = [axis.name for axis in axes if axis.name not in f"b{jointly or ''}"]
    if jointly is not None and len(own) == 1:
        listed = _listed(name, kwargs, longest) | {"axis": own[0]}
        _check_lengths(given, listed, axes)
        return _step(name, listed)
    if longest > 1 or not all(values.values()):
        raise _unclear(given[next(iter(values))], own)
    return _step(name, {**kwargs, **{key: each[0] for key, each in values.items()}})


def _listed(name: str, kwargs: Mapping[str, Any], length: int) -> dict[str, Any]:
    """Repeat the value of an argument whose partner is a list."""
    partners = ("gain", "offset") if name == "scale_linear" else ("mean", "std")
    single = [key for key in partners if key in kwargs and not isinstance(kwargs[key], list)]
    return {**kwargs, **{key: [kwargs[key]] * length for key in single}}


def _unclear(place: Field, own: Sequence[str]) -> PackageError | DataError:
    return place.wrong(
        "axes that leave exactly one axis of the tensor for the values",
        what=f"it is unclear which of the axes ({', '.join(own) or 'none'}) the values belong to",
    )
