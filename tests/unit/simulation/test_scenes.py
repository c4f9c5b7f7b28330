"""Scenes: every one is drawn, written and read back; the same seed gives the same bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Picture
from scipy import ndimage

from deepbacs_zoo.annotations import find_folders, match_box_pairs, match_pairs
from deepbacs_zoo.annotations.boxes.voc import read_voc
from deepbacs_zoo.errors import OutputExistsError, UsageError
from deepbacs_zoo.images import read_image
from deepbacs_zoo.simulation import SCENES, draw_scene, get_scene, scenes_of, simulate, synthesize
from deepbacs_zoo.simulation.boxes import COLONY
from deepbacs_zoo.simulation.rendering import _TARGETS
from deepbacs_zoo.simulation.scenes import TARGETS, Disturbances
from deepbacs_zoo.simulation.transmitted import Transmitted, image_phase

TASKS = {"segmentation", "detection", "denoising", "labeling", "superresolution"}


def plain(scene):
    """A scene without faults: even light, nothing out of focus."""
    return replace(scene, disturbances=Disturbances(0.0, 0.0, 0.0, (0.0, 0.0), 0.0, 0.0))


def test_each_task_has_a_scene_and_each_kind_of_truth_a_function():
    assert {scene.task for scene in SCENES.values()} == TASKS
    assert {scene.target for scene in SCENES.values()} == set(TARGETS) == set(_TARGETS)
    for task in TASKS:
        assert {scene.task for scene in scenes_of(task)} == {task}


@pytest.mark.parametrize("name", SCENES)
def test_each_scene_is_written_and_read_by_the_projects_readers(name, tmp_path):
    scene = SCENES[name]
    seen = []
    folder = synthesize(
        scene, tmp_path / "made", images=2, size=64, progress=lambda *done: seen.append(done)
    )
    assert seen == [(1, 2), (2, 2)]
    match = match_box_pairs if scene.target == "boxes" else match_pairs
    for part in ("training", "test"):
        pairs = match(*find_folders(folder, part))
        assert len(pairs) == 1
        source = read_image(pairs[0].source)
        assert source.dtype == np.uint16
        assert source.calibration.x == pytest.approx(scene.pixel_size)
        if scene.target == "boxes":
            read_voc(pairs[0].target, pairs[0].source, (64, 64))
            continue
        target = read_image(pairs[0].target)
        assert target.calibration.x == pytest.approx(scene.pixel_size / target.shape[-1] * 64)
        channels = len(scene.stains) if scene.target == "stains" else 1
        assert target.shape[2] == channels
    settings = json.loads((folder / "simulation.json").read_text("utf-8"))
    assert settings["seed"] == 0
    assert settings["scene"]["camera"]["gain"] == scene.camera.gain
    assert scene.summary in (folder / "README.txt").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made"]


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    scene = SCENES["labeling"]
    one = synthesize(scene, tmp_path / "one", images=3, size=96, seed=5)
    two = synthesize(scene, tmp_path / "two", images=3, size=96, seed=5)
    other = synthesize(scene, tmp_path / "other", images=3, size=96, seed=6)
    files = sorted(path.relative_to(one) for path in one.rglob("*.tif"))
    assert len(files) == 6
    assert all((one / file).read_bytes() == (two / file).read_bytes() for file in files)
    assert not any((one / file).read_bytes() == (other / file).read_bytes() for file in files)


def test_an_image_does_not_depend_on_those_before():
    scene = SCENES["denoising"]
    assert np.array_equal(
        simulate(scene, 64, seed=1, index=4).source, simulate(scene, 64, seed=1, index=4).source
    )
    assert [simulate(scene, 64, index=index).photons for index in range(4)] == [5, 20, 80, 5]


def test_noise_is_that_of_the_camera():
    scene = SCENES["denoising-80"]
    sample = simulate(scene, 256)
    camera = scene.camera
    expected = (
        camera.gain * (sample.noise_free - camera.offset) + (camera.gain * camera.read_noise) ** 2
    )
    residual = (sample.source - sample.noise_free) / np.sqrt(expected)
    assert residual.mean() == pytest.approx(0.0, abs=0.02)
    assert residual.var() == pytest.approx(1.0, abs=0.03)
    assert np.array_equal(sample.target, sample.noise_free)


def test_photons_are_those_of_a_bright_cell():
    scene = plain(SCENES["denoising-20"])
    sample = simulate(scene, 256)
    photons = (sample.noise_free - scene.camera.offset) / scene.camera.gain
    assert np.percentile(photons[sample.labels > 0], 99) == pytest.approx(20.0, rel=0.1)


def test_labels_number_the_cells_and_lie_where_cells_shine():
    scene = replace(plain(SCENES["curved-cytoplasm"]), stains=("cytoplasm",))
    sample = simulate(scene, 256)
    numbers = np.unique(sample.labels)
    assert np.array_equal(numbers, np.arange(len(numbers)))
    shown = sample.noise_free - scene.camera.offset
    for number, place in enumerate(ndimage.find_objects(sample.labels), 1):
        edges = (place[0].start, 256 - place[0].stop, place[1].start, 256 - place[1].stop)
        if min(edges) > 0:
            area = (sample.labels == number).sum() * scene.pixel_size**2
            assert area == pytest.approx(sample.cells[number - 1].area, rel=0.15)
    assert (
        shown[sample.labels > 0].mean()
        > 20 * shown[ndimage.distance_transform_edt(sample.labels == 0) > 5].mean()
    )


@pytest.mark.parametrize("name", ["rods-bright-field", "colonies-phase-contrast"])
def test_cells_in_transmitted_light_are_dark_where_their_labels_are(name):
    sample = simulate(SCENES[name], 256)
    inside, outside = sample.labels > 0, ndimage.binary_dilation(sample.labels > 0, iterations=8)
    background = np.median(sample.noise_free[~outside])
    assert sample.noise_free[inside].mean() < 0.95 * background
    # A bright seam surrounds them: the first fringe, or the halo.
    seam = outside & ~ndimage.binary_dilation(inside, iterations=2)
    assert sample.noise_free[seam].mean() > background


def test_a_transparent_cell_in_focus_is_nearly_unseen_in_bright_field_only():
    phase = np.zeros((96, 96), np.float32)
    phase[40:56, 30:66] = 0.3
    contrast = [
        image_phase(phase, microscope, 0.08)[44:52, 34:62].mean() - 1
        for microscope in (Transmitted(), Transmitted(ring=0.1, condenser=0.5))
    ]
    assert abs(contrast[0]) < 0.03
    assert contrast[1] < -0.4
    assert np.allclose(
        image_phase(np.zeros_like(phase), Transmitted(), 0.08, focus=0.5), 1, atol=1e-3
    )


def test_boxes_hold_their_cells_and_groups_are_microcolonies():
    sample = simulate(SCENES["growth-stages"], 384, seed=2)
    assert {box.name for box in sample.boxes} == {"rod", "dividing", "microcolony"}
    for box in sample.boxes:
        inside = sample.labels[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
        cells = [sample.cells[number - 1] for number in np.unique(inside[inside > 0])]
        if box.name == "microcolony":
            groups = [cell.group for cell in cells]
            assert max(groups.count(group) for group in groups) >= 2
        else:
            assert any(sum(c.group == o.group for o in sample.cells) < COLONY for c in cells)


def test_structured_illumination_is_sharper_than_wide_field():
    sample = simulate(plain(SCENES["superresolution"]), 256)
    assert sample.target.shape == sample.source.shape
    sharpness = [
        np.abs(np.diff(image, axis=1)).mean() / np.ptp(image)
        for image in (sample.noise_free, sample.target)
    ]
    assert sharpness[1] > 1.3 * sharpness[0]
    upscaled = simulate(SCENES["superresolution-upscale"], 64)
    assert upscaled.target.shape == (128, 128)
    assert upscaled.target_pixel_size == upscaled.pixel_size / 2


def test_drift_displaces_the_target_by_what_is_stated():
    scene = SCENES["labeling-drift"]
    still = simulate(plain(scene), 128)
    moved = simulate(
        replace(scene, disturbances=replace(plain(scene).disturbances, drift=2.0)), 128
    )
    pixels = np.array(moved.shift) / scene.pixel_size
    assert np.hypot(*pixels) > 1
    back = ndimage.shift(moved.target, -pixels, order=3)[30:-30, 30:-30]
    assert np.corrcoef(back.ravel(), still.target[30:-30, 30:-30].ravel())[0, 1] > 0.95


@pytest.mark.parametrize(
    ("call", "thing", "found"),
    [
        (lambda: get_scene("rods"), "synthesize", "rods"),
        (lambda: scenes_of("sleep"), "task", "sleep"),
        (lambda: simulate(SCENES["denoising"], 16), "size", "16 pixels"),
        (lambda: replace(SCENES["denoising"], photons=(-5.0,)), "photons", "-5.0"),
        (lambda: replace(SCENES["denoising"], stains=("gram",)), "stains", "gram"),
        (lambda: replace(SCENES["denoising"], pixel_size=80.0), "pixel_size", "80.0"),
        (lambda: Transmitted(numerical_aperture=1.6), "numerical_aperture", "1.6"),
        (lambda: Transmitted(condenser=1.4), "condenser", "1.4"),
        (lambda: Disturbances(unevenness=1.0), "unevenness", "1.0"),
    ],
)
def test_bad_settings_are_one_sentence(call, thing, found):
    with pytest.raises(UsageError) as caught:
        call()
    message = str(caught.value)
    assert message.startswith(f"{thing}: ")
    assert f"({found})" in message
    assert "; allowed: " in message


def test_folders_of_others_are_never_replaced(tmp_path):
    scene, mine = SCENES["rods-bright-field"], tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("all of it")
    with pytest.raises(OutputExistsError):
        synthesize(scene, mine, images=2, size=64)
    with pytest.raises(UsageError, match="would be lost"):
        synthesize(scene, mine, images=2, size=64, overwrite=True)
    with pytest.raises(UsageError, match="images"):
        synthesize(scene, tmp_path / "new", images=1)
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    made = synthesize(scene, tmp_path / "made", images=2, size=64)
    with pytest.raises(OutputExistsError):
        synthesize(scene, made, images=2, size=64)
    synthesize(scene, made, images=3, size=64, overwrite=True)
    assert len(list(made.rglob("source/*.tif"))) == 3


def test_nothing_is_left_of_a_folder_that_was_not_finished(tmp_path):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesize(SCENES["denoising"], tmp_path / "made", images=2, size=64, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "width"),
    [("rods-bright-field", 2), ("growth-stages", 2), ("labeling", 3), ("denoising", 2)],
)
def test_a_picture_shows_image_and_truth_side_by_side(name, width, tmp_path):
    path = draw_scene(SCENES[name], tmp_path / "scene.png", size=64, images=2)
    with Picture.open(path) as picture:
        assert picture.size == (64 * width + 4 * (width - 1), 132)
    with pytest.raises(OutputExistsError):
        draw_scene(SCENES[name], path)
