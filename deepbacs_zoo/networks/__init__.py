"""Networks: one stand-alone file each, copied into packages, and the table that names them.

The files import PyTorch and nothing of this project; they are loaded when a network is built.
"""

from __future__ import annotations

from deepbacs_zoo.networks.receptive_field import unet_reach
from deepbacs_zoo.networks.table import NETWORKS, Network, build_network, get_network

__all__ = ["NETWORKS", "Network", "build_network", "get_network", "unet_reach"]
