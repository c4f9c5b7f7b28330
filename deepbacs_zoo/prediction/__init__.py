"""Prediction: a package and an image of any size become a result."""

from __future__ import annotations

from deepbacs_zoo.prediction.local import predict
from deepbacs_zoo.prediction.pipeline import run_network

__all__ = ["predict", "run_network"]
