"""deepbacs_zoo: from images to a trained model, its package, and results in Python and Fiji.

The names below are loaded when they are first used, so that ``import deepbacs_zoo`` is light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo._version import __version__ as __version__

if TYPE_CHECKING:
    from deepbacs_zoo.evaluation import evaluate
    from deepbacs_zoo.exporting import export
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.prediction import predict
    from deepbacs_zoo.publishing import publish
    from deepbacs_zoo.training import train
    from deepbacs_zoo.validation import validate

__all__ = ["evaluate", "export", "open_package", "predict", "publish", "train", "validate"]

_SUBPACKAGE_OF: Final = {
    "evaluate": "evaluation",
    "export": "exporting",
    "open_package": "package",
    "predict": "prediction",
    "publish": "publishing",
    "train": "training",
    "validate": "validation",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name not in _SUBPACKAGE_OF:
        raise AttributeError(f"module 'deepbacs_zoo' has no attribute {name!r}")
    return getattr(import_module(f"deepbacs_zoo.{_SUBPACKAGE_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
