"""ROIs of every type and option: drawings for ImageJ, and files that roifile writes.

``imagej.json`` holds the files and what ImageJ 1.54p makes of them; ``make_imagej.py`` writes it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from roifile import ROI_OPTIONS, ROI_SUBTYPE, ROI_TYPE, ImagejRoi

if TYPE_CHECKING:
    from tests.fiji.javac import Jvm

SIZE = (44, 52)
"""Rows and columns of the image."""
GOLDEN = Path(__file__).with_name("imagej.json")
STAR: list[float] = [26, 2, 31, 17, 48, 17, 35, 27, 40, 42, 26, 33, 12, 42, 17, 27, 4, 17, 21, 17]
CROSSED = [5, 5, 40, 35, 40, 5, 5, 35]
STAIR = [5, 5, 25, 5, 25, 12, 40, 12, 40, 30, 15, 30, 15, 20, 5, 20]
POINTED = ("polygon", "freehand", "traced")
FRAMED = ("rectangle", "rounded rectangle", "oval")
OPTIONS: list[dict[str, Any]] = [
    {"stroke": 5.0},
    {"stroke": 2.5, "fill": True},
    {"group": 3},
    {"group": 255},
    {"name": "Zelle µ 细菌 \U0001f9a0"},
    {"properties": "rod"},
    {"antialias": True},
    {"plane": 7},
    {"position": [2, 3, 4]},
    {"position": [1, 0, 5], "name": "0002-0010-0010", "stroke": 3},
]


def drawings() -> list[dict[str, Any]]:
    """Return what ImageJ draws: each a type, its numbers and its options."""
    every = [*_framed(), *_turned(), *_pointed(), *_composed(), *_changed(), *_without_area()]
    return [
        {"type": kind, "numbers": numbers, "options": options} for kind, numbers, options in every
    ]


Drawing = tuple[str, list[float], dict[str, Any]]


def _framed() -> Iterator[Drawing]:
    boxes = [(3, 4, 17, 11), (-6, -5, 20, 15), (45, 38, 30, 30), (10, 8, 1, 1), (7, 5, 2, 33)]
    boxes += [(-90, -80, 300, 290), (60, 50, 9, 9), (-30, 2, 20, 20), (0, 0, 52, 44)]
    fine = [(3.5, 4.5, 17, 11), (3.25, 4.75, 16.5, 10.25), (-2.7, -3.2, 14.1, 12.9)]
    fine += [(10.1, 9.9, 0.4, 0.4), (49.6, 40.2, 7.7, 8.8), (6.5, 5.5, 31.5, 20.5)]
    for kind in FRAMED:
        for index, box in enumerate(boxes):
            yield kind, [*box, 5 + 4 * index], {}
        for index, box in enumerate(fine):
            yield f"sub-pixel {kind}", [*box, 3 + 5 * index], {}
        for options in OPTIONS:
            yield kind, [5, 6, 30, 21, 10], options
    for arc in (1, 2, 7, 20, 21, 40, 90):
        yield "rounded rectangle", [4, 3, 31, 20, arc], {}
    for side in range(1, 12):
        yield "oval", [20 - side, 15 - side, side, 12 - side + 3], {}
    yield "rectangle", [-20000, -4000, 50000, 30000], {}
    yield "sub-pixel rectangle", [-3000.5, -10.25, 64000.75, 30.5], {}
    yield "oval", [-20000, 3, 40020, 30], {}


def _turned() -> Iterator[Drawing]:
    rng = np.random.default_rng(3)
    for kind, more in (("ellipse", (0.2, 0.5, 1.0)), ("rotated rectangle", (1.0, 8.0, 21.5))):
        for ends in ([8, 30, 40, 8], [5, 20, 45, 20], [26, 2, 26, 40], [-9, -9, 30, 33]):
            for ratio in more:
                yield kind, [*ends, ratio], {}
        for _ in range(6):
            last = rng.uniform(0.1, 1) * (1 if kind == "ellipse" else 30)
            yield kind, [*rng.uniform(-10, 60, 4).round(3).tolist(), round(last, 3)], {}
        yield kind, [8, 30, 40, 8, 0.7], {"stroke": 4, "name": "b", "position": [1, 1, 2]}


def _pointed() -> Iterator[Drawing]:
    rng = np.random.default_rng(1)
    halves = [value + 0.5 for value in STAR]
    thirds = [round(value * 1.07 + index / 3, 4) for index, value in enumerate(STAR)]
    for kind in POINTED:
        for numbers in (STAR, CROSSED, STAIR, [1, 1, 30, 1, 15, 1], [-9, 20, 70, -8, 30, 90]):
            yield kind, numbers, {}
            yield kind, numbers, {"spline": True}
        for numbers in (halves, thirds, [value / 4 for value in STAR]):
            yield f"sub-pixel {kind}", numbers, {}
            yield f"sub-pixel {kind}", numbers, {"spline": True}
        for count in (3, 7, 12):
            numbers = rng.uniform(-12, 60, 2 * count).round(2).tolist()
            yield f"sub-pixel {kind}", numbers, {}
            yield kind, numbers, {"spline": True}
        for factor in (700, 1400.5):  # the second one is wider than 16 bits count
            wide = STAR.copy()
            wide[::2] = [factor * x - 9000 for x in STAR[::2]]
            yield kind if factor == 700 else f"sub-pixel {kind}", wide, {}
            yield kind if factor == 700 else f"sub-pixel {kind}", wide, {"spline": True}
        for options in OPTIONS[::3]:
            yield kind, STAR, options


def _composed() -> Iterator[Drawing]:
    rng = np.random.default_rng(2)
    for kind, hole in (
        ("composite of shapes", [5.5, 4.25, 36, 30, 15.5, 10.75, 14.5, 9]),
        ("composite of shapes", [5, 4, 12, 30, 25.5, 10, 14, 29.5]),
        ("composite of ovals", [5, 4, 36, 30, 15, 10, 14, 9]),
        ("composite of ovals", [-5, -4, 30, 30, 20, 20, 40, 40]),
        ("composite of polygons", [5, 4, 41, 6, 38, 33, 7, 30, 2, 2, 9, 3, 20, 18, 3, 12]),
    ):
        yield kind, hole, {}
        yield kind, hole, {"stroke": 3, "group": 2, "position": [1, 2, 1], "name": "ring"}
    for _ in range(6):
        yield "path", rng.uniform(-8, 58, 18).round(3).tolist(), {}
        yield "composite of polygons", rng.uniform(-8, 58, 18).round(3).tolist(), {}


def _changed() -> Iterator[Drawing]:
    sources: list[tuple[str, list[float]]] = [
        ("rectangle", [15, 12, 20, 14]),
        ("oval", [14, 11, 22, 17]),
        ("polygon", STAR),
        ("ellipse", [14, 30, 36, 12, 0.5]),
    ]
    for kind, numbers in sources:
        for change in ({"rotate": 27.0}, {"scale": 0.7}, {"hull": True}, {"interpolate": 1.5}):
            yield kind, list(numbers), change
        yield kind, list(numbers), {"move": [-7.5, 3.25]}
        yield kind, list(numbers), {"inverse": True}
    yield "oval", [14, 11, 22, 17], {"enlarge": 4}
    yield "rectangle", [14, 11, 22, 17], {"enlarge": -3}


def _without_area() -> Iterator[Drawing]:
    for stroke in (1.0, 9.0):
        yield "line", [5, 5, 40, 30], {"stroke": stroke}
        yield "segmented line", STAR[:8], {"stroke": stroke}
        yield "sub-pixel freehand line", [value + 0.5 for value in STAR], {"stroke": stroke}
        yield "segmented line", STAR[:8], {"stroke": stroke, "spline": True}
    yield "angle", [5, 5, 20, 30, 40, 8], {}
    yield "point", [20, 20], {}
    yield "point", [value + 0.25 for value in STAR], {}
    yield "arrow", [5, 5, 40, 30], {"stroke": 4.0}
    yield "text", [8, 8], {"name": "label"}
    yield "image", [8, 8, 10, 12], {}


def random_drawings(seed: int) -> list[dict[str, Any]]:
    """Return drawings of outlines with numbers by chance, many of them at centers of pixels."""
    rng = np.random.default_rng(seed)
    found = []
    for index in range(240):
        corners = rng.uniform(-12, 60, 18)
        corners = corners.round(3) if index % 2 else np.round(corners * 2) / 2
        box = [*rng.uniform(-9, 30, 2).round(2), *rng.uniform(0.5, 40, 2).round(2)]
        kind, numbers = [
            ("sub-pixel polygon", corners),
            ("sub-pixel freehand", corners),
            ("freehand", corners),
            ("traced", corners),
            ("composite of polygons", corners),
            ("path", corners),
            ("sub-pixel oval", box),
            ("sub-pixel rounded rectangle", [*box, rng.integers(1, 30)]),
            ("ellipse", [*corners[:4], rng.uniform(0.1, 1)]),
            ("rotated rectangle", [*corners[:4], rng.uniform(1, 30)]),
        ][index % 10]
        options = {"spline": True} if index % 10 < 4 and rng.random() < 0.5 else {}
        found.append({"type": kind, "numbers": [float(n) for n in numbers], "options": options})
    return found


def files_of_roifile() -> dict[str, bytes]:
    """Return ROIs that roifile writes, and what other programs and versions do to them."""
    star = np.array(STAR).reshape(-1, 2)
    found: dict[str, bytes] = {}
    for kind in (ROI_TYPE.POLYGON, ROI_TYPE.FREEHAND, ROI_TYPE.TRACED):
        for shift in (0, -20, 0.5, 0.3, -7.6):
            roi = _of_points(star + shift)
            roi.roitype = kind
            found[f"{kind.name} {shift}"] = roi.tobytes()
            roi.options |= ROI_OPTIONS.SPLINE_FIT
            found[f"{kind.name} {shift} spline"] = roi.tobytes()
    for kind in (ROI_TYPE.RECT, ROI_TYPE.OVAL):
        for arc in (0, 9):
            roi = ImagejRoi(roitype=kind, left=4, top=5, right=30, bottom=28)
            roi.rounded_rect_arc_size = arc
            found[f"{kind.name} {arc}"] = roi.tobytes()
            roi.options |= ROI_OPTIONS.SUB_PIXEL_RESOLUTION
            roi.xd, roi.yd, roi.widthd, roi.heightd = 3.7, -2.4, 20.3, 18.9
            found[f"{kind.name} {arc} sub-pixel"] = roi.tobytes()
    for subtype, more in ((ROI_SUBTYPE.ELLIPSE, 0.4), (ROI_SUBTYPE.ROTATED_RECT, 11.0)):
        roi = _of_points(star)
        roi.subtype = subtype
        roi.x1, roi.y1, roi.x2, roi.y2 = 8.2, 31.3, 40.4, 9.9
        found[subtype.name] = _with(roi.tobytes(), (52, ">f", more))
    fine = _of_points(star + 0.3).tobytes()
    whole = _of_points(star).tobytes()
    box = found["RECT 9 sub-pixel"]
    for version in (0, 100, 217, 218, 221, 222, 223, 227, 229, 400):
        for name, data in (("fine", fine), ("box", box), ("spline", found["POLYGON 0.3 spline"])):
            found[f"{name} of version {version}"] = _with(data, (4, ">h", version))
    for place in (0, -1, 7, 1_000_000):
        found[f"second header at {place}"] = _with(whole, (60, ">i", place))
    for value in (-1, -4999, -5000, -5001, -5536, 32767):
        found[f"x {value}"] = _with(whole, (66, ">h", value))
        found[f"left {value}"] = _with(whole, (10, ">h", value))
        found[f"right {value}"] = _with(found["RECT 0"], (14, ">h", value))
    found["count as SIZE"] = _with(whole, (16, ">H", 0), (18, ">i", len(star)))
    found["other first bytes"] = b"IoXX" + whole[4:]
    return found


def _of_points(points: np.ndarray) -> ImagejRoi:
    """Return a ROI; roifile takes corners for pixels, and invents a name where there is none."""
    is_whole = (points == np.trunc(points)).all()
    return ImagejRoi.frompoints(points.astype(np.int32 if is_whole else np.float32), name="cell")


def _with(data: bytes, *fields: tuple[int, str, float]) -> bytes:
    changed = bytearray(data)
    for at, kind, value in fields:
        struct.pack_into(kind, changed, at, value)
    return bytes(changed)


def request(data: bytes) -> dict[str, Any]:
    """Return what the Java class RoisTest is asked about a file."""
    return {"roi": base64.b64encode(data).decode(), "width": SIZE[1], "height": SIZE[0]}


def mask_of(answer: dict[str, Any]) -> np.ndarray:
    """Return the pixels in an answer of the Java class RoisTest."""
    mask = np.zeros(SIZE[0] * SIZE[1], bool)
    for begin, length in zip(answer["runs"][::2], answer["runs"][1::2], strict=True):
        mask[begin : begin + length] = True
    return mask.reshape(SIZE)


def digest(mask: np.ndarray) -> str:
    """Return the identity of the pixels of a mask."""
    return hashlib.sha256(np.packbits(mask).tobytes()).hexdigest()[:16]


def of_imagej(java: Jvm) -> list[dict[str, Any]]:
    """Let ImageJ draw, and open and fill all files; return what `golden` returns."""
    shapes = drawings()
    names = [f"{each['type']} {index}" for index, each in enumerate(shapes)]
    files = dict(zip(names, drawn_by(java, shapes), strict=True)) | files_of_roifile()
    found = []
    answers = filled_by(java, list(files.values()))
    for (name, data), answer in zip(files.items(), answers, strict=True):
        row = {"name": name, "roi": base64.b64encode(data).decode(), "opens": answer["opens"]}
        if answer["opens"]:
            row |= {"area": answer["area"], "position": answer["position"]}
        if row.get("area"):
            mask = mask_of(answer)
            assert answer["count"] == mask.sum(), name
            row |= {"count": answer["count"], "digest": digest(mask)}
        found.append(row)
    return found


def drawn_by(java: Jvm, shapes: Sequence[dict[str, Any]]) -> list[bytes]:
    """Let ImageJ draw and save; return the files."""
    answers = _answers(java.run("RoisTest", "draw", text=json.dumps(shapes)))
    return [base64.b64decode(answer["roi"]) for answer in answers]


def filled_by(java: Jvm, files: Sequence[bytes]) -> list[dict[str, Any]]:
    """Let ImageJ open files and count their pixels; see the Java class RoisTest."""
    requests = [request(data) for data in files]
    return _answers(java.run("RoisTest", "fill", text=json.dumps(requests)))


def _answers(printed: str) -> list[dict[str, Any]]:
    """Return the answers of the Java class, which come after what ImageJ logs."""
    found: list[dict[str, Any]] = json.loads(printed.splitlines()[-1])
    return found


def golden() -> list[dict[str, Any]]:
    """Return the files with what ImageJ makes of them: ``name roi opens area count digest``."""
    found: list[dict[str, Any]] = json.loads(GOLDEN.read_text("utf-8"))
    return found
