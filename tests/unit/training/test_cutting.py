"""One or two fields: cut, trained on, recorded, resumed and exported."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.annotations import Box, Pair, match_pairs
from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.errors import DataError
from deepbacs_zoo.evaluation import evaluate
from deepbacs_zoo.exporting import draft
from deepbacs_zoo.exporting.from_run import trained_model
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.tasks import Labels, annotation_kind
from deepbacs_zoo.tasks.ground_truth.boxes import BoxTruth
from deepbacs_zoo.training import train
from deepbacs_zoo.training.data.cutting import cut_fields
from deepbacs_zoo.training.data.examples import Raw, prepared, read_raw
from deepbacs_zoo.training.plan import divide
from tests.unit.training.small import SIZE, TASK, make_images

ONE_EPOCH = dataclasses.replace(TASK, training=dataclasses.replace(TASK.training, epochs=1))
KINDS = ["labels", "boxes"]


def crowd(count=60, shape=(60, 90), seed=0):
    """Return squares at any place, later ones on top: some lie across every line."""
    random = np.random.default_rng(seed)
    labels = np.zeros(shape, np.int32)
    for number in range(1, count + 1):
        y, x = random.integers(0, shape[0] - 7), random.integers(0, shape[1] - 7)
        labels[y : y + 7, x : x + 7] = number
    return Labels(labels)


def field(truth, kind="labels", name="a"):
    if kind == "boxes":
        boxes = (Box(x0, y0, x1, y1, "cell") for (y0, x0), (y1, x1) in truth.extents)
        truth = BoxTruth(tuple(boxes), truth.shape)
    return Raw(Pair(name, Path(f"{name}.tif"), Path(f"{name}_t.tif")), None, truth)


def squares(*corners, side=6, shape=(40, 60)):
    labels = np.zeros(shape, np.int32)
    for number, (y, x) in enumerate(corners, start=1):
        labels[y : y + side, x : x + side] = number
    return Labels(labels)


def cut(raw, share=0.2, least=8):
    reported = []
    parts, held_out = cut_fields([raw], share, least, reported.append)
    training, validation = parts
    assert held_out == {validation.pair.name} == {"a_validation"}
    assert [finding.id for finding in reported] == ["field-cut-for-validation"]
    return training, validation


@pytest.mark.parametrize("seed", range(10))
def test_no_object_is_in_both_parts_and_both_are_alike(seed):
    truth = crowd(seed=seed)
    training, validation = cut(field(truth))
    seen, kept = (truth.content[part.region.slices] for part in (training, validation))
    assert not set(np.unique(seen)) & set(np.unique(kept)) - {0}
    assert seen.size + kept.size >= 0.8 * truth.content.size
    assert 0.1 < kept.size / truth.content.size < 0.35
    densities = [
        len(part.truth.extents) / part.truth.content.size for part in (training, validation)
    ]
    assert max(densities) < 2 * min(densities)
    for part in (training, validation):
        assert min(part.truth.shape) >= 8
        assert np.unique(part.truth.content).tolist() == [*range(part.truth.content.max() + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_runs_between_objects_where_it_can(kind):
    truth = squares((3, 3), (20, 8), (8, 20), (28, 24), (15, 33), (12, 50))
    training, validation = cut(field(truth, kind))
    assert [len(part.truth.extents) for part in (training, validation)] == [5, 1]
    assert training.truth.shape[1] + validation.truth.shape[1] == 60
    assert 39 <= validation.region.x <= 50
    np.testing.assert_array_equal(np.diff(validation.truth.extents, axis=1), [[[6, 6]]])


def test_of_objects_on_one_side_the_part_is_taken_there():
    truth = squares(*[(y, x) for y in (2, 15, 28) for x in (1, 9, 17, 25)])
    training, validation = cut(field(truth))
    assert len(validation.truth.extents) >= 2
    assert len(training.truth.extents) > len(validation.truth.extents)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_line_cuts_is_not_in_the_validation_part(kind):
    long = np.zeros((40, 60), np.int32)
    long[5:9, 20:55] = 1  # across every line that leaves both parts an object
    long[20:26, 2:8], long[30:36, 50:56] = 2, 3
    raw = field(Labels(long), kind)
    _, validation = cut(raw)
    assert len(validation.truth.extents) == 1
    kept = Labels(long[validation.region.slices]).extents
    assert kept.shape == (1, 2, 2)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (squares((3, 3)), "too few objects.*objects: 1, in 1 image"),
        (squares((3, 3), (3, 40), shape=(30, 60)), "too small.*60 x 30 pixels.*at least 64 x 32"),
        (squares((3, 3), (3, 40), shape=(63, 62)), "too small.*62 x 63 pixels"),
        (squares((33, 33), (39, 33), shape=(70, 66)), "no line divides.*objects: 2, in 66 x 70"),
        (squares(shape=(90, 90)), "objects: 0"),
    ],
)
def test_a_field_that_cannot_be_cut_is_refused_with_the_reason(truth, words):
    with pytest.raises(DataError, match=words):
        divide([field(truth)], 0, 0.2, 64, pytest.fail)


def test_of_two_fields_both_are_cut_where_they_can():
    reported = []
    raws = [field(crowd(), name="a"), field(squares((3, 3)), name="b")]
    parts, held_out = divide(raws, 0, 0.2, 16, reported.append)
    assert [part.pair.name for part in parts] == ["a_training", "a_validation", "b"]
    assert held_out == {"a_validation"}
    raws[1] = field(crowd(seed=1), name="b")
    assert divide(raws, 0, 0.2, 16, reported.append)[1] == {"a_validation", "b_validation"}


def test_of_two_fields_that_cannot_be_cut_one_is_held_out():
    raws = [field(squares((3, 3)), name=name) for name in "ab"]
    parts, held_out = divide(raws, 0, 0.2, 16, pytest.fail)
    assert list(parts) == raws
    assert len(held_out) == 1


def write_field(folder, channels=()):
    truth = crowd(40)
    random = np.random.default_rng(1)
    image = random.normal(1000, 20, truth.shape) - 400 * (truth.content > 0)
    image[:, :20] += 300  # so that a part has other statistics than the whole
    write_tiff(folder / "source" / "a.tif", image.astype(np.uint16), "yx", SIZE)
    labels = truth.content.astype(np.uint16)
    write_tiff(folder / "target" / "a.tif", labels, "yx", SIZE, labels=True)
    return folder / "source", folder / "target"


def test_parts_are_normalized_by_the_whole_image(tmp_path):
    raws = read_raw(annotation_kind("labels"), match_pairs(*write_field(tmp_path)))
    whole = prepared(TASK, raws[0]).image
    parts, _ = divide(raws, 0, 0.2, 16, lambda finding: None)
    for part in parts:
        example = prepared(TASK, part)
        assert example.image.shape[1:] == example.truth.shape
        np.testing.assert_array_equal(example.image, whole[(slice(None), *part.region.slices)])
        assert example.image.flags.c_contiguous


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("field")
    reported = []
    run = train(
        ONE_EPOCH,
        *write_field(folder),
        folder / "run",
        device="cpu",
        progress=False,
        on_finding=reported.append,
    )
    assert "field-cut-for-validation" in [finding.id for finding in reported]
    return run


def test_the_parts_are_recorded_and_read_as_they_were_trained_on(run):
    split = open_run(run.folder).split
    assert split == run.split
    (training,), (validation,) = (part.pairs() for part in (split.training, split.validation))
    assert (training.source, training.name) == (validation.source, "a_training")
    kind = annotation_kind("labels")
    whole = next(kind.read([dataclasses.replace(training, region=None)]))
    for pair in (training, validation):
        (part,) = kind.read([pair])
        np.testing.assert_array_equal(
            part.image.data.values, whole.image.data.values[(..., *pair.region.slices)]
        )
        assert part.image.path.stem == pair.name
        truth = whole.truth.content[pair.region.slices]
        assert ((part.truth.content > 0) == (truth > 0)).all()
        assert "field-cut-for-validation" in [finding.id for finding in run.findings]


def test_the_run_goes_on_with_the_same_parts_alone(run):
    folders = run.folder.parent / "source", run.folder.parent / "target"
    again = train(ONE_EPOCH, *folders, run.folder, resume=True, progress=False, device="cpu")
    assert again.split == run.split
    with pytest.raises(Exception, match="validation"):
        train(ONE_EPOCH, *folders, run.folder, resume=True, validation=0.4, progress=False)


def test_a_package_of_the_run_is_scored_on_the_part_for_validation(run, tmp_path):
    model = trained_model(run)
    assert model.split == "validation"
    assert "each image was cut" in dict(model.training)["images"]
    package = draft(run, tmp_path / "package.zip")
    found = evaluate(package, model.pairs, training=())
    assert found.images == 1
    (part,) = annotation_kind("labels").read(model.pairs)
    assert found.n_true == len(part.truth.extents)


def test_a_detector_trains_on_one_field(tmp_path):
    folders = write_field(tmp_path)
    run = train(
        "detection",
        *folders,
        tmp_path / "run",
        classes=["cell"],
        epochs=1,
        settings={"steps_per_epoch": 1, "batch_size": 2, "patch_size": 32},
        progress=False,
        device="cpu",
    )
    (pair,) = open_run(run.folder).split.validation.pairs()
    (part,) = annotation_kind("boxes", ["cell"]).read([pair])
    assert part.truth.shape == (pair.region.height, pair.region.width)
    assert part.truth.boxes
    assert np.isfinite(run.history()[0]["val_loss"])


def test_two_small_images_train_on_one_and_validate_by_the_other(tmp_path):
    folders = make_images(tmp_path, count=2, calibration=Calibration())
    task = dataclasses.replace(
        ONE_EPOCH, training=dataclasses.replace(ONE_EPOCH.training, patch_size=64)
    )
    run = train(task, *folders, tmp_path / "run", device="cpu", progress=False)
    assert [len(part.files) for part in (run.split.training, run.split.validation)] == [1, 1]
    assert run.split.validation.files[0].region is None
