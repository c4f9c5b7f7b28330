"""How far the networks of this room look, computed without running them."""

from __future__ import annotations

__all__ = ["unet_reach"]

_CONVOLUTIONS = 2
"""Convolutions of 3 x 3 at each level on each side; each looks one pixel further."""


def unet_reach(depth: int) -> int:
    """Return the radius of the receptive field of :class:`deepbacs_zoo.networks.unet.UNet`.

    Parameters
    ----------
    depth
        Number of poolings.

    Returns
    -------
    int
        The largest distance in input pixels, along y or x, between an output pixel and an input
        pixel that it depends on.

    Notes
    -----
    The span of coordinates that one output pixel needs is followed along the longest path, down in
    the network's sense: k convolutions widen it by k at each end, a transposed convolution of
    kernel and stride 2 halves its coordinates (rounded down), a pooling doubles them and adds the
    second pixel.  The radius depends on where on the pooling grid the pixel lies; the largest over
    the grid counts.
    """
    radius = 0
    for position in range(2**depth):
        first = last = position
        for _ in range(depth):
            first, last = (first - _CONVOLUTIONS) // 2, (last + _CONVOLUTIONS) // 2
        first, last = first - _CONVOLUTIONS, last + _CONVOLUTIONS
        for _ in range(depth):
            first, last = 2 * first - _CONVOLUTIONS, 2 * last + 1 + _CONVOLUTIONS
        radius = max(radius, position - first, last - position)
    return radius
