"""A runner whose network is a Python function: for tests, examples and dry runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.runners.base import Array, check_device
from deepbacs_zoo.runners.session import BaseSession
from deepbacs_zoo.tensors import TensorSpec

if TYPE_CHECKING:
    from deepbacs_zoo.package.reader import Package

__all__ = ["FakeRunner", "FakeSession", "Function"]

Function = Callable[[Mapping[str, Array]], Sequence[Array] | Mapping[str, Array]]


class FakeRunner:
    """Runs a function in place of any package's weights.

    Parameters
    ----------
    function
        Takes the input tensors by id, gives the outputs by id or in order.
    """

    name = "fake"
    formats = ("fake",)

    def __init__(self, function: Function) -> None:
        self._function = function

    def load(
        self,
        package: Package,
        device: str = "auto",
        *,
        weights_format: str | None = None,
        trust: bool = False,
    ) -> FakeSession:
        """Return a session with the package's inputs and outputs; its weights are not looked at."""
        check_device(device)
        return FakeSession(package.inputs, package.outputs, self._function)


class FakeSession(BaseSession):
    """Calls a function; keeps the shapes that it was called with.

    Parameters
    ----------
    inputs, outputs
        The tensors that are checked and named as in any session.
    function
        See :class:`FakeRunner`.

    Attributes
    ----------
    shapes
        The shape of every tensor by id, one mapping per run.
    """

    def __init__(
        self, inputs: Sequence[TensorSpec], outputs: Sequence[TensorSpec], function: Function
    ) -> None:
        super().__init__(inputs, outputs, engine="fake 1", device="cpu", weights_format="fake")
        self._function = function
        self.shapes: list[dict[str, tuple[int, ...]]] = []

    def _compute(self, tensors: Mapping[str, Array]) -> Sequence[Array] | Mapping[str, Array]:
        self.shapes.append({name: array.shape for name, array in tensors.items()})
        try:
            return self._function(tensors)
        except (ValueError, TypeError, IndexError, KeyError) as error:
            raise _refused(error) from error


def _refused(error: Exception) -> PackageError:
    return PackageError(
        "fake weights",
        "the function cannot compute the given tensors",
        value=f"{type(error).__name__}: {error}",
        allowed="the tensors that it was written for",
        hint="correct the function",
    )
