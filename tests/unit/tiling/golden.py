"""Golden plans, which other implementations of the planner read.

Their format is documented in tests/data/tiling/README.md.
Rewrite them, after a deliberate change of the planner, with ``python -m tests.unit.tiling.golden``.
"""

from __future__ import annotations

import json
from pathlib import Path

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.tensors import FixedSize, FreeSize, SteppedSize
from deepbacs_zoo.tiling import AxisRule, TilePlan, plan

PATH = Path(__file__).parents[2] / "data" / "tiling" / "plans.json"
MIB = 2**20


def size_to_json(size):
    match size:
        case FixedSize(value):
            return {"kind": "fixed", "value": value}
        case SteppedSize(least, step):
            return {"kind": "stepped", "min": least, "step": step}
        case FreeSize(least, most):
            return {"kind": "free", "min": least, "max": most}


def size_from_json(size):
    match size["kind"]:
        case "fixed":
            return FixedSize(size["value"])
        case "stepped":
            return SteppedSize(size["min"], size["step"])
        case "free":
            return FreeSize(size["min"], size["max"])


def rule_to_json(rule):
    return {
        "size": size_to_json(rule.size),
        "halo": rule.halo,
        "scale": rule.scale,
        "offset": rule.offset,
    }


def rule_from_json(rule):
    return AxisRule(size_from_json(rule["size"]), rule["halo"], rule["scale"], rule["offset"])


def _pairs(slices):
    return [[part.start, part.stop] for part in slices]


def _along(plan_: TilePlan, part: str):
    """Per axis, the intervals of the tiles along it."""
    found = []
    for axis, starts in enumerate(plan_.starts):
        by_start = {tile.read[axis].start: getattr(tile, part)[axis] for tile in plan_.tiles}
        found.append(_pairs(by_start[start] for start in starts))
    return found


def plan_to_json(found: TilePlan):
    return {
        "padded_shape": list(found.padded_shape),
        "before": list(found.before),
        "tile_shape": list(found.tile_shape),
        "starts": [list(starts) for starts in found.starts],
        "keep": _along(found, "keep"),
        "write": _along(found, "write"),
        "padded_output_shape": list(found.padded_output_shape),
        "output_shape": list(found.output_shape),
        "crop": _pairs(found.crop),
        "tiles": len(found.tiles),
        "processed": found.processed,
        "needed": found.needed,
    }


def solve(case):
    """Return the plan of a case, or ``{"error": exit code}``."""
    try:
        found = plan(
            tuple(case["image_shape"]),
            [rule_from_json(rule) for rule in case["rules"]],
            budget=case["budget"],
            peak_bytes_per_pixel=case["bytes_per_pixel"],
            border=case["border"],
        )
    except DeepbacsZooError as error:
        return {"error": type(error).__name__}
    return plan_to_json(found)


def _case(name, shape, rules, budget, peak_bytes_per_pixel=1000, border="none"):
    if isinstance(rules, AxisRule):
        rules = [rules] * len(shape)
    return {
        "name": name,
        "image_shape": list(shape),
        "rules": [rule_to_json(rule) for rule in rules],
        "budget": budget,
        "bytes_per_pixel": peak_bytes_per_pixel,
        "border": border,
    }


def cases():
    unet = SteppedSize(16, 16)
    found = []
    for side in (30, 512, 1000, 1008, 1025, 2048):
        for halo in (0, 32):
            for budget in (4096 * MIB, 128 * MIB):
                name = f"U-Net side {side} halo {halo} in {budget // MIB} MiB"
                found.append(_case(name, (side, side), AxisRule(unet, halo), budget))
    for side in (400, 512, 1000, 1025, 2048):
        name = f"fixed 512 side {side} halo 32"
        found.append(_case(name, (side, side), AxisRule(FixedSize(512), 32), 1024 * MIB))
    for side in (448, 512, 1000):
        for size in (unet, FixedSize(512)):
            name = f"border halo side {side} {type(size).__name__}"
            found.append(_case(name, (side, side), AxisRule(size, 32), 400 * MIB, border="halo"))
    return [
        *found,
        _case("min is no multiple of step", (700, 333), AxisRule(SteppedSize(20, 16), 9), 50 * MIB),
        _case("enlarging twice", (300, 500), AxisRule(unet, 10, 2.0), 30 * MIB),
        _case("enlarging by 3/2", (300, 501), AxisRule(SteppedSize(16, 8), 5, 1.5), 30 * MIB),
        _case("grid 2, odd halo", (301, 501), AxisRule(unet, 17, 0.5), 60 * MIB),
        _case("grid 4, free size", (301, 502), AxisRule(FreeSize(8), 11, 0.25), 60 * MIB),
        _case(
            "valid convolutions", (1000, 800), AxisRule(SteppedSize(188, 16), 0, 1, -184), 300 * MIB
        ),
        _case("offset and scale", (200, 222), AxisRule(SteppedSize(32, 16), 8, 2.0, 4), 20 * MIB),
        _case("largest size", (500, 90), AxisRule(FreeSize(16, 128), 12), 1024 * MIB),
        _case("step 0 means fixed", (100, 300), AxisRule(SteppedSize(128, 0), 8), 1024 * MIB),
        _case("one axis", (5000,), AxisRule(unet, 24), 1 * MIB),
        _case(
            "volume",
            (17, 300, 280),
            [AxisRule(SteppedSize(8, 4), 4), AxisRule(unet, 20), AxisRule(unet, 20)],
            1024 * MIB,
        ),
        _case("budget below the smallest tile", (64, 64), AxisRule(SteppedSize(64, 16)), 1 * MIB),
        _case("halo eats the fixed tile", (600, 64), AxisRule(FixedSize(64), 32), 1024 * MIB),
        _case("image below the border that is lost", (100, 800), AxisRule(unet, 0, 1, -184), 2**30),
        _case(
            "scale that is no fraction, whole", (100, 100), AxisRule(unet, 0, 0.7071067811), 2**30
        ),
        _case(
            "scale that is no fraction, cut",
            (100, 100),
            AxisRule(FixedSize(64), 0, 0.7071067811),
            2**30,
        ),
    ]


def main() -> None:
    solved = [{**case, "expected": solve(case)} for case in cases()]
    lines = ",\n".join("    " + json.dumps(case, separators=(", ", ": ")) for case in solved)
    PATH.write_text('{\n  "format": 1,\n  "plans": [\n' + lines + "\n  ]\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
