"""The predictor in this process: a runner computes the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deepbacs_zoo.images import Image
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction.base import Engine, PackagePredictor, Progress
from deepbacs_zoo.prediction.options import DEFAULTS, MEMORY, Border, PredictOptions, Rescale
from deepbacs_zoo.prediction.pipeline import check_steps
from deepbacs_zoo.prediction.run import PredictionRun
from deepbacs_zoo.prediction.sources import Source, read_images
from deepbacs_zoo.results.types import Result
from deepbacs_zoo.runners import Session, load_session
from deepbacs_zoo.tiling import TilePlan

__all__ = ["LocalPredictor", "open_local", "plan_of", "predict"]


class LocalPredictor(PackagePredictor):
    """Runs a package by a runner; weights are loaded when they are first needed.

    Everything that can be refused is refused before that.

    Parameters
    ----------
    package
        The package, open or by path; one given by path is closed with the predictor.
    session
        Loaded weights of this package, which stay open; else they are loaded.
    runner, device, trust
        See :func:`deepbacs_zoo.runners.load_session`.
    """

    def __init__(
        self,
        package: Package | str | Path,
        *,
        session: Session | None = None,
        runner: str | None = None,
        device: str = "auto",
        trust: bool = False,
    ) -> None:
        super().__init__(package)
        self._session, self._loading = session, (runner, device, trust)
        try:
            check_steps(self.package)
        except BaseException:
            self.close()
            raise

    @property
    def engine(self) -> Engine:
        """The engine; weights are loaded if they are not yet."""
        session = self._loaded()
        return Engine(session.engine, session.device, session.weights_format)

    def predict(
        self,
        source: Source | Mapping[str, Source],
        options: PredictOptions = DEFAULTS,
        *,
        progress: Progress | None = None,
    ) -> Result:
        """Run the package on one image; see :meth:`Predictor.predict`."""
        self._check_open()
        images = read_images(self._package, source, options.reading, options.pixel_size)
        run = PredictionRun(self._package, images, options)
        return run.execute(self._loaded(), self.engine, progress)

    def _loaded(self) -> Session:
        self._check_open()
        if self._session is None:
            runner, device, trust = self._loading
            self._session = load_session(self._package, runner, device, trust=trust)
            self._stack.callback(self._session.close)
        return self._session


def open_local(
    package: Package | str | Path,
    *,
    runner: str | None = None,
    device: str = "auto",
    trust: bool = False,
) -> LocalPredictor:
    """Return the predictor in this process; see :class:`LocalPredictor`.

    Raises
    ------
    UnsupportedError
        The package has a processing step that is unknown.
    PackageError
        The package is none, or contradicts itself.
    """
    return LocalPredictor(package, runner=runner, device=device, trust=trust)


def predict(
    package: Package | str | Path,
    image: Source | Mapping[str, Source],
    *,
    session: Session | None = None,
    runner: str | None = None,
    device: str = "auto",
    border: Border = "none",
    memory: int = MEMORY,
    pixel_size: float | None = None,
    rescale: Rescale = "none",
    trust: bool = False,
    decoding: Decoding | None = None,
    series: int | None = None,
    channel: str | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a package on one image of any size.

    Parameters
    ----------
    package
        The package, open or by path.
    image
        The image, open or by path; for several inputs a mapping from input id to image.
    session
        Loaded weights of this package, which stay open; loaded for this call if not given.
    runner, device, trust
        Which engine runs on which device, and whether the package's code may run; see
        :func:`deepbacs_zoo.runners.load_session`.
    border, memory, pixel_size, rescale, decoding
        See :class:`deepbacs_zoo.prediction.PredictOptions`.
    progress
        Called with the number of passes done and their total.

    Returns
    -------
    Result
        Tensors, and where the package says how: labels and objects, or boxes and counts.

    Raises
    ------
    UsageError
        An option has no such value, or an input has no such name.
    DataError
        The image is not one that this network takes.
    PackageError
        The package contradicts itself or is not supported.
    HostError
        Memory or a device does not suffice.
    """
    options = PredictOptions(border, memory, pixel_size, rescale, decoding, series, channel)
    with LocalPredictor(
        package, session=session, runner=runner, device=device, trust=trust
    ) as predictor:
        return predictor.predict(image, options, progress=progress)


def plan_of(
    package: Package, images: Mapping[str, Image], options: PredictOptions = DEFAULTS
) -> TilePlan:
    """Return the passes that a prediction would make of the images, without running any.

    Errors are those of :func:`predict` about the images and the package.
    """
    images = read_images(package, images, pixel_size=options.pixel_size)
    return PredictionRun(package, images, options).run_plan.plan
