"""Networks, one stand-alone file each; the table knows them without importing any.

A network file is copied into packages and known to runners by its hash, so it imports nothing of
ours, and changing one makes the code in older packages foreign.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import MissingExtraError, look_up

if TYPE_CHECKING:
    from torch import nn

__all__ = ["NETWORKS", "NetworkEntry", "build_network", "get_network"]


@dataclass(frozen=True)
class NetworkEntry:
    """Place of a network in the source code.

    Parameters
    ----------
    name
        Its name in tasks and runs.
    module
        The module, a stand-alone file in this folder.
    class_name
        The class in it.
    tags
        Words for the description of a package.
    """

    name: str
    module: str
    class_name: str
    tags: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        """The file of the module."""
        return Path(__file__).parent / f"{self.module.rpartition('.')[2]}.py"


NETWORKS: Final[Mapping[str, NetworkEntry]] = MappingProxyType(
    {
        "unet": NetworkEntry("unet", "deepbacs_zoo.networks.unet", "UNet", ("unet",)),
        "stardist": NetworkEntry(
            "stardist", "deepbacs_zoo.networks.stardist", "StarDist", ("stardist", "unet")
        ),
        "splinedist": NetworkEntry(
            "splinedist", "deepbacs_zoo.networks.splinedist", "SplineDist", ("splinedist", "unet")
        ),
        "care": NetworkEntry("care", "deepbacs_zoo.networks.care", "CARE", ("care", "unet")),
        "equivariant": NetworkEntry(
            "equivariant", "deepbacs_zoo.networks.equivariant", "Equivariant", ("care", "unet")
        ),
        "upscale": NetworkEntry(
            "upscale", "deepbacs_zoo.networks.upscale", "Upscale", ("super-resolution", "unet")
        ),
        "fnet": NetworkEntry("fnet", "deepbacs_zoo.networks.fnet", "FNet", ("fnet", "unet")),
        "yolov2": NetworkEntry(
            "yolov2", "deepbacs_zoo.networks.yolov2", "YOLOv2", ("yolov2", "object-detection")
        ),
    }
)


def get_network(name: str, where: str = "network") -> NetworkEntry:
    """Return a row of the table; ``where`` is the place that names it, for messages.

    Raises
    ------
    UsageError
        No network has this name.
    """
    return look_up(NETWORKS, name, where, "network")


def build_network(name: str, arguments: Mapping[str, Any]) -> nn.Module:
    """Build a network with random weights, which depend on PyTorch's global generator.

    Raises
    ------
    UsageError
        No network has this name.
    MissingExtraError
        PyTorch is not installed.
    """
    entry = get_network(name)
    try:
        module = importlib.import_module(entry.module)
    except ImportError as error:
        raise MissingExtraError.of("train", "torch", f"network {name}") from error
    network: nn.Module = getattr(module, entry.class_name)(**arguments)
    return network
