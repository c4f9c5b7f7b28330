"""Foreground, stars and splines in Java: the same labels as in Python, bit for bit."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.errors import DeepbacsZooError
from tests.data.decoding.golden import golden, settings_of, size_of, tensor_of
from tests.data.decoding.make_foreground import DEFAULTS
from tests.data.decoding.make_polygons import SPLINES, STARS, disks, nasty, noise
from tests.fiji.test_java_decoding import reported

KINDS = ("foreground", "stars", "splines")
BLOCKS = {
    "foreground": {"kind": "foreground", "output": "p"},
    "stars": {"kind": "stars", "output": "p", "rays": 8},
    "splines": {"kind": "splines", "output": "p", "points": 8},
}


def ask(harness, folder, cases):
    """Labels of ``(kind, settings, tensor, size)``, or the sentence of the refusal."""
    requests = []
    with (folder / "in").open("wb") as file:
        for kind, settings, tensor, size in cases:
            wide = {"wide": True} if tensor.dtype == np.float64 else {}
            file.write(tensor.astype(">f8" if wide else ">f4").tobytes())
            block = {"kind": kind, **settings}
            requests.append({"settings": block, "shape": tensor.shape, "size": size, **wide})
    files = {"input": str(folder / "in"), "output": str(folder / "out")}
    text = json.dumps({**files, "cases": requests})
    errors = json.loads(harness.run("DecodingTest", "decode", text=text))
    data = np.fromfile(folder / "out", ">i4")
    found = []
    for error, (_, _, _, size) in zip(errors, cases, strict=True):
        count = 0 if error else size[0] * size[1]
        found.append(error or data[:count].reshape(size))
        data = data[count:]
    assert not data.size
    return found


def sized(kind, settings, tensor, size=None):
    grid = settings.get("grid", 1)
    return kind, settings, tensor, size or tuple(side * grid for side in tensor.shape[-2:])


def ours(kind, settings, tensor, size):
    return decode(settings_of(kind, settings), tensor, size)


def drawn_polygons(rng, kind):
    count, grid = int(rng.integers(3, 34)), int(rng.choice([1, 1, 2, 3, 4]))
    settings = (STARS if kind == "stars" else SPLINES) | {
        "rays" if kind == "stars" else "points": count,
        "grid": grid,
        "probability_threshold": float(rng.choice([0.1, 0.3, 0.5, 0.7, 1e-60])),
        "overlap_threshold": float(rng.choice([0.1, 0.3, 0.5, 1 / 3, 0.9])),
        "min_size": int(rng.integers(0, 12)),
    }
    height, width = (int(side) for side in rng.integers(1, 14, 2))
    size = tuple(side * grid - int(rng.integers(grid)) for side in (height, width))
    channels = 1 + count * (1 if kind == "stars" else 2)
    choice = rng.integers(4)
    if choice == 0:
        tensor = disks(rng, settings, height, width)
        if rng.random() < 0.3:  # brought up to the image's size
            tensor = tensor.repeat(grid, 1).repeat(grid, 2)[:, : size[0], : size[1]]
        return kind, settings, tensor, size
    tensor = noise(rng, channels, height, width)
    tensor[0, rng.random((height, width)) < 0.2] = -0.0
    return kind, settings, nasty(rng, tensor) if choice == 1 else tensor, size


def drawn_foreground(rng):
    height, width = (int(side) for side in rng.integers(1, 60, 2))
    coarse = rng.random((2, -(-height // 4), -(-width // 4))).repeat(4, 1).repeat(4, 2)
    tensor = coarse[:, :height, :width] + rng.normal(0, 0.1, (2, height, width))
    if rng.random() < 0.2:
        tensor[rng.random(tensor.shape) < 0.1] = np.nan
    settings = DEFAULTS | {
        "channel": int(rng.integers(2)),
        "threshold": float(rng.choice([0.01, 0.3, 0.5, 0.7])),
        "neck": float(rng.choice([0.2, 0.5, 2 / 3, 0.75, 0.95])),
        "min_seed": int(rng.integers(0, 20)),
        "min_size": int(rng.integers(0, 20)),
    }
    return sized("foreground", settings, tensor.astype(np.float32))


def large():
    """Planes as large as images are."""
    rng = np.random.default_rng(9)
    foreground = rng.random((1, 150, 170)).repeat(4, 1).repeat(4, 2).astype(np.float32)
    yield sized("foreground", {**DEFAULTS, "threshold": 0.45}, foreground)
    yield sized("foreground", DEFAULTS, rng.random((1, 500, 400)).astype(np.float32))
    for kind, base, channels in (("stars", STARS, 33), ("splines", SPLINES, 65)):
        settings = base | {"rays" if kind == "stars" else "points": 32, "grid": 2}
        tile = disks(rng, settings, 30, 25)
        tensor = np.tile(tile, (1, 8, 9)) + rng.normal(0, 0.05, (channels, 240, 225))
        yield sized(kind, settings, tensor.astype(np.float32), (479, 450))


def test_labels_are_those_of_the_golden_vectors_and_of_python(harness, tmp_path):
    entries = [(kind, entry) for kind in KINDS for entry in golden(kind)]
    cases = [
        sized(kind, entry["settings"], tensor_of(entry), size_of(entry)) for kind, entry in entries
    ]
    rng = np.random.default_rng(7)
    for _ in range(150):
        cases += [drawn_foreground(rng), drawn_polygons(rng, "stars")]
        cases.append(drawn_polygons(rng, "splines"))
    cases += large()
    doubles = np.full((9, 6, 6), np.nextafter(0.7, 0))  # as floats they are 0.7
    cases.append(sized("stars", {**STARS, "probability_threshold": 0.7}, 1.0 * doubles))
    cases.append(sized("foreground", {**DEFAULTS, "threshold": 0.7}, 1.0 * doubles))
    found = ask(harness, tmp_path, cases)
    for (_, entry), labels in zip(entries, found, strict=False):
        assert labels.ravel().tolist() == entry["labels"], entry["name"]
    expected = [ours(*case) for case in cases]
    for case, labels, reference in zip(cases, found, expected, strict=True):
        np.testing.assert_array_equal(labels, reference, err_msg=str(case[:2]))
    several = [case[0] for case, labels in zip(cases, found, strict=True) if labels.max() > 1]
    assert min(several.count(kind) for kind in KINDS) > 60
    assert found[-1].max() == 1


def test_missing_channels_are_refused_in_the_same_words(harness, tmp_path):
    cases = [
        sized("foreground", {"output": "p", "channel": 3}, np.zeros((3, 4, 5), np.float32)),
        sized("stars", {"output": "p", "rays": 8}, np.zeros((8, 4, 5), np.float32)),
        sized("splines", {"output": "p", "points": 8}, np.zeros((9, 4, 5), np.float32)),
    ]
    expected = []
    for case in cases:
        with pytest.raises(DeepbacsZooError) as caught:
            ours(*case)
        expected.append(str(caught.value))
    assert ask(harness, tmp_path, cases) == expected


def changed():
    """Blocks as they may be, and as they may not."""
    for block in BLOCKS.values():
        yield block
        for name in ("grid", "rays", "points", "min_size", "min_seed", "channel"):
            for value in (0, 2, 3, -1, 2.0, True, None, "3", [4]):
                yield {**block, name: value}
        for name in ("neck", "threshold", "probability_threshold", "overlap_threshold"):
            for value in (0, 0.25, 1, False, "0.5", None):
                yield {**block, name: value}
        yield {**block, "output": None}
        yield {name: value for name, value in block.items() if name not in ("rays", "points")}
        yield {**block, "min_size": -1, "grid": 0, "channel": -1}  # the first field is reported
        yield {**block, "smooth": 1, "min_size": -1}


def test_the_block_is_read_and_refused_as_in_python(harness):
    configs = [{"decode": block} for block in changed()]
    configs += [{"decode": {"kind": kind, "output": "p"}} for kind in (None, 3, "star", ["stars"])]
    answers = json.loads(harness.run("DecodingTest", "settings", text=json.dumps(configs)))
    assert answers == [reported(config) for config in configs]
