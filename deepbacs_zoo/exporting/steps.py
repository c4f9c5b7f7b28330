"""Say in words what ``config.deepbacs_zoo.decode`` says in numbers."""

from __future__ import annotations

from deepbacs_zoo.exporting.kinds import KINDS
from deepbacs_zoo.package.zoo_config import (
    AnchorBoxes,
    Decoding,
    Foreground,
    Multilabel,
    Spline,
    StarConvex,
)

__all__ = ["decoding_steps"]


def decoding_steps(decode: Decoding) -> tuple[str, str]:
    """Return a sentence, and the numbered steps from the output to objects."""
    becomes = KINDS[decode.result].noun
    return (
        f"The output `{decode.output}` becomes {becomes} by these steps, with the settings "
        "in `config.deepbacs_zoo.decode` of the description:",
        "\n".join(_steps(decode)),
    )


def _steps(decode: Decoding) -> tuple[str, ...]:
    match decode:
        case Multilabel():
            return _multilabel(decode)
        case Foreground():
            return _foreground(decode)
        case StarConvex():
            shape = f"the polygon of its {decode.n_rays} distances, along rays from this place"
            return _polygons(decode, shape)
        case Spline():
            shape = f"the closed cubic B-spline of its {decode.points} control points"
            return _polygons(decode, shape)
        case AnchorBoxes():
            return _boxes(decode)


def _multilabel(decode: Multilabel) -> tuple[str, ...]:
    return (
        f"1. Seeds: pixels with P(interior) ≥ {decode.seed_threshold:g}, joined over "
        "their four neighbours;",
        f"   seeds of fewer than {decode.min_seed} pixels are dropped.",
        *_peak(decode, "P(interior)", "seed"),
        *_splitting(decode, "P(interior)", "A seed"),
        f"2. Foreground: pixels with P(background) < {1 - decode.foreground_threshold:g}.",
        "3. Growth: in waves, every unlabelled foreground pixel with a labelled neighbour "
        "(of four)",
        "   takes the smallest neighbouring label, all pixels of a wave at once; at most",
        f"   {decode.max_dilation} waves.",
        *_last(4, decode.min_size),
    )


def _peak(decode: Multilabel | Foreground, value: str, component: str) -> tuple[str, ...]:
    """Return what is done with a component that no pixel is certain of."""
    if not decode.peak_threshold:
        return ()
    return (f"   A {component} without a pixel of {value} ≥ {decode.peak_threshold:g} is dropped.",)


def _splitting(decode: Multilabel | Foreground, map_name: str, component: str) -> tuple[str, ...]:
    """Return what is done with a component that is not convex."""
    if not decode.split_levels:
        return ()
    levels = ", ".join(f"{level:g}" for level in decode.split_levels)
    return (
        f"   {component} whose pixels are less than {decode.convexity:g} of its convex hull is "
        "split at the lowest",
        f"   of these levels of {map_name} that has several components of at least "
        f"{decode.min_size} pixels",
        f"   in it, and these again at higher ones: {levels}.",
        "   It stays in one piece if none of its parts fills its hull; else they grow over it.",
    )


def _foreground(decode: Foreground) -> tuple[str, ...]:
    return (
        f"1. Foreground: pixels with a probability ≥ {decode.threshold:g}.",
        *_peak(decode, "a probability", "component"),
        *_splitting(decode, "the probability", "A component"),
        "2. Parts: a watershed of the distance to the background gives one part for each of its",
        "   maxima.",
        f"3. Parts are joined where the neck between them has at least {decode.split_ratio:g} "
        "times the",
        "   width of the narrower one, or is less than two pixels narrower, and where one of them",
        f"   has fewer than {decode.min_seed} pixels.",
        *_last(4, decode.min_size),
    )


def _polygons(decode: StarConvex | Spline, shape: str) -> tuple[str, ...]:
    return (
        f"1. Candidates: pixels of the output with a probability ≥ "
        f"{decode.probability_threshold:g}, the most probable first.",
        f"   Pixel (i, j) of the output stands for pixel (i·{decode.grid}, j·{decode.grid}) of "
        "the image.",
        f"2. A candidate whose place is in no object yet is {shape}.",
        f"3. If an object shares more than {decode.nms_threshold:g} of the smaller area with "
        "it, it is dropped;",
        "   else its free pixels become an object.",
        *_last(4, decode.min_size),
    )


def _last(number: int, smallest: int) -> tuple[str, ...]:
    return (
        f"{number}. Objects of fewer than {smallest} pixels are dropped; the others are "
        "numbered by their",
        "   first pixel in reading order.",
    )


def _boxes(decode: AnchorBoxes) -> tuple[str, ...]:
    return (
        f"1. Every pixel (i, j) of the output holds {decode.anchors} boxes, each of "
        f"{5 + len(decode.classes)} channels: the place",
        f"   (x, y) of the center, which is at ((j + x)·{decode.grid}, (i + y)·{decode.grid}); "
        "width and height in pixels;",
        "   P(object); P(class) of " + ", ".join(decode.classes) + ".",
        "2. The score of a box is P(object) times its largest P(class); boxes with less than "
        f"{_least(decode)} are dropped.",
        "3. From the best score on, a box is dropped if its IoU with a better one of its class "
        f"is above {decode.nms_threshold:g}.",
        *_counted(decode),
    )


def _counted(decode: AnchorBoxes) -> tuple[str, ...]:
    each = [f"{factor:g} times" if factor else "all" for factor in decode.count_factors]
    if not any(decode.count_factors):
        return ()
    named = ", ".join(f"{name} {text}" for name, text in zip(decode.classes, each, strict=True))
    return (
        "4. Of each class as many of the best boxes stay as the sum of the square roots of the",
        f"   scores of its boxes gives, rounded: {named}.",
    )


def _least(decode: AnchorBoxes) -> str:
    if not isinstance(decode.score_threshold, tuple):
        return f"{decode.score_threshold:g}"
    each = zip(decode.classes, decode.score_threshold, strict=True)
    return "that of their class (" + ", ".join(f"{name} {value:g}" for name, value in each) + ")"
