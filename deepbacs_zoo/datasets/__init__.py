"""Data sets: the sample images that are shipped with the project."""

from deepbacs_zoo.datasets.shipped import SAMPLES, SampleImages, sample_images

__all__ = ["SAMPLES", "SampleImages", "sample_images"]
