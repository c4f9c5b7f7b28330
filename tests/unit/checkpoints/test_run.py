"""Run folders: written whole, read back the same, and clear about what is wrong with them."""

import dataclasses
import json
import subprocess
import sys

import pytest

from deepbacs_zoo.checkpoints import (
    TunedDecoding,
    append_row,
    finish_run,
    is_run,
    open_run,
    versions,
)
from deepbacs_zoo.errors import DataError, DeepbacsZooError, OutputExistsError, UsageError
from deepbacs_zoo.package.zoo_config import AnchorBoxes, Multilabel
from tests.unit.checkpoints.runs import make_run


def test_a_run_reads_back_as_it_was_written(tmp_path):
    run = make_run(tmp_path)
    assert is_run(run.folder)
    assert open_run(run.folder) == run


def test_a_finished_run_knows_when_it_ended(tmp_path):
    run = make_run(tmp_path)
    assert run.ended is None
    ended = finish_run(run)
    assert ended.ended.endswith("+00:00")
    assert open_run(run.folder) == ended


def test_a_run_without_pixel_size_and_test_images(tmp_path):
    run = make_run(tmp_path, pixel_size=None)
    assert open_run(run.folder).pixel_size is None


def test_an_existing_output_is_kept(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious").write_text("data")
    with pytest.raises(OutputExistsError, match="resume=True"):
        make_run(tmp_path)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["precious"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "run").mkdir()
    assert is_run(make_run(tmp_path).folder)


def test_the_best_epoch_is_the_first_with_the_lowest_validation_loss(tmp_path):
    run = make_run(tmp_path)
    assert run.best_epoch is None
    for epoch, loss in ((1, 0.9), (2, 0.5), (3, 0.5)):
        append_row(run.history_file, {"epoch": epoch, "val_loss": loss})
    assert run.best_epoch == 2
    assert (run.best.epoch, run.best.epochs) == (2, 3)
    assert "0.5" in str(run.best)


def test_the_best_epoch_is_that_of_the_column_that_the_settings_name(tmp_path):
    run = make_run(tmp_path)
    run = dataclasses.replace(run, settings={**run.settings, "best_by": "val_map_50"})
    rows = ((1, 0.4, 0.7), (2, 0.9, 0.8), (3, 0.9, 0.795), (4, 0.5, 0.6))
    for epoch, loss, average in rows:
        append_row(run.history_file, {"epoch": epoch, "val_loss": loss, "val_map_50": average})
    assert run.best_epoch == 3, "the last of those that are alike"
    assert str(run.best) == "best of 4 epochs: 3, mAP at IoU 0.5 of the validation images 0.795"
    assert run.best.reason.endswith("0.01 of the highest mAP at IoU 0.5 of the validation images")


def test_before_the_first_epoch_there_is_no_best_and_no_weights(tmp_path):
    run = make_run(tmp_path)
    with pytest.raises(DataError):
        _ = run.best
    with pytest.raises(DataError):
        run.weights()
    run.best_weights.write_bytes(b"weights")
    assert run.weights() == run.best_weights


@pytest.mark.parametrize("name", ["nowhere", ""])
def test_what_is_no_run_is_said_to_be_none(tmp_path, name):
    with pytest.raises(UsageError, match="run"):
        open_run(tmp_path / name)


def damage_json(text):
    return text[: len(text) // 2]


def damage_field(text):
    return text.replace('"seed"', '"sead"')


def damage_split(text):
    return text.replace('"source_sha256"', '"source_md5"')


def damage_type(text):
    return "[]"


def damage_version(text):
    return text.replace('"schema_version": 2', '"schema_version": 99')


@pytest.mark.parametrize(
    "damage",
    [damage_json, damage_field, damage_split, damage_type, damage_version],
    ids=lambda damage: damage.__name__,
)
def test_a_damaged_description_is_one_sentence(tmp_path, damage):
    run = make_run(tmp_path)
    file = run.folder / "run.json"
    file.write_text(damage(file.read_text("utf-8")), "utf-8")
    with pytest.raises(DeepbacsZooError) as caught:
        open_run(run.folder)
    assert caught.value.where == str(file)
    assert caught.value.hint
    assert caught.value.allowed


def test_the_description_names_the_versions_of_the_libraries(tmp_path):
    found = versions()
    assert {"python", "torch", "numpy", "deepbacs_zoo"} <= found.keys()
    run = make_run(tmp_path, versions=found)
    assert json.loads((run.folder / "run.json").read_text())["versions"] == found


def test_the_subpackage_loads_without_torch():
    code = "import sys, deepbacs_zoo.checkpoints; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


OLD = {
    "segmentation": ("segmentation", "multilabel-unet"),
    "foreground": ("segmentation", "unet"),
    "stardist": ("segmentation", "stardist"),
    "detection": ("detection", "yolov2"),
}


@pytest.mark.parametrize("word", OLD)
def test_a_run_of_version_1_is_read_in_the_present_names(tmp_path, word):
    run = make_run(tmp_path)
    file = run.folder / "run.json"
    block = json.loads(file.read_text())
    for name in ("method", "method_arguments", "pretrained"):
        del block[name]
    decode = {"settings": {"kind": "multilabel", "output": "p", "seed_threshold": 0.4}}
    file.write_text(
        json.dumps(
            {
                **block,
                "schema_version": 1,
                "task": word,
                "task_arguments": {"rays": 32},
                "origin": {"name": "first", "sha256": "0"},
                "settings": {"epochs": 3, "patch": 32, "batch": 4, "steps": None, "zoom": 1.0},
                "decode": {**decode, "before": 0.5, "after": 0.75, "objects": 40},
            }
        )
    )
    old = open_run(run.folder)
    assert (old.task, old.method) == OLD[word]
    assert old.method_arguments == {"rays": 32}
    assert old.pretrained == {"name": "first", "sha256": "0"}
    assert old.settings == {
        "epochs": 3,
        "patch_size": 32,
        "batch_size": 4,
        "steps_per_epoch": None,
        "max_zoom": 1.0,
        "optimizer": "AdamW",
    }
    assert old.tuned == TunedDecoding(Multilabel("p", seed_threshold=0.4), 0.5, 0.75, 40)


def test_tuned_thresholds_are_read_back_as_they_were_written(tmp_path):
    tuned = TunedDecoding(Multilabel("p", seed_threshold=0.4), 0.5, 0.75, 40)
    assert open_run(make_run(tmp_path / "old", tuned=tuned).folder).tuned == tuned
    whole = dataclasses.replace(tuned, initial=Multilabel("p"), score="recall", note="few rods")
    run = make_run(tmp_path / "new", tuned=whole, validation_scores={"F1": 0.5})
    assert open_run(run.folder).tuned == whole
    assert open_run(run.folder).validation_scores == {"F1": 0.5}


def test_a_run_says_what_became_of_its_thresholds(tmp_path):
    first = Multilabel("p")
    chosen = dataclasses.replace(first, seed_threshold=0.98, min_size=60)
    tuned = TunedDecoding(chosen, 0.05, 0.64, 45, first)
    assert tuned.changes == (("seed threshold", "0.5", "0.98"), ("min size", "20", "60"))
    assert tuned.summary == (
        "seed threshold 0.5 → 0.98, min size 20 → 60; mean F1 0.050 → 0.640, chosen by 45 objects "
        "of the validation images"
    )
    composed = dataclasses.replace(tuned, composed=42)
    assert composed.summary.endswith(
        "chosen by 3 objects of the validation images and 42 composed of them"
    )
    assert dataclasses.replace(tuned, note="few rods").summary == f"{tuned.summary}; few rods"
    kept = TunedDecoding(first, 0.9, 0.9, 45, first)
    assert kept.changes == ()
    assert "the method's own: no other made the mean F1 of 0.900 noticeably higher" in kept.summary
    old = TunedDecoding(chosen, 0.05, 0.64, 45)
    assert (
        "seed threshold 0.98, foreground threshold 0.5, convexity 0.85, peak threshold 0; mean "
        "F1 0.050 → 0.640" in old.summary
    )
    run = make_run(tmp_path, untuned="there is no object")
    assert open_run(run.folder).thresholds == "the method's own: there is no object"


def test_thresholds_of_classes_are_named_after_them():
    first = AnchorBoxes("p", ("rod", "coccus"), 2, 16)
    chosen = dataclasses.replace(first, score_threshold=(0.3, 0.45))
    (change,) = TunedDecoding(chosen, 0.5, 0.6, 9, first).changes
    assert change.after == "(rod 0.3, coccus 0.45)"


def test_a_run_without_task_arguments_opens_with_the_defaults(tmp_path):
    run = make_run(tmp_path)
    file = run.folder / "run.json"
    block = json.loads(file.read_text())
    for name in ("method", "method_arguments", "pretrained"):
        del block[name]
    file.write_text(json.dumps({**block, "schema_version": 1}))
    assert open_run(run.folder).method_arguments == {}
