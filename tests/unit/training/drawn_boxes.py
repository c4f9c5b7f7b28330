"""Drawn rods and cocci with their boxes, and a detector that learns them in seconds."""

import dataclasses

import numpy as np

from deepbacs_zoo.images import Calibration, write_tiff
from deepbacs_zoo.tasks import get_method

SHAPE = (112, 144)
CLASSES = ("coccus", "rod")


def draw(random, shape=SHAPE, count=5):
    """Return an image ``y x`` uint16 and rows of name, x0, y0, x1, y1, pixels from 0."""
    image = random.normal(1000, 20, shape)
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    taken, rows = np.zeros(shape, bool), []
    for _ in range(60):
        if len(rows) == count:
            break
        name = CLASSES[int(random.integers(2))]
        sizes = (26, 26) if name == "coccus" else ((60, 24), (24, 60))[int(random.integers(2))]
        width, height = sizes
        x0, y0 = (int(random.integers(shape[1] - width)), int(random.integers(shape[0] - height)))
        place = np.s_[y0 : y0 + height, x0 : x0 + width]
        if taken[place].any():
            continue
        taken[place] = True
        radius = min(width, height) / 2
        reach_x, reach_y = width / 2 - radius, height / 2 - radius
        away = np.hypot(
            np.maximum(np.abs(x - x0 - width / 2) - reach_x, 0),
            np.maximum(np.abs(y - y0 - height / 2) - reach_y, 0),
        )
        image[away <= radius] += 600
        rows.append((name, x0, y0, x0 + width, y0 + height))
    return np.clip(image, 0, 65535).astype(np.uint16), rows


def voc(name, rows, shape=SHAPE):
    objects = "".join(
        f"<object><name>{kind}</name><bndbox><xmin>{x0 + 1}</xmin><ymin>{y0 + 1}</ymin>"
        f"<xmax>{x1}</xmax><ymax>{y1}</ymax></bndbox></object>"
        for kind, x0, y0, x1, y1 in rows
    )
    return (
        f"<annotation><filename>{name}</filename><size><width>{shape[1]}</width>"
        f"<height>{shape[0]}</height></size>{objects}</annotation>"
    )


def make_drawn(folder, count=12, seed=0, shape=SHAPE):
    """Write images and Pascal VOC into one folder; return what was drawn, by name."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    for index in range(count):
        image, rows = draw(random, shape)
        name = f"field{index}"
        write_tiff(folder / f"{name}.tif", image, "yx", Calibration(0.1, 0.1, None, "µm"))
        (folder / f"{name}.xml").write_text(voc(f"{name}.tif", rows, shape))
        drawn[name] = rows
    return drawn


def small_task(arguments, **training):
    task = get_method("yolov2", arguments)
    settings = {
        "epochs": 8,
        "steps_per_epoch": 16,
        "patch_size": 112,
        "batch_size": 4,
        "learning_rate": 8e-3,
    }
    return dataclasses.replace(
        task,
        network_arguments={**task.network_arguments, "base": 8},
        training=dataclasses.replace(task.training, **{**settings, "max_zoom": 1.0, **training}),
    )
