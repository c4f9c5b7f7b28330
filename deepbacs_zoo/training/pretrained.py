"""Where fine-tuning starts: the weights of a run or a package, and what they were trained for."""

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
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import task_of_schema_1
from deepbacs_zoo.tasks import Task
from deepbacs_zoo.tensors import FileRef

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Origin", "open_origin"]

_WEIGHTS: Final = "pytorch_state_dict"


@dataclass(frozen=True)
class Origin:
    """Trained weights to go on from.

    Parameters
    ----------
    path
        The run folder or the package.
    task, task_arguments
        What they were trained for; rays, grid, anchors and classes stay as they were.
    network, network_arguments
        What they belong to.
    pixel_size
        Micrometers along y and x that they were trained at, where known.
    state
        A file of ``torch.save`` that holds tensors only.
    """

    path: Path
    task: str
    task_arguments: Mapping[str, Any]
    network: str
    network_arguments: Mapping[str, Any]
    pixel_size: tuple[float, float] | None
    state: bytes = field(repr=False)

    def as_json(self) -> dict[str, str]:
        """Return what a run records of it."""
        return {"name": self.path.name, "sha256": hashlib.sha256(self.state).hexdigest()}

    def applied(self, task: Task) -> Task:
        """Return the task with the network that the weights belong to.

        Raises
        ------
        UsageError
            They were trained for another task.
        """
        if self.task != task.name:
            raise UsageError(
                self.path,
                "this model was trained for another task",
                value=self.task,
                allowed=task.name,
                hint=f"train {self.task}, or leave --from out",
            )
        arguments = MappingProxyType(dict(self.network_arguments))
        return dataclasses.replace(task, network=self.network, network_arguments=arguments)

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
                hint="start from another model, or leave --from out",
            ) from error


def open_origin(path: str | Path) -> Origin:
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
            hint="correct --from, or leave it out",
        )
    with open_package(place) as package:
        return _of_package(package)


def _of_run(run: Run) -> Origin:
    return Origin(
        path=run.folder,
        task=run.task,
        task_arguments=run.task_arguments,
        network=run.network,
        network_arguments=run.network_arguments,
        pixel_size=run.pixel_size,
        state=run.weights().read_bytes(),
    )


def _of_package(package: Package) -> Origin:
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
    task = task_of_schema_1(config.task, config.method)
    if task is None:
        raise PackageError(
            f"{package.path}: config.deepbacs_zoo.task",
            "the package does not say what it was trained for",
            allowed="the name of a task",
            hint="start from a package that deepbacs-zoo export wrote",
        )
    return Origin(
        path=Path(package.path),
        task=task,
        task_arguments=config.task_arguments,
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
