"""The shipped images: real, small, documented, and without a field in both parts."""

import subprocess
import sys

import numpy as np
import pytest

from deepbacs_zoo.annotations import match_pairs, read_pair
from deepbacs_zoo.datasets import SAMPLES, sample_images
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import read_image


def pairs_of(part, name="ecoli_brightfield"):
    folder = sample_images(name) / part
    return match_pairs(folder / "source", folder / "target")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="ecoli_brightfield") as caught:
        sample_images("yeast")
    assert caught.value.value == "yeast"


@pytest.mark.parametrize("name", SAMPLES)
def test_each_set_says_where_it_comes_from_and_under_which_terms(name):
    samples = SAMPLES[name]
    assert "MIT License" in (samples.folder / "LICENSE").read_text("utf-8")
    source = (samples.folder / "SOURCE.txt").read_text("utf-8")
    assert samples.doi in source
    assert "b9d4335751929c494fbe1f6ebebd0cc8f7addda86cccad01244f1edf00de0a4d" in source
    assert not samples.complete
    assert "INCOMPLETE" in source


@pytest.mark.parametrize("name", SAMPLES)
def test_the_files_state_the_pixel_size_of_the_table(name):
    samples = SAMPLES[name]
    for part in samples.parts:
        for pair in pairs_of(part, name):
            calibration = read_image(pair.source).calibration
            assert calibration.unit == "µm"
            assert (calibration.y, calibration.x) == pytest.approx(samples.pixel_size, rel=1e-6)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_pair_is_16_bit_with_labels_numbered_without_a_gap(name):
    for part in SAMPLES[name].parts:
        for pair in pairs_of(part, name):
            image, labels = read_pair(pair)
            assert image.data.dtype == np.uint16
            assert labels.max() >= 1


def test_no_field_is_in_both_parts():
    names = [{pair.name for pair in pairs_of(part)} for part in ("training", "test")]
    assert not names[0] & names[1]


def test_the_test_part_holds_whole_fields_with_at_least_forty_cells():
    pairs = [read_pair(pair) for pair in pairs_of("test")]
    assert sum(int(labels.max()) for _, labels in pairs) >= 40
    assert {labels.shape for _, labels in pairs} == {(512, 512)}


def test_no_training_crop_cuts_a_labelled_cell():
    for pair in pairs_of("training"):
        _, labels = read_pair(pair)
        border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
        assert not border.any(), pair.name


def test_all_images_together_are_under_five_megabytes():
    folder = sample_images().parent
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 5_000_000


def test_asking_for_samples_loads_no_image_library():
    code = (
        "import sys; from deepbacs_zoo.datasets import sample_images; sample_images();"
        "assert not {'tifffile', 'numpy', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
