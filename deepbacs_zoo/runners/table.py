"""The table of runners."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.runners.base import Runner

__all__ = ["RUNNERS", "RunnerEntry"]


@dataclass(frozen=True)
class RunnerEntry:
    """A runner: its module, the formats that it can load, and the library that computes."""

    module: str
    name: str
    formats: tuple[str, ...]
    library: str

    def open(self) -> Runner:
        """Import the runner's module and return the runner."""
        runner: Runner = getattr(importlib.import_module(self.module), self.name)()
        return runner

    def is_installed(self) -> bool:
        """Return whether its library is here."""
        try:
            return find_spec(self.library) is not None
        except ValueError:  # a module that was put in its place by hand
            return False


RUNNERS: Final[Mapping[str, RunnerEntry]] = MappingProxyType(
    {
        "onnx": RunnerEntry("deepbacs_zoo.runners.onnx", "OnnxRunner", ("onnx",), "onnxruntime"),
        "torch": RunnerEntry(
            "deepbacs_zoo.runners.torch",
            "TorchRunner",
            ("torchscript", "pytorch_state_dict"),
            "torch",
        ),
    }
)
"""By the name that the option ``runner`` takes, in the order in which they are tried."""
