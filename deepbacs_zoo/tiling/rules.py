"""Rules from one space axis of an image to one space axis of an output: sizes, halo, scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from deepbacs_zoo.errors import DataError, PackageError, UnsupportedError
from deepbacs_zoo.options import Option
from deepbacs_zoo.tensors import FixedSize, FreeSize, SteppedSize

__all__ = ["AxisRule", "Frame", "frame_of", "output_size", "within_tolerance"]

LARGEST_DENOMINATOR = 64


@dataclass(frozen=True)
class AxisRule:
    """The rule of one space axis of the input, towards one output.

    Parameters
    ----------
    size
        The sizes that the network takes along this axis.
    halo
        Pixels of the *input* at each end of a tile whose output is not used at inner seams.
    scale, offset
        ``n`` input pixels become ``floor(n * scale + offset)`` output pixels.
    """

    size: FixedSize | SteppedSize | FreeSize
    halo: int = 0
    scale: float = 1.0
    offset: float = 0.0

    def __post_init__(self) -> None:
        if self.halo < 0 or self.scale <= 0:
            raise PackageError(
                "tile plan",
                "an axis has a negative halo or a scale that is not positive",
                value=f"halo {self.halo}, scale {self.scale:g}",
                allowed="halo >= 0 and scale > 0",
                hint="correct the halo and the scale of the package's output axes",
            )

    def out(self, size: int) -> int:
        """Return the output pixels of ``size`` input pixels; may be zero or negative."""
        # Rounded first: a ratio such as 0.3/0.1 must not lose a pixel.
        return math.floor(round(size * self.scale + self.offset, 9))


def denominator_of(scale: float) -> int | None:
    """Return the smallest denominator, up to 64, of a fraction within 1e-6 of ``scale``.

    ``None`` if there is none: tiles of the input and of the output then never start at whole
    pixels together, and an image cannot be cut.
    """
    for denominator in range(1, LARGEST_DENOMINATOR + 1):
        numerator = round(scale * denominator)
        if numerator > 0 and abs(scale * denominator - numerator) < 1e-6:
            return denominator
    return None


@dataclass(frozen=True)
class Frame:
    """One axis before it is cut: padded size, and what every tile of it must obey.

    Tiles are ``padded - j * unit`` pixels long and start at multiples of ``unit``; hence the last
    one ends where the padded image ends, and all of them see the pooling grid of the whole image.
    A ``unit`` of 0 means that the axis cannot be cut.
    """

    image: int
    before: int
    padded: int
    unit: int
    smallest: int
    largest: int

    def candidates(self, rules: Sequence[AxisRule]) -> list[tuple[int, int]]:
        """Return ``(tile size, number of tiles)``, longest tile first; empty if nothing fits.

        Only the shortest tile of each number of tiles is listed, and none that a shorter one beats
        clearly in the pixels that all tiles together process.
        """
        if not self.unit:
            return [(self.padded, 1)] if self.padded <= self.largest else []
        shortest: dict[int, int] = {}
        for j in range((self.padded - self.smallest) // self.unit + 1):
            tile = self.padded - j * self.unit
            if tile > self.largest:
                continue
            count = self._count(tile, j, rules)
            if count is None:
                break
            shortest[count] = tile
        return _undominated([(tile, count) for count, tile in shortest.items()])

    def _count(self, tile: int, units: int, rules: Sequence[AxisRule]) -> int | None:
        if units == 0:
            return 1
        stride = min(self._stride(tile, rule) for rule in rules)
        return None if stride < 1 else 1 + -(-units // stride)

    def _stride(self, tile: int, rule: AxisRule) -> int:
        """Return how many units the next tile may start later without leaving a gap."""
        advance = round(self.unit * rule.scale)
        return (rule.out(tile) - 2 * round(rule.halo * rule.scale)) // advance

    def starts(self, tile: int, count: int) -> tuple[int, ...]:
        """Return the starts of ``count`` tiles, spread evenly over the padded axis."""
        if count == 1:
            return (0,)
        units = (self.padded - tile) // self.unit
        return tuple(i * units // (count - 1) * self.unit for i in range(count))


def frame_of(size: int, rules: Sequence[AxisRule], *, border: str) -> tuple[Frame, list[AxisRule]]:
    """Pad one axis to its next valid size.

    Parameters
    ----------
    size
        Pixels of the image along this axis.
    rules
        One rule per output; they share the size rule.
    border
        ``none``: padded at its end only.  ``halo``: by the halo at both ends first.

    Returns
    -------
    Frame, list of AxisRule
        The frame, and the rules with halos rounded up to whole pixels of their output.

    Raises
    ------
    UnsupportedError
        The axis must be cut or cropped, and a scale is no simple fraction.
    """
    common, rounded = _common_grid(rules)
    before = _up(max(rule.halo for rule in rules), common or 1) if border == "halo" else 0
    if before and not common:
        raise _no_fraction(rules)
    padded, unit, smallest, largest = _valid_size(size + 2 * before, rules[0].size, common)
    if padded > largest and not unit:
        raise _no_fraction(rules)
    return Frame(size, before, padded, unit, smallest, largest), rounded


def _common_grid(rules: Sequence[AxisRule]) -> tuple[int, list[AxisRule]]:
    """Return the input pixels between positions that are whole pixels of every output.

    0 if there are none; and the rules with halos rounded up to whole pixels of their own output.
    """
    denominators = [denominator_of(rule.scale) for rule in rules]
    fractions = [each for each in denominators if each is not None]
    common = math.lcm(*fractions) if len(fractions) == len(rules) else 0
    rounded = [
        AxisRule(rule.size, _up(rule.halo, each or 1), rule.scale, rule.offset)
        for rule, each in zip(rules, denominators, strict=True)
    ]
    return common, rounded


def _valid_size(
    extent: int, rule: FixedSize | SteppedSize | FreeSize, common: int
) -> tuple[int, int, int, int]:
    """Return the next valid size, the unit of tiles, and the smallest and largest tile."""
    if isinstance(rule, FreeSize):
        padded = max(extent, rule.min)
        return padded, common, rule.min, rule.max or padded
    if isinstance(rule, SteppedSize) and rule.step > 0:
        padded = rule.fit(extent)
        return padded, math.lcm(common, rule.step), rule.min, padded
    only = rule.min if isinstance(rule, SteppedSize) else rule.value
    return only + _up(max(extent - only, 0), common or 1), common, only, only


def output_size(size: int, rule: AxisRule) -> int:
    """Return the output pixels of an image, at least one.

    Raises
    ------
    DataError
        The network gives nothing for an image this small.
    """
    if size * rule.scale + rule.offset <= 0:
        raise DataError(
            "image",
            "it is too small for this network, whose output is smaller than its input",
            value=f"{size} pixels",
            allowed=f"more than {math.floor(-rule.offset / rule.scale)} pixels",
            hint="use a larger image, or " + Option("border", "halo"),
        )
    return max(rule.out(size), 1)


def _no_fraction(rules: Sequence[AxisRule]) -> UnsupportedError:
    scale = next(rule.scale for rule in rules if denominator_of(rule.scale) is None)
    return UnsupportedError(
        "tile plan",
        "an output has a scale that is no simple fraction, so the image cannot be cut or padded",
        value=f"{scale:g}",
        allowed=f"p/q with q at most {LARGEST_DENOMINATOR}",
        hint="use an image that the network takes in one piece, and " + Option("border", "none"),
    )


def within_tolerance(processed: int, least: int) -> bool:
    """Return if ``processed`` pixels are at most 2 % more than the ``least`` (whole numbers)."""
    return 50 * processed <= 51 * least


def _up(value: int, multiple: int) -> int:
    return -(-value // multiple) * multiple


def _undominated(candidates: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drop a tile if a shorter one processes 2 % fewer pixels; longest first."""
    kept: list[tuple[int, int]] = []
    least = 0
    for tile, count in sorted(candidates):
        if not kept or within_tolerance(tile * count, least):
            kept.append((tile, count))
            least = min(least or tile * count, tile * count)
    return kept[::-1]
