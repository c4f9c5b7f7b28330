"""Export: a run and a model card become a bioimage.io package that is scored and proven to work.

``draft`` and ``export`` are loaded when they are first asked for: they need PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deepbacs_zoo.exporting.from_run import draft, export

__all__ = ["draft", "export"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from deepbacs_zoo.exporting import from_run

        return getattr(from_run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
