"""Presets: settings of training by name, for the files of methods to fill.

``deepbacs`` holds the defaults of the ZeroCostDL4Mic notebooks that DeepBacs used (von Chamier et
al. 2021, https://doi.org/10.1038/s41467-021-22518-0; Spahn et al. 2022,
https://doi.org/10.1038/s42003-022-03634-z).  They are meant for a GPU.  Notebook settings in Keras
are taken over where they have a counterpart here: Adam's rate, the plateau rule, the share of
images for validation; normalization, losses and augmentation are those of the method.

``small`` bounds the work: at most 640 steps of 128 x 128 pixels, whatever the number of images.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.tasks.types import Preset

__all__ = ["CARE", "SMALL", "notebook", "presets"]

SMALL: Final = Preset(
    MappingProxyType({"steps_per_epoch": 32, "epochs": 20, "patch_size": 128, "batch_size": 8})
)


def presets(deepbacs: Preset, small: Preset = SMALL) -> Mapping[str, Preset]:
    """Return the presets of a method by name."""
    return MappingProxyType({"small": small, "deepbacs": deepbacs})


def notebook(
    source: str,
    training: Mapping[str, Any],
    *,
    arguments: Mapping[str, Any] = MappingProxyType({}),
    network: Mapping[str, Any] = MappingProxyType({}),
) -> Preset:
    """Return the preset of a notebook: no weight decay, no early stop, patches on objects.

    Parameters
    ----------
    source
        Name and version of the notebook.
    training
        Its own settings, ``epochs`` among them.
    arguments, network
        As in :class:`~deepbacs_zoo.tasks.Preset`.
    """
    shared = {
        "weight_decay": 0.0,
        "foreground_fraction": 1.0,
        "schedule": "plateau",
        "patience": training["epochs"],
    }
    return Preset(
        MappingProxyType({**shared, **training}), arguments, network, validation=0.1, source=source
    )


CARE: Final = notebook(
    "ZeroCostDL4Mic CARE 2D 1.15.3",
    {"epochs": 100, "patch_size": 64, "batch_size": 16, "learning_rate": 4e-4},
    network={"base": 32, "depth": 3},
)
"""Settings of DeepBacs, which trained this network for denoising and for super-resolution."""
