"""Rules of deepImageJ 3.1 with JDLL 0.6, continued: pre- and postprocessing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from deepbacs_zoo.findings import ConsumerRule, Evidence, Issue, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import Step, TensorSpec

__all__ = ["step_issues"]

_RUN: Final = Evidence("deepImageJ 3.1 / JDLL 0.6")
_READ: Final = Evidence("deepImageJ 3.1 / JDLL 0.6", confirmed=False)
_OPERATIONS: Final = (
    "binarize",
    "clip",
    "ensure_dtype",
    "fixed_zero_mean_unit_variance",
    "scale_linear",
    "scale_range",
    "sigmoid",
    "zero_mean_unit_variance",
)
OPERATION_MISSING: Final = fails(
    "deepimagej-operation-missing", "JDLL has these operations of the format only.", _RUN
)
SEVERAL_THRESHOLDS: Final = fails(
    "deepimagej-several-thresholds", "JDLL reads a threshold as one number.", _RUN
)
CLIP_BOUNDS: Final = fails("deepimagej-clip-bounds", "JDLL clips between two numbers only.", _RUN)
SEVERAL_MEANS: Final = fails(
    "deepimagej-several-means", "JDLL reads a fixed mean as one number.", _RUN
)
SEVERAL_GAINS: Final = differs(
    "deepimagej-several-gains", "JDLL takes the first gain for all channels.", _RUN
)
STATISTICS_PER_CHANNEL: Final = differs(
    "deepimagej-statistics-per-channel",
    "JDLL normalizes several channels wrongly when each has statistics of its own.",
    _RUN,
)
REFERENCE_TENSOR: Final = differs(
    "deepimagej-reference-tensor", "JDLL measures the tensor itself instead of another one.", _READ
)
PERCENTILES: Final = differs(
    "deepimagej-percentiles",
    "JDLL takes percentiles by nearest rank, others interpolate between two values.",
    _RUN,
)


def step_issues(package: Package) -> Iterator[Issue]:
    """Yield every operation that JDLL lacks or computes otherwise."""
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            for number, step in enumerate(spec.steps):
                where = f"{side}.{index}.steps.{number} ({step.name})"
                if step.name not in _OPERATIONS:
                    yield OPERATION_MISSING.issue(
                        where,
                        "JDLL does not have this operation",
                        ", ".join(_OPERATIONS),
                        "put the operation into the network",
                    )
                else:
                    yield from _step(spec, step, where)


def _step(spec: TensorSpec, step: Step, where: str) -> Iterator[Issue]:
    several = spec.size_of("c") not in (1, None)
    for case in _CASES.get(step.name, ()):
        if case.applies(step.kwargs, several):
            yield case.rule.issue(where, case.what, case.allowed, "choose another operation")


def _is_list(value: Any) -> bool:  # noqa: ANN401 - a keyword argument as read
    return isinstance(value, list | tuple)


def _without_c(kwargs: Mapping[str, Any], several: bool) -> bool:
    axes = kwargs.get("axes")
    return several and isinstance(axes, str) and "c" not in axes


class _Case(NamedTuple):
    """Arguments of an operation that break a rule.

    Parameters
    ----------
    applies
        Takes the arguments, and whether the tensor has several channels.
    rule, what, allowed
        Parts of the issue.
    """

    applies: Callable[[Mapping[str, Any], bool], bool]
    rule: ConsumerRule
    what: str
    allowed: str


_CASES: Final[Mapping[str, tuple[_Case, ...]]] = {
    "binarize": (
        _Case(
            lambda k, _: _is_list(k.get("threshold")),
            SEVERAL_THRESHOLDS,
            "several thresholds",
            "one threshold",
        ),
    ),
    "clip": (
        _Case(
            lambda k, _: k.get("min") is None or k.get("max") is None,
            CLIP_BOUNDS,
            "a bound is missing or is a percentile",
            "clip with min and max",
        ),
    ),
    "fixed_zero_mean_unit_variance": (
        _Case(
            lambda k, _: _is_list(k.get("mean")),
            SEVERAL_MEANS,
            "a mean per channel",
            "one mean and std",
        ),
    ),
    "scale_linear": (
        _Case(
            lambda k, several: several and (_is_list(k.get("gain")) or _is_list(k.get("offset"))),
            SEVERAL_GAINS,
            "gains per channel, of which JDLL takes the first for all",
            "one gain and offset",
        ),
    ),
    "zero_mean_unit_variance": (
        _Case(
            _without_c,
            STATISTICS_PER_CHANNEL,
            "statistics per channel, which JDLL computes wrongly",
            "axes with the channel, or one channel",
        ),
    ),
    "scale_range": (
        _Case(
            lambda k, _: k.get("reference_tensor") is not None,
            REFERENCE_TENSOR,
            "the reference tensor is ignored",
            "scale_range without reference_tensor",
        ),
        _Case(
            lambda k, _: (k.get("min_percentile", 0), k.get("max_percentile", 100)) != (0, 100),
            PERCENTILES,
            "percentiles by nearest rank, which differ by about 1e-3",
            "scale_range from 0 to 100, or zero_mean_unit_variance",
        ),
    ),
}
