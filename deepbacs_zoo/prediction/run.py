"""One image on its way through a package: what is decided before weights load, and the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.decoding.kinds import KINDS as DECODERS
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.images import Image, place_of
from deepbacs_zoo.images.resample import nearest, resize
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.base import Engine, Progress
from deepbacs_zoo.prediction.channels import as_taken
from deepbacs_zoo.prediction.collector import Collector, check_own_axes
from deepbacs_zoo.prediction.options import PredictOptions
from deepbacs_zoo.prediction.pipeline import Tensors, run_plane
from deepbacs_zoo.prediction.positions import check_range, find_positions, take, thin_stack
from deepbacs_zoo.prediction.rescale import check_pixel_size, resample_factors, resample_image
from deepbacs_zoo.prediction.sources import preview_of
from deepbacs_zoo.results.kinds import KINDS
from deepbacs_zoo.results.types import Content, OutputTensor, Result
from deepbacs_zoo.runners import Session
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.tensors import TensorSpec
from deepbacs_zoo.tiling.run_plan import RunPlan, plan_run

__all__ = ["Compute", "PredictionRun"]

RESAMPLED: Final = Rule(
    "resampled-to-model-scale",
    Severity.INFO,
    "Tensors are interpolated, so that they are not those of the image's own pixels.",
)
THIN_STACK: Final = Rule(
    "thin-stack",
    Severity.WARNING,
    "A network of volumes sees one plane that is continued along z, which it was not trained on.",
)
TILES_WITHOUT_HALO: Final = Rule(
    "tiles-without-halo",
    Severity.WARNING,
    "Near a seam the network sees a border that the image does not have there.",
)
NOT_FINITE: Final = Rule(
    "output-not-finite",
    Severity.WARNING,
    "Values that are not numbers pass no threshold, so that objects are missing there.",
)

Compute = Callable[[Iterable[Tensors]], Iterable[Tensors]]
"""Positions of the inputs, raw tensors by id, become those of the outputs, in the same order."""

_PEAK_BYTES_PER_PIXEL: Final = 2048.0
"""Taken for a package that does not say: twice the 1,070 bytes per input pixel that a U-Net of four
poolings and 32 features was measured to take in PyTorch, the hungriest engine."""


class PredictionRun:
    """One image through a package; all that can be refused is refused before weights are loaded.

    Parameters
    ----------
    package
        The package, open.
    images
        The image of each input by its id.
    options
        See :class:`deepbacs_zoo.prediction.PredictOptions`.
    """

    def __init__(
        self, package: Package, images: Mapping[str, Image], options: PredictOptions
    ) -> None:
        self.package = package
        self.border = options.border
        self.inputs = [spec for spec in package.inputs if spec.id in images]
        self.outputs = list(package.outputs)
        self.first = self.inputs[0].id
        images = {
            spec.id: as_taken(spec, images[spec.id], place_of(images[spec.id], spec.id))
            for spec in self.inputs
        }
        self.image = images[self.first]
        self.where = place_of(self.image, self.first)
        self.positions = find_positions(self.inputs, images)
        for spec in self.inputs:
            check_range(spec, images[spec.id])
        for spec in self.outputs:
            check_own_axes(spec, self.positions)
        self.findings = check_pixel_size(package.zoo_config, self.image.calibration, self.where)
        self.factors: dict[str, float] = {}
        if options.rescale == "auto":
            self._rescale()
        of_reading = (finding for image in images.values() for finding in image.findings)
        self.findings = [*of_reading, *self.findings]
        self.images = {spec.id: self._at_model_scale(spec, images[spec.id]) for spec in self.inputs}
        self.config = package.zoo_config
        if options.decoding is not None:
            self.config = dataclasses.replace(self.config, decode=options.decoding)
        self.decoding = self.config.decode
        self.run_plan = self._plan(options.memory)
        self._check_plan()

    @property
    def sizes(self) -> Mapping[str, int]:
        """The pixels of the first input along each of its axes, at the model's scale."""
        sizes = self.images[self.first].data.sizes
        own = self.inputs[0].axis_names
        return {axis: int(sizes[axis]) for axis in IMAGE_AXES if axis in own}

    def output_sizes(self, spec: TensorSpec) -> dict[str, int]:
        """Return the pixels of one position of an output along its axes, at the model's scale."""
        fixed = {axis: spec.size_of(axis) for axis in spec.axis_names if axis in IMAGE_AXES}
        found = {axis: size for axis, size in fixed.items() if size is not None}
        own = self.run_plan.tensors.get(spec.id)
        if own is not None:
            found.update(zip(own.axes, own.plan.output_shape, strict=True))
        return found

    def execute(self, session: Session, engine: Engine, progress: Progress | None) -> Result:
        """Run all positions by a runner's session; see :meth:`compute`."""
        passes = len(self.positions) * len(self.run_plan.plan.tiles)
        count = _Counter(passes, progress)

        def run(planes: Iterable[Tensors]) -> Iterator[Tensors]:
            for raw in planes:
                yield run_plane(
                    self.inputs,
                    self.outputs,
                    session,
                    raw,
                    self.run_plan,
                    border=self.border,
                    step=count.step,
                )

        return self.compute(run, engine)

    def compute(self, run: Compute, engine: Engine) -> Result:
        """Compute all positions, decode, and bring everything back to the image's own scale.

        Parameters
        ----------
        run
            Takes the positions of the inputs, and gives those of the outputs in the same order.
        engine
            The program that computes them.
        """
        collectors = {spec.id: Collector(spec, self.positions) for spec in self.outputs}
        planes = (
            {spec.id: take(spec, self.images[spec.id], position) for spec in self.inputs}
            for position in self.positions
        )
        for position, found in zip(self.positions, run(planes), strict=True):
            for name, array in found.items():
                collectors[name].put(position, array)
        content, findings = self._decode(collectors)
        tensors = {spec.id: self._output(spec, collectors[spec.id]) for spec in self.outputs}
        return Result(
            stem=self._stem(),
            tensors=tensors,
            content=content,
            calibration=self.image.calibration,
            findings=(*self.findings, *_not_finite(tensors), *findings),
            engine=str(engine),
            plan=self.run_plan.plan,
            preview=preview_of(self.image),
        )

    def _decode(self, collectors: Mapping[str, Collector]) -> tuple[Content, tuple[Finding, ...]]:
        """Decode at the model's scale, and bring what is found to the image's."""
        kind = self.config.result
        size, seen = (
            {axis: int(each.data.sizes[axis]) for axis in "yx"}
            for each in (self.image, self.images[self.first])
        )
        array = self._decoded_output(collectors)
        decoded = DECODERS[kind](self.decoding, array, (seen["y"], seen["x"]))
        content: Content = KINDS[kind].content(
            self.decoding, decoded.found, size, seen, self.image.calibration
        )
        return content, decoded.findings

    def _decoded_output(self, collectors: Mapping[str, Collector]) -> Array:
        """Return the output that is decoded, ``t z c y x``; nothing where there is no decoding."""
        if self.decoding is None:
            return np.empty((1, 1, 0, 0, 0), np.float32)
        name = self.decoding.output
        if name not in collectors or collectors[name].axes != IMAGE_AXES:
            raise PackageError(
                f"{self.package.path}: config.deepbacs_zoo.decode.output",
                "there is no output of this name that is an image",
                value=name,
                allowed=", ".join(collectors),
                hint="correct the package's description",
            )
        return collectors[name].array

    def _rescale(self) -> None:
        axes = "".join(axis.name for axis in self.inputs[0].space)
        config, calibration = self.package.zoo_config, self.image.calibration
        self.factors = resample_factors(config, calibration, self.where, axes)
        # The difference that would have been warned of is removed.
        self.findings = []
        if self.factors:
            by = ", ".join(f"{axis} x{factor:.4g}" for axis, factor in self.factors.items())
            what = f"resampled to the model's pixel size and back ({by})"
            self.findings = [RESAMPLED.finding(self.where, what)]

    def _at_model_scale(self, spec: TensorSpec, image: Image) -> Image:
        if not self.factors:
            return image
        return resample_image(image, self.factors, whole_numbers=np.dtype(spec.dtype).kind in "ui")

    def _plan(self, memory: int) -> RunPlan:
        sizes = {
            spec.id: {
                axis.name: int(self.images[spec.id].data.sizes[axis.name]) for axis in spec.space
            }
            for spec in self.inputs
        }
        return plan_run(
            self.inputs,
            self.outputs,
            sizes,
            memory=memory,
            peak_bytes_per_pixel=self.package.zoo_config.peak_bytes_per_pixel
            or _PEAK_BYTES_PER_PIXEL,
            border=self.border,
            covering=None if self.decoding is None else self.decoding.output,
            allow_tiling=self.package.zoo_config.allow_tiling,
        )

    def _check_plan(self) -> None:
        thin = thin_stack(self.inputs, self.images)
        if thin:
            hint = "check whether the file's slices are called frames"
            self.findings.append(THIN_STACK.finding(self.where, thin, "a stack along z", hint))
        halos = [axis.halo for spec in self.outputs for axis in spec.space]
        if not self.run_plan.plan.whole and not any(halos):
            self.findings.append(
                TILES_WITHOUT_HALO.finding(
                    self.package.path,
                    f"the image is run in {len(self.run_plan.plan.tiles)} tiles and the package "
                    "states no halo, so seams may show",
                    "one pass, or a halo that covers the receptive field",
                    "raise " + Option("memory"),
                )
            )

    def _output(self, spec: TensorSpec, collector: Collector) -> OutputTensor:
        """Bring an output back to the image's scale, and say how large its pixels are."""
        array, axes = collector.array, collector.axes
        own = self.run_plan.tensors.get(spec.id)
        if own is None:
            return OutputTensor(array, axes, self.image.calibration)
        rules = dict(zip(own.axes, own.rules, strict=True))
        if self.factors:
            sizes = {
                axis: max(rules[axis].out(int(self.image.data.sizes[axis])), 1)
                for axis in self.factors
                if axis in rules
            }
            bring = nearest if array.dtype.kind in "uib" else resize
            array = bring(array, axes, sizes)
        calibration = self.image.calibration
        scaled: dict[str, Any] = {
            axis: getattr(calibration, axis) / rule.scale
            for axis, rule in rules.items()
            if getattr(calibration, axis) is not None
        }
        return OutputTensor(array, axes, dataclasses.replace(calibration, **scaled))

    def _stem(self) -> str:
        return self.image.stem if self.image.path is not None else "image"


class _Counter:
    """Counts passes."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._done = total, progress, 0

    def step(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


def _not_finite(tensors: Mapping[str, OutputTensor]) -> Sequence[Finding]:
    found = []
    for name, tensor in tensors.items():
        if tensor.array.dtype.kind == "f" and not np.isfinite(tensor.array).all():
            count = int(tensor.array.size - np.isfinite(tensor.array).sum())
            what = f"{count} of {tensor.array.size} values are not numbers"
            hint = "check whether the image's values are those that the network expects"
            found.append(NOT_FINITE.finding(f"output '{name}'", what, "finite values", hint))
    return found
