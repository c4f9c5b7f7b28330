"""Tensors that several tasks share: the image, and an output on a grid."""

from __future__ import annotations

from typing import Final

from deepbacs_zoo.tensors import Axis, FixedSize, FreeSize, Step, TensorSpec

__all__ = ["axes", "image_input"]

_COLOURS: Final = ("red", "green", "blue")


def axes(channels: tuple[str, ...], grid: int = 1) -> tuple[Axis, ...]:
    """Return ``b c y x``, with a pixel for ``grid`` by ``grid`` pixels of the image."""
    return (
        Axis("b", "batch", FixedSize(1)),
        Axis("c", "channel", FixedSize(len(channels)), channel_names=channels),
        Axis("y", "y", FreeSize(), scale=float(grid)),
        Axis("x", "x", FreeSize(), scale=float(grid)),
    )


def image_input(channels: int = 1) -> TensorSpec:
    """Return the image, whose channels together get zero mean and unit variance."""
    return TensorSpec(
        "raw",
        axes(_COLOURS if channels == len(_COLOURS) else ("intensity",)),
        steps=(Step("zero_mean_unit_variance", {"axes": "cyx", "eps": 1e-6}),),
        description="colour picture" if channels > 1 else "image of one channel",
    )
