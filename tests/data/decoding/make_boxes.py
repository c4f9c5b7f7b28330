"""Write ``boxes.json``: small tensors of anchors and the boxes they are decoded to.

Run it as ``python -m tests.data.decoding.make_boxes``.  The boxes come from a second
implementation below, one candidate at a time, never from the one that is tested.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("boxes.json")
DEFAULTS = {
    "output": "anchors",
    "classes": ["rod", "dividing", "microcolony"],
    "anchors": 2,
    "grid": 8,
    "score_threshold": 0.3,
    "overlap_threshold": 0.3,
}


def plain_decode(settings: dict[str, Any], tensor: np.ndarray, size: list[int]) -> list[list[Any]]:
    """Decode by loops over single candidates; rows of ``x0 y0 x1 y1 class score``."""
    rows, columns = tensor.shape[1:]
    candidates = [
        found
        for row in range(rows)
        for column in range(columns)
        for anchor in range(settings["anchors"])
        if (found := candidate(settings, tensor, size, row, column, anchor))
    ]
    kept: list[list[Any]] = []
    for key, edges in sorted(candidates):
        if not any(
            other[4] == key[1] and too_close(edges, other, settings["overlap_threshold"])
            for other in kept
        ):
            kept.append([*edges, key[1], -key[0]])
    return counted(settings, kept)


def counted(settings: dict[str, Any], boxes: list[list[Any]]) -> list[list[Any]]:
    """Leave of each class the boxes that its scores speak for; they come by score."""
    factors = settings.get("count_factor", 0)
    kept = []
    for box in boxes:
        factor = factors[box[4]] if isinstance(factors, list) else factors
        if factor:
            total = 0.0
            for other in boxes:
                total += math.sqrt(other[5]) if other[4] == box[4] else 0.0
            better = sum(other[4] == box[4] and other[5] > box[5] for other in boxes)
            if better >= math.floor(factor * total + 0.5):
                continue
        kept.append(box)
    return kept


def candidate(
    settings: dict[str, Any],
    tensor: np.ndarray,
    size: list[int],
    row: int,
    column: int,
    anchor: int,
) -> tuple[Any, Any] | None:
    """One candidate as its key of sorting and its edges, unless it does not pass."""
    block = 5 + len(settings["classes"])
    values = tensor[anchor * block : (anchor + 1) * block, row, column]
    if not all(math.isfinite(value) for value in values):
        return None
    best = 5
    for channel in range(6, block):
        if values[channel] > values[best]:
            best = channel
    score = np.float32(values[4]) * np.float32(values[best])
    least = settings["score_threshold"]
    if isinstance(least, list):
        least = least[best - 5]
    if not score >= np.float32(least) or math.isinf(score):
        return None
    x, y, width, height = (float(value) for value in values[:4])
    centre_x, centre_y = (column + x) * settings["grid"], (row + y) * settings["grid"]
    edges = (
        min(max(centre_x - width / 2, 0.0), float(size[1])),
        min(max(centre_y - height / 2, 0.0), float(size[0])),
        min(max(centre_x + width / 2, 0.0), float(size[1])),
        min(max(centre_y + height / 2, 0.0), float(size[0])),
    )
    if edges[2] <= edges[0] or edges[3] <= edges[1]:
        return None
    return (-float(score), best - 5, row, column, anchor), edges


def too_close(one: Any, other: Any, threshold: float) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return False
    shared = across * down
    areas = [(each[2] - each[0]) * (each[3] - each[1]) for each in (other, one)]
    return shared > threshold * (areas[0] + areas[1] - shared)


def noise(rng: np.random.Generator, settings: dict[str, Any], rows: int, columns: int) -> Any:
    """Boxes of a few cells everywhere, as an untrained network gives them."""
    block = 5 + len(settings["classes"])
    tensor = rng.random((settings["anchors"], block, rows, columns))
    extent = np.exp(rng.normal(0, 0.5, tensor[:, 2:4].shape))
    tensor[:, 2:4] = extent * rng.uniform(0.5, 2.5) * settings["grid"]
    return tensor.reshape(-1, rows, columns).astype(np.float32)


def empty(rows: int, columns: int, anchors: int = 2, classes: int = 3) -> np.ndarray:
    tensor = np.zeros((anchors * (5 + classes), rows, columns), np.float32)
    tensor[[0, 1, 8, 9]] = 0.5
    return tensor


def put(tensor: np.ndarray, place: tuple[int, int, int], *values: float) -> None:
    """Set a candidate at ``row column anchor``: x y width height objectness p1 p2 p3."""
    row, column, anchor = place
    tensor[anchor * 8 : anchor * 8 + 8, row, column] = values


def counts() -> list[tuple[str, dict[str, Any], np.ndarray, list[int]]]:
    """Boxes of which only as many stay as their scores speak for."""
    found: list[tuple[str, dict[str, Any], np.ndarray, list[int]]] = []
    for number, factors in enumerate((0.7, [0, 0.4, 1.9], [1.1, 0.05, 0.001], 0.9, [2, 0, 0.9])):
        changes = {"count_factor": factors, "score_threshold": (0.1, [0.2, 0.05, 0.3])[number % 2]}
        tensor = noise(np.random.default_rng(20 + number), DEFAULTS, 6, 4 + number)
        if number > 2:
            tensor = np.round(tensor * 8).astype(np.float32) / 8  # many scores alike
        size = [side * 8 for side in tensor.shape[1:]]
        found.append(("as many as the scores speak for", changes, tensor, size))
    half = empty(1, 5)  # 0.5 expected is one; boxes of equal scores stay together
    put(half, (0, 0, 0), 0.5, 0.5, 4, 4, 0.5, 0.5, 0, 0)
    for column in (1, 2):
        put(half, (0, column, 0), 0.5, 0.5, 4, 4, 1, 0, 0.25, 0)
        put(half, (0, column + 2, 0), 0.5, 0.5, 4, 4, 0.25, 0, 0, 0.25)
    changes = {"count_factor": [1, 0.5, 0.9], "score_threshold": 0.05}
    found.append(("half of a box", changes, half, [8, 40]))
    return found


def cases() -> list[tuple[str, dict[str, Any], np.ndarray, list[int]]]:
    rng = np.random.default_rng(7)
    found: list[tuple[str, dict[str, Any], np.ndarray, list[int]]] = []
    for number in range(6):
        changes = {
            "anchors": 1 + number % 3,
            "grid": (8, 4, 16)[number % 3],
            "classes": DEFAULTS["classes"][: 1 + number % 3],
            "score_threshold": (0.3, 0.1, 0.55)[number % 3],
            "overlap_threshold": (0.3, 0.5, 0.05, 0.9)[number % 4],
        }
        tensor = noise(rng, DEFAULTS | changes, 4 + number, 9 - number)
        size = [side * int(changes["grid"]) for side in tensor.shape[1:]]
        found.append(("noise", changes, tensor, size))
    for number, least in enumerate(([0.6, 0.1, 0.35], [0.05, 0.9, 0.5])):
        changes = {"score_threshold": least, "overlap_threshold": (0.5, 0.2)[number]}
        tensor = noise(np.random.default_rng(number), DEFAULTS, 5, 7 - number)
        size = [side * 8 for side in tensor.shape[1:]]
        found.append(("a threshold for each class", changes, tensor, size))
    found += counts()
    found.append(("nothing", {}, empty(2, 3), [16, 24]))
    found.append(("size between cells", {}, noise(rng, DEFAULTS, 3, 4), [18, 27]))

    alone = empty(3, 3)
    put(alone, (1, 1, 0), 0.25, 0.75, 6, 4, 1, 0, 1, 0)
    found.append(("one box", {}, alone, [24, 24]))

    clipped = empty(3, 3)
    put(clipped, (0, 0, 0), 0.1, 0.1, 12, 10, 0.9, 1, 0, 0)
    put(clipped, (2, 2, 0), 0.9, 0.9, 40, 6, 0.8, 1, 0, 0)
    put(clipped, (1, 2, 1), 3.0, 0.5, 4, 4, 0.9, 1, 0, 0)  # beyond the right edge
    put(clipped, (1, 0, 0), 0.5, 0.5, 0, 4, 0.9, 1, 0, 0)  # no width
    put(clipped, (1, 0, 1), 0.5, 0.5, -4, 4, 0.9, 1, 0, 0)
    found.append(("clipped", {}, clipped, [24, 24]))

    ties = empty(2, 4)
    for place in ((1, 3, 1), (0, 2, 1), (0, 2, 0), (1, 0, 0)):
        put(ties, place, 0.5, 0.5, 4, 4, 0.75, 0.5, 1, 1)  # two classes alike: the lower one
    put(ties, (1, 1, 0), 0.5, 0.5, 4, 4, 0.75, 1, 0, 0)
    found.append(("equal scores", {}, ties, [16, 32]))

    same = empty(2, 2)
    put(same, (0, 0, 0), 0.5, 0.5, 6, 6, 0.9, 1, 0, 0)
    put(same, (0, 0, 1), 0.5, 0.5, 6, 6, 0.8, 0, 1, 0)  # another class at the same place stays
    put(same, (0, 1, 0), -0.5, 0.5, 6, 6, 0.7, 1, 0, 0)  # the same class goes
    found.append(("class by class", {}, same, [16, 16]))

    chain = empty(1, 4)  # the second goes with the first, so the third stays
    for column, score in enumerate((0.9, 0.8, 0.7)):
        put(chain, (0, column, 0), 0.5, 0.5, 16, 8, score, 1, 0, 0)
    found.append(("chain", {}, chain, [8, 32]))

    exact = empty(1, 2)  # an overlap of exactly a third
    put(exact, (0, 0, 0), 0.5, 0.5, 8, 8, 0.9, 1, 0, 0)
    put(exact, (0, 1, 0), 0.0, 0.5, 8, 8, 0.8, 1, 0, 0)
    for threshold in (0.3, 1 / 3, 0.34):
        found.append(("overlap of a third", {"overlap_threshold": threshold}, exact, [8, 16]))

    edge = empty(1, 3)  # 0.7 in float32 is below 0.7
    for column, value in enumerate((0.7, np.nextafter(np.float32(0.7), np.float32(0)), 0.71)):
        put(edge, (0, column, 0), 0.5, 0.5, 4, 4, value, 1, 0, 0)
    found.append(("0.7 in float32", {"score_threshold": 0.7}, edge, [8, 24]))
    least = [0.8, 0.7, 0.1]  # each class by its own, in float32; ties go to the lower class
    several = empty(1, 5)
    values = ((0.7, 0, 1, 0), (0.7, 1, 0, 0), (0.7, 0.5, 1, 1), (0.7, 1, 1, 0), (0.1, 0, 0, 1))
    for column, value in enumerate(values):
        put(several, (0, column, 0), 0.5, 0.5, 4, 4, *value)
    found.append(("0.7 in float32 for one class", {"score_threshold": least}, several, [8, 40]))
    rounded = empty(1, 2)  # the product is rounded to float32 before it is compared
    put(rounded, (0, 0, 0), 0.5, 0.5, 4, 4, 0.6, 0.5, 0, 0)
    put(rounded, (0, 1, 0), 0.5, 0.5, 4, 4, 0.54772256, 0.54772256, 0, 0)
    found.append(("product in float32", {}, rounded, [8, 16]))

    broken = noise(rng, DEFAULTS, 4, 4)
    flat = broken.reshape(-1)
    flat[rng.choice(flat.size, 12, replace=False)] = np.nan
    flat[rng.choice(flat.size, 6, replace=False)] = np.inf
    flat[rng.choice(flat.size, 6, replace=False)] = -np.inf
    found.append(("not finite", {"score_threshold": 0.01}, broken, [32, 32]))
    return found


def entries() -> list[dict[str, Any]]:
    """Every vector, computed now; numbers that JSON does not have are texts."""
    return [
        {
            "name": name,
            "settings": DEFAULTS | changes,
            "shape": list(tensor.shape),
            "size": size,
            "tensor": [
                float(f"{value:.9g}") if math.isfinite(value) else str(value)
                for value in tensor.reshape(-1)
            ],
            "boxes": plain_decode(DEFAULTS | changes, tensor, size),
        }
        for name, changes, tensor, size in cases()
    ]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries())
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
