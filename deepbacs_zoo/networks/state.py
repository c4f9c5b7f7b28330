"""Weights of a network, read from a file of tensors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["load_state"]


def load_state(network: nn.Module, state: Path) -> nn.Module:
    """Fill a network with the tensors of a state dict file and freeze it for evaluation.

    Parameters
    ----------
    network
        The network; changed.
    state
        A file of ``torch.save`` that holds tensors only.

    Raises
    ------
    ModelError
        The tensors do not belong to this network, or are not finite.
    """
    try:
        import torch
    except ImportError as error:
        raise MissingExtraError.of("train", "torch", "reading weights") from error
    try:
        network.load_state_dict(torch.load(state, map_location="cpu", weights_only=True))
    except (RuntimeError, ValueError, KeyError, AttributeError, TypeError, EOFError) as error:
        raise ModelError(
            state,
            "the checkpoint does not fit its network",
            value=str(error).splitlines()[0] if str(error) else type(error).__name__,
            allowed="the state dict that training wrote for this network",
            hint="train again, or export the run with the version that trained it",
        ) from error
    for name, tensor in network.state_dict().items():
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(
                state,
                "the checkpoint holds values that are not finite",
                value=name,
                allowed="finite weights",
                hint="train again with a lower learning rate",
            )
    return network.cpu().eval().requires_grad_(False)
