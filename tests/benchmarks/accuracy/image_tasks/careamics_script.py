"""Train CAREamics and denoise images; for an environment that has it.

    python careamics_script.py request.json

Stands alone.  The request names ``method`` (``care`` or ``n2v``), ``training``, ``validation`` and
``test`` (lists of TIFF files, image and target of the first two for ``care``), ``steps`` of all
epochs together, ``batch_size``, ``patch_size``, ``seed`` and ``output``, where an array for each
test image goes and ``seconds.json``: seconds of the training, and its steps.  Options are the
program's defaults, but ``care`` does not end early, which was after 195 steps.
"""

import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import tifffile
from careamics import CAREamist
from careamics.config import create_advanced_care_config, create_advanced_n2v_config


def main(file: Path) -> None:
    """Do what the request says."""
    request = json.loads(file.read_text("utf-8"))
    output = Path(request["output"])
    images = read([image for image, _ in request["training"]])
    # An epoch takes as many patches as cover the images.
    covering = len(images) * math.prod(
        -(-side // request["patch_size"]) for side in images.shape[1:]
    )
    batches = -(-covering // request["batch_size"])
    epochs = -(-request["steps"] // batches)
    options = {
        "experiment_name": request["method"],
        "data_type": "array",
        "axes": "SYX",
        "patch_size": [request["patch_size"]] * 2,
        "batch_size": request["batch_size"],
        "num_epochs": epochs,
        "num_workers": 0,
        "seed": request["seed"] + 1,  # 0 is refused
    }
    paired = request["method"] == "care"
    if paired:
        options["early_stopping_params"] = {"monitor": "val_loss", "patience": epochs}
    make = create_advanced_care_config if paired else create_advanced_n2v_config
    program = CAREamist(make(**options), work_dir=output, enable_progress_bar=False)
    given = {}
    for key, part in (("train", "training"), ("val", "validation")):
        given[f"{key}_data"] = read([image for image, _ in request[part]])
        if paired:
            given[f"{key}_data_target"] = read([target for _, target in request[part]])
    started, processor = time.perf_counter(), time.process_time()
    program.train(**given)
    seconds = {
        "elapsed": time.perf_counter() - started,
        "processor": time.process_time() - processor,
        "steps": int(program.trainer.global_step),
    }
    for place in request["test"]:
        found, _ = program.predict(read([place]), axes="SYX")
        plane = np.squeeze(np.asarray(found))
        np.save(output / f"{Path(place).stem}.npy", plane.astype(np.float32))
    (output / "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


def read(places: list[str]) -> np.ndarray:
    """Return images as ``s y x`` float32."""
    return np.stack([tifffile.imread(place) for place in places]).astype(np.float32)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
