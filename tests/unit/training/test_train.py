"""Training: checked first, repeatable, resumable, clear when something is wrong."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import tifffile
import torch

from deepbacs_zoo.checkpoints import open_run
from deepbacs_zoo.errors import (
    DataError,
    HostError,
    ModelError,
    OutputExistsError,
    UsageError,
)
from deepbacs_zoo.images import Calibration
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.training import loop, train
from deepbacs_zoo.training.callbacks.interruption import Interruption, InterruptionError, catching
from deepbacs_zoo.training.plan import TrainingPlan
from tests.unit.training.small import TASK, make_images


def weights(run):
    return torch.load(run.weights(), weights_only=True)


def same_weights(first, second):
    one, other = weights(first), weights(second)
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture
def folders(tmp_path):
    return make_images(tmp_path / "images")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of three epochs, made once; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("trained")
    return train(TASK, *make_images(folder / "images"), folder / "run", seed=1, device="cpu")


@pytest.fixture
def run(trained, tmp_path):
    shutil.copytree(trained.folder, tmp_path / "run")
    return open_run(tmp_path / "run")


def interrupt_in_epoch(monkeypatch, epoch):
    """Press Ctrl-C in the middle of an epoch, counted from 1."""
    step = loop.TrainingModule.training_step

    def pressed(self, batch, batch_idx):
        if self.trainer.current_epoch == epoch - 1 and batch_idx == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self, batch, batch_idx)

    monkeypatch.setattr(loop.TrainingModule, "training_step", pressed)


def test_a_run_leaves_history_checkpoints_and_weights(run):
    names = {path.name for path in run.folder.iterdir()}
    assert names == {"run.json", "history.csv", "last.ckpt", "best.ckpt", "best.pt"}
    assert open_run(run.folder) == run
    assert run.ended is not None
    columns = ["epoch", "train_loss", "val_loss", *(f"val_{name}" for name in TASK.metrics)]
    assert [list(row) for row in run.history()] == [columns] * 3


def test_the_weights_fit_the_network_that_is_exported(run):
    network = build_network(run.network, run.network_arguments)
    network.load_state_dict(weights(run))
    assert run.network_arguments["activation"] == "softmax"


def test_the_run_records_its_settings(run):
    assert (run.task, run.method) == ("segmentation", "multilabel-unet")
    assert (run.seed, run.pixel_size) == (1, (0.1, 0.1))
    assert run.settings["epochs"] == 3
    assert run.settings["patch_size"] == 16
    assert len(run.split.training.files) == 3
    assert len(run.split.validation.files) == 1
    assert run.split.test is None
    assert torch.__version__.startswith(run.versions["torch"].partition("+")[0])


def test_images_of_different_pixel_size_give_none(folders, tmp_path):
    make_images(tmp_path / "images", 1, calibration=Calibration(0.3, 0.3, None, "µm"))
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu")
    assert run.pixel_size is None


def test_a_test_folder_beside_the_training_folder_is_recorded(tmp_path):
    folders = make_images(tmp_path / "data" / "training")
    make_images(tmp_path / "data" / "test", 2)
    run = train(TASK, *folders, tmp_path / "run", epochs=1, device="cpu")
    name, part = run.split.held_out
    assert (name, len(part.files)) == ("test", 2)


def test_the_same_seed_gives_the_same_weights(run, folders, tmp_path):
    again = train(TASK, *folders, tmp_path / "again", seed=1, device="cpu")
    assert again.history_file.read_text() == run.history_file.read_text()
    assert same_weights(again, run)


def test_another_seed_gives_other_weights(run, folders, tmp_path):
    other = train(TASK, *folders, tmp_path / "other", seed=2, device="cpu")
    assert not same_weights(other, run)


def test_training_leaves_the_random_numbers_of_others_alone(run):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    loop.TrainingModule(TrainingPlan(TASK, run, (), ()))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("epoch", [1, 2, 3])
def test_an_interrupted_run_resumes_to_the_same_result(run, folders, tmp_path, monkeypatch, epoch):
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, epoch)
        with pytest.raises(HostError, match="resume=True") as caught:
            train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu")
    assert caught.value.exit_code == 2
    assert caught.value.value == f"{epoch - 1} of 3 epochs are done"
    previous = open_run(tmp_path / "parts")
    assert len(previous.history()) == epoch - 1
    assert previous.last_checkpoint.exists() == (epoch > 1)
    resumed = train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu", resume=True)
    assert resumed.history_file.read_text() == run.history_file.read_text()
    assert same_weights(resumed, run)


@pytest.mark.parametrize("schedule", ["plateau", "constant"])
def test_a_run_of_another_schedule_resumes_alike(folders, tmp_path, monkeypatch, schedule):
    settings = dataclasses.replace(
        TASK.training, schedule=schedule, plateau=0, learning_rate=0.1, steps_per_epoch=3, epochs=4
    )
    task = dataclasses.replace(TASK, training=settings)
    whole = train(task, *folders, tmp_path / "whole", device="cpu")
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 4)
        with pytest.raises(HostError):
            train(task, *folders, tmp_path / "parts", device="cpu")
    resumed = train(task, *folders, tmp_path / "parts", device="cpu", resume=True)
    assert resumed.history_file.read_text() == whole.history_file.read_text()
    assert same_weights(resumed, whole)
    states = [torch.load(run.last_checkpoint, weights_only=True) for run in (whole, resumed)]
    first, second = (state["lr_schedulers"] for state in states)
    assert first == second
    assert [entry["last_epoch"] for entry in first] == ([4] if schedule == "plateau" else [])


def test_a_row_without_its_checkpoint_is_done_again(run, folders, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 3)
        with pytest.raises(HostError):
            train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu")
    previous = open_run(tmp_path / "parts")
    previous.history_file.write_text(run.history_file.read_text())
    resumed = train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu", resume=True)
    assert resumed.history_file.read_text() == run.history_file.read_text()
    assert same_weights(resumed, run)


def test_best_files_that_were_not_written_any_more_are_made_again(run, folders):
    if run.best_epoch != 3:
        pytest.skip("the last epoch is not the best one here")
    expected = weights(run)
    run.best_weights.unlink()
    from deepbacs_zoo.training.callbacks.checkpointing import epochs_in_checkpoint

    assert epochs_in_checkpoint(run) == 3
    assert all(torch.equal(weights(run)[name], value) for name, value in expected.items())


def test_resuming_a_finished_run_changes_nothing(run, folders):
    before = {path.name: path.read_bytes() for path in run.folder.iterdir()}
    again = train(TASK, *folders, run.folder, seed=1, device="cpu", resume=True)
    assert dataclasses.replace(again, split=run.split) == run
    assert {path.name: path.read_bytes() for path in run.folder.iterdir()} == before


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"seed": 2}, "seed"), ({"epochs": 9}, "epochs"), ({"validation": 0.5}, "validation")],
)
def test_resuming_with_other_settings_is_refused(run, folders, changes, word):
    with pytest.raises(UsageError, match=word):
        train(TASK, *folders, run.folder, **{"seed": 1, **changes}, device="cpu", resume=True)


def test_resuming_with_other_images_is_refused(run, folders):
    make_images(folders[0].parent, 5)
    with pytest.raises(DataError, match="images"):
        train(TASK, *folders, run.folder, seed=1, device="cpu", resume=True)


def test_resuming_nothing_is_refused(folders, tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        train(TASK, *folders, tmp_path / "nowhere", resume=True)


def test_a_damaged_checkpoint_is_named(run, folders, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        interrupt_in_epoch(patch, 3)
        with pytest.raises(HostError):
            train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu")
    last = tmp_path / "parts" / "last.ckpt"
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(DataError) as caught:
        train(TASK, *folders, tmp_path / "parts", seed=1, device="cpu", resume=True)
    assert caught.value.where == str(last)


def test_training_stops_when_nothing_gets_better(folders, tmp_path):
    hopeless = dataclasses.replace(
        TASK, training=dataclasses.replace(TASK.training, epochs=50, patience=2, learning_rate=1e-9)
    )
    run = train(hopeless, *folders, tmp_path / "run", device="cpu")
    assert len(run.history()) < 50
    assert len(run.history()) - run.best_epoch == 2


def test_an_existing_output_is_refused_before_images_are_read(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "file").touch()
    with pytest.raises(OutputExistsError, match="resume=True"):
        train(TASK, tmp_path / "nowhere", tmp_path / "nowhere", tmp_path / "run")


def test_a_bad_pair_is_found_before_a_folder_is_made(folders, tmp_path):
    tifffile.imwrite(folders[1] / "field3.tif", np.zeros((24, 31), np.uint16))
    with pytest.raises(DataError, match="field3"):
        train(TASK, *folders, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_too_few_epochs_are_refused(folders, tmp_path):
    with pytest.raises(UsageError, match="epochs"):
        train(TASK, *folders, tmp_path / "run", epochs=0)


def test_a_gpu_that_is_not_there_is_an_error_before_a_folder_is_made(
    folders, tmp_path, monkeypatch
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(HostError, match="GPU"):
        train(TASK, *folders, tmp_path / "run", device="cuda")
    assert not (tmp_path / "run").exists()
    assert loop.check_device("auto") == loop.check_device("cpu") == "cpu"


def test_a_gpu_that_is_there_is_taken_if_nothing_else_is_said(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert [loop.check_device(name) for name in ("auto", "cpu", "cuda")] == ["cuda", "cpu", "cuda"]


def test_a_loss_that_is_no_number_ends_training(folders, tmp_path):
    wild = dataclasses.replace(
        TASK, training=dataclasses.replace(TASK.training, learning_rate=1e30)
    )
    with pytest.raises(ModelError, match="not a finite number"):
        train(wild, *folders, tmp_path / "run", epochs=20, device="cpu")


def test_an_unwritable_place_is_named(folders, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(HostError, match="file"):
        train(TASK, *folders, tmp_path / "file" / "run", device="cpu")


def test_a_user_sees_no_warnings_and_no_litter(folders, tmp_path):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from tests.unit.training.small import TASK; from deepbacs_zoo.training import train;"
        "train(TASK, *sys.argv[2:5], epochs=1, device='cpu')"
    )
    here = str(Path(__file__).parents[3])
    words = [here, str(folders[0]), str(folders[1]), str(tmp_path / "run")]
    (tmp_path / "empty").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=tmp_path / "empty",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == done.stdout == ""
    assert not any((tmp_path / "empty").iterdir())


def test_bad_images_are_found_without_loading_torch(folders, tmp_path):
    (folders[0] / "field1.tif").unlink()
    code = (
        "import sys; from deepbacs_zoo.training import train;"
        "from deepbacs_zoo.tasks import get_method\n"
        "try: train(get_method('multilabel-unet'), *sys.argv[1:])\n"
        "except ValueError: assert not {'torch', 'lightning'} & set(sys.modules)\n"
        "else: raise SystemExit('not refused')"
    )
    words = [str(folders[0]), str(folders[1]), str(tmp_path / "run")]
    subprocess.run([sys.executable, "-c", code, *words], check=True)


def test_ctrl_c_is_an_error_only_between_two_steps():
    interruption = Interruption()
    before = signal.getsignal(signal.SIGINT)
    with catching(interruption):
        interruption.check()
        os.kill(os.getpid(), signal.SIGINT)
        assert interruption.requested
        with pytest.raises(InterruptionError):
            interruption.check()
        assert signal.getsignal(signal.SIGINT) is before, "a second Ctrl-C works as ever"
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_torch_is_loaded_leaves_nothing(folders, tmp_path, monkeypatch):
    def pressed(device):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "check_device", pressed)
    with pytest.raises(KeyboardInterrupt):
        train(TASK, *folders, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_in_another_thread_signals_are_left_alone():
    before = signal.getsignal(signal.SIGINT)
    inside = []

    def work():
        with catching(Interruption()):
            inside.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert inside == [before]
