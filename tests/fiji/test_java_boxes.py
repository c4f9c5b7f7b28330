"""Boxes in Java: the same numbers, tables, ROI sets and pictures as in Python."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode_boxes, find_boxes
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.package.zoo_config import AnchorBoxes, read_decoding
from deepbacs_zoo.results import Boxes, Result, count_boxes, list_boxes, save
from tests.data.decoding.make_boxes import DEFAULTS, FILE, noise
from tests.fiji.javac import Harness

GOLDEN = json.loads(FILE.read_text("utf-8"))
CLASSES = ["rod", "two, words", 'say "x"', "\u00fc\\\U0001f9a0/", " blank\n"]


def request_of(scratch: Path, settings: dict, tensor: np.ndarray, size: Any, **more: Any) -> dict:
    """A request about a tensor ``c y x`` or ``t z c y x``."""
    planes = tensor if tensor.ndim == 5 else tensor[None, None]
    path = scratch / f"tensor{len(list(scratch.iterdir()))}"
    planes.astype(">f4").tofile(path)
    block = {"kind": "boxes", **settings}
    texts = {"tensor": str(path), "settings": block, "size": list(size), "pixel": []}
    return {**texts, "shape": planes.shape, **more}


def settings_of(request: dict) -> AnchorBoxes:
    found = read_decoding({"decode": request["settings"]})
    assert isinstance(found, AnchorBoxes)
    return found


def result_of(request: dict, tensor: np.ndarray, picture: np.ndarray) -> Result:
    """What Python makes of a request with files."""
    settings, size = settings_of(request), tuple(request["size"])
    pixel = request["pixel"]
    calibration = Calibration(*pixel, None, "µm") if pixel else Calibration()
    rows = []
    for t, z in np.ndindex(*tensor.shape[:2]):
        found = decode_boxes(settings, tensor[t, z], size)
        rows += list_boxes(found, settings.classes, calibration, t=t, z=z)
    return Result(
        stem="field",
        tensors={},
        content=Boxes(tuple(rows), count_boxes(rows, settings.classes, *tensor.shape[:2])),
        calibration=calibration,
        findings=(),
        engine="",
        plan=SimpleNamespace(),  # type: ignore[arg-type]
        preview=picture,
    )


def golden_requests(folder: Path) -> list[tuple[dict, list]]:
    pairs = []
    for entry in GOLDEN:
        values = np.array([float(value) for value in entry["tensor"]]).reshape(entry["shape"])
        request = request_of(folder, entry["settings"], values, entry["size"])
        pairs.append((request, entry["boxes"]))
    return pairs


def random_requests(folder: Path) -> list[tuple[dict, np.ndarray]]:
    """Tensors as an untrained network gives them, up to a thousand boxes, with odd numbers."""
    rng = np.random.default_rng(11)
    pairs = []
    for number in range(12):
        count = int(rng.integers(1, 6))
        settings = DEFAULTS | {
            "classes": [f"class {index}" for index in range(count)],
            "anchors": int(rng.integers(1, 6)),
            "grid": int(rng.choice([1, 3, 8, 13])),
            "score_threshold": float(rng.choice([0.1, 0.3, 1 / 3, 0.7])),
            "overlap_threshold": float(rng.choice([0.01, 0.3, 1 / 3, 0.9])),
        }
        if number % 2:
            settings["score_threshold"] = rng.choice([0.1, 0.3, 1 / 3, 0.7], count).tolist()
        rows, columns = (int(side) for side in rng.integers(1, 40, 2))
        tensor = noise(rng, settings, rows, columns)
        if number % 4 == 0:  # many equal scores
            tensor = np.round(tensor * 4) / np.float32(4)
        if number % 3 == 0:
            flat = tensor.reshape(-1)
            odd = np.array([np.nan, np.inf, -np.inf, -0.0, 3e38, 1e-45], np.float32)
            places = rng.choice(flat.size, flat.size // 9, replace=False)
            flat[places] = rng.choice(odd, places.size)
        size = [side * settings["grid"] for side in (rows, columns)]
        if settings["grid"] > 1:
            size = [side - int(rng.integers(0, settings["grid"] - 1)) for side in size]
        if number == 5:  # as brought up to the image's size
            tensor = tensor.repeat(settings["grid"], 1).repeat(settings["grid"], 2)
            tensor = np.ascontiguousarray(tensor[:, : size[0], : size[1]])
        pairs.append((request_of(folder, settings, tensor, size), tensor))
    return pairs


def saved_requests(folder: Path) -> list[tuple[dict, np.ndarray, np.ndarray]]:
    """A plane, a stack of all axes, a large picture, one without boxes: with files."""
    rng = np.random.default_rng(5)
    cases = []
    for number, (frames, slices, rows, columns, pixel) in enumerate(
        [
            (1, 1, 6, 9, []),
            (2, 3, 3, 4, [0.0645, 0.08]),
            (3, 1, 2, 2, [0.1, 0.1]),
            (1, 1, 2, 130, [1e-5, 250.0]),
            (1, 2, 2, 3, []),
        ]
    ):
        settings = DEFAULTS | {"classes": CLASSES, "score_threshold": 0.999 if number == 4 else 0.5}
        planes = [noise(rng, settings, rows, columns) for _ in range(frames * slices)]
        tensor = np.stack(planes).reshape(frames, slices, -1, rows, columns)
        size = (rows * 8, columns * 8 - 3)
        picture = rng.normal(900, 200, size).astype(np.float32)
        path = folder / f"picture{number}"
        picture.astype(">f4").tofile(path)
        more = {"pixel": pixel, "picture": str(path), "folder": str(folder / f"java{number}")}
        cases.append((request_of(folder, settings, tensor, size, **more), tensor, picture))
    return cases


BAD = {
    "channels": ((17, 2, 2), (16, 16), {}),
    "grid": ((16, 2, 2), (16, 24), {}),
    "classes": ((16, 2, 2), (16, 16), {"classes": []}),
    "twice": ((16, 2, 2), (16, 16), {"classes": ["a", "a"]}),
    "anchors": ((16, 2, 2), (16, 16), {"anchors": 0}),
    "threshold": ((16, 2, 2), (16, 16), {"overlap_threshold": 1}),
    "score": ((16, 2, 2), (16, 16), {"score_threshold": 1.5}),
    "scores": ((16, 2, 2), (16, 16), {"score_threshold": [0.5, 1.5, 0.5]}),
    "fewer scores": ((16, 2, 2), (16, 16), {"score_threshold": [0.5, 0.25]}),
    "no scores": ((16, 2, 2), (16, 16), {"score_threshold": []}),
    "nested scores": ((16, 2, 2), (16, 16), {"score_threshold": [[0.5], 0.5, 0.5]}),
    "text scores": ((16, 2, 2), (16, 16), {"score_threshold": ["a", 0.5, 0.5]}),
    "unknown": ((16, 2, 2), (16, 16), {"rays": 32}),
}


def sentence(request: dict, tensor: np.ndarray) -> str:
    with pytest.raises(PackageError) as refused:
        decode_boxes(settings_of(request), tensor, tuple(request["size"]))
    return str(refused.value)


def assert_same_files(request: dict, tensor: np.ndarray, picture: np.ndarray, where: Path) -> None:
    written = save(result_of(request, tensor, picture), where)
    java = Path(request["folder"])
    assert sorted(path.name for path in java.iterdir()) == sorted(path.name for path in written)
    for path in written:
        other = java / path.name
        if path.suffix == ".png":
            np.testing.assert_array_equal(read_image(other).data, read_image(path).data)
        else:
            assert other.read_bytes() == path.read_bytes(), path.name


def test_java_gives_the_boxes_files_and_sentences_of_python(
    harness: Harness, tmp_path: Path
) -> None:
    scratch = tmp_path / "data"
    scratch.mkdir()
    golden, random = golden_requests(scratch), random_requests(scratch)
    saved = saved_requests(scratch)
    bad = {}
    for name, (shape, size, changes) in BAD.items():
        tensor = np.zeros(shape, np.float32)
        bad[name] = request_of(scratch, DEFAULTS | changes, tensor, size), tensor
    python = [save(result_of(*case), tmp_path / f"p{n}") for n, case in enumerate(saved)]
    requests = [
        *(request for request, _ in golden),
        *(request for request, _ in random),
        *(request for request, *_ in saved),
        *(request for request, _ in bad.values()),
        *({"rois": str(files[0])} for files in python),
    ]
    answers = iter(harness.ask("BoxesTest", requests))
    for (_, boxes), answer in zip(golden, answers, strict=False):
        assert answer["boxes"] == boxes
    found = 0
    for (request, tensor), answer in zip(random, answers, strict=False):
        size = tuple(request["size"])
        expected = decode_boxes(settings_of(request), tensor, size)
        assert answer["boxes"] == [list(dataclasses.astuple(box)) for box in expected]
        assert answer["candidates"] == find_boxes(settings_of(request), tensor, size)[1]
        found += len(expected)
    assert found > 1000
    for number, (case, _) in enumerate(zip(saved, answers, strict=False)):
        assert_same_files(*case, tmp_path / f"again{number}")
    for (request, tensor), answer in zip(bad.values(), answers, strict=False):
        assert answer == {"error": "PackageError", "message": sentence(request, tensor)}
    for case, answer in zip(saved, answers, strict=True):
        assert_imagej_knows(result_of(*case), answer["rois"])


def assert_imagej_knows(result: Result, rois: list[dict]) -> None:
    """Compare what ImageJ reads in a ROI set with the boxes."""
    last = result.counts[-1]
    assert len(rois) == len(result.boxes or ())
    for row, roi in zip(result.boxes or (), rois, strict=True):
        x0, y0, x1, y1 = row.pixels
        *bounds, position, channel, slice_, frame = roi["numbers"]
        assert bounds == pytest.approx([x0, y0, x1 - x0, y1 - y0], rel=1e-6, abs=1e-6)
        assert (roi["type"], roi["class"]) == ("Rectangle", row.name)
        assert float(roi["score"]) == pytest.approx(row.score, rel=1e-5)
        red, green, blue = colour_of(1 + result.classes.index(row.name))
        assert roi["colour"] % 2**24 == red << 16 | green << 8 | blue
        if last.t == last.z == 0:
            assert position == 0
        else:
            assert (channel, slice_, frame) == (1, row.z + 1, row.t + 1)
