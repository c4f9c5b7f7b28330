"""The predictor inside ImageJ: our plugin computes and writes, and its files are read back.

No number of the result is computed in Python: tensors, labels and boxes are those of the files,
objects are measured on these labels as everywhere.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji import Gateway
from deepbacs_zoo.findings import Finding
from deepbacs_zoo.images import Image, place_of, read_image, write_tiff
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.base import Engine, PackagePredictor, Progress
from deepbacs_zoo.prediction.local import plan_of
from deepbacs_zoo.prediction.options import DEFAULTS, PredictOptions
from deepbacs_zoo.prediction.sources import (
    Source,
    calibrated,
    named_sources,
    preview_of,
    read_images,
)
from deepbacs_zoo.results.read import read_outputs
from deepbacs_zoo.results.types import Result
from deepbacs_zoo.runners.base import Array
from deepbacs_zoo.runners.choice import pick_weights

__all__ = ["COMMAND", "FijiPredictor", "findings_of", "open_fiji", "run_in_imagej"]

COMMAND: Final = "DeepBacs Run"
"""The plugin's command in ImageJ's menu."""


class FijiPredictor(PackagePredictor):
    """Runs a package by our plugin in a gateway, which stays open.

    Parameters
    ----------
    package
        The package, open or by path; one given by path is closed with the predictor.
    gateway
        A running ImageJ.

    Raises
    ------
    UnsupportedError
        The package has no ONNX weights.
    """

    takes_decoding: ClassVar[bool] = False

    def __init__(self, package: Package | str | Path, gateway: Gateway) -> None:
        super().__init__(package)
        try:
            pick_weights("fiji", ("onnx",), self.package, None)
        except BaseException:
            self.close()
            raise
        self._gateway = gateway
        self._engine = Engine("ImageJ plugin", "cpu", "onnx")

    @property
    def engine(self) -> Engine:
        """The engine as the plugin reported it last; without version before the first image."""
        return self._engine

    def predict(
        self,
        source: Source | Mapping[str, Source],
        options: PredictOptions = DEFAULTS,
        *,
        progress: Progress | None = None,
    ) -> Result:
        """Run the package on one image; see :meth:`Predictor.predict`.

        Tensors are float32, as they are written.
        """
        self._check_open()
        check_options(options)
        given = read_images(self._package, source, options.reading)
        image = calibrated(next(iter(given.values())), options.pixel_size)
        # The plan refuses what the plugin would refuse, before its process is asked.
        plan = plan_of(self._package, given, options)
        with tempfile.TemporaryDirectory(prefix="deepbacs_zoo_") as name:
            named = named_sources(self._package, source)
            files = {
                spec: Path(each) for spec, each in named.items() if isinstance(each, str | Path)
            }
            if len(files) < len(named):
                # The part of an image that is run is in memory, or written into a file of its own.
                options = dataclasses.replace(options, series=None, channel=None)
                files = {
                    spec: _file_of(each, Path(name) / f"input{number}")
                    for number, (spec, each) in enumerate(given.items())
                }
            folder = Path(name) / "results"
            report = run_in_imagej(self._gateway, self._package.path, files, folder, options)
            tensors, content = read_outputs(self._package, image.stem, folder, image.calibration)
        self._engine = Engine.parse(str(report["engine"]))
        if progress is not None:
            progress(int(report["tiles"]), int(report["tiles"]))
        return Result(
            stem=image.stem,
            tensors=tensors,
            content=content,
            calibration=image.calibration,
            findings=(*_of_reading(given, files), *_named(findings_of(report), given, files)),
            engine=str(report["engine"]),
            plan=plan,
            preview=preview_of(image),
        )


def open_fiji(package: Package | str | Path, gateway: Gateway) -> FijiPredictor:
    """Return the predictor inside ImageJ; see :class:`FijiPredictor`."""
    return FijiPredictor(package, gateway)


def check_options(options: PredictOptions) -> None:
    """Refuse the options that the plugin does not have.

    Raises
    ------
    UsageError
        Resampling or another decoding is asked for.
    """
    for name, value, allowed in (
        ("rescale", options.rescale, DEFAULTS.rescale),
        ("decoding", options.decoding, DEFAULTS.decoding),
    ):
        if value != allowed:
            raise UsageError(
                Option(name),
                "the plugin in ImageJ does not have this",
                value=value,
                allowed=str(allowed).lower(),
                hint="leave it out, or predict in Python",
            )


def run_in_imagej(
    gateway: Gateway,
    package: Path,
    images: Path | Mapping[str, Path],
    folder: Path,
    options: PredictOptions = DEFAULTS,
    *,
    overwrite: bool = False,
) -> Mapping[str, Any]:
    """Let the plugin run a package on an image for each input, and write its results.

    Parameters
    ----------
    gateway
        A running ImageJ.
    package
        Its path.
    images
        The file of each input by its id; a path alone is for the first one.
    folder
        The folder of the results; the same files as :func:`deepbacs_zoo.results.save` writes.
    options
        See :class:`PredictOptions`.
    overwrite
        Whether files that exist are replaced.

    Returns
    -------
    Mapping
        The plugin's report: ``files``, ``engine``, ``tiles``, ``objects``, ``findings``,
        ``network_seconds``, ``seconds``, and whether the model was ``loaded`` in this call.

    Raises
    ------
    DeepbacsZooError
        The errors of :func:`deepbacs_zoo.prediction.predict`, with the plugin's sentence.
    HostError
        ImageJ's process ended or its memory does not suffice.
    """
    check_options(options)
    given: dict[str, object] = {
        "model_path": package.resolve(),
        "input_path": _input_path(images),
        "output_folder": folder.resolve(),
        "memory": options.memory,
        "border": options.border,
    }
    if options.pixel_size is not None:
        given["pixel_size"] = options.pixel_size
    if options.series is not None:
        given["series"] = options.series
    if options.channel is not None:
        given["channel"] = options.channel
    if overwrite:
        given["overwrite"] = True
    report = gateway.run_plugin(COMMAND, given).report
    if report is None:
        raise RuntimeError("the plugin gave no report")
    return report


def _input_path(images: Path | Mapping[str, Path]) -> str:
    """Return the files as the plugin reads them, ``FILE`` or ``ID=FILE;ID=FILE``."""
    if isinstance(images, Path):
        return str(images.resolve())
    return ";".join(f"{name}={file.resolve()}" for name, file in images.items())


def findings_of(report: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return the findings of the plugin's report."""
    return tuple(map(Finding.read, report["findings"]))


def _of_reading(images: Mapping[str, Image], files: Mapping[str, Path]) -> tuple[Finding, ...]:
    """Return the findings of images of which the plugin has not read the file."""
    written = (image for name, image in images.items() if image.path != files[name])
    return tuple(finding for image in written for finding in image.findings)


def _named(
    findings: Sequence[Finding], images: Mapping[str, Image], files: Mapping[str, Path]
) -> Iterator[Finding]:
    """Yield findings about images, which have the names that images have in Python."""
    names = {str(files[name].resolve()): place_of(image, name) for name, image in images.items()}
    for finding in findings:
        yield dataclasses.replace(finding, where=names.get(finding.where, finding.where))


def _file_of(image: Image, folder: Path) -> Path:
    """Return the file of an image, or one that is written if its file holds something else."""
    if image.path is not None and image.path.is_file():
        stored = read_image(image.path)
        same = stored.calibration == image.calibration and stored.data.equals(image.data)
        if same:
            return image.path
    folder.mkdir()
    path = folder / f"{image.stem}.tif"
    write_tiff(path, _of_imagej(image), "tzcyx", image.calibration)
    return path


def _of_imagej(image: Image) -> Array:
    """Return the values of an image in a data type that ImageJ has."""
    values = image.data.values
    if values.dtype in {np.dtype(np.uint8), np.dtype(np.uint16)}:
        return values
    with np.errstate(over="ignore"):  # what is infinite then is refused by the plugin
        return values.astype(np.float32)
