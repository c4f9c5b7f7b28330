"""Settings of training by name: what DeepBacs documented, and what two processor cores can do.

``deepbacs`` holds the defaults of the ZeroCostDL4Mic notebooks that DeepBacs used (von Chamier et
al. 2021, https://doi.org/10.1038/s41467-021-22518-0; Spahn et al. 2022,
https://doi.org/10.1038/s42003-022-03634-z).  They are meant for a GPU.  What the notebooks do in
Keras is taken over where it has a counterpart here: Adam's rate, the plateau rule, the share of
images for validation; normalization, losses and augmentation are those of the task.

``small`` bounds the work: at most 640 steps of 128 x 128 pixels, whatever the number of images.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.tasks.types import Task

__all__ = ["PRESETS", "Preset", "get_preset"]


@dataclass(frozen=True)
class Preset:
    """Settings that go together.

    Parameters
    ----------
    training
        Fields of :class:`~deepbacs_zoo.tasks.TrainingSettings`; the others stay the task's.
    arguments
        Arguments of the task, which the data would choose otherwise.
    network
        Arguments of the network; the others stay the task's.
    validation
        Share of the images for validation.
    source
        Where the numbers stand.
    """

    training: Mapping[str, Any]
    arguments: Mapping[str, Any] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    validation: float = 0.2
    source: str = "bounded for two processor cores"

    def applied(self, task: Task) -> Task:
        """Return the task with these settings; the arguments were for building it."""
        return dataclasses.replace(
            task,
            training=dataclasses.replace(task.training, **self.training),
            network_arguments=MappingProxyType({**task.network_arguments, **self.network}),
        )


def _notebook(version: str, **training: object) -> dict[str, Any]:
    """Return what all notebooks share: no weight decay, no early stop, patches on objects."""
    shared = {"weight_decay": 0.0, "foreground": 1.0, "schedule": "plateau"}
    patience = {"patience": training["epochs"]}
    return {
        "training": MappingProxyType({**shared, **patience, **training}),
        "validation": 0.1,
        "source": version,
    }


_SMALL: Final = MappingProxyType({"steps": 32, "epochs": 20, "patch": 128, "batch": 8})

PRESETS: Final[Mapping[str, Mapping[str, Preset]]] = MappingProxyType(
    {
        "segmentation": {
            "small": Preset(_SMALL),
            "deepbacs": Preset(
                **_notebook(
                    "ZeroCostDL4Mic U-Net 2D multilabel 2.2.0",
                    epochs=100, patch=320, batch=4, learning_rate=5e-3, plateau=20,
                ),
                network={"depth": 2, "base": 64},
            ),
        },
        "foreground": {
            "small": Preset(_SMALL),
            "deepbacs": Preset(
                **_notebook(
                    "ZeroCostDL4Mic U-Net 2D 2.2.1",
                    epochs=100, patch=512, batch=4, learning_rate=1e-4, plateau=20,
                ),
                network={"depth": 3, "base": 64},
            ),
        },
        "stardist": {
            "small": Preset(_SMALL),
            "deepbacs": Preset(
                **_notebook(
                    "StarDist of the MIXED data set, Zenodo 5551009, notebook 1.12.2",
                    epochs=200, steps=120, patch=256, batch=4, learning_rate=3e-4, plateau=40,
                ),
                arguments={"rays": 64, "grid": 2},
            ),
        },
        "splinedist": {
            "small": Preset(_SMALL),
            "deepbacs": Preset(
                **_notebook(
                    "ZeroCostDL4Mic SplineDist 2D 1.14.1",
                    epochs=100, steps=100, patch=128, batch=4, learning_rate=3e-4, plateau=40,
                ),
                arguments={"points": 16, "grid": 2},
            ),
        },
        "detection": {
            "small": Preset({"steps": 32, "epochs": 20}),
            "deepbacs": Preset(
                **_notebook(
                    # 27 epochs, each of which shows every image four times
                    "ZeroCostDL4Mic YOLOv2 1.13",
                    epochs=108, batch=16, learning_rate=1e-4,
                ),
            ),
        },
    }
)  # fmt: skip
"""Presets by task and name."""


def get_preset(task: str, name: str) -> Preset:
    """Return a preset of a task.

    Raises
    ------
    UsageError
        The task has none of this name.
    """
    presets = PRESETS.get(task, {})
    preset = presets.get(name)
    if preset is None:
        raise UsageError(
            f"--preset of {task}",
            "there is no preset of this name",
            value=name,
            allowed=", ".join(presets) or "none for this task",
            hint="choose one of these, or leave --preset out for the defaults of the task",
        )
    return preset
