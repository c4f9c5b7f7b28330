"""Images shipped inside the package, and what may be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from deepbacs_zoo.errors import UsageError

__all__ = ["SAMPLES", "Samples", "sample_images"]

_FOLDER: Final = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Samples:
    """A set of images with label images, in ``training/`` and ``test/``.

    Parameters
    ----------
    name
        Its name, also that of its folder.
    title
        What is seen, in a few words.
    licence
        SPDX identifier; the text stands in the file LICENSE beside the images.
    citation, doi
        The publication to cite.
    source
        Where the images came from; the file SOURCE.txt says how they were cut.
    pixel_size
        Micrometers per pixel along y and x.
    labels_complete
        Whether every object has a label; if not, precision means nothing.
    """

    name: str
    title: str
    licence: str
    citation: str
    doi: str
    source: str
    pixel_size: tuple[float, float]
    labels_complete: bool

    @property
    def folder(self) -> Path:
        """The folder with ``training/`` and ``test/``, each with ``source/`` and ``target/``."""
        return _FOLDER / self.name


SAMPLES: Final[Mapping[str, Samples]] = MappingProxyType(
    {
        "ecoli_brightfield": Samples(
            name="ecoli_brightfield",
            title="Escherichia coli in bright field",
            licence="MIT",
            citation=(
                "Smit JH, Li Y, Warszawik EM, Herrmann A, Cordes T. ColiCoords: A Python package "
                "for the analysis of bacterial fluorescence microscopy data. PLOS ONE 14, "
                "e0217524 (2019)."
            ),
            doi="10.1371/journal.pone.0217524",
            source="https://pypi.org/project/colicoords/0.1.5/",
            # The default in ColiCoords' documentation (docs/configuration.rst); no file states it.
            pixel_size=(0.08, 0.08),
            labels_complete=False,
        )
    }
)


def sample_images(name: str = "ecoli_brightfield") -> Path:
    """Return the folder of shipped images.

    Parameters
    ----------
    name
        One of ``SAMPLES``.

    Returns
    -------
    Path
        A folder to read from only; ``training/`` and ``test/`` in it hold ``source/`` and
        ``target/``.

    Raises
    ------
    UsageError
        No shipped images have this name.
    """
    samples = SAMPLES.get(name)
    if samples is None:
        raise UsageError(
            "sample images",
            "no images of this name are shipped",
            value=name,
            allowed=", ".join(SAMPLES),
            hint="choose one of these",
        )
    return samples.folder
