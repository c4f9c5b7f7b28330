"""Prediction: a package and an image of any size become a result."""

from __future__ import annotations

from deepbacs_zoo.prediction.base import Engine, Predictor
from deepbacs_zoo.prediction.local import open_local, predict
from deepbacs_zoo.prediction.options import PredictOptions
from deepbacs_zoo.prediction.pipeline import run_network

__all__ = ["Engine", "PredictOptions", "Predictor", "open_local", "predict", "run_network"]
