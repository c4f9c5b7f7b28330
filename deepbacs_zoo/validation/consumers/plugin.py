"""The plugin of deepbacs_zoo in ImageJ: it reads and computes as this package, by ONNX weights."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.validation.consumers.programs import Consumer, Program

__all__ = ["CONSUMER"]

CONSUMER: Final = Consumer(Program("deepbacs_zoo plugin", __version__), (), ("onnx",))
