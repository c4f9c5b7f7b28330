"""Data sets: the images that are shipped with the project, with their terms."""

from deepbacs_zoo.datasets.shipped import SAMPLES, Samples, sample_images

__all__ = ["SAMPLES", "Samples", "sample_images"]
