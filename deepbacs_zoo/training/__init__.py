"""Training: checked pairs become a run folder.  PyTorch is loaded when the checks are through."""

from deepbacs_zoo.training.start import train

__all__ = ["train"]
