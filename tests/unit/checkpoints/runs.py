"""Run folders for tests, without a training."""

import numpy as np

from deepbacs_zoo.annotations import match_pairs
from deepbacs_zoo.checkpoints import Run, Split, create_run, record_part
from deepbacs_zoo.images import Calibration, write_tiff


def make_pairs(folder, count=4):
    labels = np.zeros((8, 8), np.uint16)
    labels[2:5, 2:6] = 1
    for index in range(count):
        image = (labels * 100 + index).astype(np.uint16)
        write_tiff(folder / "source" / f"{index}.tif", image, "yx", Calibration())
        write_tiff(folder / "target" / f"{index}.tif", labels, "yx", Calibration(), labels=True)
    return match_pairs(folder / "source", folder / "target")


def make_run(folder, **changes):
    pairs = make_pairs(folder / "images")
    split = Split(record_part(pairs[:2]), record_part(pairs[2:3]), record_part(pairs[3:]))
    arguments = {
        "folder": folder / "run",
        "task": "segmentation",
        "method": "multilabel-unet",
        "network": "unet",
        "network_arguments": {"base": 4},
        "seed": 7,
        "split": split,
        "pixel_size": (0.1, 0.2),
        "settings": {"epochs": 3, "learning_rate": 0.001},
        "versions": {"torch": "2.5"},
    }
    return create_run(Run(**{**arguments, **changes}))
