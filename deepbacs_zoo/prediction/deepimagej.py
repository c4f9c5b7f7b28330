"""The predictor of deepImageJ in a user's Fiji: its command computes, everything else is Python's.

Each plane is an image of its own for deepImageJ, which mixes up the statistics of the planes of a
stack, and keeps neither calibration nor positions.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import xarray as xr

from deepbacs_zoo.axes import IMAGE_AXES
from deepbacs_zoo.errors import DataError, MacroError, PackageError, UsageError
from deepbacs_zoo.fiji.deepimagej.image_rules import check_image, image_findings
from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
from deepbacs_zoo.fiji.deepimagej.staging import WEIGHTS, check_package, stage_package
from deepbacs_zoo.fiji.gateways.launching import new_folder, remove_folder
from deepbacs_zoo.images import Calibration, read_image, write_tiff
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.base import Engine, PackagePredictor, Progress
from deepbacs_zoo.prediction.options import DEFAULTS, PredictOptions
from deepbacs_zoo.prediction.pipeline import Tensors
from deepbacs_zoo.prediction.run import PredictionRun
from deepbacs_zoo.prediction.sources import Source, read_images
from deepbacs_zoo.results.types import Result
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.runners.choice import other_weights
from deepbacs_zoo.tensors import TensorSpec

__all__ = ["DeepImageJPredictor", "open_deepimagej"]


class DeepImageJPredictor(PackagePredictor):
    """Runs a package by deepImageJ's command, in a Java process for each image.

    Parameters
    ----------
    package
        The package, open or by path; one given by path is closed with the predictor.
    program
        deepImageJ in a Fiji folder.

    Raises
    ------
    UnsupportedError
        deepImageJ does not run this package.
    HostError
        There is no engine for its weights.
    """

    takes_tiles: ClassVar[bool] = False

    def __init__(self, package: Package | str | Path, program: DeepImageJProgram) -> None:
        super().__init__(package)
        self._program = program
        self._model: Path | None = None
        try:
            check_package(self.package)
            version = str(self.package.weights[WEIGHTS].fields["pytorch_version"])
            engine = program.installed.engine_for(version)
        except BaseException:
            self.close()
            raise
        name = f"deepImageJ {program.installed.version} with PyTorch {engine.version}"
        self._engine = Engine(name, engine.device, WEIGHTS)

    @property
    def engine(self) -> Engine:
        """The engine that deepImageJ will take; after an image, with the weights that it took."""
        return self._engine

    def predict(
        self,
        source: Source | Mapping[str, Source],
        options: PredictOptions = DEFAULTS,
        *,
        progress: Progress | None = None,
    ) -> Result:
        """Run the package on one image; see :meth:`Predictor.predict`.

        An image passes in one piece, as deepImageJ cuts tiles in a way of its own, and its border
        is deepImageJ's.

        Raises
        ------
        MacroError
            deepImageJ gave no result, for a reason that is not known.
        """
        self._check_open()
        images = read_images(self._package, source, options.reading, options.pixel_size)
        run = PredictionRun(self._package, images, options)
        self._check(run, options)
        found = run.compute(partial(self._compute, run, progress), self._engine)
        notes = image_findings(self._package, run.sizes)
        # Its weights are known by now.
        return dataclasses.replace(
            found, engine=str(self._engine), findings=(*found.findings, *notes)
        )

    def _check(self, run: PredictionRun, options: PredictOptions) -> None:
        """Refuse what deepImageJ cannot do with this image."""
        if options.border != "none" and any(a.halo for s in run.outputs for a in s.space):
            raise UsageError(
                Option("border"),
                "deepImageJ has a border of its own",
                value=options.border,
                allowed="none",
                hint="leave it out",
            ).advising(other_weights(self._package))
        if not run.run_plan.plan.whole:
            raise UsageError(
                Option("memory"),
                "deepImageJ takes an image in one piece, whatever memory that needs",
                value=f"{run.where} takes {len(run.run_plan.plan.tiles)} tiles",
                allowed="memory for the whole image",
                hint="allow more memory",
            ).advising(other_weights(self._package))
        output_bytes = {
            spec.id: math.prod(run.output_sizes(spec).values()) * np.dtype(spec.dtype).itemsize
            for spec in run.outputs
        }
        check_image(self._package, run.sizes, output_bytes, run.where)

    def _compute(
        self, run: PredictionRun, progress: Progress | None, planes: Iterable[Tensors]
    ) -> Iterator[Tensors]:
        """Write the planes, let deepImageJ run, and yield what it wrote."""
        folder = new_folder()
        try:
            (spec,) = run.inputs
            paths = []
            for number, raw in enumerate(planes):
                paths.append(folder / "in" / f"{number:06}.tif")
                _write(paths[-1], raw[spec.id], spec)
            total = len(paths)
            try:
                outcome = self._program.run(
                    self._staged(),
                    paths,
                    len(run.outputs),
                    folder,
                    package=self._package.path,
                    name=lambda number: _name(run.where, number, total),
                    progress=lambda done: None if progress is None else progress(done, total),
                )
            except (PackageError, DataError, MacroError) as error:
                raise error.advising(other_weights(self._package)) from error
            self._engine = dataclasses.replace(
                self._engine,
                weights_format=self._format_of(outcome.weights),
                device=outcome.device or self._engine.device,
            )
            for path in paths:
                files = outcome.files_of(path)
                yield {spec.id: _read(files, spec, run) for spec in run.outputs}
        finally:
            remove_folder(folder)

    def _staged(self) -> Path:
        """Return the unpacked package, which is kept for the next images."""
        if self._model is None:
            folder = new_folder()
            self._stack.callback(remove_folder, folder)
            self._model = stage_package(self._package, folder)
        return self._model

    def _format_of(self, file: str) -> str:
        """Return the weights that a file belongs to; those that there are if none is named."""
        name = file.replace("\\", "/").rpartition("/")[2]
        for kind, weights in self._package.weights.items():
            if weights.file.path.rpartition("/")[2] == name:
                return kind
        return WEIGHTS


def open_deepimagej(
    package: Package | str | Path, program: DeepImageJProgram
) -> DeepImageJPredictor:
    """Return the predictor of deepImageJ; see :class:`DeepImageJPredictor`."""
    return DeepImageJPredictor(package, program)


def _write(path: Path, array: Array, spec: TensorSpec) -> None:
    """Write a plane of an input as ImageJ reads it, float32 as all inputs that deepImageJ takes."""
    axes = "".join(axis for axis in spec.axis_names if axis in IMAGE_AXES)
    outer = tuple(index for index, axis in enumerate(spec.axis_names) if axis not in IMAGE_AXES)
    write_tiff(path, array.squeeze(outer).astype(np.float32, copy=False), axes, Calibration())


def _name(where: str, number: int, total: int) -> str:
    return where if total == 1 else f"{where}, plane {number + 1} of {total}"


def _file_of(files: Sequence[Path], output: str) -> Path:
    """Return the file of an output, which deepImageJ names after the image and the output."""
    for path in files:
        if path.stem.endswith(f"_{output}"):
            return path
    raise PackageError(
        f"output '{output}'",
        "deepImageJ wrote no file of this name",
        value=", ".join(path.name for path in files),
        allowed=f"a file that ends with _{output}.tif",
        hint="give the outputs of the package other names",
    )


def _read(files: Sequence[Path], spec: TensorSpec, run: PredictionRun) -> Array:
    """Read an output, in the axes and the dtype of its description."""
    path = _file_of(files, spec.id)
    found = read_image(path, finite=False).data.values
    sizes = {axis: 1 for axis in IMAGE_AXES} | run.output_sizes(spec)
    planes, rows, columns = found.reshape(-1, *found.shape[-2:]).shape
    if (planes, rows, columns) != (
        sizes["t"] * sizes["z"] * sizes["c"],
        sizes["y"],
        sizes["x"],
    ):
        raise PackageError(
            f"output '{spec.id}'",
            "deepImageJ gave it another shape than the package describes",
            value=f"{planes} planes of {rows}x{columns}",
            allowed=", ".join(f"{axis} {size}" for axis, size in sizes.items()),
            hint="correct the sizes of the output in the package",
        )
    data = xr.DataArray(found.reshape(tuple(sizes.values())), dims=tuple(sizes))
    missing = [axis for axis in IMAGE_AXES if axis not in spec.axis_names]
    array = data.squeeze(missing).expand_dims(
        [axis for axis in spec.axis_names if axis not in IMAGE_AXES]
    )
    values: Array = array.transpose(*spec.axis_names).values
    return values.astype(spec.dtype, copy=False)
