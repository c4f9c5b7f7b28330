"""Facts about a published data set, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

__all__ = [
    "CITATION",
    "DOI",
    "LICENSE",
    "PartLayout",
    "PublishedArchive",
    "PublishedSet",
    "SplitRule",
    "TargetKind",
    "Variant",
]

LICENSE: Final = "CC-BY-4.0"
DOI: Final = "10.1038/s42003-022-03634-z"
CITATION: Final = (
    "Spahn C, Gómez-de-Mariscal E, Laine RF, Pereira PM, von Chamier L, Conduit M, Pinho MG, "
    "Jacquemet G, Holden S, Heilemann M, Henriques R. DeepBacs for multi-task bacterial image "
    "analysis using open-source deep learning approaches. Communications Biology 5, 688 (2022)."
)

TargetKind = Literal["labels", "binary", "classes", "boxes", "images", "none"]
"""Content of ``target/``: label images (a number for each object), masks of foreground and
background, masks of classes (background, inside, boundary), boxes with class names, other images of
the same field, or nothing."""


@dataclass(frozen=True)
class PublishedArchive:
    """A file of a Zenodo record.

    Parameters
    ----------
    record
        Number of the record; ``None`` where it is not known.
    file
        Name of the zip; ``None`` where it is not known, and the record is asked for it.
    sha256
        Its SHA-256; ``None`` where nobody has published one.
    folder
        Name that others give the unpacked archive, where the name of the zip is not known.
    """

    record: int | None
    file: str | None = None
    sha256: str | None = None
    folder: str | None = None

    @property
    def page(self) -> str | None:
        """Address of the record for people."""
        return None if self.record is None else f"https://zenodo.org/records/{self.record}"

    @property
    def doi(self) -> str | None:
        """DOI of the record."""
        return None if self.record is None else f"10.5281/zenodo.{self.record}"

    @property
    def described(self) -> str:
        """The file in words, for messages."""
        if self.file is not None:
            return self.file
        like = f" (others have it as {self.folder})" if self.folder else ""
        return f"the zip with the images{like}"


@dataclass(frozen=True)
class PartLayout:
    """Folders of the images of one purpose in an archive.

    Parameters
    ----------
    name
        ``training`` or ``test``.
    folders
        Folders of images and of targets below the top of the archive, tried in this order; each
        part of a path may hold ``*``, and case does not matter.  The target is ``None`` where there
        is none, and may be the folder of the images.
    optional
        Whether a set without this part is whole.
    """

    name: Literal["training", "test"]
    folders: tuple[tuple[str, str | None], ...]
    optional: bool = False


@dataclass(frozen=True)
class Variant:
    """One way to read a set: which targets, which cut of the images.

    Parameters
    ----------
    name
        ``default`` or a name of its own.
    kind
        Kind of its targets.
    parts
        Folders of its images.
    known
        Whether these folders were seen in the archive by somebody.  If not, they are names that
        this collection uses elsewhere, and the archive decides.
    remark
        The difference from the others.
    """

    name: str
    kind: TargetKind
    parts: tuple[PartLayout, ...]
    known: bool
    remark: str = ""


@dataclass(frozen=True)
class SplitRule:
    """Rule by which validation images are drawn from the training images: none were published.

    Parameters
    ----------
    seed, share
        In each stratum the images whose ``sha256("<seed>:<name>")`` is smallest: this share of
        them, rounded half to even, at least one where there are two.
    strata
        Beginnings of names; images of each are drawn for themselves, all others together.
    """

    seed: int = 0
    share: float = 0.1
    strata: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedSet:
    """A published data set.  ``None`` means that it is not known.

    Parameters
    ----------
    name
        Name on the command line.
    title
        Title for people.
    task
        ``segmentation``, ``detection``, ``denoising``, ``labelling`` or ``super-resolution``.
    archive
        Place of its files.
    modality
        Imaging method.
    pixel_size
        Micrometers per pixel (y, x) of the images in ``source``.
    training, test
        Number of images.
    classes
        Names of the classes of boxes.
    networks
        Networks that the authors trained on it.
    variants
        Ways to read it; the first is the one that is taken.
    remarks
        Remarks to read before training.
    split
        Rule of the validation images.
    """

    name: str
    title: str
    task: Literal["segmentation", "detection", "denoising", "labelling", "super-resolution"]
    archive: PublishedArchive
    modality: str
    networks: tuple[str, ...]
    variants: tuple[Variant, ...]
    pixel_size: tuple[float, float] | None = None
    training: int | None = None
    test: int | None = None
    classes: tuple[str, ...] = ()
    remarks: str = ""
    split: SplitRule = SplitRule()
    license: str = LICENSE
    citation: str = CITATION
    doi: str = DOI
