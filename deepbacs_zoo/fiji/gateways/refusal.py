"""Says why pyimagej cannot start any more, in place of its own errors about missing classes.

There is one Java in a process.  Where ImageJ 1 alone runs in it, ``import imagej`` fails with
"Class net.imglib2.python.Helpers is not found", and ``imagej.init`` with "'NoneType' object is not
callable".
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

from deepbacs_zoo.errors import HostError

__all__ = ["refuse_pyimagej"]

_NAME = "imagej"


def refuse_pyimagej() -> None:
    """Let ``import imagej``, or ``imagej.init`` if that was imported, raise the right sentence."""
    module: Any = sys.modules.get(_NAME)
    if module is None:
        sys.meta_path.insert(0, _Refusal())
    else:
        module.init = _refuse


class _Refusal(MetaPathFinder):
    """Finder that stands before all others and finds nothing."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Refuse pyimagej, with an error that optional imports expect."""
        if fullname == _NAME:
            error = _error()
            raise ImportError(str(error), name=fullname) from error
        return None


def _refuse(*_: object, **__: object) -> NoReturn:
    raise _error()


def _error() -> HostError:
    return HostError(
        "pyimagej",
        "ImageJ 1 alone runs in this process, by open_embedded",
        allowed="one Java in a process, with the jars of its first start",
        hint="start Python again and call start_pyimagej in place of open_embedded, then attach",
    )
