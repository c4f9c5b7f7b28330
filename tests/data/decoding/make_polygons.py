"""Write ``stars.json`` and ``splines.json``: small tensors and the labels they are decoded to.

Run it as ``python -m tests.data.decoding.make_polygons``.  The labels come from a second
implementation below, fraction by fraction and pixel by pixel, never from the one that is tested.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
STARS = {
    "output": "p",
    "rays": 8,
    "grid": 1,
    "probability_threshold": 0.5,
    "overlap_threshold": 0.4,
    "min_size": 3,
}
SPLINES = {"points" if name == "rays" else name: value for name, value in STARS.items()}
BASIS = (
    lambda t: (1 - t) ** 3 / 6,
    lambda t: (3 * t**3 - 6 * t**2 + 4) / 6,
    lambda t: (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
    lambda t: t**3 / 6,
)

Point = tuple[int, int]
Case = tuple[str, dict[str, Any], np.ndarray, tuple[int, int] | None]


# --- the second implementation -------------------------------------------------------------------


def whole(value: float, least: int) -> int:
    """A number of pixels in 1/256 pixel."""
    if math.isnan(value):
        return 0
    near = min(max(value, least), 65536)
    return math.floor(Fraction(near) * 256 + Fraction(1, 2))


def star(distances: list[float]) -> list[Point]:
    corners = []
    for k, distance in enumerate(distances):
        angle = 2 * math.pi * k / len(distances)
        y, x = (
            whole(distance, 0) * Fraction(math.floor(each(angle) * 2**20 + 0.5), 2**20)
            for each in (math.sin, math.cos)
        )
        corners.append((math.floor(y + Fraction(1, 2)), math.floor(x + Fraction(1, 2))))
    return corners


def spline(values: list[float]) -> list[Point]:
    points = [whole(value, -65536) for value in values]
    corners = []
    for k in range(len(points) // 2):
        for s in range(8):
            weights = [each(Fraction(s, 8)) for each in BASIS]
            y, x = (
                sum(
                    weight * points[(2 * (k + i - 1) + axis) % len(points)]
                    for i, weight in enumerate(weights)
                )
                for axis in (0, 1)
            )
            corners.append((math.floor(y + Fraction(1, 2)), math.floor(x + Fraction(1, 2))))
    return corners


def winding(corners: list[Point], y: int, x: int) -> int:
    """How often the polygon runs around a point."""
    found = 0
    for (y0, x0), (y1, x1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if min(y0, y1) <= y < max(y0, y1):
            edge = x0 + Fraction((y - y0) * (x1 - x0), y1 - y0)
            if edge <= x:
                found += 1 if y1 > y0 else -1
    return found


def plain_decode(
    settings: dict[str, Any], tensor: np.ndarray, size: tuple[int, int] | None
) -> np.ndarray:
    """Decode by loops over single pixels."""
    grid, outline = settings["grid"], star if "rays" in settings else spline
    height, width = size or (tensor.shape[1] * grid, tensor.shape[2] * grid)
    threshold = np.float32(settings["probability_threshold"])
    candidates = [
        (-float(tensor[0, i, j]), i * grid, j * grid)
        for i, j in np.ndindex(tensor.shape[1:])
        if tensor[0, i, j] >= threshold and i * grid < height and j * grid < width
    ]
    owner: dict[Point, int] = {}
    areas: list[int] = []
    for _, y, x in sorted(candidates):
        if (y, x) in owner:
            continue
        corners = [
            (256 * y + dy, 256 * x + dx)
            for dy, dx in outline(tensor[1:, y // grid, x // grid].tolist())
        ]
        inside = [
            (v, u) for v, u in np.ndindex(height, width) if winding(corners, 256 * v, 256 * u)
        ]
        taken = [owner[pixel] for pixel in inside if pixel in owner]
        if len(inside) - len(taken) < max(settings["min_size"], 1):
            continue
        if any(
            taken.count(other) > settings["overlap_threshold"] * min(len(inside), areas[other])
            for other in set(taken)
        ):
            continue
        owner |= {pixel: len(areas) for pixel in inside if pixel not in owner}
        areas.append(len(inside))
    order: dict[int, int] = {}
    labels = np.zeros((height, width), np.int32)
    for pixel in np.ndindex(height, width):
        if pixel in owner:
            labels[pixel] = order.setdefault(owner[pixel], len(order) + 1)
    return labels


# --- tensors -------------------------------------------------------------------------------------


def noise(rng: np.random.Generator, channels: int, height: int, width: int) -> np.ndarray:
    """Probabilities with many ties, distances with few."""
    found = rng.uniform(-0.5, 6, (channels, height, width)).round(2)
    found[0] = rng.integers(0, 11, (height, width)) / 10
    return found.astype(np.float32)


def disks(
    rng: np.random.Generator, settings: dict[str, Any], height: int, width: int
) -> np.ndarray:
    """Round cells as a network sees them: every pixel knows the rim of the nearest one."""
    grid, directions = settings["grid"], "rays" in settings
    count = settings["rays"] if directions else settings["points"]
    centres = rng.uniform(0, (height * grid, width * grid), (6, 2))
    radii = rng.uniform(3, 6, 6)
    tensor = np.zeros((1 + count * (1 if directions else 2), height, width))
    for i, j in np.ndindex(height, width):
        away = np.hypot(*(centres - (i * grid, j * grid)).T)
        near = int(np.argmin(away - radii))
        tensor[0, i, j] = np.clip(1 - (away / radii)[near] / 2, 0, 1)
        angles = 2 * np.pi * np.arange(count) / count
        rim = np.stack([np.sin(angles), np.cos(angles)], 1)
        seen = centres[near] - (i * grid, j * grid)
        if directions:
            along = rim @ seen
            root = along**2 - away[near] ** 2 + radii[near] ** 2
            tensor[1:, i, j] = np.maximum(along + np.sqrt(np.maximum(root, 0)), 0)
        else:
            tensor[1:, i, j] = (seen + 1.2 * radii[near] * rim).ravel()
    tensor += rng.normal(0, 0.02, tensor.shape)
    return tensor.round(3).astype(np.float32)


def empty(settings: dict[str, Any], height: int, width: int) -> np.ndarray:
    channels = settings["rays"] if "rays" in settings else 2 * settings["points"]
    return np.zeros((1 + channels, height, width), np.float32)


def ring(points: int, height: float, width: float) -> np.ndarray:
    """Control points on an ellipse."""
    angles = 2 * np.pi * np.arange(points) / points
    return np.stack([height * np.sin(angles), width * np.cos(angles)], 1).round(3).ravel()


def nasty(rng: np.random.Generator, tensor: np.ndarray) -> np.ndarray:
    """What no network should give."""
    values = [math.nan, math.inf, -math.inf, -3, 0, 1e-30, 1e30, 65536, -65537, 1e5, -0.0]
    dirty = tensor.copy()
    where = rng.random(tensor.shape) < 0.15
    dirty[where] = rng.choice(np.array(values, np.float32), np.count_nonzero(where))
    return dirty


def shared_cases(base: dict[str, Any]) -> list[Case]:
    """What both kinds have to get right."""
    rng = np.random.default_rng(5)
    count = "rays" if "rays" in base else "points"
    per = 1 if count == "rays" else 2
    found: list[Case] = []
    for number, grid in ((3, 1), (5, 2), (8, 1), (7, 4)):
        changes = {count: number, "grid": grid}
        found.append(("noise", changes, noise(rng, 1 + per * number, 7, 6), None))
    for number, grid, size in ((16, 1, None), (8, 2, (15, 20)), (8, 4, (30, 37))):
        changes = {count: number, "grid": grid}
        side = 16 // grid + 2
        found.append(("disks", changes, disks(rng, base | changes, side, side + 1), size))
    changes = {count: 4, "grid": 3}
    for size in ((19, 11), (18, 12), (1, 1), (16, 16)):
        found.append(("sizes and grid", changes, noise(rng, 1 + per * 4, 7, 4), size))
    for grid in (1, 2):
        dirty = nasty(rng, noise(rng, 1 + per * 4, 7, 6))
        found.append(("NaN, infinite, negative, far", {count: 4, "grid": grid}, dirty, None))
    empties = empty(base, 4, 5)
    found.append(("no candidate", {}, empties, None))
    ones = empties + np.float32(1)
    ones[1:] = 0
    found.append(("polygons of one point", {"min_size": 0}, ones, None))
    for size in (0, 1, 2, 12, 13):
        tensor = noise(np.random.default_rng(8), 1 + per * 5, 6, 6)
        found.append((f"at least {size} pixels", {count: 5, "min_size": size}, tensor, None))
    return found


def star_cases() -> list[Case]:
    found = shared_cases(STARS)
    rng = np.random.default_rng(6)
    found.append(("32 rays", {"rays": 32}, disks(rng, STARS | {"rays": 32}, 14, 12), None))
    ties = empty(STARS, 9, 11)
    ties[0], ties[1:] = 0.7, 2
    found.append(("equal probabilities", {}, ties, None))
    found.append(("0.7 in float32", {"probability_threshold": 0.7}, ties, None))
    below = ties.copy()
    below[0, ::2] = np.nextafter(np.float32(0.7), np.float32(0))
    found.append(("below 0.7 in float32", {"probability_threshold": 0.7}, below, None))
    edges = empty(STARS | {"rays": 4}, 12, 12)  # corners and edges run through pixels
    for y, x, distance in ((2, 2, 2), (2, 8, 2.5), (8, 3, 3), (8, 9, 1)):
        edges[:, y, x] = distance
        edges[0, y, x] = 1
    found.append(("edges through pixels", {"rays": 4, "min_size": 0}, edges, None))
    out = empty(STARS, 6, 7)  # polygons that leave the image
    for y, x, distance, probability in ((0, 0, 3.3, 1), (5, 6, 2.2, 0.9), (3, 0, 2.5, 0.8)):
        out[1:, y, x], out[0, y, x] = distance, probability
    found.append(("beyond the image", {}, out, None))
    out = out.copy()
    out[1:, 2, 3], out[0, 2, 3] = 50, 0.95
    found.append(("larger than the image", {"overlap_threshold": 0.9}, out, None))
    cut = empty(STARS | {"rays": 4}, 9, 21)  # the better one cuts the other into two parts
    cut[0, 4, 10], cut[1:, 4, 10] = 0.9, 3
    cut[0, 4, 4], cut[1:, 4, 4] = 0.8, (16, 2, 4, 2)
    found.append(("an object in two parts", {"rays": 4, "overlap_threshold": 0.8}, cut, None))
    # Two diamonds of 13 pixels with 4 in common, then just as much as is allowed.
    pair = empty(STARS | {"rays": 4}, 9, 12)
    pair[0, 4, 3], pair[0, 4, 6] = 0.9, 0.8
    pair[1:, 4, 3] = pair[1:, 4, 6] = 2.5
    ratio = _shared(pair)
    for threshold in (ratio, math.nextafter(ratio, 0), math.nextafter(ratio, 1)):
        changes = {"rays": 4, "overlap_threshold": threshold}
        found.append(("an overlap at the threshold", changes, pair, None))
    small = pair.copy()  # the smaller area counts, whichever comes first
    small[1:, 4, 6] = 1.5
    for first in (0.7, 0.95):
        small = small.copy()
        small[0, 4, 6] = first
        for threshold in (0.05, 0.15, 0.3):
            changes = {"rays": 4, "overlap_threshold": threshold, "min_size": 0}
            found.append(("a small neighbour", changes, small, None))
    return found


def _shared(pair: np.ndarray) -> float:
    """The share of the second diamond that lies in the first."""
    pixels = []
    for x in (3, 6):
        corners = [(256 * 4 + dy, 256 * x + dx) for dy, dx in star(pair[1:, 4, x].tolist())]
        inside = [(v, u) for v, u in np.ndindex(9, 12) if winding(corners, 256 * v, 256 * u)]
        pixels.append(set(inside))
    share = len(pixels[0] & pixels[1]) / len(pixels[1])
    assert 0 < share < 1
    return share


def spline_cases() -> list[Case]:
    found = shared_cases(SPLINES)
    settings = SPLINES | {"points": 16}
    rod = empty(settings, 24, 26)
    for y, x, probability, height, width in (
        (5, 6, 1, 4, 7),
        (8, 18, 0.9, 9, 4),
        (15, 8, 0.8, 3, 9),
        (20, 22, 0.7, 6, 6),
        (18, 20, 0.6, 6, 6),
    ):
        rod[0, y, x], rod[1:, y, x] = probability, ring(16, height, width)
    found.append(("ellipses", {"points": 16}, rod, None))
    twisted = empty(SPLINES, 16, 24)
    angles = 2 * np.pi * np.arange(8) / 8
    eight = np.stack([7 * np.sin(2 * angles), 11 * np.sin(angles)], 1)
    twisted[0, 8, 12], twisted[1:, 8, 12] = 1, eight.round(2).ravel()
    found.append(("a figure of eight", {}, twisted, None))
    double = np.stack([np.sin(2 * angles), np.cos(2 * angles)], 1) * np.linspace(6, 11, 8)[:, None]
    twisted = twisted.copy()
    twisted[1:, 8, 12] = double.round(2).ravel()
    found.append(("around twice", {}, twisted, None))
    twisted = twisted.copy()
    twisted[1:, 8, 12] = ring(8, 5, 5)[::-1]
    found.append(("the other way round", {}, twisted, None))
    aside = empty(SPLINES, 14, 24)  # neither polygon has its candidate inside
    aside[0, 7, 3], aside[1:, 7, 3] = 1, ring(8, 5, 5) + np.tile((0, 9), 8)
    aside[0, 7, 20], aside[1:, 7, 20] = 0.9, ring(8, 5, 5) + np.tile((0, -9), 8)
    aside[0, 12, 20], aside[1:, 12, 20] = 0.8, ring(8, 2, 3) + np.tile((-9, 0), 8)
    aside[0, 7, 12], aside[1:, 7, 12] = 0.7, ring(8, 2, 2) + np.tile((5, 9), 8)
    found.append(("polygons beside their candidates", {}, aside, None))
    found.append(("half pixels", {"min_size": 0}, (aside * 2).round() / 2, None))
    return found


def entries(base: dict[str, Any]) -> list[dict[str, Any]]:
    """Every vector, computed now."""
    return [
        {
            "name": name,
            "settings": base | changes,
            "shape": list(tensor.shape),
            "size": list(size) if size else None,
            "tensor": [number(value) for value in tensor.astype(np.float32).flat],
            "labels": plain_decode(base | changes, tensor.astype(np.float32), size)
            .reshape(-1)
            .tolist(),
        }
        for name, changes, tensor, size in (star_cases() if "rays" in base else spline_cases())
    ]


def number(value: np.float32) -> float | str:
    """As JSON can hold it: nine digits give a float32 back, what is not finite is text."""
    short = float(f"{value:.9g}")
    if not math.isfinite(short):
        return str(short)
    return int(short) if short.is_integer() and abs(short) < 1e9 else short


def write(file: Path, found: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in found)
    file.write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    write(FOLDER / "stars.json", entries(STARS))
    write(FOLDER / "splines.json", entries(SPLINES))
