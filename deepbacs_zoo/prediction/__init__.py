"""Prediction: a package and an image of any size become a result.

The names below are loaded when they are first used: a network is run on tensors by ``pipeline``
without images and results, whose libraries take half a second to load.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from deepbacs_zoo.prediction.base import Engine, Predictor
    from deepbacs_zoo.prediction.local import open_local, predict
    from deepbacs_zoo.prediction.options import PredictOptions
    from deepbacs_zoo.prediction.pipeline import run_network

__all__ = ["Engine", "PredictOptions", "Predictor", "open_local", "predict", "run_network"]

_MODULE_OF: Final = {
    "Engine": "base",
    "PredictOptions": "options",
    "Predictor": "base",
    "open_local": "local",
    "predict": "local",
    "run_network": "pipeline",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'deepbacs_zoo.prediction' has no attribute {name!r}")
    return getattr(import_module(f"deepbacs_zoo.prediction.{_MODULE_OF[name]}"), name)
