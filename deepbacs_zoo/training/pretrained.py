"""Weights to fine-tune: those of a run or a package, with their method and network.

What the weights depend on stays as it was: rays, grid, anchors, channels.  What only decoding reads
is chosen anew by the new images (README).
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.checkpoints import Run, is_run, open_run
from deepbacs_zoo.errors import ModelError, PackageError, UnsupportedError, UsageError
from deepbacs_zoo.models import SHIPPED
from deepbacs_zoo.networks import NETWORKS, NetworkEntry
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.tasks import Method, MethodEntry, get_entry, get_method, resolve
from deepbacs_zoo.tensors import FileRef

if TYPE_CHECKING:
    import torch
    from torch import nn

__all__ = ["Pretrained", "open_pretrained"]

_WEIGHTS: Final = "pytorch_state_dict"
_HEAD: Final = ("head.weight", "head.bias")
_PLACES: Final = 5
"""Channels of an anchor before those of the classes: place, size and objectness."""


@dataclass(frozen=True)
class Pretrained:
    """Trained weights to go on from.

    Parameters
    ----------
    path
        The run folder or the package.
    task
        The task that they were trained for; ``None`` where the package does not say.
    method, method_arguments
        The method that they were trained by.
    network, network_arguments
        The network that they belong to.
    pixel_size
        Micrometers along y and x that they were trained at, where known.
    state
        A file of ``torch.save`` that holds tensors only.
    """

    path: Path
    task: str | None
    method: str
    method_arguments: Mapping[str, Any]
    network: str
    network_arguments: Mapping[str, Any]
    pixel_size: tuple[float, float] | None
    state: bytes = field(repr=False)

    def as_json(self) -> dict[str, str]:
        """Return the record of it in a run."""
        return {"name": self.path.name, "sha256": hashlib.sha256(self.state).hexdigest()}

    def entry(self, task: str, method: str | None) -> MethodEntry:
        """Return the row of the method that they were trained by.

        Parameters
        ----------
        task, method
            What is to be trained; the method need not be named.

        Raises
        ------
        UsageError
            There is no such task or method, or it is another one than that of the weights.
        """
        resolve(task, method)
        own = get_entry(self.method, str(self.path), self.task)
        if own.task != task:
            raise UsageError(
                self.path,
                "this model was trained for another task",
                value=f"{own.task}, {own.name}",
                allowed=f"a model for {task}",
                hint=f"train {own.task}, or leave " + Option("pretrained") + " out",
            )
        if method is not None:
            self._require(method)
        return own

    def applied(self, method: Method) -> Method:
        """Return the method with the network that the weights belong to.

        Raises
        ------
        UsageError
            They were trained by another method.
        """
        self._require(method.name)
        arguments = dict(self.network_arguments)
        if "classes" in arguments:  # their number may be another one, see load
            arguments["classes"] = method.network_arguments["classes"]
        return dataclasses.replace(
            method, network=self.network, network_arguments=MappingProxyType(arguments)
        )

    def _require(self, method: str) -> None:
        if self.method != method:
            raise UsageError(
                self.path,
                "this model was trained by another method",
                value=self.method,
                allowed=method,
                hint="set "
                + Option("method", self.method)
                + " or leave "
                + Option("pretrained")
                + " out",
            )

    def load(self, network: nn.Module, classes: Sequence[str] = ()) -> None:
        """Fill a network.

        Parameters
        ----------
        network
            The network of the method.
        classes
            The classes of boxes that it learns, in the order of its channels.  Channels of classes
            that the weights do not know keep the values that they have.

        Raises
        ------
        ModelError
            The tensors do not belong to it.
        """
        import torch

        try:
            state = torch.load(io.BytesIO(self.state), map_location="cpu", weights_only=True)
            network.load_state_dict(state | self._head(state, network.state_dict(), classes))
        except Exception as error:  # a damaged file may raise anything
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ModelError(
                self.path,
                "its weights do not fit its network",
                value=reason,
                allowed="weights that deepbacs-zoo trained",
                hint="start from another model, or leave " + Option("pretrained") + " out",
            ) from error

    def _head(
        self,
        state: Mapping[str, torch.Tensor],
        fresh: Mapping[str, torch.Tensor],
        classes: Sequence[str],
    ) -> dict[str, torch.Tensor]:
        """Return the last layer of a detector for other classes; nothing for the same ones."""
        known = list(self.method_arguments.get("classes", ()))
        if known == list(classes):
            return {}
        found = {}
        for name in _HEAD:
            rest = state[name].shape[1:]
            old = state[name].reshape(-1, _PLACES + len(known), *rest)
            new = fresh[name].reshape(-1, _PLACES + len(classes), *rest).clone()
            new[:, :_PLACES] = old[:, :_PLACES]
            for channel, each in enumerate(classes, start=_PLACES):
                if each in known:
                    new[:, channel] = old[:, _PLACES + known.index(each)]
            found[name] = new.flatten(0, 1)
        return found


def open_pretrained(path: str | Path) -> Pretrained:
    """Read the weights of a run folder, or of a package by its path or the name of a model.

    Raises
    ------
    UsageError
        There is nothing of this name, or it was trained by a method that is not known here.
    DataError
        The run has no weights yet, or is damaged.
    PackageError, IntegrityError
        The package is damaged.
    UnsupportedError
        The package holds no PyTorch weights, or its network is not one of ours.
    """
    place = _place_of(path)
    if is_run(place):
        found = _of_run(open_run(place))
    else:
        with open_package(place) as package:
            found = _of_package(package)
    get_method(found.method, found.method_arguments, str(place), found.task)
    return found


def _place_of(name: str | Path) -> Path:
    """Return the run folder or the package that is meant: of this path, or of a model's name."""
    place = Path(name)
    if not place.exists() and str(name) in SHIPPED:
        return SHIPPED[str(name)].path
    if not place.exists():
        raise UsageError(
            place,
            "there is nothing to start from",
            allowed=f"a run folder, a package or one of the models {', '.join(SHIPPED)}",
            hint="correct " + Option("pretrained") + ", or leave it out",
        )
    return place


def _of_run(run: Run) -> Pretrained:
    return Pretrained(
        path=run.folder,
        task=run.task,
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
        task=config.task,
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
