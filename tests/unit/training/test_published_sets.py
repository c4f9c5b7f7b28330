"""A prepared published set brings its split and its pixel size into the run."""

import dataclasses

from deepbacs_zoo.datasets import Provenance, SplitRule
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.training import train
from tests.unit.training.small import SIZE, TASK, make_images

RECORD = Provenance(
    name="ecoli-brightfield",
    variant="default",
    kind="labels",
    classes=(),
    pixel_size=(0.079, 0.079),
    archive_sha256=None,
    checked="",
    rule=SplitRule(),
    training=("field0", "field1", "field3", "field4"),
    validation=("field2",),
    test=("field0",),
)
UNKNOWN = Calibration(None, None, None, "pixel")


def run_on(folder, record=RECORD, calibration=UNKNOWN, **options):
    folders = make_images(folder / "training", 5, calibration=calibration)
    make_images(folder / "test", 1, calibration=calibration)
    (folder / "split.json").write_text(record.text())
    return train(TASK, *folders, folder / "run", epochs=1, progress=False, **options)


def names_of(part):
    return tuple(entry.name for entry in part.files)


def test_the_published_split_is_taken_whatever_the_seed(tmp_path):
    run = run_on(tmp_path, seed=7)
    assert names_of(run.split.validation) == ("field2",)
    assert names_of(run.split.training) == RECORD.training
    assert names_of(run.split.test) == ("field0",)
    assert run.settings["validation"] == 0.1
    assert run.pixel_size == (0.079, 0.079)


def test_a_wished_share_draws_another_split(tmp_path):
    run = run_on(tmp_path, validation=0.4)
    assert len(names_of(run.split.validation)) == 2
    assert run.settings["validation"] == 0.4


def test_other_images_than_the_published_ones_are_split_as_any(tmp_path):
    record = dataclasses.replace(RECORD, training=("field0", "field1"))
    run = run_on(tmp_path, record)
    assert run.settings["validation"] == 0.2


def test_the_pixel_size_in_the_files_comes_first(tmp_path):
    assert run_on(tmp_path, calibration=SIZE).pixel_size == (0.1, 0.1)


def test_flat_folders_of_zerocostdl4mic_bring_their_test_part(tmp_path):
    folders = []
    for part, count in (("Training", 4), ("Test", 2)):
        for folder in make_images(tmp_path / part, count):
            folder.rename(tmp_path / f"{part}_{folder.name}")
    folders = tmp_path / "Training_source", tmp_path / "Training_target"
    run = train(TASK, *folders, tmp_path / "run", epochs=1, progress=False)
    assert names_of(run.split.test) == ("field0", "field1")
