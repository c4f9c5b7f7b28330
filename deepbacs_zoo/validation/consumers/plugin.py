"""The plugin of deepbacs_zoo in ImageJ, which runs ONNX weights by the rules of this project."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.summary import ConsumerVerdict
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.consumers.programs import Program
from deepbacs_zoo.validation.context import Context

__all__ = ["check_plugin"]

PROGRAM: Final = Program("deepbacs_zoo plugin", __version__)
FORMATS: Final = ("onnx",)


def check_plugin(context: Context) -> Outcome:
    """Say whether the plugin runs a package: it reads and computes as this package does."""
    return Outcome(consumers=tuple(map(_verdict, context.package.weights)))


def _verdict(name: str) -> ConsumerVerdict:
    return PROGRAM.decide(name, ()) if name in FORMATS else PROGRAM.takes(name, FORMATS)
