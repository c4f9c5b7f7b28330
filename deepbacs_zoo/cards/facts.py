"""Measured facts of a model, printed into its documentation beside the card's prose."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Facts", "Score", "TensorFact"]


@dataclass(frozen=True)
class Score:
    """One measured score.

    Parameters
    ----------
    name
        What was measured, for example ``recall at IoU 0.5``.
    value
        The score over all images.
    low, high
        Bootstrap interval, resampled over images; ``None`` when there were too few.
    baseline
        The same score of a method without training, on the same images.
    """

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None


@dataclass(frozen=True)
class TensorFact:
    """One input or output as the reader of the documentation needs it."""

    id: str
    axes: str
    dtype: str
    channels: tuple[str, ...]
    size: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """Everything that the documentation states and the card does not.

    Parameters
    ----------
    pixel_size
        Micrometers per pixel (y, x) of the training images, ``None`` when unknown.
    border
        Pixels beyond an image part that its result depends on: the receptive field's radius.
    halo
        The halo stated in the package.
    peak_bytes_per_pixel
        Peak memory of the network per input pixel.
    formats
        Names of the weights formats in the package.
    agreement
        Largest difference between the weights formats on the test tensors.
    test_offset
        Constant that was taken off the values of the test input, 0 for none.
    decoding
        Sentences that say how the output becomes objects; empty when it does not.
    training
        Rows of name and value about the training.
    split
        What the scored images were to the training: ``test``, ``validation``, ``training``.
    images
        Number of images that were scored.
    ground_truth
        Their ground truth in words, such as ``12 labelled objects``.
    confidence
        The probability that the intervals claim, for example 0.95.
    scores
        The measured scores.
    baseline
        Name of the method without training; empty when none was scored.
    grid
        Image pixels per pixel of the network's output, below 1 where that is the finer one.
    largest_image
        Pixels of the largest image that deepImageJ takes, for a package that has to be run whole;
        ``None`` for one that may be run in tiles.
    """

    inputs: tuple[TensorFact, ...]
    outputs: tuple[TensorFact, ...]
    border: int
    halo: int
    peak_bytes_per_pixel: float
    formats: tuple[str, ...]
    pixel_size: tuple[float, float] | None = None
    agreement: float | None = None
    test_offset: float = 0.0
    decoding: tuple[str, ...] = ()
    training: tuple[tuple[str, str], ...] = ()
    split: str = "test"
    images: int = 0
    ground_truth: str = ""
    confidence: float = 0.95
    scores: tuple[Score, ...] = ()
    baseline: str = ""
    grid: float = 1
    largest_image: int | None = None
    parameters: int | None = None
