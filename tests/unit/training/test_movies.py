"""Training on movies with label movies."""

import dataclasses

import numpy as np
import tifffile

from deepbacs_zoo.annotations import match_pairs, read_label_pairs
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.tasks import annotation_kind
from deepbacs_zoo.training import train
from deepbacs_zoo.training.data.examples import read_raw
from deepbacs_zoo.training.data.splitting import draw_validation
from deepbacs_zoo.training.plan import divide
from tests.unit.training.small import TASK

ONE_EPOCH = dataclasses.replace(TASK, training=dataclasses.replace(TASK.training, epochs=1))


def write_movies(folder, count, frames=4):
    random = np.random.default_rng(0)
    for part in ("source", "target"):
        (folder / part).mkdir()
    for index in range(count):
        labels = np.zeros((frames, 24, 30), np.uint16)
        for frame in range(frames):
            labels[frame, 3 + frame : 10 + frame, 4:12] = 7
            labels[frame, 14:22, 15:27] = 2
        images = (random.normal(1000, 20, labels.shape) - 400 * (labels > 0)).astype(np.uint16)
        for part, array in (("source", images), ("target", labels)):
            path = folder / part / f"movie{index}.tif"
            tifffile.imwrite(path, array, imagej=True, metadata={"axes": "TYX"})
    return folder / "source", folder / "target"


def test_frames_are_trained_on_and_recorded_with_their_number(tmp_path):
    folders = write_movies(tmp_path, 3)
    reported = []
    run = train(ONE_EPOCH, *folders, tmp_path / "run", on_finding=reported.append, progress=False)
    assert reported == []
    split = open_run(run.folder).split
    assert (len(split.training.files), len(split.validation.files)) == (8, 4)
    assert len({entry.source for entry in split.validation.files}) == 1, "a whole movie"
    pairs = split.training.pairs()
    assert [(pair.name, pair.t, pair.z) for pair in pairs[:2]] == [
        (pairs[0].source.stem + "_t001", 0, None),
        (pairs[0].source.stem + "_t002", 1, None),
    ]
    (second,) = read_label_pairs([pairs[1]])
    stored = tifffile.imread(pairs[1].source)[1]
    np.testing.assert_array_equal(second.image.data.values[0, 0, 0], stored)
    # The same training goes on.
    assert train(ONE_EPOCH, *folders, tmp_path / "run", resume=True, progress=False).ended


def test_frames_of_a_single_movie_are_on_both_sides_with_a_warning(tmp_path):
    raws = read_raw(annotation_kind("labels"), match_pairs(*write_movies(tmp_path, 1, frames=10)))
    reported = []
    held_out = draw_validation(raws, 0, 0.2, reported.append)
    assert len(held_out) == 2
    (finding,) = reported
    assert finding.id == "movie-on-both-sides"
    assert "2 of its 10 planes" in finding.sentence()


def test_two_frames_are_cut_as_two_images(tmp_path):
    raws = read_raw(annotation_kind("labels"), match_pairs(*write_movies(tmp_path, 1, frames=2)))
    parts, held_out = divide(raws, 0, 0.2, 16, lambda finding: None)
    assert held_out == {"movie0_t001_validation", "movie0_t002_validation"}
    for part in parts:
        (read,) = read_label_pairs([part.pair])
        np.testing.assert_array_equal(read.annotation.labels, part.truth.content)
