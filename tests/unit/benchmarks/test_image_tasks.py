"""Benchmarks of methods that make images: what is compared, and when a bar is reached."""

from __future__ import annotations

import dataclasses

import imageio.v3 as imageio
import numpy as np
import pytest

from deepbacs_zoo.evaluation import ImageScores
from deepbacs_zoo.evaluation.images.scores import SimilarityRow
from deepbacs_zoo.simulation import get_scene
from tests.benchmarks.accuracy.archives import MissingDataError
from tests.benchmarks.accuracy.image_tasks import (
    denoising,
    filters,
    labeling,
    panels,
    superresolution,
)
from tests.benchmarks.accuracy.image_tasks.__main__ import main
from tests.benchmarks.accuracy.image_tasks.pairs import (
    ImagePair,
    itself,
    margin,
    means,
    read_samples,
    score,
    write_pairs,
)

NAMES = [f"scene_{number:04d}_{level}photons" for number in range(4) for level in denoising.LEVELS]


def scores(name, value, names=NAMES, key="psnr"):
    rows = [SimilarityRow(each, {key: value + place}, ()) for place, each in enumerate(names)]
    return ImageScores(name, name, tuple(rows))


def test_pairs_are_written_once_and_scored_by_any_method(tmp_path):
    rng = np.random.default_rng(0)
    target = rng.random((64, 64)).astype(np.float32)
    pair = ImagePair("one", target + np.float32(0.1), target)
    for pairs in ([pair], []):
        write_pairs(pairs, tmp_path / "test", 0.08)
    (sample,) = read_samples(tmp_path / "test")
    assert sample.target.calibration.x == pytest.approx(0.08)
    found = score("input", itself, [sample], denoised=True)
    shown = means(found, {"PSNR": "psnr", "unfitted": "psnr_unfitted"})
    assert shown["PSNR"].value == pytest.approx(100)
    assert shown["unfitted"].value == pytest.approx(-20 * np.log10(0.1 / 0.998), abs=0.1)


def test_margins_are_taken_image_by_image():
    by = margin(scores("a", 3.5), scores("b", 1.0), "psnr")
    assert (by.value, by.low, by.high) == (2.5, 2.5, 2.5)


def test_noise_of_the_simulated_camera_is_that_of_its_counts():
    camera, noise = get_scene(denoising.SCENE).camera, denoising.true_noise()
    electrons = np.full((400, 400), 30.0, np.float32)
    counts = camera.expose(electrons, np.random.default_rng(1)).astype(np.float64)
    assert noise.variance(counts.mean()) == pytest.approx(counts.var(), rel=0.02)


def test_each_photon_level_has_its_own_bars():
    found = {
        denoising.INPUT: scores("input", 0.0),
        denoising.N2V: scores("n2v", 2.9),
        denoising.CARE: scores("care", 5.0),
        denoising.NETWORK: scores("plain network", 4.9),
    }
    assert [bar.reached for bar in denoising.bars(found)] == [False] * 3
    found |= {denoising.KNOWN: scores("known", 4.0), denoising.PLAIN: scores("plain", 3.5)}
    assert [bar.reached for bar in denoising.bars(found)] == [False, True, False, False] * 3
    assert denoising.at(5)("scene_0001_5photons")
    assert not denoising.at(5)("scene_0001_80photons")


def test_regressions_on_filters_find_what_filters_show():
    rng = np.random.default_rng(0)
    images = [rng.random((64, 64)) for _ in range(3)]
    pairs = [(image, filters.responses(image)[..., 5]) for image in images]
    assert filters.responses(images[0]).shape == (64, 64, 15)
    predicted = filters.ridge(pairs[:2])(images[2])
    assert np.corrcoef(predicted.ravel(), pairs[2][1].ravel())[0, 1] > 0.99


def test_a_network_has_to_be_better_than_both_regressions():
    keys = ("pearson", "pearson_objects")

    def named(name, value):
        rows = [SimilarityRow(f"field_{n}", dict.fromkeys(keys, value), ()) for n in range(6)]
        return ImageScores(name, name, tuple(rows))

    found = {name: named(name, 0.9) for name in (labeling.RIDGE, labeling.BOOSTED)}
    found |= {name: named(name, 0.9) for name in labeling.METHODS} | {"fnet": named("fnet", 0.95)}
    assert [bar.reached for bar in labeling.bars(found)] == [True] * 4
    found["fnet"] = named("fnet", 0.9)
    assert [bar.reached for bar in labeling.bars(found)] == [False] * 4


def test_super_resolution_is_asked_for_finer_images():
    def named(name, resolution, psnr):
        shown = {"resolution": resolution, "psnr": psnr}
        rows = [SimilarityRow(f"field_{n}", shown, ()) for n in range(3)]
        return ImageScores(name, name, tuple(rows))

    found = {
        superresolution.INPUT: named("input", 6.0, 20.0),
        superresolution.LUCY: named("lucy", 5.0, 22.0),
        superresolution.EQUAL.method: named("care", 4.0, 24.0),
    }
    assert [bar.reached for bar in superresolution.bars(found)] == [True, True]
    found[superresolution.EQUAL.method] = named("care", 4.5, 23.5)
    assert [bar.reached for bar in superresolution.bars(found)] == [False, False]


def test_real_images_that_are_missing_are_named(tmp_path, capsys, monkeypatch):
    from tests.benchmarks.accuracy.image_tasks import real

    monkeypatch.setattr(real.denoising, "train_care", lambda given: None)
    monkeypatch.setattr(real.superresolution.Grid, "train", lambda grid, given: None)
    assert main(["real", "--output", str(tmp_path), "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Skipped: instant-image-denoising")
    assert main(["real", "--output", str(tmp_path)]) == 0
    assert "--data" in capsys.readouterr().out


def test_panels_are_cut_out_of_their_figure_without_its_text(tmp_path):
    chosen = panels.Panels("pair", "figure.png", (10, 20), (10, 1300), 128)
    figure = np.zeros((1300, 2600, 3), np.uint8)
    figure[10:1243, 20:1253], figure[10:1243, 1300:2533] = 50, 200
    figure[1100:1243] = 255
    (tmp_path / panels.FOLDER).mkdir()
    imageio.imwrite(tmp_path / panels.FOLDER / "figure.png", figure)
    pair = chosen.read(tmp_path)
    assert pair.image.shape == pair.target.shape == (111, 128)
    assert set(pair.image.ravel()) == {50}
    assert set(pair.target.ravel()) == {200}
    with pytest.raises(MissingDataError, match=r"deepbacs-wiki/other\.png is not in"):
        dataclasses.replace(chosen, file="other.png").read(tmp_path)
