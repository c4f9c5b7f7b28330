"""Write ``foreground.json``: small probability planes and the labels they are decoded to.

Run it as ``python -m tests.data.decoding.make_foreground``.  The labels come from a second
implementation below, pixel by pixel and as slow as it is plain, never from the one that is tested.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.data.decoding.make_polygons import FOLDER, number, write

DEFAULTS = {
    "output": "p",
    "channel": 0,
    "threshold": 0.5,
    "neck": 0.75,
    "min_seed": 3,
    "min_size": 5,
}

Pixel = tuple[int, int]
Case = tuple[str, dict[str, Any], np.ndarray]


# --- the second implementation -------------------------------------------------------------------


def distances(inside: set[Pixel], height: int, width: int) -> dict[Pixel, int]:
    """The squared distance to the nearest pixel outside, looked for among all."""
    outside = [pixel for pixel in np.ndindex(height, width) if pixel not in inside]
    return {
        (y, x): min([(y - v) ** 2 + (x - u) ** 2 for v, u in outside], default=1) for y, x in inside
    }


def neighbours(pixel: Pixel, inside: set[Pixel]) -> list[Pixel]:
    y, x = pixel
    found = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
    return [
        (v, u)
        for v, u in found
        if (v, u) in inside and (v == y or u == x or (v, x) in inside or (y, u) in inside)
    ]


def unions(
    settings: dict[str, Any],
    high: dict[Pixel, int],
    ends: dict[Pixel, Pixel],
    beside: Callable[[Pixel], list[Pixel]],
) -> dict[Pixel, set[Pixel]]:
    """Which ends make one object, for each end."""
    passes: dict[tuple[Pixel, Pixel], int] = {}
    for pixel, top in ends.items():
        for other in beside(pixel):
            parts = (top, ends[other])
            if parts[0] < parts[1]:
                passes[parts] = max(passes.get(parts, 0), min(high[pixel], high[other]))
    joined = {top: {top} for top in set(ends.values())}
    for _, one, other in sorted((-each, *parts) for parts, each in passes.items()):
        first, second = joined[one], joined[other]
        if first is second:
            continue
        neck = math.sqrt(passes[one, other])
        width = min(max(math.sqrt(high[top]) for top in part) for part in (first, second))
        least = min(sum(ends[each] in part for each in ends) for part in (first, second))
        if neck >= settings["neck"] * width or width - neck < 1 or least < settings["min_seed"]:
            both = first | second
            joined |= dict.fromkeys(both, both)
    return joined


def plain_decode(settings: dict[str, Any], p: np.ndarray) -> np.ndarray:
    """Decode by loops over single pixels."""
    height, width = p.shape[1:]
    plane, threshold = p[settings["channel"]], np.float32(settings["threshold"])
    inside = {pixel for pixel in np.ndindex(height, width) if plane[pixel] >= threshold}
    high = distances(inside, height, width)

    def end(pixel: Pixel) -> Pixel:
        best = min([pixel, *neighbours(pixel, inside)], key=lambda each: (-high[each], each))
        return pixel if best == pixel else end(best)

    ends = {pixel: end(pixel) for pixel in inside}
    joined = unions(settings, high, ends, lambda pixel: neighbours(pixel, inside))
    order: dict[Pixel, int] = {}
    labels = np.zeros((height, width), np.int32)
    for pixel in sorted(inside):
        part = joined[ends[pixel]]
        if sum(ends[each] in part for each in inside) >= settings["min_size"]:
            labels[pixel] = order.setdefault(min(part), len(order) + 1)
    return labels


# --- planes --------------------------------------------------------------------------------------


def disks(height: int, width: int, *circles: tuple[float, float, float]) -> np.ndarray:
    """A plane of round cells: row, column and radius of each."""
    y, x = np.mgrid[:height, :width]
    plane = np.zeros((1, height, width), np.float32)
    for v, u, radius in circles:
        plane[0][np.hypot(y - v, x - u) <= radius] = 1
    return plane


def rod(height: int, width: int, start: Pixel, stop: Pixel, radius: float) -> np.ndarray:
    """A plane with a rod along a line."""
    steps = np.linspace(0, 1, 200)[:, None]
    line = np.array(start) * (1 - steps) + np.array(stop) * steps
    return disks(height, width, *((y, x, radius) for y, x in line))


def cases() -> list[Case]:
    rng = np.random.default_rng(11)
    found: list[Case] = []
    for share in (0.3, 0.5, 0.6, 0.7, 0.8, 0.95):
        found.append(("noise", {}, (rng.random((1, 12, 15)) < share).astype(np.float32)))
    for neck in (0.3, 0.6, 0.9):
        coarse = rng.random((1, 8, 10)).repeat(3, 1).repeat(3, 2)
        smooth = (coarse + rng.random(coarse.shape) / 3).astype(np.float32)
        found.append(("blots", {"neck": neck, "min_seed": 1}, smooth))
    cocci = disks(20, 26, (6, 6, 5), (6, 15, 5), (13, 10, 4), (14, 22, 3))
    found.append(("cocci that touch", {}, cocci))
    for neck in (0.2, 0.5, 0.99):
        found.append((f"neck {neck}", {"neck": neck}, cocci))
    for stop in ((4, 25), (15, 26), (17, 4)):
        found.append(("a rod", {}, rod(20, 30, (4, 4), stop, 3)))
    crossing = np.maximum(rod(20, 20, (3, 3), (16, 16), 2), rod(20, 20, (3, 16), (16, 3), 2))
    found.append(("crossed rods", {"neck": 0.7}, crossing))
    # A bridge of one pixel between squares of 3 x 3: pass 1, heights 4, so the neck is 0.5.
    squares = np.zeros((1, 5, 11), np.float32)
    squares[0, 1:4, 1:4] = squares[0, 1:4, 7:10] = squares[0, 2, 4:7] = 1
    for neck in (0.5, math.nextafter(0.5, 1), math.nextafter(0.5, 0)):
        found.append(("a neck as wide as is allowed", {"neck": neck, "min_seed": 0}, squares))
    for seed in (0, 8, 9, 10, 11):
        found.append((f"parts of {seed} pixels", {"neck": 0.9, "min_seed": seed}, squares))
    for size in (0, 1, 9, 10, 14):
        changes = {"neck": 0.9, "min_seed": 0, "min_size": size}
        found.append((f"objects of {size} pixels", changes, squares))
    corner = np.zeros((1, 7, 7), np.float32)
    corner[0, :4, :4] = corner[0, 4:, 4:] = 1
    found.append(("corners do not connect", {}, corner))
    stairs = np.zeros((1, 9, 9), np.float32)
    for i in range(8):
        stairs[0, i, i : i + 2] = 1
    found.append(("stairs", {"min_size": 1}, stairs))
    thin = np.zeros((1, 12, 12), np.float32)  # less than one pixel narrower: heights 4 or 5, pass 2
    thin[0, 2:5, 2:6] = thin[0, 5:10, 5:8] = thin[0, 4, 6] = 1
    thin[0, 3, 4] = thin[0, 8, 4] = 1
    found.append(("a neck within a pixel", {"neck": 0.99, "min_seed": 0}, thin))
    ring = disks(15, 15, (7, 7, 6.5)) - disks(15, 15, (7, 7, 2))
    found.append(("a ring", {}, ring))
    found.append(("all foreground", {}, np.ones((1, 5, 6), np.float32)))
    found.append(("all but one pixel", {}, np.ones((1, 9, 10), np.float32)))
    found[-1][2][0, 4, 9] = 0
    found.append(("nothing", {}, np.zeros((1, 5, 6), np.float32)))
    found.append(("one row", {"min_size": 1}, np.array([[[1, 1, 0, 1, 1, 1, 1]]], np.float32)))
    at = np.full((1, 6, 8), 0.7, np.float32)
    at[0, :, ::3] = np.nextafter(np.float32(0.7), np.float32(0))
    found.append(("0.7 in float32", {"threshold": 0.7}, at))
    dirty = rng.random((3, 9, 12)).astype(np.float32)
    dirty[rng.random(dirty.shape) < 0.3] = math.nan
    dirty[rng.random(dirty.shape) < 0.2] = math.inf
    dirty[rng.random(dirty.shape) < 0.1] = -math.inf
    found.append(("NaN and infinite", {"channel": 2, "min_size": 1}, dirty))
    plateau = np.zeros((1, 12, 24), np.float32)  # many equal heights
    plateau[0, 1:11, 1:11] = plateau[0, 3:9, 11:13] = plateau[0, 1:11, 13:23] = 1
    for neck in (0.5, 0.7):
        found.append(("squares and a bar", {"neck": neck}, plateau))
    return found


def entries() -> list[dict[str, Any]]:
    """Every vector, computed now."""
    return [
        {
            "name": name,
            "settings": DEFAULTS | changes,
            "shape": list(tensor.shape),
            "size": None,
            "tensor": [number(value) for value in tensor.flat],
            "labels": plain_decode(DEFAULTS | changes, tensor).reshape(-1).tolist(),
        }
        for name, changes, tensor in cases()
    ]


if __name__ == "__main__":
    write(FOLDER / "foreground.json", entries())
