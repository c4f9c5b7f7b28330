"""Write ``levels.json``: planes with bridges between objects, and the labels with split levels.

Run it as ``python -m tests.data.decoding.make_levels``.  The labels come from a second
implementation below, pixel by pixel and as slow as it is plain, never from the one that is tested.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.package.zoo_config import read_decoding
from tests.data.decoding import make_foreground
from tests.data.decoding.make_golden import near
from tests.data.decoding.make_polygons import write

FILE = Path(__file__).with_name("levels.json")
EACH = 200
"""Entries of each kind."""
NAMES = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""What stands for a value or a label from 1 on; a label of 0 is a dot."""
STEPS = [0.02, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99]
VALUES = sorted(
    {float(np.float32(step)) for step in STEPS}
    | {float(np.nextafter(np.float32(step), np.float32(0))) for step in STEPS[2:]}
)
"""Values of a plane: on a level, and just below it."""

Pixel = tuple[int, int]


# --- the second implementation -------------------------------------------------------------------


def joined(pixels: set[Pixel]) -> list[set[Pixel]]:
    """The 4-connected components of some pixels, by their first one."""
    found, rest = [], set(pixels)
    for start in sorted(pixels):
        if start not in rest:
            continue
        part, queue = {start}, [start]
        while queue:
            y, x = queue.pop()
            for other in {(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)} & (rest - part):
                part.add(other)
                queue.append(other)
        rest -= part
        found.append(part)
    return found


def hull_count(pixels: set[Pixel]) -> int:
    """How many pixels are in the hull: each one of the rectangle is looked at."""
    rows = {y for y, _ in pixels}
    ends = {(y, pick(x for v, x in pixels if v == y)) for y in rows for pick in (min, max)}
    points = np.array(sorted(ends))
    step = points[None] - points[:, None]

    def sides(others: np.ndarray) -> np.ndarray:
        """On which side of the line from one point to another some pixels are, by its sign."""
        away = others[None] - points[:, None]
        return step[:, :, None, 0] * away[:, None, :, 1] - step[:, :, None, 1] * away[:, None, :, 0]

    # A line through two points that has none on its left side is an edge.
    edges = (sides(points) >= 0).all(axis=2) & step.any(axis=2)
    rectangle = np.argwhere(np.ones(np.ptp([*pixels], axis=0) + 1)) + np.min([*pixels], axis=0)
    return int((sides(rectangle)[edges] >= 0).all(axis=0).sum())


def parts_of(
    plane: np.ndarray, pixels: set[Pixel], levels: list[float], settings: dict[str, Any]
) -> list[tuple[set[Pixel], bool]]:
    """The parts of a component, and if each is whole."""
    smallest = settings["min_size"]
    if len(pixels) < 2 * smallest or len(pixels) >= settings["convexity"] * hull_count(pixels):
        return [(pixels, True)]
    for index, level in enumerate(levels):
        higher = {pixel for pixel in pixels if plane[pixel] >= np.float32(level)}
        found = [part for part in joined(higher) if len(part) >= smallest]
        if len(found) > 1:
            parts = [
                each for p in found for each in parts_of(plane, p, levels[index + 1 :], settings)
            ]
            return parts if any(whole for _, whole in parts) else [(pixels, False)]
    return [(pixels, False)]


def plain_split(plane: np.ndarray, threshold: float, settings: dict[str, Any]) -> np.ndarray:
    """Components of a plane, split at levels."""
    levels = [each for each in settings["split_levels"] if np.float32(each) > np.float32(threshold)]
    inside = {pixel for pixel in np.ndindex(plane.shape) if plane[pixel] >= np.float32(threshold)}
    labels = np.zeros(plane.shape, np.int32)
    peak = np.float32(settings.get("peak_threshold", 0))
    for component in joined(inside):
        if not any(plane[pixel] >= peak for pixel in component):
            continue
        parts = sorted(sorted(part) for part, _ in parts_of(plane, component, levels, settings))
        mine = {pixel: number for number, part in enumerate(parts) for pixel in part}
        while len(mine) < len(component):
            wave = {}
            for y, x in component - set(mine):
                found = [mine[each] for each in near(y, x, *plane.shape) if each in mine]
                if found:
                    wave[y, x] = min(found)
            mine |= wave
        before = labels.max()
        for pixel, number in mine.items():
            labels[pixel] = before + number + 1
    return renumbered(labels)


def renumbered(labels: np.ndarray, smallest: int = 0) -> np.ndarray:
    """Labels by their first pixel; small ones dropped."""
    order: dict[int, int] = {}
    sizes = np.bincount(labels.reshape(-1))
    for label in labels.reshape(-1).tolist():
        if label and sizes[label] >= smallest:
            order.setdefault(label, len(order) + 1)
    return np.array([order.get(each, 0) for each in labels.reshape(-1).tolist()], np.int32).reshape(
        labels.shape
    )


def plain_multilabel(settings: dict[str, Any], p: np.ndarray) -> np.ndarray:
    """Decode by loops over single pixels."""
    seeds = plain_split(p[settings["interior"]], settings["seed_threshold"], settings)
    labels = renumbered(seeds, settings["min_seed"])
    below = np.float32(1) - np.float32(settings["foreground_threshold"])
    free = p[settings["background"]] < below
    for _ in range(settings["max_dilation"]):
        before = labels.copy()
        for y, x in np.argwhere(free & (labels == 0)).tolist():
            found = [before[each] for each in near(y, x, *before.shape) if before[each]]
            labels[y, x] = min(found, default=0)
    return renumbered(labels, settings["min_size"])


def plain_foreground(settings: dict[str, Any], p: np.ndarray) -> np.ndarray:
    """Decode by loops over single pixels."""
    regions = plain_split(p[settings["channel"]], settings["threshold"], settings)
    inside = {pixel for pixel in np.ndindex(regions.shape) if regions[pixel]}
    high = make_foreground.distances(inside, *regions.shape)

    def beside(pixel: Pixel) -> list[Pixel]:
        near_ones = make_foreground.neighbours(pixel, inside)
        return [other for other in near_ones if regions[other] == regions[pixel]]

    def end(pixel: Pixel) -> Pixel:
        best = min([pixel, *beside(pixel)], key=lambda each: (-high[each], each))
        return pixel if best == pixel else end(best)

    ends = {pixel: end(pixel) for pixel in inside}
    neck = settings | {"neck": settings["split_ratio"]}
    unions = make_foreground.unions(neck, high, ends, beside)
    numbers = {part: n for n, part in enumerate(sorted({min(each) for each in unions.values()}), 1)}
    labels = np.zeros(regions.shape, np.int32)
    for pixel in inside:
        labels[pixel] = numbers[min(unions[ends[pixel]])]
    return renumbered(labels, settings["min_size"])


PLAIN = {"multilabel": plain_multilabel, "foreground": plain_foreground}


# --- planes --------------------------------------------------------------------------------------


def crowd(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A plane of round and long objects with peaks and bridges of several heights.

    Some objects are bent or hollow, some values are NaN.
    """
    y, x = np.mgrid[:height, :width]
    plane = rng.uniform(0, 0.1, (height, width))
    places: list[tuple[float, float]] = []
    for _ in range(int(rng.integers(2, 7))):
        v, u = rng.uniform(-1, height), rng.uniform(-1, width)
        angle, half = rng.uniform(0, math.pi), rng.choice([0, 0, 2, 4])
        bend = rng.choice([0, 0, 0.25]) if half else 0
        along = (y - v) * np.sin(angle) + (x - u) * np.cos(angle)
        across = (x - u) * np.sin(angle) - (y - v) * np.cos(angle) + bend * along**2
        distance = np.hypot(np.maximum(abs(along) - half, 0), across)
        radius = rng.uniform(1.5, 3.5)
        peak = rng.uniform(0.7, 1) * np.clip(1.6 - 0.6 * distance / radius, 0, 1)
        if rng.random() < 0.15:
            peak[distance < radius - 1.5] = 0.1
        plane = np.maximum(plane, peak * (distance < radius + 2))
        for t in np.linspace(0, 1, 40) if places and rng.random() < 0.7 else ():
            at = round(v + t * (places[-1][0] - v)), round(u + t * (places[-1][1] - u))
            if 0 <= at[0] < height and 0 <= at[1] < width:
                plane[at] = max(plane[at], rng.uniform(0.4, 0.9))
        places.append((v, u))
    if rng.random() < 0.5:
        plane += rng.normal(0, 0.03, plane.shape)
    index = np.searchsorted(VALUES, plane, side="right") - 1
    found = np.array(VALUES, np.float32)[np.clip(index, 0, None)]
    if rng.random() < 0.2:
        found[rng.random(found.shape) < 0.03] = math.nan
    return found


def drawn(kind: str, rng: np.random.Generator) -> tuple[dict[str, Any], np.ndarray]:
    """Settings and a tensor."""
    height, width = (int(side) for side in rng.integers(9, 24, 2))
    plane = crowd(rng, height, width)
    low = float(rng.choice([0.3, 0.4, 0.5, 0.6]))
    count = int(rng.integers(2, 9))
    levels = sorted(
        float(each) for each in rng.choice([*STEPS[2:], 0.65, 0.88], count, replace=False)
    )
    common = {
        "output": "p",
        "min_seed": int(rng.choice([0, 1, 3, 5])),
        "min_size": int(rng.choice([0, 1, 3, 4, 6, 9])),
        "split_levels": levels,
        "convexity": float(rng.choice([0.6, 0.8, 0.85, 0.9, 0.95])),
    }
    if rng.random() < 0.5:
        common["peak_threshold"] = float(rng.choice([*STEPS[6:], 0.88]))
    if kind == "foreground":
        ratio = float(rng.choice([0.5, 0.75, 0.9]))
        return common | {"channel": 0, "threshold": low, "split_ratio": ratio}, plane[None]
    dark = np.where(plane < np.float32(0.3), np.float32(0.7), np.float32(0.2))
    settings = {"background": 0, "interior": 1, "boundary": 2, "seed_threshold": low}
    settings |= {"foreground_threshold": 0.5, "max_dilation": int(rng.integers(0, 4))}
    return common | settings, np.stack([dark, plane, np.zeros_like(plane)])


def decoded(kind: str, settings: dict[str, Any], tensor: np.ndarray) -> np.ndarray:
    """What the implementation that is tested makes of a tensor."""
    block = {"kind": kind, **settings}
    return decode(read_decoding({"schema_version": 2, "decode": block}), tensor)


def is_split(kind: str, settings: dict[str, Any], tensor: np.ndarray) -> bool:
    """If labels are other without levels."""
    joined = decoded(kind, settings | {"split_levels": []}, tensor)
    return not np.array_equal(decoded(kind, settings, tensor), joined)


def has_low_ones(kind: str, settings: dict[str, Any], tensor: np.ndarray) -> bool:
    """If labels are other without a peak."""
    every = decoded(kind, settings | {"peak_threshold": 0.0}, tensor)
    return not np.array_equal(decoded(kind, settings, tensor), every)


def levels_needed(kind: str, settings: dict[str, Any], tensor: np.ndarray) -> int:
    """How many of the levels change labels, each left out alone."""
    levels, found = settings["split_levels"], decoded(kind, settings, tensor)
    fewer = ([each for each in levels if each != level] for level in levels)
    return sum(
        not np.array_equal(found, decoded(kind, settings | {"split_levels": each}, tensor))
        for each in fewer
    )


def entries() -> list[dict[str, Any]]:
    """Every vector, computed now: a quarter is other without a peak, the rest without levels."""
    rng, found = np.random.default_rng(31), []
    for kind, plain in PLAIN.items():
        for number in range(EACH):
            counts = has_low_ones if number < EACH // 4 else is_split
            settings, tensor = drawn(kind, rng)
            while not counts(kind, settings, tensor):
                settings, tensor = drawn(kind, rng)
            found.append(written(kind, settings, tensor, plain(settings, tensor)))
    return found


def written(
    kind: str, settings: dict[str, Any], tensor: np.ndarray, labels: np.ndarray
) -> dict[str, Any]:
    """An entry; a letter stands for each value."""
    values = np.unique(tensor[~np.isnan(tensor)])
    names = np.array([*NAMES])[np.searchsorted(values, np.nan_to_num(tensor))]
    names[np.isnan(tensor)] = "?"
    digits = np.array([".", *NAMES])[labels]
    return {
        "kind": kind,
        "settings": settings,
        "values": [float(f"{value:.9g}") for value in values],
        "tensor": [["".join(row) for row in plane] for plane in names],
        "labels": ["".join(row) for row in digits],
    }


def tensor_of(entry: dict[str, Any]) -> np.ndarray:
    """The tensor of an entry."""
    table = dict(zip(NAMES, entry["values"], strict=False)) | {"?": math.nan}
    rows = [[[table[name] for name in row] for row in plane] for plane in entry["tensor"]]
    return np.array(rows, np.float32)


def labels_of(entry: dict[str, Any]) -> np.ndarray:
    """The labels of an entry."""
    rows = [
        [0 if name == "." else NAMES.index(name) + 1 for name in row] for row in entry["labels"]
    ]
    return np.array(rows, np.int32)


def golden_levels() -> list[dict[str, Any]]:
    """The entries as they are stored."""
    return json.loads(FILE.read_text("utf-8"))


if __name__ == "__main__":
    write(FILE, entries())
