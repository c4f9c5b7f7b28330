"""The kinds of decoding and their settings, as they stand in ``config.deepbacs_zoo.decode``.

Thresholds are compared as float32 with a float32 tensor; channels are indices along ``c``, sizes
are in pixels of the image.  A tensor on a ``grid`` has one value for ``grid`` by ``grid`` pixels:
its place (i, j) stands for the image's pixel (i·grid, j·grid).  Where a tensor on a grid has the
image's size all the same, its values are repeated, and every ``grid``-th counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Final

from deepbacs_zoo.package.zoo_config.schemas import SCHEMAS, WRITTEN_SCHEMA

__all__ = ["KINDS", "LEAST", "AnchorBoxes", "Decoding", "Foreground", "LabelDecoding", "Multilabel"]
__all__ += ["Spline", "StarConvex"]

LEAST: Final = "least"
"""Key of the metadata of a field: the smallest number that it may have; 0 where it is missing."""


class _Settings:
    """Common part of all kinds; the subclasses are dataclasses."""

    kind: ClassVar[str]
    result: ClassVar[str]
    """The kind of result: ``labels`` or ``boxes``."""

    def as_config(self) -> dict[str, Any]:
        """Return the block that stands in a description, in the names of `WRITTEN_SCHEMA`."""
        names = SCHEMAS[WRITTEN_SCHEMA]
        # Only the subclasses are dataclasses.
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}  # type: ignore[arg-type]
        return {"kind": names.kind(self.kind)} | {
            names.field(name): list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
        }


@dataclass(frozen=True)
class Multilabel(_Settings):
    """Probabilities of background, interior and boundary, decoded to instances.

    Parameters
    ----------
    output
        Id of the output tensor.
    background, interior, boundary
        Channels.
    seed_threshold
        A seed pixel has P(interior) >= this.
    foreground_threshold
        An object's pixel has P(background) < 1 - this.
    min_seed, min_size
        Seeds and objects of fewer pixels are dropped.
    max_dilation
        Pixels that a seed grows at most.
    split_levels
        Higher levels of P(interior), ascending, at which a seed that is not convex is split; none
        to leave seeds as they are.
    convexity
        Least share of its convex hull that a seed of one object fills.
    peak_threshold
        A seed has a pixel of P(interior) >= this; 0 for no such demand.
    """

    kind: ClassVar[str] = "multilabel"
    result: ClassVar[str] = "labels"

    output: str
    background: int = 0
    interior: int = 1
    boundary: int = 2
    seed_threshold: float = 0.5
    foreground_threshold: float = 0.5
    min_seed: int = 5
    min_size: int = 20
    max_dilation: int = 6
    split_levels: tuple[float, ...] = ()
    convexity: float = 0.85
    peak_threshold: float = field(default=0.0, metadata={LEAST: 0})


@dataclass(frozen=True)
class Foreground(_Settings):
    """Probability of foreground, cut where cells touch by a watershed of the distance to the rim.

    Parameters
    ----------
    output
        Id of the output tensor.
    channel
        The one that holds the probability of foreground.
    threshold
        A foreground pixel has a probability >= this.
    split_ratio
        Two parts stay one object where the neck between them is at least this share of the width
        of the narrower part, or less than two pixels narrower.
    min_seed
        Parts of fewer pixels are no objects of their own, they join the neighbour.
    min_size
        Objects of fewer pixels are dropped.
    split_levels
        Higher levels of the probability, ascending, at which foreground that is not convex is
        split before necks are looked for; none to leave it as it is.
    convexity
        Least share of its convex hull that the foreground of one object fills.
    peak_threshold
        Connected foreground has a pixel with a probability >= this; 0 for no such demand.
    """

    kind: ClassVar[str] = "foreground"
    result: ClassVar[str] = "labels"

    output: str
    channel: int = 0
    threshold: float = 0.5
    split_ratio: float = 0.75
    min_seed: int = 5
    min_size: int = 20
    split_levels: tuple[float, ...] = ()
    convexity: float = 0.85
    peak_threshold: float = field(default=0.0, metadata={LEAST: 0})


@dataclass(frozen=True)
class StarConvex(_Settings):
    """Star-convex polygons (StarDist): probability and distances to the rim along rays.

    Channel 0 is the probability of being an object, channel ``1 + k`` the distance in image pixels
    along ray ``k``, which points to the angle 2πk / ``n_rays``: ``(dy, dx) = (sin, cos)``, y down.

    Parameters
    ----------
    output
        Id of the output tensor.
    n_rays
        Number of rays, at least 3.
    grid
        Image pixels per pixel of the output.
    probability_threshold
        A candidate has a probability >= this.
    nms_threshold
        A candidate that shares more than this part of the smaller area with an object is dropped.
    min_size
        Objects of fewer pixels are dropped.
    """

    kind: ClassVar[str] = "star_convex"
    result: ClassVar[str] = "labels"

    output: str
    n_rays: int = field(metadata={LEAST: 3})
    grid: int = field(default=1, metadata={LEAST: 1})
    probability_threshold: float = 0.5
    nms_threshold: float = 0.4
    min_size: int = 20


@dataclass(frozen=True)
class Spline(_Settings):
    """Closed cubic B-splines (SplineDist): probability and control points.

    Channel 0 is the probability of being an object, channels ``1 + 2k`` and ``2 + 2k`` the place
    ``dy, dx`` of control point ``k`` in image pixels, seen from the output pixel's place.

    Parameters
    ----------
    output
        Id of the output tensor.
    points
        Number of control points, at least 3.
    grid, probability_threshold, nms_threshold, min_size
        As for :class:`StarConvex`.
    """

    kind: ClassVar[str] = "spline"
    result: ClassVar[str] = "labels"

    output: str
    points: int = field(metadata={LEAST: 3})
    grid: int = field(default=1, metadata={LEAST: 1})
    probability_threshold: float = 0.5
    nms_threshold: float = 0.4
    min_size: int = 20


@dataclass(frozen=True)
class AnchorBoxes(_Settings):
    """Boxes with classes on a grid of anchors (YOLOv2).

    Per anchor a block of ``5 + len(classes)`` channels: x, y of the center inside the cell (0 to
    1), width, height (image pixels), objectness and class probabilities (0 to 1).

    Parameters
    ----------
    output
        Id of the output tensor.
    classes
        Names of the classes, in the order of the channels.
    anchors
        Number of anchors, at least 1.
    grid
        Image pixels per pixel of the output.
    score_threshold
        A box has objectness · class probability >= this: one number for all classes, or one for
        each, in their order.
    nms_threshold
        A box whose IoU with a better one of its class is above this is dropped.
    count_factor
        Of the boxes that are left, a class keeps as many of the best as this times the sum of the
        square roots of their scores: one number for all classes, or one for each; 0 keeps all.
    """

    kind: ClassVar[str] = "anchor_boxes"
    result: ClassVar[str] = "boxes"

    output: str
    classes: tuple[str, ...]
    anchors: int = field(metadata={LEAST: 1})
    grid: int = field(metadata={LEAST: 1})
    score_threshold: float | tuple[float, ...] = 0.3
    nms_threshold: float = 0.3
    count_factor: float | tuple[float, ...] = field(default=0.0, metadata={LEAST: 0})

    @property
    def score_thresholds(self) -> tuple[float, ...]:
        """The score threshold of each class, in their order."""
        return self._for_each(self.score_threshold)

    @property
    def count_factors(self) -> tuple[float, ...]:
        """The count factor of each class, in their order."""
        return self._for_each(self.count_factor)

    def _for_each(self, value: float | tuple[float, ...]) -> tuple[float, ...]:
        return value if isinstance(value, tuple) else (value,) * len(self.classes)


LabelDecoding = Multilabel | Foreground | StarConvex | Spline
"""Kinds that end in a label image."""
Decoding = LabelDecoding | AnchorBoxes
KINDS: Final[dict[str, type[Decoding]]] = {
    "multilabel": Multilabel,
    "foreground": Foreground,
    "star_convex": StarConvex,
    "spline": Spline,
    "anchor_boxes": AnchorBoxes,
}
"""The kinds by their names in the newest schema."""
