"""A classical method, tuned on training images, that a model has to beat."""

from deepbacs_zoo.evaluation.baseline.fields import TrainingField, box_field, label_field
from deepbacs_zoo.evaluation.baseline.method import Baseline
from deepbacs_zoo.evaluation.baseline.tuning import tune_baseline

__all__ = ["Baseline", "TrainingField", "box_field", "label_field", "tune_baseline"]
