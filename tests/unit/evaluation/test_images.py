"""Packages that give images: scores against target images, beside those of the input image."""

import csv
import json

import numpy as np
import pytest
import tifffile
from PIL import Image

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation import compare, evaluate, pairs_for, write
from deepbacs_zoo.evaluation.writing import as_dict
from deepbacs_zoo.metrics import compare_images
from deepbacs_zoo.package import open_package
from tests.package_writer import image, like, write_package
from tests.tiny_networks import Network, _constant, _node

SHAPE = (40, 56)


def smoothing_network():
    """Means over three by three pixels."""
    kernel = np.full((1, 1, 3, 3), 1 / 9, np.float32)

    def nodes(i, o):
        return [_node("Conv", [i[0], "kernel"], [o[0]], pads=[1, 1, 1, 1])], [
            _constant("kernel", kernel)
        ]

    def compute(x):
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        parts = [
            padded[..., y : y + x.shape[2], z : z + x.shape[3]] for y in range(3) for z in range(3)
        ]
        return ((sum(parts) / 9).astype(np.float32),)

    return Network(nodes, "", compute)


def write_smoothing_package(folder, name="smoothing.zip"):
    spec = image("image", "bcyx", channels=("intensity",))
    return write_package(
        folder / name,
        inputs=[spec],
        outputs=[like(spec, "restored", "bcyx", channels=("intensity",))],
        network=smoothing_network(),
        weights=("onnx",),
        config={},
    )


def drawn(shape=SHAPE):
    """Discs and bars, float32."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    picture = np.where(np.hypot(rows - 14, columns - 16) < 9, 200.0, 40.0)
    picture[24:34, 30:50] = 120.0
    return picture.astype(np.float32)


def write_image_pair(folder, name, target, noise=30.0, seed=0, shape=None):
    source, truth = folder / "source" / f"{name}.tif", folder / "target" / f"{name}.tif"
    for path in (source, truth):
        path.parent.mkdir(parents=True, exist_ok=True)
    noisy = target + np.random.default_rng(seed).normal(0, noise, target.shape)
    tifffile.imwrite(source, noisy.astype(np.float32))
    tifffile.imwrite(truth, target if shape is None else target[: shape[0], : shape[1]])
    return Pair(name, source, truth)


def four_image_pairs(folder):
    return [write_image_pair(folder, f"field{seed}", drawn(), seed=seed) for seed in range(4)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def package_path(folder):
    return write_smoothing_package(folder)


@pytest.fixture(scope="module")
def evaluation(folder, package_path):
    return evaluate(package_path, four_image_pairs(folder), device="cpu")


def test_a_package_without_decoding_is_of_the_kind_image(folder, package_path, evaluation):
    with open_package(package_path) as package:
        assert package.zoo_config.result == "image"
        assert [pair.name for pair in pairs_for(package, folder)] == [
            f"field{number}" for number in range(4)
        ]
    assert evaluation.kind == "image"
    assert evaluation.ground_truth == "a target image each"


def test_smoothing_beats_the_input_image_itself(evaluation):
    lines = {line.name: line for line in evaluation.headlines()}
    assert list(lines) == ["PSNR in dB", "SSIM", "NRMSE"]
    assert lines["PSNR in dB"].value > lines["PSNR in dB"].baseline + 2
    assert lines["SSIM"].value > lines["SSIM"].baseline
    assert lines["NRMSE"].value < lines["NRMSE"].baseline
    assert lines["NRMSE"].best == "lowest"
    assert evaluation.baseline_name == "input image"


def test_scores_are_means_over_images_with_intervals(evaluation, folder):
    for name in ("psnr", "ssim", "nrmse"):
        rows = [getattr(row, name) for row in evaluation.model.rows]
        estimate = getattr(evaluation.model, name)
        assert estimate.value == pytest.approx(np.mean(rows))
        assert min(rows) <= estimate.low <= estimate.value <= estimate.high <= max(rows)
    noisy = tifffile.imread(folder / "source" / "field2.tif")
    own = compare_images(drawn(), noisy)
    row = evaluation.baseline.rows[2]
    assert (row.psnr, row.ssim, row.nrmse) == (own.psnr, own.ssim, own.nrmse)


def test_tables_json_and_overlays_are_written(evaluation, tmp_path):
    names = {str(path.relative_to(tmp_path)) for path in write(evaluation, tmp_path)}
    assert names == {
        "per_image.csv",
        "scores.json",
        *(f"overlays/field{number}.png" for number in range(4)),
    }
    rows = list(csv.DictReader((tmp_path / "per_image.csv").read_text("utf-8").splitlines()))
    assert [(row["image"], row["method"]) for row in rows[3:5]] == [
        ("field3", "model"),
        ("field0", "baseline"),
    ]
    assert float(rows[0]["psnr"]) == pytest.approx(evaluation.model.rows[0].psnr, abs=1e-4)
    content = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert content["model"]["psnr"]["value"] > content["baseline"]["psnr"]["value"]
    assert content["baseline"]["method"] == "input image"
    with Image.open(tmp_path / "overlays" / "field0.png") as picture:
        assert picture.size == (4 * SHAPE[1] + 3 * 4, SHAPE[0])


def test_previews_are_on_the_scale_of_the_target(evaluation):
    preview = evaluation.previews[0]
    assert np.percentile(preview.target, (0.1, 99.9)) == pytest.approx((0, 1), abs=1e-5)
    assert np.abs(preview.image - preview.target).mean() < 0.2
    assert (preview.error >= 0).all()


def test_a_target_of_another_size_is_a_data_error(package_path, tmp_path):
    pair = write_image_pair(tmp_path, "cut", drawn(), shape=(40, 50))
    with pytest.raises(DataError, match="x 50 against"):
        evaluate(package_path, [pair], device="cpu")


def test_a_target_of_one_value_has_no_scores(package_path, tmp_path):
    pair = write_image_pair(tmp_path, "flat", np.full(SHAPE, 7, np.float32))
    evaluation = evaluate(package_path, [pair], device="cpu")
    text = json.dumps(as_dict(evaluation), allow_nan=False)
    assert json.loads(text)["model"]["ssim"]["value"] is None
    assert not evaluation.previews[0].target.any()


def test_packages_that_give_images_are_compared(package_path, tmp_path):
    other = write_smoothing_package(tmp_path, "other.zip")
    comparison = compare([package_path, other], four_image_pairs(tmp_path))
    rows = {row.name: row for row in comparison.rows()}
    assert rows["SSIM"].winners == (False, False), "the packages are the same"
    assert rows["SSIM"].baseline is not None


def test_a_target_with_other_channels_is_a_data_error(package_path, tmp_path):
    pair = write_image_pair(tmp_path, "colors", drawn())
    stack = np.stack([drawn(), drawn()])
    tifffile.imwrite(pair.target, stack, imagej=True, metadata={"axes": "CYX"})
    with pytest.raises(DataError, match="2 channels of 56 x 40 pixels"):
        evaluate(package_path, [pair], device="cpu")
