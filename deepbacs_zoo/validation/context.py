"""The package under validation, with all that several checks need of it: read and loaded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.errors import HostError, MissingExtraError, PackageError, UnsupportedError
from deepbacs_zoo.package import Package
from deepbacs_zoo.runners import RUNNERS, Session, load_session
from deepbacs_zoo.tensors import FileRef, TensorSpec

__all__ = ["Array", "Context", "runnable_formats"]

Array = NDArray[Any]
Result = TypeVar("Result")


def runnable_formats() -> tuple[str, ...]:
    """Return the weights formats that some engine here can load, in the order of preference."""
    return tuple(name for entry in RUNNERS.values() for name in entry.formats)


class Context:
    """An open package as all checks see it; to be closed after use.

    Parameters
    ----------
    package
        The package, which whoever opened it closes.
    trust
        Whether code that comes with the package may run.

    Attributes
    ----------
    failed
        The weights formats that a check has reported to fail on the test inputs.
    ran
        The weights formats that ran on the test inputs; ``None`` as long as none was tried.
    """

    def __init__(self, package: Package, *, trust: bool = False) -> None:
        self.package = package
        self.trust = trust
        self.failed: set[str] = set()
        self.ran: set[str] | None = None
        self._arrays: dict[str, Array | PackageError] = {}
        self._sessions: dict[str, Session] = {}
        self._results: dict[Callable[[Context], Any], Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in tuple(self._sessions):
            self._close(name)

    def once(self, check: Callable[[Context], Result]) -> Result:
        """Return the result of a check that others build on, which runs at most once."""
        if check not in self._results:
            self._results[check] = check(self)
        result: Result = self._results[check]
        return result

    # --- test tensors ----------------------------------------------------------------------------

    def test_tensor(self, file: FileRef) -> Array:
        """Return a test tensor, in the axes and the dtype that the description states.

        Raises
        ------
        PackageError
            The file is missing, damaged or not the one that was described.
        """
        if file.path not in self._arrays:
            try:
                self._arrays[file.path] = self.package.tensor(file)
            except PackageError as error:
                self._arrays[file.path] = error
        found = self._arrays[file.path]
        if isinstance(found, PackageError):
            raise found
        return found

    def test_tensors(self, specs: Sequence[TensorSpec]) -> dict[str, Array]:
        """Return the test tensors of inputs or outputs by id, axes and dtype as described."""
        return {
            spec.id: self.test_tensor(spec.test_tensor)
            for spec in specs
            if spec.test_tensor is not None
        }

    # --- weights ---------------------------------------------------------------------------------

    def session(self, weights_format: str) -> Session:
        """Return the loaded weights of one format, on the CPU; errors as in `load_session`."""
        if weights_format not in self._sessions:
            self._sessions[weights_format] = load_session(
                self.package, device="cpu", weights_format=weights_format, trust=self.trust
            )
        return self._sessions[weights_format]

    def first_session(self) -> Session | None:
        """Return the weights that prediction would take; ``None`` if none can be run here.

        Raises
        ------
        PackageError
            The weights that were to run are not those described, or are broken.
        """
        for name in self._present():
            try:
                return self.session(name)
            except (UnsupportedError, MissingExtraError, HostError):
                continue
        return None

    def release(self, weights_format: str) -> None:
        """Close weights that no other check will ask for: all but those that prediction prefers."""
        if weights_format != next(iter(self._present()), None):
            self._close(weights_format)

    def _present(self) -> list[str]:
        return [name for name in runnable_formats() if name in self.package.weights]

    def _close(self, weights_format: str) -> None:
        session = self._sessions.pop(weights_format, None)
        if session is not None:
            session.close()


def largest_value(array: Array) -> float:
    """Return the largest absolute value of a tensor, at least 1; NaN does not count.

    The tensor may have any axes and dtype.
    """
    return max(1.0, float(np.nanmax(np.abs(array), initial=0.0)))
