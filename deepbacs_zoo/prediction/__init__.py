"""Prediction: a package and an image of any size become tensors, labels and a table."""

from __future__ import annotations

from deepbacs_zoo.prediction.network import run_network
from deepbacs_zoo.prediction.predictor import predict
from deepbacs_zoo.prediction.result import OutputTensor, Result
from deepbacs_zoo.prediction.saving import planned_outputs, save

__all__ = ["OutputTensor", "Result", "planned_outputs", "predict", "run_network", "save"]
