"""Write ``golden.json``: what bioimageio.core, or the specification, makes of small tensors.

Run it as ``python -m tests.data.processing.make_golden`` in an environment with bioimageio.core
0.11.0; the README beside it says what the file holds.  Where core departs from its specification
the formula of the specification, written down again here in plain NumPy, gives the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("golden.json")
SHAPES = {"bcyx": (1, 2, 4, 5), "byxc": (1, 4, 5, 2), "bczyx": (1, 2, 3, 2, 4), "yx": (4, 5)}
AXIS_NAMES = {"b": "batch", "c": "channel"}
DTYPES = ("uint8", "uint16", "int16", "float32")
EPS_IGNORED = "bioimageio.core 0.11.0 takes 1e-6 whatever eps says"
RAW_STATISTICS = "bioimageio.core 0.11.0 takes statistics from the raw tensor, before any step"


@dataclass(frozen=True)
class Case:
    """One chain of steps on one tensor; ``formula`` stands in where core departs."""

    steps: list[dict[str, Any]]
    letters: str
    dtype: str
    why: str = ""
    formula: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    reference: bool = False
    kwargs: dict[str, Any] = field(default_factory=dict)


def tensor(letters: str, dtype: str, seed: int) -> np.ndarray:
    """A small tensor whose channels differ and whose values are exact in JSON."""
    rng = np.random.default_rng(seed)
    shape = SHAPES[letters]
    if dtype == "float32":
        values = np.round(rng.normal(0.5, 2.0, shape), 3).astype(np.float32)
    else:
        info = np.iinfo(dtype)
        values = rng.integers(max(info.min, -3000), min(info.max, 40000), shape).astype(dtype)
    if "c" in letters:
        second = tuple(1 if letter == "c" else slice(None) for letter in letters)
        values[second] = values[second] // 3
    return values


def step(name: str, **kwargs: Any) -> dict[str, Any]:
    return {"name": name, "kwargs": kwargs}


def joint_axes(letters: str) -> list[str | None]:
    """All axes, each sample alone, each channel alone, rows alone."""
    without_b = letters.replace("b", "")
    choices: list[str | None] = [None, without_b, without_b.replace("c", "")]
    choices.append("".join(letter for letter in letters if letter not in "cy") or "x")
    return list(dict.fromkeys(choices))


def cases_by_core() -> Iterator[Case]:
    for letters in SHAPES:
        for axes in joint_axes(letters):
            chosen = {} if axes is None else {"axes": axes}
            for dtype in DTYPES:
                yield Case([step("zero_mean_unit_variance", **chosen)], letters, dtype)
                yield Case([step("scale_range", **chosen)], letters, dtype)
            wanted = {"min_percentile": 5, "max_percentile": 90.5}
            yield Case([step("scale_range", **chosen, **wanted)], letters, "float32")
    for letters in ("bcyx", "byxc", "yx"):
        for dtype in DTYPES:
            yield Case([step("scale_linear", gain=0.25, offset=-3.5)], letters, dtype)
            yield Case([step("clip", min=10, max=200)], letters, dtype)
            yield Case([step("fixed_zero_mean_unit_variance", mean=3.5, std=2.5)], letters, dtype)
            yield Case([step("binarize", threshold=2)], letters, dtype)
    for letters in ("bcyx", "byxc", "bczyx"):
        yield Case(
            [step("scale_linear", axis="c", gain=[2, 0.5], offset=[1, -1])], letters, "uint8"
        )
        yield Case([step("softmax", axis="c")], letters, "float32")
        yield Case([step("softmax", axis="x")], letters, "float32")
        yield Case([step("sigmoid")], letters, "float32")
    yield Case([step("clip", min=0.5)], "bcyx", "float32")
    yield Case([step("clip", max=0.5)], "bcyx", "float32")
    yield Case([step("clip", min_percentile=10, max_percentile=75)], "bcyx", "float32")
    for dtype in ("uint8", "int32", "float64", "bool"):
        yield Case([step("clip", min=0, max=9), step("ensure_dtype", dtype=dtype)], "yx", "float32")
    yield Case([step("scale_linear", gain=2, offset=1), step("sigmoid")], "bcyx", "float32")
    yield Case(
        [step("scale_range", axes="cyx", reference_tensor="ref")], "bcyx", "uint8", reference=True
    )


def cases_by_specification() -> Iterator[Case]:
    def spread(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
        return (x - x.mean(axes, keepdims=True)) / (x.std(axes, keepdims=True) + eps)

    yield Case(
        [step("zero_mean_unit_variance", axes="cyx", eps=0.1)],
        "bcyx",
        "float32",
        EPS_IGNORED,
        lambda x, r: spread(x, (1, 2, 3), 0.1),
    )
    yield Case(
        [step("scale_range", axes="yx", eps=0.1)],
        "bcyx",
        "float32",
        EPS_IGNORED,
        lambda x, r: (
            (x - x.min((2, 3), keepdims=True))
            / (x.max((2, 3), keepdims=True) - x.min((2, 3), keepdims=True) + 0.1)
        ),
    )
    yield Case(
        [step("fixed_zero_mean_unit_variance", axis="c", mean=[3, 1], std=[2, 0.5])],
        "bcyx",
        "float32",
        "bioimageio.core 0.11.0 adds 1e-6 to a fixed deviation",
        lambda x, r: (x - np.reshape([3, 1], (1, 2, 1, 1))) / np.reshape([2, 0.5], (1, 2, 1, 1)),
    )
    for dtype in ("uint16", "float32"):
        yield Case(
            [step("clip", min=0, max=1.5), step("zero_mean_unit_variance", axes="cyx")],
            "bcyx",
            dtype,
            RAW_STATISTICS,
            lambda x, r: spread(np.clip(x, 0, 1.5), (1, 2, 3), 1e-6),
        )
    yield Case(
        [step("binarize", axis="c", threshold=[1, 0.25])],
        "bcyx",
        "float32",
        "bioimageio.core 0.11.0 does not shape thresholds along an axis",
        lambda x, r: x > np.array([1, 0.25]).reshape(1, 2, 1, 1),
    )
    yield Case(
        [step("scale_mean_variance", reference_tensor="ref", axes="yx")],
        "bcyx",
        "float32",
        "bioimageio.core 0.11.0 fails with scale_mean_variance",
        lambda x, r: (
            spread(x, (2, 3), 1e-6) * (r.std((2, 3), keepdims=True) + 1e-6)
            + r.mean((2, 3), keepdims=True)
        ),
        reference=True,
    )
    yield Case(
        [step("clip", axes="yx", min_percentile=20, max_percentile=80)],
        "bcyx",
        "float32",
        "the specification does not say how percentiles are interpolated, and bioimageio.core "
        "0.11.0 does it in two ways; linear interpolation is taken always",
        lambda x, r: np.clip(x, *np.percentile(x, (20, 80), (2, 3), keepdims=True)),
    )


def by_core(case: Case, array: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """What bioimageio.core's own operations make of the tensor."""
    from bioimageio.core import Sample, Tensor
    from bioimageio.core.proc_ops import get_proc
    from bioimageio.core.stat_calculators import compute_measures
    from bioimageio.spec.model import v0_5

    names = [AXIS_NAMES.get(letter, letter) for letter in case.letters]
    sample = Sample(
        members={"raw": Tensor(array, dims=names), "ref": Tensor(reference, dims=names)},
        stat={},
        id="golden",
    )
    kinds = {
        name.removesuffix("Descr"): getattr(v0_5, name)
        for name in dir(v0_5)
        if name.endswith("Descr") and hasattr(getattr(v0_5, name), "implemented_id")
    }
    by_id = {kind.implemented_id: kind for kind in kinds.values()}
    for entry in case.steps:
        kwargs = dict(entry["kwargs"])
        if "axes" in kwargs:
            kwargs["axes"] = [AXIS_NAMES.get(letter, letter) for letter in kwargs["axes"]]
        if "axis" in kwargs:
            kwargs["axis"] = AXIS_NAMES.get(kwargs["axis"], kwargs["axis"])
        content = {"id": entry["name"]} | ({"kwargs": kwargs} if kwargs else {})
        description = by_id[entry["name"]].model_validate(content)
        # Only the tensor's id is read from its description.
        operation = get_proc(description, v0_5.InputTensorDescr.model_construct(id="raw"))
        sample.stat.update(compute_measures(operation.required_measures, [sample]))
        operation(sample)
    return np.asarray(sample.members["raw"].data.values)


def encoded(array: np.ndarray) -> dict[str, Any]:
    values = array.reshape(-1).tolist()
    if array.dtype == np.float32:
        values = [float(f"{value:.9g}") for value in values]  # as exact as float32 is
    return {"dtype": str(array.dtype), "shape": list(array.shape), "values": values}


def entries(keep: Callable[[Case], bool] = lambda case: True) -> Iterator[dict[str, Any]]:
    """Every vector, computed now."""
    everything = [*cases_by_core(), *cases_by_specification()]
    for seed, case in enumerate(everything):
        if not keep(case):
            continue
        array = tensor(case.letters, case.dtype, seed)
        reference = tensor(case.letters, "float32", seed + 10_000)
        if case.formula is None:
            expected = by_core(case, array, reference)
        else:
            expected = case.formula(array.astype(np.float64), reference.astype(np.float64))
        if expected.dtype == np.float64 and case.steps[-1]["name"] != "ensure_dtype":
            expected = expected.astype(np.float32)
        entry = {
            "steps": case.steps,
            "letters": case.letters,
            "input": encoded(array),
            "expected": encoded(expected),
            "source": "specification" if case.formula else "bioimageio.core 0.11.0",
        }
        if case.why:
            entry["why"] = case.why
        if case.reference:
            entry["references"] = {"ref": {"letters": case.letters, **encoded(reference)}}
        yield entry


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries())
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
