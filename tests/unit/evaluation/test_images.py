"""Packages that give images: scores against target images, beside those of the input image."""

import csv
import dataclasses
import json
import sys
import types

import numpy as np
import pytest
import tifffile
from PIL import Image

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation import SCORES, compare, evaluate, pairs_for, write
from deepbacs_zoo.evaluation.images.baselines import ImageField, tune_image_baselines
from deepbacs_zoo.evaluation.writing import as_dict
from deepbacs_zoo.metrics import compare_images, ring_correlation
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


def write_smoothing_package(folder, name="smoothing.zip", task=None):
    spec = image("image", "bcyx", channels=("intensity",))
    return write_package(
        folder / name,
        inputs=[spec],
        outputs=[like(spec, "restored", "bcyx", channels=("intensity",))],
        network=smoothing_network(),
        weights=("onnx",),
        config={} if task is None else {"deepbacs_zoo": {"schema_version": 2, "task": task}},
    )


def drawn(shape=SHAPE):
    """Discs and bars, float32."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    picture = np.where(np.hypot(rows - 14, columns - 16) < 9, 200.0, 40.0)
    picture[24:34, 30:50] = 120.0
    return picture.astype(np.float32)


def write_image_pair(folder, name, target, noise=30.0, seed=0, shape=None, **metadata):
    source, truth = folder / "source" / f"{name}.tif", folder / "target" / f"{name}.tif"
    for path in (source, truth):
        path.parent.mkdir(parents=True, exist_ok=True)
    noisy = target + np.random.default_rng(seed).normal(0, noise, target.shape)
    tifffile.imwrite(source, noisy.astype(np.float32))
    tifffile.imwrite(truth, target if shape is None else target[: shape[0], : shape[1]], **metadata)
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
    assert list(lines) == [score.name for score in SCORES if score.key != "residual_correlation"]
    assert lines["PSNR in dB"].value > lines["PSNR in dB"].baseline + 2
    assert lines["SSIM"].value > lines["SSIM"].baseline
    assert lines["NRMSE"].value < lines["NRMSE"].baseline
    assert lines["NRMSE"].best == "lowest"
    assert evaluation.baseline_name == "input image"


def test_scores_are_means_over_images_with_intervals(evaluation, folder):
    for name, estimate in evaluation.model.estimates.items():
        rows = [row.scores[name] for row in evaluation.model.rows]
        assert estimate.value == pytest.approx(np.mean(rows))
        assert min(rows) <= estimate.low <= estimate.value <= estimate.high <= max(rows)
    noisy = tifffile.imread(folder / "source" / "field2.tif")
    own = dataclasses.asdict(compare_images(drawn(), noisy))
    own["resolution"] = ring_correlation(drawn(), noisy).resolution
    assert evaluation.baseline.rows[2].scores == own


def test_tables_json_and_overlays_are_written(evaluation, tmp_path):
    names = {str(path.relative_to(tmp_path)) for path in write(evaluation, tmp_path)}
    assert names == {
        "fourier_rings.csv",
        "per_image.csv",
        "scores.json",
        *(f"overlays/field{number}.png" for number in range(4)),
    }
    rows = list(csv.DictReader((tmp_path / "per_image.csv").read_text("utf-8").splitlines()))
    assert [(row["image"], row["method"]) for row in rows[3:5]] == [
        ("field3", "model"),
        ("field0", "baseline"),
    ]
    assert float(rows[0]["psnr"]) == pytest.approx(
        evaluation.model.rows[0].scores["psnr"], abs=1e-4
    )
    assert list(rows[0])[:5] == ["image", "method", "psnr", "ssim", "nrmse"]
    rings = list(csv.DictReader((tmp_path / "fourier_rings.csv").read_text("utf-8").splitlines()))
    assert [row["method"] for row in rings] == ["model"] * 64 + ["baseline"] * 64
    assert float(rings[0]["low"]) <= float(rings[0]["correlation"]) <= float(rings[0]["high"])
    content = json.loads((tmp_path / "scores.json").read_text("utf-8"))
    assert content["model"]["psnr"]["value"] > content["baseline"]["psnr"]["value"]
    assert content["baseline"]["method"] == "input image"
    assert content["model"]["resolution_in_units"] is None
    assert content["other_baselines"] == []
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


CALIBRATED = {"imagej": True, "resolution": (10, 10), "metadata": {"unit": "um"}}


def test_the_resolution_is_in_units_too_where_the_pixel_size_is_known(package_path, tmp_path):
    pairs = [write_image_pair(tmp_path, "calibrated", drawn(), **CALIBRATED)]
    evaluation = evaluate(package_path, pairs, device="cpu")
    pixels = evaluation.model.estimates["resolution"].value
    found = as_dict(evaluation)["model"]["resolution_in_units"]
    assert found == {"value": pytest.approx(pixels / 10), "low": None, "high": None, "unit": "µm"}
    assert "resolution in µm" in [line.name for line in evaluation.headlines()]
    pairs.append(write_image_pair(tmp_path, "unknown", drawn()))
    assert evaluate(package_path, pairs, device="cpu").model.resolution_in_units is None


@pytest.fixture(scope="module")
def denoised(tmp_path_factory):
    """A package for denoising, evaluated beside the methods that are tuned on training images."""
    folder = tmp_path_factory.mktemp("denoised")
    training = [
        write_image_pair(folder / "training", f"learn{seed}", drawn(), seed=10 + seed)
        for seed in range(2)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "bm3d", None)
        package = write_smoothing_package(folder, task="denoising")
        return evaluate(package, four_image_pairs(folder), training=training, device="cpu")


def test_denoising_stands_beside_methods_tuned_on_training_images(denoised):
    assert [name for name, _ in denoised.methods] == [
        "model",
        "baseline",
        "Gaussian filter",
        "non-local means",
    ]
    psnr = {name: scores.estimates["psnr"].value for name, scores in denoised.methods}
    assert psnr["Gaussian filter"] > psnr["baseline"] + 2
    assert psnr["non-local means"] > psnr["baseline"] + 2
    assert "2 training images" in denoised.others[0].description
    assert [each["method"] for each in as_dict(denoised)["other_baselines"]] == [
        "Gaussian filter",
        "non-local means",
    ]
    assert "bm3d-not-installed" in {finding.id for finding in denoised.findings}


def test_what_smoothing_takes_away_from_an_image_is_not_white(denoised):
    found = {name: scores.estimates["residual_correlation"] for name, scores in denoised.methods}
    assert found["model"].value > 0.1
    assert np.isnan(found["baseline"].value), "nothing was taken away"
    assert {"noise-in-prediction", "structure-in-residual"} & {f.id for f in denoised.findings}


def test_without_training_images_the_methods_are_left_out_with_the_reason(evaluation):
    assert evaluation.others == ()
    reasons = {finding.id: finding.what for finding in evaluation.findings}
    assert "no training images are known" in str(reasons["baseline-left-out"])


def fields(change, seeds=(1, 2)):
    """Training images that are made of their target by a function of it and random numbers."""
    return [
        ImageField(np.float32(change(drawn(), np.random.default_rng(seed))), drawn()[None])
        for seed in seeds
    ]


def score(method, field):
    return compare_images(field.target[0], method(field.image, 1)[0]).psnr


def test_bm3d_runs_between_the_transform_and_its_inverse(monkeypatch):
    seen = []

    def bm3d(image, sigma):
        seen.append((image.min(), image.max(), np.ptp(image) / sigma))
        return image

    module = types.ModuleType("bm3d")
    module.bm3d = bm3d
    monkeypatch.setitem(sys.modules, "bm3d", module)
    module.__spec__ = types.SimpleNamespace()
    noisy = fields(lambda target, rng: 3.0 * rng.poisson(target) + 100)
    found = tune_image_baselines(noisy, "denoising")
    assert [each.name for each in found.methods] == ["Gaussian filter", "BM3D"]
    assert found.findings == ()
    restored = found.methods[1](noisy[0].image, 2)
    assert restored.shape == (2, *SHAPE)
    low, high, extent = seen[0]
    assert (low, high) == pytest.approx((0, 1))
    # Of roots of 30 to 240 photons: 2 sqrt(240) - 2 sqrt(30).
    assert extent == pytest.approx(2 * np.sqrt(240) - 2 * np.sqrt(25), rel=0.15)
    # The identity between both: the unbiased inverse is higher by a quarter of the gain.
    np.testing.assert_allclose(restored[0], noisy[0].image + 3 / 4, atol=0.6)


def test_bm3d_itself_denoises():
    pytest.importorskip("bm3d")
    noisy = fields(lambda target, rng: rng.poisson(target))
    gaussian, bm3d = tune_image_baselines(noisy[:1], "denoising").methods
    assert score(bm3d, noisy[1]) > score(gaussian, noisy[1])


def test_superresolution_stands_beside_a_tuned_deconvolution():
    from scipy import ndimage

    blurred = fields(lambda target, rng: rng.poisson(4 * ndimage.gaussian_filter(target, 1.5)))
    (method,) = tune_image_baselines(blurred[:1], "superresolution").methods
    assert method.name == "Richardson-Lucy"
    unchanged = compare_images(blurred[1].target[0], blurred[1].image).psnr
    assert score(method, blurred[1]) > unchanged + 0.5


def test_labeling_stands_beside_a_regression_on_filters():
    from scipy import ndimage

    made = fields(lambda target, rng: -ndimage.sobel(target, 0) + rng.normal(0, 1, target.shape))
    stained = [field._replace(target=np.stack([drawn(), -drawn()])) for field in made]
    (method,) = tune_image_baselines(stained[:1], "labeling").methods
    found = method(stained[1].image, 2)
    assert np.corrcoef(found[0].ravel(), drawn().ravel())[0, 1] > 0.7
    np.testing.assert_allclose(found[0], -found[1], atol=1e-2)
    assert "1 training images" in method.description


def test_training_images_of_one_value_teach_nothing():
    assert tune_image_baselines(fields(lambda target, rng: target * 0), None) is None


def test_an_image_is_interpolated_on_the_grid_of_a_finer_target():
    from deepbacs_zoo.evaluation.previews import on_grid_of

    rows, columns = np.mgrid[:20, :30]
    coarse = np.float32(rows + columns)[None]
    fine = on_grid_of(np.zeros((2, 40, 60), np.float32), coarse)
    assert fine.shape == (2, 40, 60)
    assert np.corrcoef(fine[0].ravel(), np.add.outer(np.arange(40), np.arange(60)).ravel())[
        0, 1
    ] == pytest.approx(1, abs=1e-3)
    assert on_grid_of(coarse, coarse) is coarse
