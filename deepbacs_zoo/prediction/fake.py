"""A predictor whose network is a Python function: for tests, examples and dry runs."""

from __future__ import annotations

from deepbacs_zoo.package import Package
from deepbacs_zoo.prediction.local import LocalPredictor
from deepbacs_zoo.runners.fake import FakeSession, Function

__all__ = ["FakePredictor"]


class FakePredictor(LocalPredictor):
    """Predicts in memory: nothing of the package but its description is looked at.

    Parameters
    ----------
    package
        The package, open.
    network
        Takes the input tensors by id, gives the outputs by id or in order.

    Attributes
    ----------
    network
        The session, which keeps the shapes that it was called with.
    """

    def __init__(self, package: Package, network: Function) -> None:
        self.network = FakeSession(package.inputs, package.outputs, network)
        super().__init__(package, session=self.network)
