"""The table of networks: name, file, class, size rule and reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.networks.receptive_field import unet_reach

if TYPE_CHECKING:
    from torch import nn

__all__ = ["NETWORKS", "Network", "build_network", "get_network"]


@dataclass(frozen=True)
class Network:
    """One network architecture.

    Parameters
    ----------
    name
        Its name in tasks and runs.
    module
        The module that defines it.
    callable
        The class in that module.
    tags
        Tags for packages.
    step
        Image sides must be multiples of this; computed from the network's arguments.
    reach
        Radius of the receptive field in input pixels; computed from the network's arguments.
    """

    name: str
    module: str
    callable: str
    tags: tuple[str, ...]
    step: Callable[[Mapping[str, Any]], int]
    reach: Callable[[Mapping[str, Any]], int]

    @property
    def file(self) -> Path:
        """The stand-alone Python file that is copied into packages."""
        return Path(__file__).with_name(f"{self.module.rpartition('.')[2]}.py")


NETWORKS: Final[Mapping[str, Network]] = MappingProxyType(
    {
        "unet": Network(
            name="unet",
            module="deepbacs_zoo.networks.unet",
            callable="UNet",
            tags=("unet",),
            step=lambda kwargs: 2 ** int(kwargs["depth"]),
            reach=lambda kwargs: unet_reach(int(kwargs["depth"])),
        )
    }
)
"""All networks by name."""


def get_network(name: str) -> Network:
    """Return a network of the table.

    Raises
    ------
    UsageError
        No network has this name.
    """
    if name not in NETWORKS:
        raise UsageError(
            "network",
            "no network has this name",
            value=name,
            allowed=", ".join(NETWORKS),
            hint="choose one of these names",
        )
    return NETWORKS[name]


def build_network(name: str, kwargs: Mapping[str, Any]) -> nn.Module:
    """Build a network with random weights.

    Raises
    ------
    UsageError
        No network has this name.
    MissingExtraError
        PyTorch is not installed.
    """
    network = get_network(name)
    try:
        module = import_module(network.module)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingExtraError.of("train", "torch", "building a network") from error
    built: nn.Module = getattr(module, network.callable)(**kwargs)
    return built
