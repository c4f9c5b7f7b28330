"""One image on its way through a package: what is decided before weights load, and the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np

from deepbacs_zoo.findings import Finding, Severity
from deepbacs_zoo.images import Image
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction.collector import Collector, check_own_axes
from deepbacs_zoo.prediction.decoded import decode_output
from deepbacs_zoo.prediction.pipeline import run_position
from deepbacs_zoo.prediction.positions import find_positions, place_of, take, thin_stack
from deepbacs_zoo.prediction.rescale import (
    check_pixel_size,
    nearest,
    resample_factors,
    resample_image,
    resize,
)
from deepbacs_zoo.prediction.sources import picture_of
from deepbacs_zoo.results.types import OutputTensor, Result
from deepbacs_zoo.runners import Session
from deepbacs_zoo.tensors import TensorSpec
from deepbacs_zoo.tiling.run_plan import Border, Layout, lay_out

__all__ = ["Job", "Progress", "Rescale"]

Rescale = Literal["none", "auto"]
Progress = Callable[[int, int], None]

_PEAK_BYTES_PER_PIXEL: Final = 2048.0
"""Taken for a package that does not say: twice the 1,070 bytes per input pixel that a U-Net of four
poolings and 32 features was measured to take in PyTorch, the hungriest engine."""


class Job:
    """One image on its way; everything that can be refused is refused before weights are loaded."""

    def __init__(
        self,
        package: Package,
        images: dict[str, Image],
        border: Border,
        memory: int,
        rescale: Rescale,
        decoding: Decoding | None = None,
    ) -> None:
        self.package = package
        self.border = border
        self.inputs = [spec for spec in package.inputs if spec.id in images]
        self.outputs = list(package.outputs)
        self.first = self.inputs[0].id
        self.image = images[self.first]
        self.where = place_of(self.image, self.first)
        self.positions = find_positions(self.inputs, images)
        for spec in self.outputs:
            check_own_axes(spec, self.positions)
        self.findings = check_pixel_size(package.zoo_config, self.image.calibration, self.where)
        self.factors: dict[str, float] = {}
        if rescale == "auto":
            self._rescale()
        self.images = {spec.id: self._at_model_scale(spec, images[spec.id]) for spec in self.inputs}
        self.decoding = decoding or package.zoo_config.decode
        self.layout = self._lay_out(memory)
        self._look_at_layout()

    def run(self, session: Session, progress: Progress | None) -> Result:
        """Run all positions, decode, and bring everything back to the image's own scale."""
        collectors = {spec.id: Collector(spec, self.positions) for spec in self.outputs}
        passes = len(self.positions) * len(self.layout.plan.tiles)
        count = _Counter(passes, progress)
        for position in self.positions:
            raw = {spec.id: take(spec, self.images[spec.id], position) for spec in self.inputs}
            found = run_position(
                self.inputs,
                self.outputs,
                session,
                raw,
                self.layout,
                border=self.border,
                step=count.step,
            )
            for name, array in found.items():
                collectors[name].put(position, array)
        decoded = decode_output(
            self.decoding,
            collectors,
            self.image,
            self.images[self.first],
            str(self.package.path),
        )
        tensors = {spec.id: self._output(spec, collectors[spec.id]) for spec in self.outputs}
        return Result(
            stem=self._stem(),
            tensors=tensors,
            labels=decoded.labels,
            objects=decoded.objects,
            calibration=self.image.calibration,
            findings=(*self.findings, *_not_finite(tensors), *decoded.findings),
            engine=f"{session.engine}, {session.weights_format} on {session.device}",
            plan=self.layout.plan,
            picture=picture_of(self.image),
            boxes=decoded.boxes,
            counts=decoded.counts,
        )

    def _rescale(self) -> None:
        axes = "".join(axis.name for axis in self.inputs[0].space)
        config, calibration = self.package.zoo_config, self.image.calibration
        self.factors = resample_factors(config, calibration, self.where, axes)
        # What would have been warned of is being done about.
        self.findings = []
        if self.factors:
            told = ", ".join(
                f"{axis_name} x{factor:.4g}" for axis_name, factor in self.factors.items()
            )
            what = f"resampled to the model's pixel size and back ({told})"
            self.findings = [Finding(Severity.INFO, self.where, what)]

    def _at_model_scale(self, spec: TensorSpec, image: Image) -> Image:
        if not self.factors:
            return image
        return resample_image(image, self.factors, whole_numbers=np.dtype(spec.dtype).kind in "ui")

    def _lay_out(self, memory: int) -> Layout:
        sizes = {
            spec.id: {
                axis.name: int(self.images[spec.id].data.sizes[axis.name]) for axis in spec.space
            }
            for spec in self.inputs
        }
        return lay_out(
            self.inputs,
            self.outputs,
            sizes,
            memory=memory,
            peak_bytes_per_pixel=self.package.zoo_config.peak_bytes_per_pixel
            or _PEAK_BYTES_PER_PIXEL,
            border=self.border,
            covering=None if self.decoding is None else self.decoding.output,
        )

    def _look_at_layout(self) -> None:
        thin = thin_stack(self.inputs, self.images)
        if thin:
            self.findings.append(
                Finding(
                    Severity.WARNING,
                    self.where,
                    thin,
                    "a stack along z",
                    "check whether the file's slices are called frames",
                )
            )
        halos = [axis.halo for spec in self.outputs for axis in spec.space]
        if not self.layout.plan.whole and not any(halos):
            self.findings.append(
                Finding(
                    Severity.WARNING,
                    str(self.package.path),
                    f"the image is run in {len(self.layout.plan.tiles)} tiles and the package "
                    "states no halo, so seams may show",
                    "one pass, or a halo that covers the receptive field",
                    "raise --memory",
                )
            )

    def _output(self, spec: TensorSpec, collector: Collector) -> OutputTensor:
        """Bring an output back to the image's scale, and say how large its pixels are."""
        array, axes = collector.array, collector.axes
        share = self.layout.shares.get(spec.id)
        if share is None:
            return OutputTensor(array, axes, self.image.calibration)
        rules = dict(zip(share.axes, share.rules, strict=True))
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
            found.append(
                Finding(
                    Severity.WARNING,
                    f"output '{name}'",
                    what,
                    "finite values",
                    "check whether the image's values are those that the network expects",
                )
            )
    return found
