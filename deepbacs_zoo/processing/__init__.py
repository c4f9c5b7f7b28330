"""The processing operations of the bioimage.io format, measured once and applied anywhere."""

from deepbacs_zoo.processing.chain import Fitted, apply, fit
from deepbacs_zoo.processing.checks import check
from deepbacs_zoo.processing.operations import OPERATIONS, Operation

__all__ = ["OPERATIONS", "Fitted", "Operation", "apply", "check", "fit"]
