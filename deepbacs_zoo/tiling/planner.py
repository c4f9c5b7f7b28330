"""The tile planner: image shape, axis rules and a memory budget give tiles and their cost.

Border rule: the image is continued (mirrored) only up to the next valid size, at its end.  If that
fits the budget it is one pass, called whole.  Else it is cut; the halo then serves inner seams
only, and at the border of the padded image a tile is used up to its edge.  Tiles start at multiples
of the step, so poolings see the grid of the whole image: where the halo covers the receptive field,
tiled and whole are the same numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from deepbacs_zoo.errors import HostError, PackageError
from deepbacs_zoo.options import Bytes, Option
from deepbacs_zoo.tensors import FixedSize
from deepbacs_zoo.tiling.rules import AxisRule, Frame, frame_of, output_size, within_tolerance

__all__ = ["Border", "Tile", "TilePlan", "plan"]

Border = Literal["none", "halo"]
"""The continuation of an image beyond its border; see :func:`plan`."""

Slices = tuple[slice, ...]


@dataclass(frozen=True)
class Tile:
    """One pass through the network; one slice per space axis each.

    Parameters
    ----------
    read
        What the network gets, in the padded input.
    keep
        What is used of the result, in the tile's own output.
    write
        Where that goes, in the output of the padded input.
    """

    read: Slices
    keep: Slices
    write: Slices


@dataclass(frozen=True)
class TilePlan:
    """The passes of an image through a network; all shapes hold space axes only.

    Parameters
    ----------
    image_shape, padded_shape, before
        The input, the input continued to a valid size, and how much of that lies before pixel 0.
    tile_shape, starts
        Size of every tile, and the starts of the tiles per axis (tiles are all combinations).
    padded_output_shape
        The output of the padded input, which tiles write to.
    output_shape, crop
        The output of the image itself, and where it lies in the padded output.
    tiles
        The passes, last axis fastest.
    processed, needed
        Input pixels that the network computes, and that the image has.
    """

    image_shape: tuple[int, ...]
    padded_shape: tuple[int, ...]
    before: tuple[int, ...]
    tile_shape: tuple[int, ...]
    starts: tuple[tuple[int, ...], ...]
    padded_output_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    crop: Slices
    tiles: tuple[Tile, ...]
    processed: int
    needed: int

    @property
    def cost(self) -> float:
        """Processed pixels per needed pixel; 1 is ideal."""
        return self.processed / self.needed

    @property
    def whole(self) -> bool:
        """True if the image passes through the network in one piece."""
        return len(self.tiles) == 1

    @property
    def after(self) -> tuple[int, ...]:
        """Pixels added behind the end of each axis."""
        sizes = zip(self.padded_shape, self.before, self.image_shape, strict=True)
        return tuple(padded - before - image for padded, before, image in sizes)

    def towards(self, rules: Sequence[AxisRule]) -> TilePlan:
        """Return the same passes with ``keep`` and ``write`` for another output.

        ``rules`` must have been among the ``others`` of :func:`plan` for seams to be covered.
        """
        axes = [
            _project(*axis)
            for axis in zip(
                self.image_shape,
                self.padded_shape,
                self.before,
                self.tile_shape,
                self.starts,
                rules,
                strict=True,
            )
        ]
        tiles = tuple(
            Tile(
                tuple(
                    slice(start, start + size)
                    for start, size in zip(corner, self.tile_shape, strict=True)
                ),
                tuple(keep for keep, _ in parts),
                tuple(write for _, write in parts),
            )
            for corner, parts in zip(
                itertools.product(*self.starts),
                itertools.product(*(axis.parts for axis in axes)),
                strict=True,
            )
        )
        return replace(
            self,
            padded_output_shape=tuple(axis.padded for axis in axes),
            output_shape=tuple(axis.crop.stop - axis.crop.start for axis in axes),
            crop=tuple(axis.crop for axis in axes),
            tiles=tiles,
        )

    def reads_of(self, rules: Sequence[AxisRule]) -> tuple[Slices, ...]:
        """Return what each tile reads from a further input that follows this one's size.

        ``rules`` say how the sizes of the further input follow from this input (its halo is not
        looked at); they must have been among the ``others`` of :func:`plan`.
        """
        per_axis = [
            [slice(at := round(start * rule.scale), at + rule.out(size)) for start in starts]
            for starts, size, rule in zip(self.starts, self.tile_shape, rules, strict=True)
        ]
        return tuple(itertools.product(*per_axis))


@dataclass(frozen=True)
class _OutputAxis:
    padded: int
    crop: slice
    parts: tuple[tuple[slice, slice], ...]  # keep, write


def _project(
    image: int, padded: int, before: int, tile: int, starts: tuple[int, ...], rule: AxisRule
) -> _OutputAxis:
    """Cut one axis of the output at the middle of what neighbouring tiles share."""
    total = rule.out(padded)
    corners = [round(start * rule.scale) for start in starts]
    # At least the halo lies on either side of each seam: the planner chose the starts so.
    shared = [
        (corner + rule.out(tile) + right) // 2 for corner, right in itertools.pairwise(corners)
    ]
    seams = [0, *shared, total]
    parts = tuple(
        (slice(low - corner, high - corner), slice(low, high))
        for corner, (low, high) in zip(corners, itertools.pairwise(seams), strict=True)
    )
    first = round(before * rule.scale)
    size = min(output_size(image, rule), total - first)
    return _OutputAxis(total, slice(first, first + size), parts)


def plan(  # long: half of it documents its parameters
    image_shape: tuple[int, ...],
    rules: Sequence[AxisRule],
    *,
    budget: int,
    peak_bytes_per_pixel: float,
    border: Border = "none",
    others: Sequence[Sequence[AxisRule]] = (),
) -> TilePlan:
    """Plan the passes of one image through a network.

    Parameters
    ----------
    image_shape
        Sizes of the space axes (one to three) in tensor order, in pixels.
    rules
        One rule per space axis, towards the first output.
    budget
        Bytes that one pass may take.
    peak_bytes_per_pixel
        Bytes of memory per input pixel that the network takes at its peak.
    border
        ``none``: the image is continued only to the next valid size.  ``halo``: it is first
        continued by the halo on all sides, and the output cropped by it, as bioimageio.core does.
    others
        Rules towards further outputs and inputs, which tile starts and seams must suit too.

    Returns
    -------
    TilePlan
        One tile if the padded image fits the budget; else, of the tilings that process at most
        2 % more pixels than the thriftiest, the one with the shortest seams.  (Without a halo, a
        thousand stripes can be a pixel thriftier than four squares.)

    Raises
    ------
    HostError
        Not even the smallest tile fits the budget.
    PackageError
        The halo leaves nothing of a tile of the only size that the network takes.
    UnsupportedError
        An output's scale is no simple fraction.
    DataError
        The image is smaller than what the network takes away at its border.
    """
    per_axis = list(zip(rules, *others, strict=True))
    # The frames of all axes come before the tiles of any: Java names the same fault first.
    framed = [
        frame_of(size, axis, border=border)
        for size, axis in zip(image_shape, per_axis, strict=True)
    ]
    frames = [frame for frame, _ in framed]
    choices = [frame.candidates(rounded) for frame, rounded in framed]
    if not all(choices):
        axis = next(axis for axis, choice in enumerate(choices) if not choice)
        raise _nothing_left(frames[axis], per_axis[axis])
    best = _choose(choices, budget, peak_bytes_per_pixel)
    tile_shape = tuple(tile for tile, _ in best)
    bare = TilePlan(
        image_shape=tuple(image_shape),
        padded_shape=tuple(frame.padded for frame in frames),
        before=tuple(frame.before for frame in frames),
        tile_shape=tile_shape,
        starts=tuple(
            frame.starts(tile, count) for frame, (tile, count) in zip(frames, best, strict=True)
        ),
        padded_output_shape=(),
        output_shape=(),
        crop=(),
        tiles=(),
        processed=math.prod(tile * count for tile, count in best),
        needed=math.prod(image_shape),
    )
    return bare.towards(rules)


def _choose(
    choices: Sequence[list[tuple[int, int]]], budget: int, peak_bytes_per_pixel: float
) -> tuple[tuple[int, int], ...]:
    """Return size and number of tiles per axis: few processed pixels, and short seams."""
    pixels = math.floor(budget / peak_bytes_per_pixel)
    fitting = [
        combination
        for combination in itertools.product(*choices)
        if math.prod(tile for tile, _ in combination) <= pixels
    ]
    if not fitting:
        raise _too_small([choice[-1][0] for choice in choices], budget, peak_bytes_per_pixel)
    least = min(map(_processed, fitting))
    return min(
        (choice for choice in fitting if within_tolerance(_processed(choice), least)),
        # The choice itself breaks the tie: the tile that is shorter along the first axis.
        key=lambda choice: (_seams(choice), _processed(choice), choice),
    )


def _processed(combination: tuple[tuple[int, int], ...]) -> int:
    return math.prod(tile * count for tile, count in combination)


def _seams(combination: tuple[tuple[int, int], ...]) -> int:
    """Return the pixels of the surfaces between tiles, counted on the tiles laid side by side."""
    lengths = [tile * count for tile, count in combination]
    return sum(
        (count - 1) * math.prod(lengths[:axis] + lengths[axis + 1 :])
        for axis, (_, count) in enumerate(combination)
    )


def _too_small(smallest: list[int], budget: int, peak_bytes_per_pixel: float) -> HostError:
    mebibytes = math.ceil(math.prod(smallest) * peak_bytes_per_pixel / 2**20)
    return HostError(
        "memory budget",
        f"it is too small for the smallest tile of {' x '.join(map(str, smallest))} pixels",
        value=f"{budget / 2**20:.4g} MiB",
        allowed=f"at least {mebibytes} MiB",
        hint="pass " + Option("memory", Bytes(mebibytes * 2**20)) + " or more",
    )


def _nothing_left(frame: Frame, rules: Sequence[AxisRule]) -> PackageError:
    halo = max(rule.halo for rule in rules)
    fixed = isinstance(rules[0].size, FixedSize)
    return PackageError(
        "tile plan",
        f"an image of {frame.image} pixels must be cut, and the halo leaves nothing of a tile",
        value=f"halo {halo}, largest tile {frame.largest}",
        allowed=f"a halo below {frame.largest // 2}",
        hint="use an image of the network's own size"
        if fixed
        else "correct the halo or the size rule of the package",
    )
