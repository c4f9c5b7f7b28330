"""Will deepImageJ 3.1 (JDLL 0.6) run a package: its rules, found by running it, as predictions.

Each rule looks at the package and yields reasons.  A *blocker* makes the real program fail; a
*difference* makes it compute something else without saying so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import FixedSize, ReferencedSize, Step, SteppedSize, TensorSpec

__all__ = ["Reason", "lint"]

_RUNNABLE: Final = ("torchscript", "onnx", "tensorflow_saved_model_bundle")
_OUTPUT_TYPES: Final = ("float32", "int32", "int64", "float64")
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


@dataclass(frozen=True)
class Reason:
    """Why the real program fails, or computes something else.

    Parameters
    ----------
    where, what, allowed, hint
        As in a finding.
    blocks
        Whether it fails; else it runs and differs.
    """

    where: str
    what: str
    allowed: str
    hint: str
    blocks: bool = True


Rule = Callable[[Package], Iterator[Reason]]


def lint(package: Package) -> tuple[Reason, ...]:
    """Return every reason, in the order of the rules."""
    return tuple(reason for rule in _RULES for reason in rule(package))


def _description(package: Package) -> Iterator[Reason]:
    if not _is_rdf(package):
        yield Reason(
            "description", "it is not called rdf.yaml", "the name rdf.yaml", "rename the file"
        )
    if not isinstance(package.description.get("documentation", ""), str):
        yield Reason(
            "documentation",
            "it is a mapping, on which JDLL fails",
            "a plain file name, which format_version up to 0.5.10 has",
            "state format_version 0.5.10 and a plain documentation",
        )
    legacy = package.config.get("deepimagej")
    if isinstance(legacy, Mapping) and legacy.get("allow_tiling") is not True:
        yield Reason(
            "config.deepimagej",
            f"allow_tiling is {legacy.get('allow_tiling')}",
            "allow_tiling: true, or no config.deepimagej",
            "set allow_tiling: true",
        )
    if "stardist" in package.name.lower() and "stardist" in package.config:
        yield Reason(
            "config.stardist",
            "deepImageJ will install a Python environment and run StarDist there",
            "a package that is not taken for a StarDist model",
            "leave stardist out of the name if that is not wanted",
            blocks=False,
        )


def _inputs(package: Package) -> Iterator[Reason]:
    if len(package.inputs) != 1:
        yield Reason(
            "inputs",
            f"there are {len(package.inputs)} inputs",
            "one input",
            "merge the inputs into channels of one",
        )
    for index, spec in enumerate(package.inputs):
        if spec.dtype != "float32":
            yield Reason(
                f"inputs.{index}.data",
                f"the type is {spec.dtype}",
                "float32",
                "let the network take float32",
            )
        for axis in spec.space:
            size = axis.size
            if isinstance(size, SteppedSize) and size.min % size.step:
                yield Reason(
                    f"inputs.{index}.axes.{axis.id}",
                    f"min {size.min} is no multiple of step {size.step}",
                    "min a multiple of step",
                    f"state min {size.fit(size.min) + size.step - size.min % size.step}",
                )


def _outputs(package: Package) -> Iterator[Reason]:
    first = package.inputs[0].id if package.inputs else ""
    for index, spec in enumerate(package.outputs):
        if spec.dtype not in _OUTPUT_TYPES:
            yield Reason(
                f"outputs.{index}.data",
                f"the type is {spec.dtype}",
                ", ".join(_OUTPUT_TYPES),
                "let the network give float32",
            )
        for axis in spec.space:
            size, where = axis.size, f"outputs.{index}.axes.{axis.id}"
            if isinstance(size, ReferencedSize):
                yield from _reference(package, where, size, first)
            elif not isinstance(size, FixedSize):
                yield Reason(
                    where,
                    "the size depends on the data",
                    "a fixed size, or that of the input",
                    "give an output of the input's size",
                )


def _reference(package: Package, where: str, size: ReferencedSize, first: str) -> Iterator[Reason]:
    # Format 0.4 states its scale where JDLL reads it; in 0.5 it takes another formula.
    scaled = (size.scale, size.offset) != (1.0, 0.0) and not _is_04(package)
    if size.tensor != first or scaled:
        yield Reason(
            where,
            f"the size is {size.scale:g} x {size.tensor}.{size.axis} + {size.offset:g}",
            "the size of the input, with axis scales of 1",
            "give an output of the input's size",
        )


def _axes(package: Package) -> Iterator[Reason]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            where = f"{side}.{index}.axes"
            for axis in spec.axes:
                if axis.name in "ti":
                    yield Reason(
                        f"{where}.{axis.id}",
                        "there is a time or index axis",
                        "the axes batch, channel, z, y, x",
                        "process time points one by one",
                    )
            if not _is_04(package):
                yield from _axes_05(package, side, index, spec)


def _axes_05(package: Package, side: str, index: int, spec: TensorSpec) -> Iterator[Reason]:
    raw = package.description[side][index].get("axes") or []
    for axis, entry in zip(spec.axes, raw, strict=False):
        stated = entry if isinstance(entry, Mapping) else {}
        where = f"{side}.{index}.axes.{axis.id}"
        if axis.name == "c" and not axis.channel_names:
            yield Reason(where, "no channel names", "channel_names", "name the channels")
        if axis.name in "zyx" and "id" not in stated:
            yield Reason(where, "the space axis states no id", "an id x, y or z", "state the id")
        if side == "outputs" and axis.name in "zyx" and axis.scale != 1.0:
            yield Reason(
                where,
                f"the output axis has scale {axis.scale:g}",
                "scale 1",
                "state the pixel size elsewhere, for example in config.deepbacs_zoo",
            )


def _halo(package: Package) -> Iterator[Reason]:
    halo = max((axis.halo for spec in package.outputs for axis in spec.space), default=0)
    sizes = [axis.size for spec in package.inputs for axis in spec.space]
    fixed = [size.value for size in sizes if isinstance(size, FixedSize)]
    if halo and fixed:
        yield Reason(
            "outputs",
            f"a network of the fixed size {min(fixed)} with a halo of {halo} runs in four tiles, "
            "so its test output is not reproduced",
            "halo 0 for a fixed size",
            "let the network take any size, or leave the halo out",
            blocks=min(fixed) <= 2 * halo,
        )


def _weights(package: Package) -> Iterator[Reason]:
    names = [name for name in _RUNNABLE if name in package.weights]
    if not names:
        yield Reason(
            "weights",
            f"there are only {', '.join(package.weights)}",
            "torchscript, or tensorflow_saved_model_bundle up to 2.10",
            "add TorchScript weights",
        )
    elif names == ["onnx"]:
        yield Reason(
            "weights",
            "onnx is the only format, and the ONNX engine of JDLL ends the Java process",
            "torchscript beside onnx",
            "add TorchScript weights",
        )
    for name, key in (
        ("torchscript", "pytorch_version"),
        ("tensorflow_saved_model_bundle", "tensorflow_version"),
    ):
        if name in package.weights and key not in package.weights[name].fields:
            yield Reason(
                f"weights.{name}", f"no {key} is stated", key, f"state {key} of the export"
            )


def _steps(package: Package) -> Iterator[Reason]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            for number, step in enumerate(spec.steps):
                where = f"{side}.{index}.steps.{number} ({step.name})"
                if step.name not in _OPERATIONS:
                    yield Reason(
                        where,
                        "JDLL does not have this operation",
                        ", ".join(_OPERATIONS),
                        "put the operation into the network",
                    )
                else:
                    yield from _step(spec, step, where)


def _step(spec: TensorSpec, step: Step, where: str) -> Iterator[Reason]:
    kwargs = step.kwargs
    several = spec.size_of("c") not in (1, None)
    for applies, what, allowed, blocks in _STEP_RULES.get(step.name, ()):
        if applies(kwargs, several):
            yield Reason(where, what, allowed, "choose another operation", blocks=blocks)


def _is_list(value: Any) -> bool:  # noqa: ANN401 - a keyword argument as read
    return isinstance(value, list | tuple)


def _without_c(kwargs: Mapping[str, Any], several: bool) -> bool:
    axes = kwargs.get("axes")
    return several and isinstance(axes, str) and "c" not in axes


StepRule = tuple[Callable[[Mapping[str, Any], bool], bool], str, str, bool]
_STEP_RULES: Final[Mapping[str, tuple[StepRule, ...]]] = {
    "binarize": (
        (lambda k, _: _is_list(k.get("threshold")), "several thresholds", "one threshold", True),
    ),
    "clip": (
        (
            lambda k, _: k.get("min") is None or k.get("max") is None,
            "a bound is missing or is a percentile",
            "clip with min and max",
            True,
        ),
    ),
    "fixed_zero_mean_unit_variance": (
        (lambda k, _: _is_list(k.get("mean")), "a mean per channel", "one mean and std", True),
    ),
    "scale_linear": (
        (
            lambda k, several: several and (_is_list(k.get("gain")) or _is_list(k.get("offset"))),
            "gains per channel, of which JDLL takes the first for all",
            "one gain and offset",
            False,
        ),
    ),
    "zero_mean_unit_variance": (
        (
            _without_c,
            "statistics per channel, which JDLL computes wrongly",
            "axes with the channel, or one channel",
            False,
        ),
    ),
    "scale_range": (
        (
            lambda k, _: k.get("reference_tensor") is not None,
            "the reference tensor is ignored",
            "scale_range without reference_tensor",
            False,
        ),
        (
            lambda k, _: (k.get("min_percentile", 0), k.get("max_percentile", 100)) != (0, 100),
            "percentiles by nearest rank, which differ by about 1e-3",
            "scale_range from 0 to 100, or zero_mean_unit_variance",
            False,
        ),
    ),
}

_RULES: Final[tuple[Rule, ...]] = (
    _description,
    _inputs,
    _outputs,
    _axes,
    _halo,
    _weights,
    _steps,
)


def _is_04(package: Package) -> bool:
    return package.format_version.startswith("0.4")


def _is_rdf(package: Package) -> bool:
    if package.path.is_file() and package.path.suffix in (".yaml", ".yml"):
        return package.path.name == "rdf.yaml"
    return "rdf.yaml" in package.names()
