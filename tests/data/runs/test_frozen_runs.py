"""The frozen runs are those that training gives today."""

from __future__ import annotations

import numpy as np
import pytest

from deepbacs_zoo.checkpoints import open_run
from tests.data.runs.frozen import HERE, RUNS, copied_run, frozen_run

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("name", RUNS)
def test_a_frozen_run_is_small_and_has_all_that_export_reads(name):
    run = frozen_run(name)
    assert run.method == RUNS[name][0]
    assert sum(path.stat().st_size for path in (HERE / name).iterdir()) <= 200_000
    assert run.best.epoch >= 1
    assert run.weights().is_file()
    for part in filter(None, (run.split.training, run.split.validation, run.split.test)):
        assert len(part.pairs()) == len(part.files)


def test_all_frozen_runs_and_their_images_are_small():
    files = [path for path in HERE.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 1_150_000


def test_a_copy_opens_where_it_lies(tmp_path):
    run = copied_run("unet", tmp_path / "run")
    assert run.folder == tmp_path / "run"
    assert run.split == frozen_run("unet").split


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_training_gives_the_frozen_run(name, tmp_path):
    from tests.data.runs.make_runs import train_small

    # Both are read from run.json, which has lists where a fresh run has tuples.
    frozen, run = frozen_run(name), open_run(train_small(name, tmp_path / "run").folder)
    for field in ("task", "method", "method_arguments", "network", "network_arguments", "settings"):
        assert getattr(run, field) == getattr(frozen, field), field
    assert run.split == frozen.split
    # Another processor adds in another order, and rounding grows from step to step.
    for now, then in zip(run.history(), frozen.history(), strict=True):
        assert now.keys() == then.keys()
        np.testing.assert_allclose(now["val_loss"], then["val_loss"], rtol=0.1)
