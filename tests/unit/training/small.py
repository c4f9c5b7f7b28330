"""A task that trains in a second, and images for it."""

import dataclasses

import numpy as np

from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.tasks import get_method

SIZE = Calibration(0.1, 0.1, None, "µm")
TASK = dataclasses.replace(
    get_method("multilabel-unet"),
    network_arguments={**get_method("multilabel-unet").network_arguments, "base": 2, "depth": 1},
    training=dataclasses.replace(
        get_method("multilabel-unet").training,
        epochs=3,
        patch_size=16,
        batch_size=4,
        patience=10,
        least_steps=None,
        max_contrast=1.4,
        max_zoom=1.0,
        composed_fields=0,
    ),
)


def make_images(folder, count=4, shape=(24, 30), calibration=SIZE):
    """Write dark cells on a bright background; return the folders."""
    random = np.random.default_rng(0)
    for index in range(count):
        labels = np.zeros(shape, np.uint16)
        labels[3 : 10 + index, 4:12] = 1
        labels[14:22, 15:27] = 2
        image = random.normal(1000, 20, shape) - 400 * (labels > 0)
        name = f"field{index}.tif"
        write_tiff(folder / "source" / name, image.astype(np.uint16), "yx", calibration)
        write_tiff(folder / "target" / name, labels, "yx", calibration, labels=True)
    return folder / "source", folder / "target"
