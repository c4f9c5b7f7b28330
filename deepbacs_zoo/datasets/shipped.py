"""The images that are shipped inside the installed project, and what is known about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from deepbacs_zoo.errors import UsageError

__all__ = ["SAMPLES", "SampleImages", "sample_images"]


@dataclass(frozen=True)
class SampleImages:
    """Shipped images with labels.

    Parameters
    ----------
    name
        Name of the set and of its folder.
    content
        What the images show.
    parts
        Folders that hold ``source/`` and ``target/``; a dot where the set is not divided.
    truth
        ``real``, ``semi-real`` or ``simulated``.
    complete
        Whether every object is labelled; if not, only recall means something.
    pixel_size
        Micrometers per pixel (y, x), also written into the files.
    license
        SPDX identifier; the text is the file LICENSE in the folder.
    citation, doi
        What to cite.
    origin
        Where the images were taken from; the details are in the file SOURCE.txt in the folder.
    """

    name: str
    content: str
    parts: tuple[str, ...]
    truth: str
    complete: bool
    pixel_size: tuple[float, float]
    license: str
    citation: str
    doi: str
    origin: str

    @property
    def folder(self) -> Path:
        """The folder on this computer."""
        # Wheels are unpacked when they are installed, so the files lie beside this one.
        return Path(__file__).parent / "samples" / self.name


_COLICOORDS: Final[Mapping[str, Any]] = {
    "truth": "real",
    "complete": False,
    "pixel_size": (0.08, 0.08),
    "license": "MIT",
    "citation": (
        "Smit JH, Li Y, Warszawik EM, Herrmann A, Cordes T. ColiCoords: A Python package for the "
        "analysis of bacterial fluorescence microscopy data. PLOS ONE 14(6), e0217524 (2019)."
    ),
    "doi": "10.1371/journal.pone.0217524",
    "origin": "examples and test data of ColiCoords 0.1.5",
}

SAMPLES: Final[Mapping[str, SampleImages]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            SampleImages(
                name="ecoli_brightfield",
                content="Escherichia coli, bright field, with label images",
                parts=("training", "test"),
                **_COLICOORDS,
            ),
            SampleImages(
                name="ecoli_fluorescence",
                content="Escherichia coli, fluorescence, with label images",
                parts=(".",),
                **_COLICOORDS,
            ),
        )
    }
)
"""All shipped sets by name."""


def sample_images(name: str = "ecoli_brightfield") -> Path:
    """Return the folder of a shipped set of images.

    Parameters
    ----------
    name
        One of :data:`SAMPLES`.  ``ecoli_brightfield`` holds ``training/`` and ``test/``, each with
        ``source/`` and ``target/``; no field is in both.

    Raises
    ------
    UsageError
        No set has this name.
    """
    if name not in SAMPLES:
        raise UsageError(
            "sample images",
            "no shipped images have this name",
            value=name,
            allowed=", ".join(SAMPLES),
            hint="choose one of these names",
        )
    return SAMPLES[name].folder
