"""Our reader against bioimageio.spec, on every generated package and on random damage to them."""

from __future__ import annotations

import copy
import random
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from deepbacs_zoo.errors import DeepbacsZooError, PackageError, UnsupportedError
from deepbacs_zoo.files.fields import Field
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.v0_4 import read_tensors as read_04
from deepbacs_zoo.package.v0_5 import read_tensors as read_05
from deepbacs_zoo.package.weights import read_weights
from deepbacs_zoo.tensors import (
    Axis,
    FixedSize,
    FreeSize,
    ReferencedSize,
    Step,
    SteppedSize,
    TensorSpec,
)
from tests.packages import CASES, REFUSED

pytest.importorskip("bioimageio.spec")

# What our reader takes and the specification does not.
NOT_OF_THE_SPECIFICATION = ("list_axes_0_4",)
ORACLE_CASES = [name for name in CASES if name not in NOT_OF_THE_SPECIFICATION]

# Keyword arguments that the specification adds where they are left out.
_STEP_DEFAULTS: dict[str, dict[str, Any]] = {
    "zero_mean_unit_variance": {"eps": 1e-6},
    "scale_range": {"eps": 1e-6, "min_percentile": 0.0, "max_percentile": 100.0},
    "scale_linear": {"gain": 1.0, "offset": 0.0},
    "softmax": {"axis": "c"},
}


def load(path: Path, tmp_path: Path) -> Any:
    """Load with the specification's library, from a folder: of zips it looks at the top only."""
    from bioimageio.spec import load_model_description

    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "unpacked")
        (inner,) = (tmp_path / "unpacked").rglob("*.yaml")
        path = inner.parent
    with warnings.catch_warnings(action="ignore"):
        return load_model_description(path, format_version="latest", perform_io_checks=True)


@pytest.mark.parametrize("name", ORACLE_CASES)
def test_we_agree_with_the_specification(name: str, tmp_path: Path) -> None:
    path = CASES[name](tmp_path)
    oracle = load(path, tmp_path)
    with open_package(path) as package:
        assert_same_model(package, oracle)


def assert_same_model(package: Package, oracle: Any) -> None:
    assert package.name == oracle.name
    assert package.version == (None if oracle.version is None else str(oracle.version))
    assert package.id == (None if oracle.id is None else str(oracle.id))
    for ours, theirs in zip(
        (package.inputs, package.outputs), (oracle.inputs, oracle.outputs), strict=True
    ):
        for spec, other in zip(ours, theirs, strict=True):
            assert_same_tensor(spec, other)
            steps = getattr(other, "preprocessing", None) or getattr(other, "postprocessing", [])
            assert_same_steps(spec, steps, {a.id: axis_name(a) for a in other.axes})
    assert_same_sizes(package, oracle)
    assert_same_weights(package, oracle)


def axis_name(axis: Any) -> str:
    short = {"batch": "b", "channel": "c", "index": "i", "time": "t"}
    return short.get(axis.type, str(axis.id))


def assert_same_tensor(spec: TensorSpec, other: Any) -> None:
    assert spec.id == str(other.id)
    assert [axis.id for axis in spec.axes] == [str(a.id) for a in other.axes]
    assert spec.axis_names == "".join(map(axis_name, other.axes))
    assert spec.dtype == other.dtype
    assert spec.optional == getattr(other, "optional", False)
    assert spec.description == other.description
    pad = getattr(other, "pad", None)
    if pad is not None:
        assert (spec.pad.mode, spec.pad.value) == (pad.mode, getattr(pad, "value", 0.0))
    for file, theirs in (
        (spec.test_tensor, other.test_tensor),
        (spec.sample_tensor, other.sample_tensor),
    ):
        assert (file is None) == (theirs is None)
        if file is not None and file.sha256 is not None:
            assert str(theirs.sha256) == file.sha256
    for axis, their_axis in zip(spec.axes, other.axes, strict=True):
        assert_same_axis(axis, their_axis)


def assert_same_axis(axis: Axis, other: Any) -> None:
    assert axis.halo == getattr(other, "halo", 0)
    assert axis.scale == other.scale
    assert axis.unit == other.unit
    if axis.channel_names:  # format 0.4 has no names; the converter makes them up
        assert list(axis.channel_names) == other.channel_names
    match axis.size:
        case FixedSize(value):
            assert other.size == value
        case SteppedSize(least, step):
            assert (other.size.min, other.size.step) == (least, step)
        case FreeSize(least, most) if axis.name != "b":
            assert (other.size.min, other.size.max) == (least, most)
        case FreeSize():
            assert other.size is None
        case ReferencedSize(tensor, _, _, _):
            assert str(other.size.tensor_id) == tensor


def assert_same_sizes(package: Package, oracle: Any) -> None:
    """Compare the sizes that follow from inputs which grow by 0 to 3 steps."""
    stepped = [
        (spec.id, axis)
        for spec in package.inputs
        for axis in spec.axes
        if isinstance(axis.size, SteppedSize)
    ]
    for n in range(4):
        theirs = oracle.get_axis_sizes({(t, a.id): n for t, a in stepped}, batch_size=1)
        found = {**theirs.inputs, **theirs.outputs}
        expected = {(t, a.name): a.size.min + n * a.size.step for t, a in stepped}
        for spec in (*package.inputs, *package.outputs):
            for axis in spec.axes:
                if isinstance(axis.size, FixedSize):
                    expected[spec.id, axis.name] = axis.size.value
        for spec in (*package.inputs, *package.outputs):
            for axis in spec.axes:
                if isinstance(axis.size, ReferencedSize):
                    source = expected[axis.size.tensor, axis.size.axis]
                    expected[spec.id, axis.name] = axis.size.of(source)
                if not isinstance(axis.size, FreeSize):
                    assert found[spec.id, axis.id] == expected[spec.id, axis.name]


def assert_same_steps(spec: TensorSpec, steps: list[Any], axes: Mapping[Any, str]) -> None:
    # The specification's library adds ensure_dtype at the ends; ours does not.
    stated = [step for step in steps if step.id != "ensure_dtype"]
    ours = [step for step in spec.steps if step.name != "ensure_dtype"]
    assert [step.name for step in ours] == [step.id for step in stated]
    for step, other in zip(ours, stated, strict=True):
        kwargs = {k: v for k, v in dict(other.kwargs).items() if v is not None}
        if "axes" in kwargs:
            kwargs["axes"] = {axes[a] for a in kwargs["axes"]}
        if "axis" in kwargs:
            kwargs["axis"] = axes[kwargs["axis"]]
        assert normal(step, spec.axis_names) == {**_STEP_DEFAULTS.get(step.name, {}), **kwargs}


def normal(step: Step, axes: str) -> dict[str, Any]:
    kwargs = {**_STEP_DEFAULTS.get(step.name, {}), **step.kwargs}
    if "axes" in kwargs:
        kwargs["axes"] = set(kwargs["axes"])
    return kwargs


def assert_same_weights(package: Package, oracle: Any) -> None:
    theirs = oracle.weights.available_formats
    assert set(package.weights) == set(theirs)
    for name, weights in package.weights.items():
        assert str(theirs[name].sha256) == weights.file.sha256
        assert str(theirs[name].source).endswith(weights.file.path)
    if "pytorch_state_dict" in theirs:
        other = theirs["pytorch_state_dict"].architecture
        ours = package.weights["pytorch_state_dict"].fields["architecture"]
        assert ours["callable"] == str(other.callable)
        assert ours["kwargs"] == other.kwargs
        assert ours["sha256"] == str(other.sha256)


# --- where the converter of the specification's library loses something ------------------------


def test_statistics_of_the_data_set_survive_from_0_4(tmp_path: Path) -> None:
    """`scale_range` of mode per_dataset and its reference: the format counts, not the converter."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        kwargs = {"mode": "per_dataset", "axes": "yx", "reference_tensor": "input"}
        description["outputs"][0]["postprocessing"] = [{"name": "scale_range", "kwargs": kwargs}]

    path = CASES["bcyx_0_4"](tmp_path, change=change)
    oracle = load(path, tmp_path)
    with open_package(path) as package:
        assert package.outputs[0].steps[0].kwargs == {"axes": "byx", "reference_tensor": "input"}
    converted = oracle.outputs[0].postprocessing[0].kwargs
    assert "batch" not in converted.axes
    assert converted.reference_tensor is None


def test_a_halo_on_a_fixed_output_survives_from_0_4(tmp_path: Path) -> None:
    """The converter of the specification's library gives up here."""

    def change(description: dict[str, Any], files: dict[str, bytes]) -> None:
        description["outputs"][0]["halo"] = [0, 0, 2, 2]

    with open_package(CASES["fixed_output_0_4"](tmp_path, change=change)) as package:
        assert package.outputs[0].axis("y").halo == 2


# --- refused by both ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [n for n, r in REFUSED.items() if r.when == "open" and n not in ("format_0_3",)]
)
def test_what_we_refuse_to_open_is_invalid(name: str, tmp_path: Path) -> None:
    path = REFUSED[name](tmp_path)
    with pytest.raises(DeepbacsZooError):
        open_package(path)
    with pytest.raises((ValueError, TypeError, AssertionError)):
        load(path, tmp_path)


# --- random damage -----------------------------------------------------------------------------

_VALUES: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    2,
    -1,
    7,
    0.5,
    1e300,
    "",
    "x",
    "input",
    "batch",
    "float32",
    "../x",
    [],
    [1],
    ["x"],
    [{}],
    {},
    {"a": 1},
    {"min": 4, "step": 2},
    {"tensor_id": "input", "axis_id": "y"},
)
# The library takes true for a number, and files from beside the package; we do not.
_LAX_VALUES = (True, "../x")
# The library does not check these contradictions of processing steps; we do.
_STRICTER = ("names an axis that the tensor does not have", "do not fit the axis")

DAMAGED_CASES = ("stepped", "three_channels", "two_inputs", "upsampled_halo", "data_dependent")
DAMAGED_CASES_04 = ("stepped_0_4", "upsampled_0_4", "steps_range_0_4", "two_outputs_0_4")


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    keys = value if isinstance(value, dict) else range(len(value))
    result = []
    for key in keys:
        result.append((*path, key))
        if isinstance(value[key], dict | list):
            result += places(value[key], (*path, key))
    return result


def damaged(
    description: dict[str, Any], rng: random.Random, values: Sequence[Any] = _VALUES
) -> dict[str, Any]:
    result = copy.deepcopy(description)
    part = {key: result[key] for key in ("inputs", "outputs", "weights")}
    *parents, last = rng.choice(places(part))
    place: Any = part
    for key in parents:
        place = place[key]
    if rng.random() < 0.2:
        del place[last]
    elif rng.random() < 0.2 and isinstance(place[last], dict | list):
        donor = rng.choice(places(part))
        value: Any = part
        for key in donor:
            value = value[key]
        place[last] = copy.deepcopy(value)
    else:
        place[last] = rng.choice(values)
    return result


def read(description: dict[str, Any]) -> None:
    root = Field("damaged.zip", "", description)
    (read_04 if description["format_version"].startswith("0.4") else read_05)(root)
    read_weights(root)


@pytest.mark.parametrize("name", [*DAMAGED_CASES, *DAMAGED_CASES_04])
def test_damage_is_always_one_sentence(name: str, tmp_path: Path) -> None:
    with open_package(CASES[name](tmp_path)) as package:
        description = dict(package.description)
    rng = random.Random(name)
    refused = 0
    for _ in range(1500):
        wrong = damaged(damaged(description, rng), rng)
        try:
            read(wrong)
        except DeepbacsZooError as error:
            refused += 1
            assert error.where.startswith("damaged.zip: ")
            assert error.allowed
            assert error.hint
            assert len(str(error)) < 1000
    assert refused > 500


@pytest.mark.parametrize("name", DAMAGED_CASES)
def test_what_the_specification_accepts_is_read(name: str, tmp_path: Path) -> None:
    from bioimageio.spec import InvalidDescr, ValidationContext, build_description

    with open_package(CASES[name](tmp_path)) as package:
        description = dict(package.description)
    rng = random.Random(name)
    values = [value for value in _VALUES if not any(value is lax for lax in _LAX_VALUES)]
    accepted = 0
    for _ in range(250):
        other = damaged(description, rng, values)
        with (
            warnings.catch_warnings(action="ignore"),
            ValidationContext(perform_io_checks=False, root=tmp_path),
        ):
            oracle = build_description(copy.deepcopy(other))
        if isinstance(oracle, InvalidDescr):
            continue
        accepted += 1
        try:
            read(other)
        except UnsupportedError:
            continue  # valid, but an axis has an unknown type
        except PackageError as error:
            if not any(words in error.what for words in _STRICTER):
                raise
    assert accepted > 10
