"""Files written from Java are those that Python writes, all of them or none."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.images import Calibration, read_image
from deepbacs_zoo.images.lut import colour_of
from deepbacs_zoo.package import open_package
from deepbacs_zoo.results import Labels, NoObjects, OutputTensor, Result, planned_outputs, save
from deepbacs_zoo.results.kinds import KINDS
from deepbacs_zoo.results.labels.kind import measure_positions
from tests.data.decoding.objects import labels_of
from tests.packages import CASES

PLAIN = Calibration()
CALIBRATIONS = {
    "nothing known": PLAIN,
    "plane": Calibration(0.0645, 0.0645, None, "µm"),
    "stack": Calibration(0.1, 0.2, 0.35, "µm", 2.5),
    "only frames": Calibration(frame_interval=0.02),
    "nanometers": Calibration(1e-4, 3e-3, 1.0, "µm"),
    "hundreds": Calibration(100.0, 250.0, None, "µm"),
}


def tensor(shape, axes="tzcyx", calibration=PLAIN, dtype=np.float32, seed=0):
    values = np.random.default_rng(seed).normal(10, 40, shape)
    return OutputTensor(np.abs(values).astype(dtype), axes, calibration)


def result(labels=None, picture=None, stem="field", calibration=PLAIN, **tensors):
    if labels is not None and picture is None:
        picture = np.random.default_rng(1).normal(900, 200, labels.shape[2:]).astype(np.float32)
    return Result(
        stem=stem,
        tensors=tensors or {"probabilities": tensor((1, 1, 3, 7, 9), calibration=calibration)},
        content=NoObjects()
        if labels is None
        else Labels(labels, measure_positions(labels, calibration)),
        calibration=calibration,
        findings=(),
        engine="",
        plan=SimpleNamespace(),
        preview=picture,
    )


def numbers(calibration):
    return [calibration.x, calibration.y, calibration.z, calibration.frame_interval]


class Java:
    def __init__(self, harness, folder):
        self.harness, self.folder = harness, folder

    def save(self, found, folder, *, overwrite=False):
        """Paths written, or the refusal."""
        where = {"folder": str(folder), "overwrite": overwrite}
        return self.ask("save", {**self.request(found), **where})

    def request(self, found):
        arrays = [each.array for each in found.tensors.values()]
        channels, eight_bit_colours = 1, False
        if found.labels is not None:
            picture = np.asarray(found.preview)
            if picture.ndim == 3:
                channels, eight_bit_colours = 3, picture.dtype == np.uint8
                picture = picture.transpose(2, 0, 1)
            arrays += [found.labels, picture]
        data = self.folder / "data"
        data.write_bytes(b"".join(array.astype(">f8").tobytes() for array in arrays))
        return {
            "stem": found.stem,
            "data": str(data),
            "calibration": numbers(found.calibration),
            "labels": None if found.labels is None else found.labels.shape,
            "channels": channels,
            "eight_bit_colours": eight_bit_colours,
            "tensors": [
                {
                    "id": name,
                    "letters": each.axes,
                    "shape": each.array.shape,
                    "dtype": str(each.array.dtype),
                    "calibration": numbers(each.calibration),
                }
                for name, each in found.tensors.items()
            ],
        }

    def ask(self, what, request):
        return json.loads(self.harness.run("OutputsTest", what, text=json.dumps(request)))


@pytest.fixture()
def java(harness, tmp_path):
    return Java(harness, tmp_path)


def everything(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.*")}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_same_image(path, expected):
    found, reference = read_image(path), read_image(expected)
    assert found.data.dtype == reference.data.dtype
    assert found.data.dims == reference.data.dims
    np.testing.assert_array_equal(found.data.values, reference.data.values)
    assert found.rgb == reference.rgb
    assert found.calibration.unit == reference.calibration.unit
    for one, other in zip(numbers(found.calibration), numbers(reference.calibration), strict=True):
        # ImageJ writes resolutions with six decimals.
        assert one == other or one == pytest.approx(other, rel=1e-4 if other > 10 else 1e-6)


def assert_same_files(java, found, folder):
    answer = java.save(found, folder / "java")
    written = save(found, folder / "python")
    expected = [str(folder / "java" / path.name) for path in written]
    assert answer == {"paths": expected}
    assert names(folder / "java") == names(folder / "python")
    for path in written:
        other = folder / "java" / path.name
        if path.suffix in (".zip", ".csv"):
            assert other.read_bytes() == path.read_bytes()
        else:
            assert_same_image(other, path)
    return [folder / "java" / path.name for path in written]


# --- the same files ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CALIBRATIONS)
@pytest.mark.parametrize("labels", ["plane", "stack"])
def test_everything_is_written_as_by_python(java, tmp_path, labels, name):
    calibration = CALIBRATIONS[name]
    found = result(labels_of(labels), calibration=calibration)
    more = {"more": tensor((2, 3, 2, 8, 5), calibration=calibration, seed=3)}
    assert_same_files(java, replace(found, tensors={**found.tensors, **more}), tmp_path)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((1, 1, 1, 6, 8), "tzcyx"),
        ((2, 3, 4, 6, 8), "tzcyx"),
        ((5, 1, 1, 6, 8), "tzcyx"),
        ((1, 4, 1, 1, 1), "tzcyx"),
        ((2, 1, 3, 9, 1), "tzcyx"),
        ((3, 2, 5, 4), "itzc"),
        ((2, 3, 7, 2), "tzic"),
        ((7, 5), "ic"),
        ((4, 3, 6), "iyx"),
        ((3, 5, 4), "xyc"),
        ((9,), "i"),
    ],
    ids=str,
)
def test_tensors_of_all_axes_are_written_as_by_python(java, tmp_path, shape, axes):
    found = result(out=tensor(shape, axes, CALIBRATIONS["stack"]))
    assert_same_files(java, found, tmp_path)


@pytest.mark.parametrize("dtype", ["float64", "uint8", "uint16", "int32", "int64", "bool"])
def test_tensors_of_all_types_become_float32(java, tmp_path, dtype):
    (path,) = assert_same_files(java, result(out=tensor((1, 1, 2, 5, 6), dtype=dtype)), tmp_path)
    assert read_image(path).data.dtype == np.float32


def test_values_that_are_not_finite_stay(java, tmp_path):
    import tifffile

    array = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45, 3.4e38], np.float32)
    found = result(out=OutputTensor(array.reshape(1, 1, 1, 2, 3), "tzcyx", PLAIN))
    (path,) = java.save(found, tmp_path / "out")["paths"]
    np.testing.assert_array_equal(tifffile.imread(path).ravel(), array)


@pytest.mark.parametrize("count", [65535, 65536])
def test_labels_beyond_16_bits_are_written_as_float32(java, tmp_path, count):
    labels = np.zeros((1, 2, 300, 300), np.int32)
    labels[0, 1, 1] = np.arange(300) + count - 299
    files = assert_same_files(java, result(labels, picture=np.zeros((300, 300))), tmp_path)
    expected = np.uint16 if count == 65535 else np.float32
    assert read_image(files[1]).data.dtype == expected
    assert read_image(files[1]).data.values.max() == count


PICTURES = {
    "noise": lambda rng: rng.normal(0, 1, (80, 90)).astype(np.float32),
    "16 bits": lambda rng: rng.integers(0, 65536, (80, 90)),
    "few values": lambda rng: rng.integers(0, 3, (80, 90)),
    "constant": lambda rng: np.full((80, 90), 7),
    "one bright pixel": lambda rng: (np.arange(7200) == 99).reshape(80, 90) * 1e9,
    "ramp": lambda rng: (np.arange(7200).reshape(80, 90) / 7).astype(np.float32),
    "colours": lambda rng: rng.integers(0, 256, (80, 90, 3)).astype(np.uint8),
    "one colour": lambda rng: np.full((80, 90, 3), (7, 200, 255), np.uint8),
    "colours of 16 bits": lambda rng: rng.integers(99, 4000, (80, 90, 3)).astype(np.uint16),
    "colours of numbers": lambda rng: rng.normal(0, 1, (80, 90, 3)).astype(np.float32),
}


@pytest.mark.parametrize("name", PICTURES)
def test_overlays_have_the_same_pixels(java, tmp_path, name):
    picture = PICTURES[name](np.random.default_rng(5))
    labels = np.zeros((1, 1, 80, 90), np.int32)
    labels[0, 0, :72] = np.kron(np.arange(1, 81).reshape(8, 10), np.ones((9, 9)))
    files = assert_same_files(java, result(labels, picture=picture), tmp_path)
    overlay = read_image(files[-1])
    assert overlay.rgb
    assert overlay.data.shape == (1, 1, 3, 80, 90)
    below = overlay.data.values[0, 0, :, 72:]
    if picture.dtype == np.uint8:
        np.testing.assert_array_equal(below, picture[72:].transpose(2, 0, 1))
    assert (picture.ndim == 3) == (below[0] != below[2]).any()


def test_colours_are_those_of_python(java):
    colours = java.ask("colours", {"count": 70000})["colours"]
    expected = [r << 16 | g << 8 | b for r, g, b in map(colour_of, range(70000))]
    assert colours == expected


def test_the_same_result_gives_the_same_bytes(java, tmp_path):
    found = result(labels_of("stack"), calibration=CALIBRATIONS["stack"])
    java.save(found, tmp_path / "one")
    java.save(found, tmp_path / "two")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


# --- as ImageJ opens them ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["plane", "stack"])
def test_imagej_opens_labels_in_their_colours_as_it_opens_those_of_python(java, tmp_path, name):
    found = result(labels_of(name), calibration=CALIBRATIONS["stack"])
    path, other = java.save(found, tmp_path / "java")["paths"][1], save(found, tmp_path / "py")[1]
    reported = java.ask("open", {"path": path})
    expected = java.ask("open", {"path": str(other)})
    assert reported.pop("calibration") == pytest.approx(expected.pop("calibration"), rel=1e-6)
    assert reported == expected
    assert reported["lut"] == [r << 16 | g << 8 | b for r, g, b in map(colour_of, range(256))]
    assert reported["range"] == [0, 255]
    assert reported["unit"] == "micron"


def test_imagej_opens_tensors_as_calibrated_hyperstacks(java, tmp_path):
    out = tensor((2, 3, 4, 6, 8), calibration=CALIBRATIONS["stack"])
    found = result(out=out)
    reported = java.ask("open", {"path": java.save(found, tmp_path / "java")["paths"][0]})
    assert reported["shape"] == [2, 3, 4, 6, 8]
    assert (reported["bits"], reported["unit"]) == (32, "micron")
    assert reported["calibration"] == pytest.approx([0.1, 0.2, 0.35, 2.5])
    assert reported["means"] == pytest.approx(out.array.mean((3, 4)).ravel().tolist(), rel=1e-6)


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "identity"),
    [
        ("a b", "a/b: c"),
        ("ä.β.新", "µ²-ⅷ_é+.x"),
        ("it's [x] #1", "🧫?*"),
        ("field", "labels"),
        (".hidden", "na\u0308me\u203f"),
    ],
)
def test_names_are_those_of_python(java, tmp_path, stem, identity):
    folder = tmp_path / "ö u't"
    folder.mkdir()
    found = replace(result(labels_of("plane"), stem=stem), tensors={identity: tensor((1,) * 5)})
    assert_same_files(java, found, folder)


@pytest.mark.parametrize("decode", [None, {"kind": "multilabel", "output": "output"}])
def test_planned_files_are_those_of_python(java, tmp_path, decode):
    config = {"deepbacs_zoo": {"decode": decode}} if decode else {}
    path = CASES["bcyx"](tmp_path, config=config)
    request = {"package": str(path), "stem": "a b", "folder": str(tmp_path / "out")}
    with open_package(path) as package:
        expected = [str(each) for each in planned_outputs(package, "a b", tmp_path / "out")]
    assert java.ask("planned", request) == {"paths": expected}
    assert not (tmp_path / "out").exists()
    (tmp_path / "out").write_text("a file")
    assert java.ask("planned", request)["error"] == "HostError"


# --- refusals ------------------------------------------------------------------------------------


def refused(found, folder, **options):
    with pytest.raises(DeepbacsZooError) as caught:
        save(found, folder, **options)
    return {"error": type(caught.value).__name__, "message": str(caught.value)}


def test_existing_results_are_refused_before_anything_is_written(java, tmp_path):
    found, folder = result(labels_of("plane")), tmp_path / "out"
    folder.mkdir()
    (folder / "field_table.csv").write_text("mine")
    answer = java.save(found, folder)
    assert answer["error"] == "OutputExistsError"
    assert answer == refused(found, folder)
    assert names(folder) == ["field_table.csv"]
    assert "paths" in java.save(found, folder, overwrite=True)
    assert (folder / "field_table.csv").read_text("utf-8").startswith("label,")
    assert len(names(folder)) == 5


@pytest.mark.parametrize("deeper", ["", "deeper", "deeper/still"])
def test_a_folder_that_is_a_file_is_refused(java, tmp_path, deeper):
    found, folder = result(), tmp_path / "file" / deeper
    (tmp_path / "file").write_text("a file")
    answer = java.save(found, folder)
    expected = refused(found, folder)
    assert answer["error"] == expected["error"] == "HostError"
    if deeper != "deeper/still":
        assert answer["message"].split("(")[0] == expected["message"].split("(")[0]
    assert (tmp_path / "file").read_text() == "a file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_refused(java, tmp_path):
    found, folder = result(), tmp_path / "out"
    folder.mkdir(mode=0o555)
    answer = java.save(found, folder)
    assert answer == refused(found, folder)
    assert "Permission denied" in answer["message"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a folder of the kernel")
def test_a_folder_that_cannot_be_made_is_refused(java, tmp_path):
    answer = java.save(result(), "/proc/nowhere/out")
    assert answer["error"] == "HostError"
    assert "/proc/nowhere/out: the results cannot be written (" in answer["message"]


@contextmanager
def largest_file(size):
    """Programs started meanwhile cannot write a file beyond this size: as if the disk were full."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


SMALL = (1, 1, 20, 20)
TOO_LARGE = {
    "tensor": ((1, 1, 1, 600, 600), np.zeros(SMALL)),
    "labels": ((1, 1, 1, 5, 5), np.zeros((1, 1, 800, 800))),
    "rois": ((1, 1, 1, 5, 5), np.arange(100 * 100).reshape(1, 1, 100, 100)),
}


@pytest.mark.parametrize("place", TOO_LARGE)
def test_a_full_disk_leaves_nothing_and_keeps_old_results(java, tmp_path, place):
    old, new = tmp_path / "old", tmp_path / "new" / "deep"
    assert "paths" in java.save(result(labels_of("plane")), old)
    before = everything(old)
    shape, labels = TOO_LARGE[place]
    request = java.request(result(labels.astype(np.int32), probabilities=tensor(shape)))
    with largest_file(1 << 20), java.harness.open() as limited:
        for folder, overwrite in ((old, True), (new, False)):
            more = {"folder": str(folder), "overwrite": overwrite}
            answer = json.loads(
                limited.run("OutputsTest", "save", text=json.dumps({**request, **more}))
            )
            assert answer["error"] == "HostError"
            assert f"{folder}: the results cannot be written (" in answer["message"]
            assert "too large" in answer["message"]
    assert everything(old) == before
    assert not (tmp_path / "new").exists()


def test_kinds_of_results_are_those_of_python_with_the_same_files(java):
    assert java.ask("kinds", {}) == {key: list(kind.files) for key, kind in KINDS.items()}
