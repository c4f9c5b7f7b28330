"""A run folder without a training: a small random network and small images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from deepbacs_zoo.annotations import Pair, match_pairs
from deepbacs_zoo.checkpoints import Run, Split, append_row, create_run, record_part
from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.networks import build_network
from deepbacs_zoo.tasks import get_method

ENDED = "2026-01-02T03:04:05+00:00"


def make_pairs(
    folder: Path, count: int, shape: tuple[int, int] = (60, 70), seed: int = 0
) -> tuple[Pair, ...]:
    """Write images of two bright cells each, and their labels."""
    random = np.random.default_rng(seed)
    for index in range(count):
        labels = np.zeros(shape, np.uint16)
        labels[5:20, 10:30] = 1
        labels[30 : 45 + index, 30:50] = 2
        image = random.normal(1000, 50, shape) + 300.0 * (labels > 0)
        calibration = Calibration(0.08, 0.08, None, "µm")
        write_tiff(folder / f"source/{index}.tif", image.astype(np.uint16), "yx", calibration)
        write_tiff(folder / f"target/{index}.tif", labels, "yx", calibration, labels=True)
    return match_pairs(folder / "source", folder / "target")


def make_run(folder: Path, *, test: bool = True) -> Run:
    """Return a run that looks finished."""
    task = get_method("multilabel-unet")
    pairs = make_pairs(folder / "images", 6)
    run = create_run(
        Run(
            folder=folder / "my_run",
            task=task.task,
            method=task.name,
            network=task.network,
            network_arguments={**task.network_arguments, "base": 4, "depth": 2},
            seed=3,
            split=Split(
                record_part(pairs[:3]),
                record_part(pairs[3:4]),
                record_part(pairs[4:]) if test else None,
            ),
            pixel_size=(0.08, 0.08),
            settings={
                "epochs": 2,
                "optimizer": "AdamW",
                "batch_size": 4,
                "learning_rate": 1e-3,
                "weight_decay": 1e-4,
            },
            versions={"torch": "2.0"},
            ended=ENDED,
        )
    )
    torch.manual_seed(0)
    network = build_network(run.network, run.network_arguments)
    torch.save(network.state_dict(), run.best_weights)
    for epoch, loss in ((1, 0.9), (2, 0.5)):
        append_row(run.history_file, {"epoch": epoch, "val_loss": loss})
    return run
