"""The protocol of predictors: a package and an image of any size become a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, Self

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.models import package_path
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.prediction.options import DEFAULTS, PredictOptions
from deepbacs_zoo.prediction.sources import Source
from deepbacs_zoo.results.types import Result

__all__ = ["Engine", "PackagePredictor", "Predictor", "Progress"]

Progress = Callable[[int, int], None]
"""Called with the number of passes done and their total."""


@dataclass(frozen=True)
class Engine:
    """The program that computes the network.

    Parameters
    ----------
    name
        Its name with its version.
    device
        ``cpu`` or ``cuda``.
    weights_format
        The weights of the package that it runs.
    """

    name: str
    device: str
    weights_format: str

    def __str__(self) -> str:
        return f"{self.name}, {self.weights_format} on {self.device}"

    @classmethod
    def parse(cls, text: str) -> Engine:
        """Return the engine that ``str`` has written."""
        name, _, rest = text.rpartition(", ")
        weights_format, _, device = rest.partition(" on ")
        return cls(name or text, device, weights_format if device else "")


class Predictor(Protocol):
    """A package that is ready to be run on images; also a context manager, which closes it.

    Attributes
    ----------
    takes_decoding
        True if ``options.decoding`` is taken.
    takes_tiles
        True if an image that takes more than ``options.memory`` passes in tiles.
    """

    takes_decoding: ClassVar[bool] = True
    takes_tiles: ClassVar[bool] = True

    @property
    def package(self) -> Package:
        """The package, open."""

    @property
    def engine(self) -> Engine:
        """The engine; weights are loaded or the program is asked if that is what it takes."""

    def predict(
        self,
        source: Source | Mapping[str, Source],
        options: PredictOptions = DEFAULTS,
        *,
        progress: Progress | None = None,
    ) -> Result:
        """Run the package on one image of any size.

        Parameters
        ----------
        source
            The image, open or by path; for several inputs a mapping from input id to image.
        options
            See :class:`PredictOptions`.
        progress
            Called with the number of passes done and their total.

        Raises
        ------
        UsageError
            The predictor has no such option, or the package no such input.
        DataError
            The image is not one that this network takes.
        PackageError
            The package contradicts itself or is not supported.
        HostError
            Memory or a device does not suffice.
        """

    def close(self) -> None:
        """Release what the predictor opened itself; more calls do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PackagePredictor(Predictor):
    """A predictor that opens a package given by path, and closes it in the end.

    Parameters
    ----------
    package
        The package, open, by path or by the name of a model; one that is not open is closed with
        the predictor.
    """

    def __init__(self, package: Package | str | Path) -> None:
        self._stack = ExitStack()
        if isinstance(package, str | Path):
            package = self._stack.enter_context(open_package(package_path(package)))
        self._package = package
        self._open = True

    @property
    def package(self) -> Package:
        """The package, open."""
        return self._package

    def close(self) -> None:
        """Close what the predictor opened itself; more calls do nothing."""
        self._open = False
        self._stack.close()

    def _check_open(self) -> None:
        if not self._open:
            raise UsageError(
                "predictor",
                "it is closed",
                allowed="an open predictor",
                hint="predict before it is closed, or open another",
            )
