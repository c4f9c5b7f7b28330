"""Labels, tables and ROI sets in Java: the same numbers and the same bytes as in Python."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.decoding import decode
from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.package.zoo_config import read_decoding, read_zoo_config
from deepbacs_zoo.results import measure_objects, write_rois
from tests.data.decoding.make_golden import DEFAULTS, blobs, softmax
from tests.data.decoding.make_levels import drawn as drawn_levels
from tests.data.decoding.make_levels import has_low_ones
from tests.data.decoding.objects import labels_of

GOLDEN = Path(__file__).parents[1] / "data" / "decoding"
THRESHOLDS = (0.5, 0.7, 0.3, 0.1, 0.9, 1 / 3, 0.999999, 1e-7)


class Java:
    """Asks the test class; arrays travel in files."""

    def __init__(self, harness, folder):
        self.harness, self.folder = harness, folder

    def decode(self, cases, version=1):
        """Labels of ``(settings, tensor)``, or the sentence of the refusal."""
        reported = []
        with (self.folder / "in").open("wb") as file:
            for settings, tensor in cases:
                kind = ">f8" if tensor.dtype == np.float64 else ">f4"
                file.write(tensor.astype(kind).tobytes())
                wide = {"wide": True} if kind == ">f8" else {}
                block = {"kind": "multilabel", **settings}
                reported.append({"settings": block, "shape": tensor.shape, **wide})
        errors = self.ask("decode", cases=reported, version=version)
        data = np.fromfile(self.folder / "out", ">i4")
        found = []
        for error, (_, tensor) in zip(errors, cases, strict=True):
            if error is not None:
                found.append(error)
                continue
            shape = tensor.shape[1:]
            found.append(data[: shape[0] * shape[1]].reshape(shape))
            data = data[shape[0] * shape[1] :]
        return found

    def measure(self, labels, pixel):
        labels.astype(">i4").tofile(self.folder / "in")
        return self.ask("measure", shape=labels.shape, pixel=pixel)

    def rois(self, labels):
        labels.astype(">i4").tofile(self.folder / "in")
        self.ask("rois", shape=labels.shape)
        return (self.folder / "out").read_bytes()

    def imagej(self, rois, shape):
        """What ImageJ tells of a set of ROIs, and the image where it filled them all."""
        (self.folder / "in").write_bytes(rois)
        reported = self.ask("imagej", shape=shape)
        return reported, np.fromfile(self.folder / "out", ">i4").reshape(shape)

    def ask(self, what, **request):
        files = {"input": str(self.folder / "in"), "output": str(self.folder / "out")}
        text = json.dumps({**files, **request})
        return json.loads(self.harness.run("DecodingTest", what, text=text))


@pytest.fixture()
def java(harness, tmp_path):
    return Java(harness, tmp_path)


def ours(settings, tensor):
    return decode(read_decoding({"decode": {"kind": "multilabel", **settings}}), tensor)


def python_rois(labels, folder):
    write_rois(folder / "python.zip", labels)
    return (folder / "python.zip").read_bytes()


def drawn(rng):
    """A tensor and settings as they come, and as they should not."""
    height, width = (int(side) for side in rng.integers(1, 60, 2))
    kind = rng.integers(4)
    if kind == 0:
        tensor = softmax(rng.normal(0, 2, (3, height, width)))
    elif kind == 1:
        tensor = rng.choice(np.array(THRESHOLDS, np.float32), (4, height, width))
    else:
        tensor = blobs(rng, height, width, int(rng.integers(1, 12)))
    tensor = tensor.astype(np.float32)
    if rng.random() < 0.3:
        tensor[rng.random(tensor.shape) < 0.02] = np.nan
        tensor[rng.random(tensor.shape) < 0.01] = np.inf
    channels = rng.permutation(tensor.shape[0])
    settings = {
        "output": "p",
        "background": int(channels[0]),
        "interior": int(channels[1]),
        "boundary": int(channels[2]),
        "seed_threshold": float(rng.choice(THRESHOLDS)),
        "foreground_threshold": float(rng.choice(THRESHOLDS)),
        "min_seed": int(rng.integers(0, 6)),
        "min_size": int(rng.integers(0, 12)),
        "max_growth": int(rng.choice([0, 1, 3, 6, 1000])),
    }
    return settings, tensor


def scattered(seed, shape, number, lowest=1):
    """Labels of noise: in several parts, with holes, some missing."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(lowest - number, number + 1, [-(-side // 3) for side in shape])
    fine = np.maximum(coarse, 0).repeat(3, -1).repeat(3, -2)[..., : shape[-2], : shape[-1]]
    fine = fine.repeat(3, 0)[: shape[0]].repeat(3, 1)[:, : shape[1]].copy()
    fine[rng.random(fine.shape) < 0.1] = 0
    return fine.astype(np.int32)


# --- decoding ------------------------------------------------------------------------------------


def test_golden_labels(java):
    entries = json.loads((GOLDEN / "multilabel.json").read_text("utf-8"))
    cases = [
        (entry["settings"], np.array(entry["probabilities"], np.float32).reshape(entry["shape"]))
        for entry in entries
    ]
    for entry, labels in zip(entries, java.decode(cases), strict=True):
        assert labels.ravel().tolist() == entry["labels"], entry["name"]


def test_drawn_tensors_are_decoded_as_in_python(java):
    rng = np.random.default_rng(4)
    cases = [drawn(rng) for _ in range(400)]
    found = java.decode(cases)
    expected = [ours(settings, tensor) for settings, tensor in cases]
    for case, labels, reference in zip(cases, found, expected, strict=True):
        np.testing.assert_array_equal(labels, reference, err_msg=str(case[0]))
    assert sum(labels.max() > 1 for labels in expected) > 200


def leveled(kind, settings, tensor):
    return decode(
        read_decoding({"schema_version": 2, "decode": {"kind": kind, **settings}}), tensor
    )


def test_drawn_planes_are_split_as_in_python(java):
    rng = np.random.default_rng(9)
    kinds = [("multilabel", "foreground")[number % 2] for number in range(400)]
    cases = [drawn_levels(kind, rng) for kind in kinds]
    found = java.decode(
        [({"kind": kind, **each}, p) for kind, (each, p) in zip(kinds, cases, strict=True)], 2
    )
    split = low = 0
    for kind, (settings, tensor), labels in zip(kinds, cases, found, strict=True):
        reference = leveled(kind, settings, tensor)
        np.testing.assert_array_equal(labels, reference, err_msg=str(settings))
        joined = leveled(kind, settings | {"split_levels": []}, tensor)
        split += not np.array_equal(joined, reference)
        low += has_low_ones(kind, settings, tensor)
    assert split > 60
    assert low > 20


@pytest.mark.parametrize("growth", [6, 100])
def test_large_planes_are_decoded_as_in_python(java, growth):
    rng = np.random.default_rng(growth)
    small = blobs(rng, 250, 205, 60)
    tensor = np.tile(small, (1, 4, 5)) + rng.normal(0, 0.05, (3, 1000, 1025)).astype(np.float32)
    settings = {**DEFAULTS, "max_growth": growth, "foreground_threshold": 0.7}
    (labels,) = java.decode([(settings, tensor)])
    assert labels.max() > 100
    np.testing.assert_array_equal(labels, ours(settings, tensor))


def test_tensors_of_doubles_are_compared_as_floats(java):
    tensor = np.zeros((3, 6, 8))
    tensor[1] = np.nextafter(0.7, 0)  # below 0.7 as a double, 0.7 as a float
    settings = {**DEFAULTS, "seed_threshold": 0.7}
    (labels,) = java.decode([(settings, tensor)])
    assert labels.max() == 1
    np.testing.assert_array_equal(labels, ours(settings, tensor))


def test_missing_channels_are_refused_in_the_same_words(java):
    case = ({**DEFAULTS, "interior": 7}, np.zeros((3, 4, 5), np.float32))
    with pytest.raises(DeepbacsZooError) as caught:
        ours(*case)
    assert java.decode([case]) == [str(caught.value)]


LEVELS_REFUSED = [None, 0.5, "0.5", {}, [0.5, 0.5], [0.7, 0.6], [0, 0.5], [0.5, 1], [True], [[0.5]]]
GOOD = {"kind": "multilabel", "output": "p"}


def reported(config):
    try:
        found = read_decoding(config)
    except DeepbacsZooError as error:
        return {"error": type(error).__name__, "message": str(error)}
    if found is None:
        return {}
    return {"class": type(found).__name__} | json.loads(json.dumps(asdict(found)))


def whole(config):
    try:
        found = read_zoo_config(config)
    except DeepbacsZooError as error:
        return {"kind": type(error).__name__, "message": str(error)}
    decode = found.decode and {"class": type(found.decode).__name__} | asdict(found.decode)
    names = (
        "task",
        "method",
        "peak_bytes_per_pixel",
        "receptive_field",
        "allow_tiling",
        "schema_version",
        "result",
    )
    return {
        **{name: getattr(found, name) for name in names},
        "method_arguments": dict(found.method_arguments),
        "pixel_size": dict(found.pixel_size),
        "decode": decode and json.loads(json.dumps(decode)),
    }


def test_the_whole_entry_is_read_and_refused_as_in_python(harness):
    stars = {"output": "p", "overlap_threshold": 0.3}
    convex = {"output": "p", "nms_threshold": 0.3}
    configs = [
        {},
        {"schema_version": 2, "decode": {"kind": "star_convex", "n_rays": 32, **convex}},
        {"schema_version": 2, "decode": {"kind": "spline", "points": 6, **convex}},
        {"schema_version": 2, "decode": {"kind": "stars", "rays": 32, **stars}},
        {"schema_version": 2, "decode": {"kind": "star_convex", "rays": 32, **stars}},
        {"schema_version": 2, "decode": {"kind": "star_convex", "n_rays": 2, **convex}},
        {"schema_version": 2, "decode": {**GOOD, "max_dilation": 3}},
        {"schema_version": 2, "decode": {**GOOD, "max_growth": 3}},
        {"schema_version": 2, "decode": {"kind": "foreground", "output": "p", "split_ratio": 0.5}},
        {"decode": {"kind": "star_convex", "n_rays": 32, **convex}},
        {"decode": {"kind": "stars", "rays": 32, **stars}},
        {"decode": {"kind": "foreground", "output": "p", "neck": 0.5}},
        {"schema_version": 1, "decode": {"kind": "stars", "rays": 2, **stars}},
        {"schema_version": 3, "decode": GOOD},
        {"schema_version": 3, "peak_bytes_per_pixel": 5},
        {"schema_version": "2", "decode": GOOD},
        *({"task": name} for name in ("segmentation", "foreground", "detection", "x", 3)),
        {"schema_version": 2, "task": "segmentation", "method": "stardist"},
        {"schema_version": 2, "task": "restoration", "method_arguments": {"a": [1, "b"]}},
        {"task_arguments": 3, "receptive_field": 92},
        {"receptive_field": "92"},
        {"bytes_per_pixel": 2048.5},
        {"bytes_per_pixel": 0},
        {"bytes_per_pixel": "many"},
        {"bytes_per_pixel": True},
        {"peak_bytes_per_pixel": 0},
        {"schema_version": 2, "peak_bytes_per_pixel": -1},
        {"schema_version": 2, "bytes_per_pixel": 0},
        *({"allow_tiling": value} for value in (True, False, None, "no", 0)),
        {"pixel_size": {"y": 0.1, "x": 0.1}},
        {"pixel_size": {"y": 100, "x": 90, "z": None, "unit": "nm"}},
        {"pixel_size": {"y": 0.1, "x": -1}},
        {"pixel_size": {"y": 0.1, "x": True}},
        {"pixel_size": {"unit": "parsec"}},
        {"pixel_size": 0.1},
        {"pixel_size": 0.1, "bytes_per_pixel": 0, "decode": 3},
    ]
    found = json.loads(harness.run("DecodingTest", "config", text=json.dumps(configs)))
    for config, answer in zip(configs, found, strict=True):
        assert answer == whole(config), config


def test_the_block_is_read_and_refused_as_in_python(harness):
    blocks = [
        GOOD,
        {**GOOD, "seed_threshold": 0.25, "min_size": 0, "max_growth": 3},
        {"kind": "multilabel"},
        {"kind": "multilabel", "output": 3},
        {"kind": "watershed", "output": "p"},
        {"output": "p"},
        {**GOOD, "smooth": 2},
        {**GOOD, "interior": 0},
        {**GOOD, "interior": 1.0},
        {**GOOD, "interior": -1},
        {**GOOD, "interior": True},
        {**GOOD, "min_seed": None},
        {**GOOD, "min_seed": "5"},
        {**GOOD, "min_size": [1, 2.5, "a"]},
        {**GOOD, "seed_threshold": 1},
        {**GOOD, "seed_threshold": 0},
        {**GOOD, "seed_threshold": 1.5},
        {**GOOD, "foreground_threshold": False},
        {**GOOD, "foreground_threshold": "0.5"},
        {**GOOD, "foreground_threshold": {"a": 1e-7}},
        {**GOOD, "split_levels": [0.6, 0.7], "convexity": 0.9},
        {"kind": "foreground", "output": "p", "split_levels": [0.5], "convexity": 0.5},
        *({**GOOD, "split_levels": value} for value in LEVELS_REFUSED),
        *({"kind": "foreground", "output": "p", "split_levels": v} for v in LEVELS_REFUSED),
        {**GOOD, "convexity": 1},
        {**GOOD, "peak_threshold": 0.9},
        {"kind": "foreground", "output": "p", "peak_threshold": 0.9},
        *(
            {**GOOD, "peak_threshold": value}
            for value in (0, 0.0, 1, 1.5, -0.1, [0.5], False, None)
        ),
        {**GOOD, "convexity": None, "split_levels": 3},
        {**GOOD, "interior": 0, "split_levels": [2]},
        {**GOOD, "min_size": -1, "split_levels": [2]},
        {**GOOD, "split_level": [0.5]},
        "multilabel",
        [GOOD],
        None,
    ]
    configs = [{"decode": block} for block in blocks]
    configs += [{}, {"task": "segmentation", "schema_version": 1, "decode": GOOD}]
    configs += [{"schema_version": each, "decode": GOOD} for each in (2, "1", 1.0, True, None)]
    answers = json.loads(harness.run("DecodingTest", "settings", text=json.dumps(configs)))
    assert answers == [reported(config) for config in configs]


# --- the table -----------------------------------------------------------------------------------


def bits(values):
    return [struct.pack(">d", value).hex() for value in values]


def test_numbers_are_written_as_python_writes_them(harness):
    rng = np.random.default_rng(0)
    values = [0.0, -0.0, 1.0, 100000.0, 999999.5, 999999.4999, 1e6, 123456.5, 123455.5, 1e-4]
    values += [1e-5, 0.00012345675, 9.9999995e-5, 9.999995, 0.5, 2.5e-5, 1e100, 5e-324, 1e22]
    values += [float("nan"), float("inf"), float("-inf"), 1.7976931348623157e308, 0.1 + 0.2]
    values += [n / 8 for n in range(-2000000, 2000000, 40009)]  # exact ties
    values += [(n + 0.5) * 10.0**e for n in (100000, 100001, 654321) for e in range(-12, 9)]
    values += list(rng.normal(0, 1, 2000) * 10.0 ** rng.integers(-12, 15, 2000))
    answers = json.loads(harness.run("DecodingTest", "g", text=json.dumps(bits(values))))
    assert answers == [f"{value:.6g}" for value in values]


PIXELS = [[], [0.0645, 0.0645], [0.1, 0.3], [1e-3, 7.0]]


@pytest.mark.parametrize("pixel", PIXELS, ids=str)
def test_objects_are_measured_to_the_last_bit(java, pixel):
    size = Calibration(*pixel, None, "µm") if pixel else Calibration()
    labels = scattered(7, (2, 3, 150, 130), 60)
    rows = java.measure(labels, pixel)
    expected = [
        replace(row, t=t, z=z)
        for t, z in np.ndindex(2, 3)
        for row in measure_objects(labels[t, z], size)
    ]
    assert len(rows) == len(expected) > 100
    for row, reference in zip(rows, expected, strict=True):
        assert row[:5] == [
            reference.label,
            reference.t,
            reference.z,
            reference.pixels,
            reference.unit,
        ]
        exact = [reference.area, reference.length, reference.width, reference.x, reference.y]
        assert row[5:10] == exact
        # The arc tangent is not rounded the same everywhere, six digits of it are.
        assert row[10] == pytest.approx(reference.angle, rel=1e-14, abs=1e-14)
        assert f"{row[10]:.6g}" == f"{reference.angle:.6g}"


def test_angles_of_straight_objects_are_those_of_python(java):
    labels = np.zeros((1, 1, 60, 60), np.int32)
    labels[0, 0, 2, 2:9] = 1  # along x
    labels[0, 0, 4:12, 3] = 2  # along y
    labels[0, 0, 20:24, 20:24] = 3  # a square has no long axis
    for i in range(8):
        labels[0, 0, 30 + i, 30 + i : 32 + i] = 4  # falling
        labels[0, 0, 50 - i, 30 + i : 32 + i] = 5  # rising
    labels[0, 0, 59, 59] = 6
    found = [row[10] for row in java.measure(labels, [])]
    assert found == [row.angle for row in measure_objects(labels[0, 0], Calibration())]
    assert found[:3] == [0, 90, 0]


# --- ROIs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [(1, 1, 120, 101), (1, 4, 50, 64), (5, 1, 50, 64), (2, 3, 40, 40), (1, 1, 1, 1), (1, 1, 7, 1)],
    ids=str,
)
@pytest.mark.parametrize("number", [3, 80])
def test_roi_sets_are_the_same_bytes(java, tmp_path, shape, number):
    labels = scattered(number, shape, number)
    assert java.rois(labels) == python_rois(labels, tmp_path)


@pytest.mark.parametrize("name", ["plane", "stack"])
def test_golden_roi_set(java, name):
    labels = labels_of(name)
    assert java.rois(labels) == (GOLDEN / f"{name}_rois.zip").read_bytes()


def test_roi_sets_of_images_beyond_16_bits_are_the_same_bytes(java, tmp_path):
    for length in (30000, 40000, 60535, 60536, 66000):
        labels = np.zeros((1, 1, length, 2), np.int32)
        labels[0, 0, length - 20 : length - 5, 1] = 1
        labels[0, 0, 1 : length - 30, 0] = 2
        assert java.rois(labels) == python_rois(labels, tmp_path)
        wide = np.ascontiguousarray(labels.transpose(0, 1, 3, 2))
        assert java.rois(wide) == python_rois(wide, tmp_path)


def test_outlines_of_many_corners_are_the_same_bytes(java, tmp_path):
    comb = np.ones((1, 1, 3, 40000), np.int32)
    comb[0, 0, 1:, ::2] = 0  # 80,000 corners: more than 16 bits count
    comb[0, 0, 0, :] = 1
    rois = java.rois(comb)
    assert rois == python_rois(comb, tmp_path)
    (roi,), painted = java.imagej(rois, comb.shape)
    assert roi[3:7] == [0, 0, 40000, 3]
    np.testing.assert_array_equal(painted, comb)


def test_roi_sets_of_more_than_9999_labels_are_the_same_bytes(java, tmp_path):
    labels = np.arange(102 * 102, dtype=np.int32).reshape(1, 1, 102, 102) + 1
    rois = java.rois(labels)
    assert rois == python_rois(labels, tmp_path)
    _, painted = java.imagej(rois, labels.shape)
    np.testing.assert_array_equal(painted, labels)


def test_more_outlines_than_a_plain_zip_counts_are_zipped_as_python_zips(java):
    labels = np.arange(258 * 258, dtype=np.int32).reshape(1, 1, 258, 258) + 1
    rois = java.rois(labels)
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(rois)) as given, zipfile.ZipFile(again, "w") as written:
        assert len(given.infolist()) == 258 * 258
        for entry in given.infolist():
            data, name = given.read(entry), zipfile.ZipInfo(entry.filename)
            name.create_system, name.external_attr = 3, 0o644 << 16
            written.writestr(name, data)
    assert rois == again.getvalue()
    _, painted = java.imagej(rois, labels.shape)
    np.testing.assert_array_equal(painted, labels)


def test_imagej_reads_name_bounds_and_position(java):
    # Where a ROI states its channel, slice and frame, ImageJ looks at no plane number besides.
    labels = np.zeros((2, 3, 20, 30), np.int32)
    labels[0, 0, 1:4, 2:9] = 1
    labels[1, 2, 5:19, 20:30] = 1
    labels[1, 2, 0:2, 0:2] = 12345
    labels[1, 2, 4:6, 4:6] = 12345
    reported, _ = java.imagej(java.rois(labels), labels.shape)
    assert reported == [
        [f"{name}.roi", name, "Traced", *rest]
        for name, *rest in [
            ("t0001-z0001-0001", 2, 1, 7, 3, 1, 1, 1, 0),
            ("t0002-z0003-0001", 20, 5, 10, 14, 1, 3, 2, 0),
            ("t0002-z0003-12345", 0, 0, 2, 2, 1, 3, 2, 0),
            ("t0002-z0003-12345-2", 4, 4, 2, 2, 1, 3, 2, 0),
        ]
    ]


@pytest.mark.parametrize("shape", [(1, 1, 150, 170), (3, 1, 60, 50), (2, 2, 50, 70)], ids=str)
def test_filling_rois_in_imagej_gives_the_labels_back(java, shape, tmp_path):
    labels = scattered(11, shape, 30)
    assert java.rois(labels) == python_rois(labels, tmp_path)
    _, painted = java.imagej(java.rois(labels), shape)
    np.testing.assert_array_equal(painted, labels)


@pytest.mark.parametrize("seed", range(4))
def test_holes_and_parts_come_back_from_imagej(java, seed, tmp_path):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, (1, 1, 50, 60)).astype(np.int32)
    labels[0, 0, 20:] = rng.random((30, 60)) < 0.65
    rois = java.rois(labels)
    assert rois == python_rois(labels, tmp_path)
    reported, painted = java.imagej(rois, labels.shape)
    assert {row[2] for row in reported} == {"Traced", "Composite"}
    np.testing.assert_array_equal(painted, labels)


def test_a_ring_stays_a_ring_in_imagej_wherever_it_lies(java, tmp_path):
    for left in (2, 40000, 65000):
        ring = np.zeros((1, 1, 12, left + 12), np.int32)
        ring[0, 0, 2:10, left : left + 8] = 1
        ring[0, 0, 4:8, left + 2 : left + 6] = 2
        ring[0, 0, 5:7, left + 3 : left + 5] = 1
        rois = java.rois(ring)
        assert rois == python_rois(ring, tmp_path)
        _, painted = java.imagej(rois, ring.shape)
        np.testing.assert_array_equal(painted, ring)
