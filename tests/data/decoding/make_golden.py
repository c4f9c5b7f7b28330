"""Write ``multilabel.json``: small probability tensors and the labels they are decoded to.

Run it as ``python -m tests.data.decoding.make_golden``.  The labels come from a second
implementation below, pixel by pixel and as slow as it is plain, never from the one that is tested.
"""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("multilabel.json")
DEFAULTS = {
    "output": "probabilities",
    "background": 0,
    "interior": 1,
    "boundary": 2,
    "seed_threshold": 0.5,
    "foreground_threshold": 0.5,
    "min_seed": 2,
    "min_size": 4,
    "max_growth": 3,
}


def near(y: int, x: int, height: int, width: int) -> list[tuple[int, int]]:
    """The 4-neighbours of a pixel."""
    around = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return [(v, u) for v, u in around if 0 <= v < height and 0 <= u < width]


def seeds_of(mask: np.ndarray, smallest: int) -> list[list[int]]:
    """Number the components of a mask that have enough pixels."""
    height, width = mask.shape
    labels = [[0] * width for _ in range(height)]
    count, seen = 0, set()
    for start in np.ndindex(height, width):
        if start in seen or not mask[start]:
            continue
        pixels, queue = [], deque([start])
        seen.add(start)
        while queue:
            pixels.append(queue.popleft())
            for other in near(*pixels[-1], height, width):
                if other not in seen and mask[other]:
                    seen.add(other)
                    queue.append(other)
        if len(pixels) >= smallest:
            count += 1
            for y, x in pixels:
                labels[y][x] = count
    return labels


def plain_decode(settings: dict[str, Any], p: np.ndarray) -> np.ndarray:
    """Decode by loops over single pixels."""
    _, height, width = p.shape
    seed = np.float32(settings["seed_threshold"])
    below = np.float32(1) - np.float32(settings["foreground_threshold"])
    labels = seeds_of(p[settings["interior"]] >= seed, settings["min_seed"])
    for _ in range(settings["max_growth"]):
        wave = {}
        for y, x in np.ndindex(height, width):
            if labels[y][x] or not p[settings["background"], y, x] < below:
                continue
            found = [labels[v][u] for v, u in near(y, x, height, width) if labels[v][u]]
            if found:
                wave[y, x] = min(found)
        for (y, x), label in wave.items():
            labels[y][x] = label
    flat = [label for row in labels for label in row]
    order: dict[int, int] = {}
    for label in flat:
        if label and flat.count(label) >= settings["min_size"] and label not in order:
            order[label] = len(order) + 1
    return np.array([order.get(label, 0) for label in flat], np.int32).reshape(height, width)


def softmax(logits: np.ndarray) -> np.ndarray:
    exponents = np.exp(logits - logits.max(0))
    return (exponents / exponents.sum(0)).astype(np.float32)


def blobs(rng: np.random.Generator, height: int, width: int, number: int) -> np.ndarray:
    """Probabilities of round cells that may touch."""
    y, x = np.mgrid[:height, :width]
    logits = np.stack(
        [np.full((height, width), 2.0), np.zeros((height, width)), -np.ones((height, width))]
    )
    for _ in range(number):
        cy, cx, r = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(2, 5)
        distance = np.hypot(y - cy, x - cx)
        logits[1][distance < r - 1] += 5
        logits[2][abs(distance - r) <= 1] += 5
    return softmax(logits + rng.normal(0, 0.7, logits.shape))


def cases() -> list[tuple[str, dict[str, Any], np.ndarray]]:
    rng = np.random.default_rng(20)
    found = [("noise", {}, softmax(rng.normal(0, 2, (3, 12, 15)))) for _ in range(6)]
    found += [("blobs", {}, blobs(rng, 24, 31, 8)) for _ in range(6)]
    found.append(("nothing", {}, softmax(np.stack([np.full((5, 6), 9.0), *np.zeros((2, 5, 6))]))))
    found.append(
        (
            "everything",
            {},
            softmax(np.stack([np.zeros((5, 6)), np.full((5, 6), 9.0), np.zeros((5, 6))])),
        )
    )
    ties = np.full((3, 9, 11), 0.5, np.float32)  # exactly at both thresholds
    ties[1, :, 3:8] = np.nextafter(np.float32(0.5), np.float32(0))
    found.append(("at the thresholds", {}, ties))
    odd = np.full((3, 8, 8), 0.3, np.float32)  # 1 - 0.7 in float32 is not 0.3
    odd[1, 2:6, 2:4] = 0.9
    found.append(("0.7 in float32", {"foreground_threshold": 0.7}, odd))
    far = np.zeros((3, 3, 40), np.float32)  # two seeds at the ends of a corridor, growth is limited
    far[2] = 1
    far[1, :, :2] = far[1, :, -2:] = 1
    for growth in (0, 5, 18, 30):
        found.append((f"growth {growth}", {"max_growth": growth}, far))
    meet = np.zeros((3, 7, 9), np.float32)  # waves meet in the middle: the smaller number wins
    meet[2] = 1
    meet[1, 0:2, 0:2] = meet[1, 0:2, 7:9] = meet[1, 5:7, 3:6] = 1
    found.append(("waves meet", {"max_growth": 20}, meet))
    seeds = np.zeros((3, 6, 12), np.float32)
    seeds[0] = 1
    for column, size in ((0, 1), (3, 2), (6, 3), (9, 4)):
        seeds[1, :size, column] = 1
        seeds[0, :size, column] = 0
    found.append(("small seeds and objects", {"min_seed": 2, "min_size": 3}, seeds))
    many = np.zeros((3, 40, 40), np.float32)
    many[0] = 1
    many[1, ::2, ::2], many[0, ::2, ::2] = 1, 0
    found.append(("400 labels", {"min_seed": 1, "min_size": 1, "max_growth": 1}, many))
    diagonal = np.zeros((3, 6, 6), np.float32)
    diagonal[0] = 1
    for i in range(3):
        diagonal[1, 2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = 1
        diagonal[0, 2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = 0
    found.append(("corners do not connect", {}, diagonal))
    swapped = blobs(rng, 20, 20, 5)[[2, 0, 1]]
    holes = np.zeros(
        (3, 9, 20), np.float32
    )  # background inside of a cell stays, boundary is filled
    holes[1, 1:8, 1:8] = holes[1, 1:8, 11:18] = 1
    holes[0] = 1 - holes[1]
    holes[:, 3:6, 3:6] = np.array([1, 0, 0], np.float32)[:, None, None]
    holes[:, 3:6, 13:16] = np.array([0, 0, 1], np.float32)[:, None, None]
    found.append(("holes", {"max_growth": 1}, holes))
    found.append(("other channels", {"boundary": 0, "background": 1, "interior": 2}, swapped))
    return found


def entries() -> list[dict[str, Any]]:
    """Every vector, computed now."""
    return [
        {
            "name": name,
            "settings": DEFAULTS | changes,
            "shape": list(tensor.shape),
            "probabilities": [float(f"{value:.9g}") for value in tensor.flat],
            "labels": plain_decode(DEFAULTS | changes, tensor).reshape(-1).tolist(),
        }
        for name, changes, tensor in cases()
    ]


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in entries())
    FILE.write_text(f"[\n{lines}\n]\n", "utf-8")
