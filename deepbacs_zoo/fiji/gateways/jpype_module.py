"""JPype, which is loaded where it is first used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

from deepbacs_zoo.errors import MissingExtraError

__all__ = ["JAVA_PACKAGE", "load_jpype", "runs_java"]

JAVA_PACKAGE: Final = "deepbacs.zoo.worker"
"""Java's package of what all gateways share."""


def load_jpype() -> Any:  # noqa: ANN401 - it has no types
    """Return the module ``jpype``.

    Raises
    ------
    MissingExtraError
        It is not installed.
    """
    try:
        jpype = import_module("jpype")
        for name in ("config", "nio"):
            import_module(f"jpype.{name}")
    except ImportError as error:
        raise MissingExtraError.of("fiji", "jpype1", "ImageJ inside Python") from error
    return jpype


def runs_java() -> bool:
    """Return whether a Java runs in this process; JPype is not loaded for that."""
    jpype = sys.modules.get("jpype")
    return jpype is not None and bool(jpype.isJVMStarted())
