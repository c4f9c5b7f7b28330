"""CAREamics (https://careamics.github.io) on the same images for the same steps.

It is run in an environment of its own, ``pip install careamics``, whose Python the user names; rows
of it are left out without one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.checkpoints import Run, open_run
from deepbacs_zoo.images import Image, read_image
from deepbacs_zoo.tasks import TrainingSettings, get_method
from deepbacs_zoo.training.data.patches import epoch_length
from tests.benchmarks.accuracy.clock import Seconds
from tests.benchmarks.accuracy.image_tasks.options import Options
from tests.benchmarks.accuracy.image_tasks.pairs import Sample
from tests.benchmarks.accuracy.image_tasks.runs import Trained, run_logged

ABSENT = "CAREamics is left out: --careamics names the Python of an environment that has it."
_SCRIPT = Path(__file__).with_name("careamics_script.py")


@dataclass(frozen=True)
class Denoised:
    """What CAREamics made of the test images.

    Parameters
    ----------
    folder
        Holds an array ``y x`` float32 for each image, by its name.
    seconds
        Of its training.
    steps
        Of its training.
    """

    folder: Path
    seconds: Seconds
    steps: int

    def __call__(self, image: Image) -> np.ndarray:
        """Return ``c y x`` float32 of a test image."""
        found: np.ndarray = np.load(self.folder / f"{image.stem}.npy")
        return found[None]


def denoised(given: Options, own: Trained, samples: Sequence[Sample]) -> Denoised:
    """Train CAREamics as a training of ours was, or find it finished.

    Parameters
    ----------
    given
        Names its Python.
    own
        The training of ours: method, images of training and validation, batches, epochs, steps.
    samples
        What is denoised then.

    Raises
    ------
    ModelError
        The program failed.
    """
    run = open_run(own.package.parent / "run")
    settings, steps = _settings(run)
    folder = own.package.parent / "careamics"
    request, record = folder / "request.json", folder / "seconds.json"
    if not record.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        asked = {
            "method": run.method,
            "training": _files(run.split.training.pairs()),
            "validation": _files(run.split.validation.pairs()),
            "test": [str(one.image.path) for one in samples],
            "steps": steps * settings.epochs,
            "batch_size": settings.batch_size,
            "patch_size": settings.patch_size,
            "seed": given.seed,
            "output": str(folder),
        }
        request.write_text(json.dumps(asked), encoding="utf-8")
        run_logged([str(given.careamics), str(_SCRIPT), str(request)], folder / "train.log")
    seconds = json.loads(record.read_bytes())
    spent = Seconds(seconds["elapsed"], seconds["processor"])
    return Denoised(folder, spent, int(seconds["steps"]))


def _settings(run: Run) -> tuple[TrainingSettings, int]:
    """Return the settings of a default training, and the steps of an epoch."""
    settings = get_method(run.method, run.method_arguments, task=run.task).training
    images = [read_image(pair.source).data for pair in run.split.training.pairs()]
    shapes = [(int(each.sizes["y"]), int(each.sizes["x"])) for each in images]
    return settings, epoch_length(shapes, settings) // settings.batch_size


def _files(pairs: Sequence[Pair]) -> list[tuple[str, str]]:
    return [(str(pair.source), str(pair.target)) for pair in pairs]
