"""Training steps by the names that methods use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from torch import nn

from deepbacs_zoo.errors import look_up
from deepbacs_zoo.training.steps.base import TrainingStep
from deepbacs_zoo.training.steps.blind_spot import BlindSpot
from deepbacs_zoo.training.steps.gan import Gan
from deepbacs_zoo.training.steps.supervised import Supervised

__all__ = ["STEPS", "build_step"]

STEPS: Final[Mapping[str, Callable[[nn.Module], TrainingStep]]] = MappingProxyType(
    {"supervised": Supervised, "blind_spot": BlindSpot, "gan": Gan}
)


def build_step(name: str, loss: nn.Module) -> TrainingStep:
    """Return a training step with a loss.

    Raises
    ------
    UsageError
        No step has this name.
    """
    return look_up(STEPS, name, "step", "training step", "correct the method")(loss)
