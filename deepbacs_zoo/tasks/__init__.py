"""Tasks and their methods, one file a method: tensors, network, loss, training, decoding."""

from deepbacs_zoo.tasks.annotation_kinds import annotation_kind
from deepbacs_zoo.tasks.ground_truth.labels import Field, GroundTruth, Labels, Margins, Window
from deepbacs_zoo.tasks.table import METHODS, TASKS, get_entry, get_method, resolve
from deepbacs_zoo.tasks.types import (
    Choice,
    Loss,
    Method,
    MethodEntry,
    Preset,
    Sample,
    Target,
    TrainingSettings,
)

__all__ = [
    "METHODS",
    "TASKS",
    "Choice",
    "Field",
    "GroundTruth",
    "Labels",
    "Loss",
    "Margins",
    "Method",
    "MethodEntry",
    "Preset",
    "Sample",
    "Target",
    "TrainingSettings",
    "Window",
    "annotation_kind",
    "get_entry",
    "get_method",
    "resolve",
]
