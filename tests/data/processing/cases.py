"""Which golden vectors there are: chains of steps, tensors, and formulas where core departs.

A case with a ``formula`` does not ask bioimageio.core; ``why`` tells the reason.  Formulas are the
specification's, written down again in plain NumPy on float64 tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SHAPES = {
    "bcyx": (1, 2, 4, 5),
    "byxc": (1, 4, 5, 2),
    "bczyx": (1, 2, 3, 2, 4),
    "cyx": (2, 4, 5),
    "yx": (4, 5),
}
PAIR = (2, 2, 3, 4)  # a batch of two
DTYPES = ("uint8", "uint16", "int16", "float32")
CORE = "bioimageio.core 0.11.0"
EPS_IGNORED = f"{CORE} takes 1e-6 whatever eps says"
RAW_STATISTICS = f"{CORE} takes statistics from the raw tensor, before any step"
NO_OUTPUT_STATISTICS = f"{CORE} has no statistics of outputs and fails"
WRAPS = (
    f"the specification is silent on numbers beyond an integer type and {CORE} leaves them to the "
    "processor; the fraction is cut off and the rest taken modulo two to the number of bits"
)
LINEAR = (
    f"the specification is silent on percentiles between two values, and {CORE} takes the lower "
    "value for a clip of single samples along axes, else the linear one; always linear here"
)

Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Case:
    """One chain of steps on one tensor; ``formula`` stands in where core departs or is silent.

    ``place`` is ``input`` (the steps are preprocessing) or ``output`` (postprocessing);
    ``reference`` says whether there is another input, ``ref``.
    """

    steps: list[dict[str, Any]]
    axes: str
    dtype: str
    why: str = ""
    formula: Formula | None = None
    silent: bool = False
    place: str = "input"
    reference: bool = False
    shape: tuple[int, ...] | None = None
    values: Sequence[float] | None = None

    @property
    def source(self) -> str:
        if self.formula is None:
            return CORE
        return "decision" if self.silent else "specification"

    def tensors(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The tensor and the reference; channels differ, and values are exact in JSON."""
        shape = self.shape or SHAPES[self.axes]
        if self.values is None:
            array = drawn(shape, self.axes, self.dtype, seed)
        else:
            array = np.array(self.values, self.dtype).reshape(shape)
        return array, drawn(shape, self.axes, "float32", seed + 10_000)


def drawn(shape: tuple[int, ...], axes: str, dtype: str, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if dtype.startswith("float"):
        values = np.round(rng.normal(0.5, 2.0, shape), 3).astype(dtype)
    else:
        info = np.iinfo(dtype)
        values = rng.integers(max(info.min, -3000), min(info.max, 40000), shape).astype(dtype)
    if "c" in axes:
        second = tuple(1 if axis == "c" else slice(None) for axis in axes)
        values[second] = values[second] // 3
    return values


def step(name: str, **kwargs: Any) -> dict[str, Any]:
    return {"name": name, "kwargs": kwargs}


def joint_axes(axes: str) -> list[str | None]:
    """All axes, each sample alone, each channel alone, with the batch, some left out."""
    without_b = axes.replace("b", "")
    choices: list[str | None] = [None, without_b, axes.replace("c", "")]
    choices.append(without_b.replace("c", ""))
    choices.append("".join(axis for axis in axes if axis not in "cy") or "x")
    return list(dict.fromkeys(choices))


def cases() -> Iterator[Case]:
    yield from _measuring()
    yield from _pointwise()
    yield from _chains()
    yield from _epsilons()
    yield from _later_statistics()
    yield from _other_departures()
    yield from _decisions()


def _measuring() -> Iterator[Case]:
    for axis_names in SHAPES:
        for axes in joint_axes(axis_names):
            chosen = {} if axes is None else {"axes": axes}
            for dtype in DTYPES:
                yield Case([step("zero_mean_unit_variance", **chosen)], axis_names, dtype)
                yield Case([step("scale_range", **chosen)], axis_names, dtype)
            wanted = {"min_percentile": 5, "max_percentile": 90.5}
            for dtype in ("uint16", "float32"):
                yield Case([step("scale_range", **chosen, **wanted)], axis_names, dtype)
    for axes in ("bcyx", "byx", "cyx", "yx", "y"):
        for dtype in ("uint8", "float32"):
            yield Case([step("zero_mean_unit_variance", axes=axes)], "bcyx", dtype, shape=PAIR)
        yield Case(
            [step("scale_range", axes=axes, min_percentile=1, max_percentile=99.8)],
            "bcyx",
            "float32",
            shape=PAIR,
        )
    for dtype in ("int8", "int32", "uint32", "float64"):
        yield Case([step("zero_mean_unit_variance")], "bcyx", dtype)
        yield Case([step("scale_range", min_percentile=10)], "bcyx", dtype)
    for dtype in ("uint8", "float32"):
        level = [7.0] * 20
        yield Case([step("zero_mean_unit_variance")], "yx", dtype, values=level)
        yield Case([step("scale_range")], "yx", dtype, values=level)
    for place in ("input", "output"):
        yield Case(
            [step("scale_range", axes="cyx", reference_tensor="ref")],
            "bcyx",
            "float32",
            reference=True,
            place=place,
        )


def _pointwise() -> Iterator[Case]:
    for axes in ("bcyx", "byxc", "yx"):
        for dtype in (*DTYPES, "int32", "float64"):
            yield Case([step("scale_linear", gain=0.25, offset=-3.5)], axes, dtype)
            yield Case([step("clip", min=10, max=200)], axes, dtype)
            yield Case([step("fixed_zero_mean_unit_variance", mean=3.5, std=2.5)], axes, dtype)
            yield Case([step("binarize", threshold=2)], axes, dtype)
    gains, offsets = [2, 0.5], [1, -1]
    for axes in ("bcyx", "byxc", "bczyx"):
        yield Case([step("scale_linear", axis="c", gain=gains, offset=offsets)], axes, "uint8")
        yield Case([step("scale_linear", axis="c", gain=gains)], axes, "float32")
        yield Case([step("scale_linear", axis="c", offset=offsets, gain=3)], axes, "float32")
        yield Case(
            [step("fixed_zero_mean_unit_variance", axis="c", mean=[3, 100], std=[20, 50])],
            axes,
            "uint8",
        )
        for place in ("input", "output"):
            yield Case([step("softmax")], axes, "float32", place=place)
            yield Case([step("softmax", axis="x")], axes, "float32", place=place)
            yield Case([step("sigmoid")], axes, "float32", place=place)
    yield Case([step("sigmoid")], "yx", "float32", shape=(1, 5), values=[-80, -1, 0, 1, 80])
    yield Case([step("clip", min=0.5)], "bcyx", "float32")
    yield Case([step("clip", max=0.5)], "bcyx", "float32")
    yield Case([step("clip", min_percentile=10, max_percentile=75)], "bcyx", "float32")
    yield Case([step("clip", min=0, max_percentile=75)], "bcyx", "uint8")
    yield Case([step("clip", axes="byx", max_percentile=75)], "bcyx", "float32", shape=PAIR)
    for threshold in (0.1, 0.3, 0.5):
        at = [0.1, 0.3, 0.5, 0.09999999, 0.30000001192092896, 0.7]
        for dtype in ("float32", "float64"):
            yield Case(
                [step("binarize", threshold=threshold)], "yx", dtype, shape=(2, 3), values=at
            )


def _chains() -> Iterator[Case]:
    for dtype in ("uint8", "int32", "float64", "bool"):
        yield Case([step("clip", min=0, max=9), step("ensure_dtype", dtype=dtype)], "yx", "float32")
    yield Case([step("ensure_dtype", dtype="uint8")], "yx", "int16")
    yield Case([step("scale_linear", gain=2, offset=1), step("sigmoid")], "bcyx", "float32")
    yield Case([step("sigmoid"), step("scale_linear", gain=2, offset=1)], "bcyx", "float32")
    yield Case([step("softmax"), step("binarize", threshold=0.5)], "bcyx", "float32")
    yield Case([step("binarize", threshold=0), step("scale_linear", gain=255)], "yx", "float32")
    as_float = step("ensure_dtype", dtype="float32")
    for dtype in DTYPES:
        yield Case([as_float, step("zero_mean_unit_variance", axes="cyx"), as_float], "bcyx", dtype)
        yield Case(
            [step("scale_range", axes="yx", min_percentile=1), step("clip", min=0, max=1)],
            "bcyx",
            dtype,
        )


def _spread(x: np.ndarray, axes: tuple[int, ...], eps: float = 1e-6) -> np.ndarray:
    return (x - x.mean(axes, keepdims=True)) / (x.std(axes, keepdims=True) + eps)


def _stretch(x: np.ndarray, axes: tuple[int, ...], eps: float = 1e-6) -> np.ndarray:
    low, high = x.min(axes, keepdims=True), x.max(axes, keepdims=True)
    return (x - low) / (high - low + eps)


def _epsilons() -> Iterator[Case]:
    for eps in (0.1, 0.001):
        yield Case(
            [step("zero_mean_unit_variance", axes="cyx", eps=eps)],
            "bcyx",
            "float32",
            EPS_IGNORED,
            lambda x, r, eps=eps: _spread(x, (1, 2, 3), eps),
        )
        yield Case(
            [step("scale_range", axes="yx", eps=eps)],
            "bcyx",
            "float32",
            EPS_IGNORED,
            lambda x, r, eps=eps: _stretch(x, (2, 3), eps),
        )
    yield Case(
        [step("fixed_zero_mean_unit_variance", mean=0.5, std=0.01)],
        "yx",
        "float32",
        f"{CORE} adds 1e-6 to a fixed deviation",
        lambda x, r: (x - 0.5) / 0.01,
    )
    yield Case(
        [step("fixed_zero_mean_unit_variance", axis="c", mean=[3, 1], std=[2, 0.005])],
        "bcyx",
        "float32",
        f"{CORE} adds 1e-6 to a fixed deviation",
        lambda x, r: (x - np.reshape([3, 1], (1, 2, 1, 1))) / np.reshape([2, 0.005], (1, 2, 1, 1)),
    )


def _later_statistics() -> Iterator[Case]:
    for dtype in ("uint16", "float32"):
        yield Case(
            [step("clip", min=0, max=1.5), step("zero_mean_unit_variance", axes="cyx")],
            "bcyx",
            dtype,
            RAW_STATISTICS,
            lambda x, r: _spread(np.clip(x, 0, 1.5), (1, 2, 3)),
        )
        yield Case(
            [step("scale_linear", gain=3, offset=1), step("scale_range", axes="yx")],
            "bcyx",
            dtype,
            RAW_STATISTICS,
            lambda x, r: _stretch(3 * x + 1, (2, 3)),
        )
    yield Case(
        [step("sigmoid"), step("clip", min_percentile=20, max_percentile=80)],
        "bcyx",
        "float32",
        RAW_STATISTICS,
        lambda x, r: _between(1 / (1 + np.exp(-x)), None),
    )
    yield Case(
        [step("sigmoid"), step("zero_mean_unit_variance", axes="yx")],
        "bcyx",
        "float32",
        NO_OUTPUT_STATISTICS,
        lambda x, r: _spread(1 / (1 + np.exp(-x)), (2, 3)),
        place="output",
    )
    yield Case(
        [step("zero_mean_unit_variance")],
        "bcyx",
        "float32",
        NO_OUTPUT_STATISTICS,
        lambda x, r: _spread(x, (0, 1, 2, 3)),
        place="output",
    )
    yield Case(
        [step("scale_range", axes="cyx")],
        "bcyx",
        "float32",
        NO_OUTPUT_STATISTICS,
        lambda x, r: _stretch(x, (1, 2, 3)),
        place="output",
    )


def _other_departures() -> Iterator[Case]:
    def above(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return x > np.array([1, 0.25]).reshape(shape)

    for axis_names, shape in (("bcyx", (1, 2, 1, 1)), ("bczyx", (1, 2, 1, 1, 1))):
        for dtype in ("uint8", "float32"):
            yield Case(
                [step("binarize", axis="c", threshold=[1, 0.25])],
                axis_names,
                dtype,
                f"{CORE} does not shape thresholds along an axis and fails",
                lambda x, r, shape=shape: above(x, shape),
            )
    for axes, numbers, eps in (
        ("yx", (2, 3), 1e-6),
        ("cyx", (1, 2, 3), 1e-6),
        (None, (0, 1, 2, 3), 1e-6),
        ("yx", (2, 3), 0.1),
    ):
        chosen = {} if axes is None else {"axes": axes}
        if eps != 1e-6:
            chosen["eps"] = eps
        yield Case(
            [step("scale_mean_variance", reference_tensor="ref", **chosen)],
            "bcyx",
            "float32",
            f"{CORE} fails with scale_mean_variance: it has no statistics of outputs",
            lambda x, r, n=numbers, eps=eps: (
                _spread(x, n, eps) * (r.std(n, keepdims=True) + eps) + r.mean(n, keepdims=True)
            ),
            reference=True,
            place="output",
        )


def _between(x: np.ndarray, axes: tuple[int, ...] | None) -> np.ndarray:
    return np.clip(x, *np.percentile(x, (20, 80), axes, keepdims=True))


def _decisions() -> Iterator[Case]:
    for axes, numbers in (("yx", (2, 3)), ("cyx", (1, 2, 3))):
        for dtype in ("uint8", "float32"):
            yield Case(
                [step("clip", axes=axes, min_percentile=20, max_percentile=80)],
                "bcyx",
                dtype,
                LINEAR,
                lambda x, r, n=numbers: _between(x, n),
                silent=True,
            )
    beyond = [-200.5, -1.5, -0.5, 0.5, 1.5, 127.9, 128, 255.5, 256, 300, 70000.25, 3e9]
    for dtype in ("uint8", "int8", "uint16", "int16", "uint32", "int32", "int64"):
        bits = 8 * np.dtype(dtype).itemsize
        low = -(2 ** (bits - 1)) if dtype.startswith("i") else 0
        yield Case(
            [step("ensure_dtype", dtype=dtype)],
            "yx",
            "float32",
            WRAPS,
            lambda x, r, dtype=dtype, bits=bits, low=low: np.array(
                [(int(value) - low) % 2**bits + low for value in x.flat], dtype
            ).reshape(x.shape),
            silent=True,
            shape=(3, 4),
            values=beyond,
        )
