"""Weights to fine-tune: those of a run or a package, with their method and network."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.checkpoints import Run, is_run, open_run
from deepbacs_zoo.errors import ModelError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.networks import NETWORKS, NetworkEntry
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.tasks import Method
from deepbacs_zoo.tensors import FileRef

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Pretrained", "open_pretrained"]

_WEIGHTS: Final = "pytorch_state_dict"


@dataclass(frozen=True)
class Pretrained:
    """Trained weights to go on from.

    Parameters
    ----------
    path
        The run folder or the package.
    method, method_arguments
        The method that they were trained by; rays, grid, anchors and classes stay as they were.
    network, network_arguments
        The network that they belong to.
    pixel_size
        Micrometers along y and x that they were trained at, where known.
    state
        A file of ``torch.save`` that holds tensors only.
    """

    path: Path
    method: str
    method_arguments: Mapping[str, Any]
    network: str
    network_arguments: Mapping[str, Any]
    pixel_size: tuple[float, float] | None
    state: bytes = field(repr=False)

    def as_json(self) -> dict[str, str]:
        """Return the record of it in a run."""
        return {"name": self.path.name, "sha256": hashlib.sha256(self.state).hexdigest()}

    def applied(self, method: Method) -> Method:
        """Return the method with the network that the weights belong to.

        Raises
        ------
        UsageError
            They were trained by another method.
        """
        if self.method != method.name:
            raise UsageError(
                self.path,
                "this model was trained by another method",
                value=self.method,
                allowed=method.name,
                hint="set "
                + Option("method", self.method)
                + " or leave "
                + Option("pretrained")
                + " out",
            )
        arguments = MappingProxyType(dict(self.network_arguments))
        return dataclasses.replace(method, network=self.network, network_arguments=arguments)

    def load(self, network: nn.Module) -> None:
        """Fill a network.

        Raises
        ------
        ModelError
            The tensors do not belong to it.
        """
        import torch

        try:
            state = torch.load(io.BytesIO(self.state), map_location="cpu", weights_only=True)
            network.load_state_dict(state)
        except Exception as error:  # a damaged file may raise anything
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                self.path,
                "its weights do not fit its network",
                value=reason,
                allowed="weights that deepbacs-zoo trained",
                hint="start from another model, or leave " + Option("pretrained") + " out",
            ) from error


def open_pretrained(path: str | Path) -> Pretrained:
    """Read the weights of a run folder or of a package.

    Raises
    ------
    UsageError
        There is nothing of this name.
    DataError
        The run has no weights yet, or is damaged.
    PackageError, IntegrityError
        The package is damaged.
    UnsupportedError
        The package holds no PyTorch weights, or its network is not one of ours.
    """
    place = Path(path)
    if is_run(place):
        return _of_run(open_run(place))
    if not place.exists():
        raise UsageError(
            place,
            "there is nothing to start from",
            allowed="a run folder or a package",
            hint="correct " + Option("pretrained") + ", or leave it out",
        )
    with open_package(place) as package:
        return _of_package(package)


def _of_run(run: Run) -> Pretrained:
    return Pretrained(
        path=run.folder,
        method=run.method,
        method_arguments=run.method_arguments,
        network=run.network,
        network_arguments=run.network_arguments,
        pixel_size=run.pixel_size,
        state=run.weights().read_bytes(),
    )


def _of_package(package: Package) -> Pretrained:
    weights = package.weights.get(_WEIGHTS)
    if weights is None:
        raise UnsupportedError(
            package.path,
            "there are no weights to train on with",
            value=", ".join(package.weights),
            allowed=f"a package with {_WEIGHTS}",
            hint="start from another package, or from the run that it was exported from",
        )
    architecture = weights.fields.get("architecture")
    if not isinstance(architecture, Mapping) or "source" not in architecture:
        raise _foreign(package)
    code = package.read(FileRef(str(architecture["source"]), architecture.get("sha256")))
    entry = _network_of(package, code, str(architecture.get("callable")))
    config = package.zoo_config
    size = config.pixel_size
    if config.method is None:
        raise PackageError(
            f"{package.path}: config.deepbacs_zoo.method",
            "the package does not say by which method it was trained",
            allowed="the name of a method",
            hint="start from a package that deepbacs-zoo export wrote",
        )
    return Pretrained(
        path=Path(package.path),
        method=config.method,
        method_arguments=config.method_arguments,
        network=entry.name,
        network_arguments=dict(architecture.get("kwargs") or {}),
        pixel_size=(size["y"], size["x"]) if {"y", "x"} <= size.keys() else None,
        state=package.read(weights.file),
    )


def _network_of(package: Package, code: bytes, callable_name: str) -> NetworkEntry:
    """Return the network of ours whose file the package holds."""
    text = code.replace(b"\r\n", b"\n")
    for entry in NETWORKS.values():
        ours = entry.file.read_bytes().replace(b"\r\n", b"\n")
        if ours == text and entry.class_name == callable_name:
            return entry
    raise _foreign(package)


def _foreign(package: Package) -> UnsupportedError:
    return UnsupportedError(
        package.path,
        "its network is not one that can be trained here",
        allowed=", ".join(NETWORKS),
        hint="start from a package that this version of deepbacs-zoo exported",
    )
