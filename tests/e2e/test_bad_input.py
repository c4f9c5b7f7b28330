"""What a user gets for a bad input: one sentence, an exit code, and nothing half written."""

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tests.e2e.conftest import COMMANDS, run_command


def assert_one_sentence(done, code, *parts):
    """Exit code, one line ``Error: where: what (value); allowed: ...; hint.``, no traceback."""
    lines = [line for line in done.stderr.splitlines() if line.startswith("Error:")]
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert len(lines) == 1, done.stderr
    assert "; allowed: " in lines[0]
    assert lines[0].endswith(".")
    for part in parts:
        assert part in lines[0], f"{part!r} is missing from: {lines[0]}"


def everything_below(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def pairs(tmp_path):
    """Three good pairs, which each test spoils in its own way."""
    rng = np.random.default_rng(0)
    data = tmp_path / "data"
    for part in ("source", "target"):
        (data / part).mkdir(parents=True)
    for name in ("a", "b", "c"):
        labels = np.zeros((64, 64), np.uint16)
        labels[8:20, 8:40] = 1
        labels[30:50, 20:30] = 2
        image = (rng.normal(1000, 20, (64, 64)) - 300 * (labels > 0)).astype(np.uint16)
        tifffile.imwrite(data / "source" / f"{name}.tif", image)
        tifffile.imwrite(data / "target" / f"{name}.tif", labels)
    return data


def spoil_missing_partner(data):
    (data / "target" / "b.tif").unlink()
    return "b", "target"


def spoil_size(data):
    tifffile.imwrite(data / "target" / "b.tif", np.ones((64, 63), np.uint16))
    return "b.tif", "64", "63"


def spoil_dtype(data):
    labels = np.full((64, 64), 0.5, np.float32)
    labels[30:40, 20:30] = 1
    labels[50:60, 5:9] = 2
    tifffile.imwrite(data / "target" / "b.tif", labels)
    return "b.tif", "0.5"


def spoil_colours(data):
    shades = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    tifffile.imwrite(data / "target" / "b.tif", shades, photometric="rgb")
    return "b.tif", "run into each other"


def spoil_nan(data):
    image = np.ones((64, 64), np.float32)
    image[3, 4] = np.nan
    tifffile.imwrite(data / "source" / "b.tif", image)
    return "b.tif", "1"


def spoil_truncated(data):
    path = data / "source" / "b.tif"
    path.write_bytes(path.read_bytes()[:3000])
    return ("b.tif",)


def spoil_rgb_image(data):
    tifffile.imwrite(data / "source" / "b.tif", np.zeros((64, 64, 3), np.uint8), photometric="rgb")
    return "b.tif", "RGB"


SPOILED = (
    spoil_missing_partner,
    spoil_size,
    spoil_dtype,
    spoil_colours,
    spoil_nan,
    spoil_truncated,
    spoil_rgb_image,
)


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__[6:])
def test_training_refuses_bad_pairs_before_anything_trains(pairs, tmp_path, spoil):
    parts = spoil(pairs)
    done = run_command(
        "train", "segmentation", "--data", pairs, "--output", tmp_path / "run", cwd=tmp_path
    )
    assert_one_sentence(done, 1, *parts)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["train", "segmentatoin", "--data", "data", "--output", "run"], ["segmentatoin"]),
        (["train", "segmentation", "--output", "run"], ["--data DIR"]),
        (["train", "segmentation", "--data", "nowhere", "--output", "run"], ["nowhere"]),
        (["validate", "nowhere.zip"], ["nowhere.zip"]),
        (["evaluate", "nowhere.zip", "--data", "data", "--output", "out"], ["nowhere.zip"]),
        (["export", "nowhere", "--card", "card.md", "--output", "p.zip"], ["nowhere"]),
        (["predict", "nowhere.zip", "a.tif", "--output", "out"], ["nowhere.zip"]),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_wrong_word_is_usage(pairs, tmp_path, words, parts):
    assert_one_sentence(run_command(*words, cwd=tmp_path), 2, *parts)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def write_rgb(path):
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    tifffile.imwrite(path, red, photometric="rgb")
    return path.name, "RGB"


def write_two_channels(path):
    tifffile.imwrite(path, np.zeros((2, 64, 64), np.uint8), imagej=True, metadata={"axes": "CYX"})
    return path.name, "2"


def write_nan(path):
    image = np.ones((64, 64), np.float32)
    image[0, 0] = np.inf
    tifffile.imwrite(path, image)
    return path.name, "1"


def write_truncated(path):
    tifffile.imwrite(path, np.ones((64, 64), np.uint16))
    path.write_bytes(path.read_bytes()[:-2000])
    return (path.name,)


def write_text(path):
    path.write_text("not an image")
    return (path.name,)


BAD_IMAGES = (write_rgb, write_two_channels, write_nan, write_truncated, write_text)


@pytest.mark.parametrize("write", BAD_IMAGES, ids=lambda write: write.__name__[6:])
def test_prediction_refuses_a_bad_image(demo_package, tmp_path, write):
    parts = write(tmp_path / "image.tif")
    done = run_command("predict", demo_package, "image.tif", "--output", "out", cwd=tmp_path)
    assert_one_sentence(done, 1, *parts)
    assert not (tmp_path / "out").exists() or not any((tmp_path / "out").iterdir())


def test_a_bad_image_in_a_folder_does_not_stop_the_others(demo_package, tmp_path):
    (tmp_path / "images").mkdir()
    write_rgb(tmp_path / "images" / "b.tif")
    for name in ("a", "c"):
        tifffile.imwrite(tmp_path / "images" / f"{name}.tif", np.ones((64, 64), np.uint16))
    words = ("predict", demo_package, "images", "--output", "out")
    done = run_command(*words, "--json", cwd=tmp_path)
    assert_one_sentence(done, 1, "b.tif", "RGB")
    rows = json.loads(done.stdout)["images"]
    assert [bool(row["outputs"]) for row in rows] == [True, False, True]
    before = everything_below(tmp_path / "out")
    again = run_command(*words, cwd=tmp_path)
    assert again.stderr.count("skipped") == 2
    assert everything_below(tmp_path / "out") == before


def test_results_are_not_overwritten_without_being_asked(demo_package, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.ones((64, 64), np.uint16))
    words = ("predict", demo_package, "a.tif", "--output", "out")
    assert run_command(*words, cwd=tmp_path).returncode == 0
    before = everything_below(tmp_path / "out")
    assert_one_sentence(run_command(*words, cwd=tmp_path), 2, "a_", "--overwrite")
    assert everything_below(tmp_path / "out") == before
    assert run_command(*words, "--overwrite", cwd=tmp_path).returncode == 0
    assert everything_below(tmp_path / "out") == before


def rewritten(package, target, change):
    """Copy a zip, passing every member's bytes through ``change(name, data)``."""
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))


def test_a_tampered_package_is_refused(demo_package, tmp_path):
    def flip(name, data):
        return data[:-1] + bytes([data[-1] ^ 1]) if name.endswith(".onnx") else data

    rewritten(demo_package, tmp_path / "tampered.zip", flip)
    tifffile.imwrite(tmp_path / "a.tif", np.ones((64, 64), np.uint16))
    done = run_command("predict", "tampered.zip", "a.tif", "--output", "out", cwd=tmp_path)
    assert_one_sentence(done, 1, "onnx", "SHA-256")
    assert not (tmp_path / "out").exists()
    checked = run_command("validate", "tampered.zip", cwd=tmp_path)
    assert checked.returncode == 1
    assert "FAILED" in checked.stdout


def test_a_truncated_package_is_refused(demo_package, tmp_path):
    data = demo_package.read_bytes()
    (tmp_path / "short.zip").write_bytes(data[: len(data) // 2])
    done = run_command("predict", "short.zip", "a.tif", "--output", "out", cwd=tmp_path)
    assert_one_sentence(done, 1, "short.zip")
    assert run_command("validate", "short.zip", cwd=tmp_path).returncode == 1


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare to mount a tiny disk")
def test_a_full_disk_leaves_nothing_half_written(demo_package, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.ones((512, 512), np.uint16))
    (tmp_path / "disk").mkdir()
    script = (
        f"mount -t tmpfs -o size=400k tmpfs disk && "
        f"{COMMANDS / 'deepbacs-zoo'} predict {demo_package} a.tif --output disk; "
        "code=$?; ls -A disk >&2; exit $code"
    )
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this computer does not allow a mount of its own")
    assert_one_sentence(done, 2, "disk")
    assert done.stderr.splitlines()[-1].startswith("Error:"), "something was left on the disk"


def test_a_folder_that_cannot_be_made_is_named(demo_package, tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", np.ones((64, 64), np.uint16))
    (tmp_path / "out").write_text("a file, not a folder")
    done = run_command("predict", demo_package, "a.tif", "--output", "out", cwd=tmp_path)
    assert_one_sentence(done, 2, "out")
    assert (tmp_path / "out").read_text() == "a file, not a folder"


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.slow
def test_interrupted_training_resumes_to_the_same_result(pairs, tmp_path):
    def words(output):
        data = ("--data", str(pairs), "--output", output)
        return ("train", "segmentation", *data, "--epochs", "40", "--seed", "3", "--device", "cpu")

    whole = run_command(*words("whole"), cwd=tmp_path)
    assert whole.returncode == 0, whole.stderr
    process = subprocess.Popen(
        [COMMANDS / "deepbacs-zoo", *words("parts")],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    history = tmp_path / "parts" / "history.csv"
    for _ in range(1200):
        if history.exists() and len(history.read_text().splitlines()) > 3:
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2, stderr
    assert "--resume" in stderr
    assert "Traceback" not in stderr
    resumed = run_command(*words("parts"), "--resume", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert history.read_text() == (tmp_path / "whole" / "history.csv").read_text()
