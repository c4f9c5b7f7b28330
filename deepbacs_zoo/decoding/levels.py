"""Components of a probability map, split at higher levels where their shape is that of several.

One threshold for an image joins cells in a crowd or loses faint ones.  Here each component decides
for itself, bit for bit the same wherever it runs:

1. 4-connected pixels of at least ``threshold`` (float32) are a component, if one of them has at
   least ``peak`` (float32).  This is the hysteresis of Canny 1986,
   https://doi.org/10.1109/TPAMI.1986.4767851: haze and debris reach a low threshold, no high one.
2. A component is whole if it has fewer than 2 ``smallest`` pixels, or if its pixels are at least
   ``convexity`` (double precision) of those in its convex hull.  Pixels in the hull are those whose
   centers are in the smallest convex polygon around all centers of the component, or on its edge
   (``hulls.py``).
3. One that is not whole is looked at again at each higher level, from the lowest, till the pixels
   of at least this level form two or more components of ``smallest`` pixels or more.  These are
   looked at as in 2, and split as in 3 in their turn, from this level on.  If one of all parts is
   whole, the parts take the place of the component; else it stays in one piece.
4. Parts are numbered by their first pixel in raster order and grow over the pixels of the component
   that are left, in waves: every pixel beside parts takes the smallest of their numbers.

The tree of components over all levels is that of Jones 1999,
https://doi.org/10.1006/cviu.1999.0777.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.decoding.components import Labels, components, grown, relabel_sequential
from deepbacs_zoo.decoding.hulls import hull_pixels

__all__ = ["split_components"]

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


def split_components(
    plane: NDArray[np.float32],
    threshold: float,
    peak: float,
    levels: Sequence[float],
    convexity: float,
    smallest: int,
) -> Labels:
    """Return the components of a probability map, split where they are not whole.

    Parameters
    ----------
    plane
        ``y x`` float32, 0 to 1.  Comparisons with NaN are false.
    threshold
        The lowest level.
    peak
        A component without a pixel of at least this is none.
    levels
        Higher ones, ascending; none for components as they are.
    convexity
        Least share of the hull that a whole component fills.
    smallest
        Pixels of a part, at least.

    Returns
    -------
    numpy.ndarray
        ``y x`` int32, 0 outside of components, which are numbered by their first pixel.
    """
    labels = _with_peak(components(plane >= np.float32(threshold)), plane >= np.float32(peak))
    mask = labels > 0
    higher = [np.float32(level) for level in levels if np.float32(level) > np.float32(threshold)]
    if not higher or not mask.any():
        return labels
    tree = _Tree(labels, convexity, smallest)
    for level in higher:
        if not tree.open.any():
            break
        tree.split(plane >= level)
    if tree.open.size == labels.max() + 1:
        return labels
    return relabel_sequential(grown(relabel_sequential(tree.parts()), mask))


def _with_peak(labels: Labels, high: Flags) -> Labels:
    """Return the components with a high pixel, numbered by their first one."""
    keep = np.zeros(int(labels.max(initial=0)) + 1, np.bool_)
    keep[labels[high]] = True
    if keep[1:].all():
        return labels
    keep[0] = False
    return relabel_sequential(np.where(keep[labels], labels, np.int32(0)))


class _Tree:
    """Components and their parts, all of a level at once.

    Parameters
    ----------
    labels
        ``y x`` int32: components from 1 on, somewhere.
    convexity, smallest
        As for `split_components`.
    """

    def __init__(self, labels: Labels, convexity: float, smallest: int) -> None:
        self._convexity, self._smallest = convexity, smallest
        self._node = labels.copy()
        """The smallest part that each pixel is in, or its component; 0 for background."""
        self._whole = self._whole_ones(labels, _sizes(labels))
        self._parent = np.zeros(self._whole.size, np.int64)
        self.open = ~self._whole
        """The parts that higher levels may split."""

    def split(self, mask: Flags) -> None:
        """Split open parts where a mask has two components or more that are large enough."""
        from scipy.ndimage import label

        found: Labels = label(mask & self.open[self._node], output=np.int32)[0]
        sizes = _sizes(found)
        large = sizes >= self._smallest
        large[0] = False
        owner = np.zeros(sizes.size, np.int64)
        pixels = np.flatnonzero(found)
        owner[found.reshape(-1)[pixels]] = self._node.reshape(-1)[pixels]
        count = np.bincount(owner[large], minlength=self.open.size)
        # What has no component of this level has none of a higher one.
        self.open &= count == 1
        child = large & (count[owner] > 1)
        if not child.any():
            return
        number = np.zeros(sizes.size, np.int32)
        number[child] = np.arange(1, np.count_nonzero(child) + 1)
        parts = number[found]
        inside = parts > 0
        self._node[inside] = parts[inside] + (self.open.size - 1)
        whole = self._whole_ones(parts, np.append(0, sizes[child]))[1:]
        self._parent = np.append(self._parent, owner[child])
        self._whole = np.append(self._whole, whole)
        self.open = np.append(self.open, ~whole)

    def parts(self) -> Labels:
        """Return the parts that stay, ``y x`` int32; 0 for what they are to grow over, too."""
        parent, sound = self._parent.tolist(), self._whole.tolist()
        # Parts come after what they are parts of.
        for node in range(len(parent) - 1, 0, -1):
            sound[parent[node]] |= sound[node]
        inner = np.zeros(len(parent), np.bool_)
        inner[self._parent] = True
        stays = list(range(len(parent)))
        for node in range(1, len(parent)):
            if parent[node] and not sound[parent[node]]:
                stays[node] = stays[parent[node]]
        table = np.array(stays, np.int32)
        table[inner & np.array(sound)] = 0
        return table[self._node]

    def _whole_ones(self, labels: Labels, sizes: Whole) -> Flags:
        """Return which labels are whole, by number; 0 counts as such."""
        whole = sizes < 2 * self._smallest
        whole |= sizes >= self._convexity * hull_pixels(labels)
        whole[0] = True
        return whole


def _sizes(labels: Labels) -> Whole:
    sizes: Whole = np.bincount(labels.reshape(-1), minlength=1)
    return sizes
