"""Images that a run trained on, chose its best epoch by, and never saw: names and hashes."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import DataError

if TYPE_CHECKING:
    from deepbacs_zoo.annotations import Pair

__all__ = ["FilePair", "Part", "Split", "fingerprint", "record_part"]

PARTS: Final = ("training", "validation", "test")


@dataclass(frozen=True)
class FilePair:
    """An image and its label image: name, file names and SHA-256 of both; and what is read of them.

    Of movies the plane, of files of several images or channels the one of the image, of images
    that were cut the first row and column, and the rows and columns.
    """

    name: str
    source: str
    target: str
    source_sha256: str
    target_sha256: str
    t: int | None = None
    z: int | None = None
    series: int | None = None
    channel: str | None = None
    region: tuple[int, int, int, int] | None = None

    def pair(self, source: Path, target: Path) -> Pair:
        """Return the pair in two folders."""
        # Reads no image, but whoever reads a run need not load what does.
        from deepbacs_zoo.annotations import Pair
        from deepbacs_zoo.images import ReadOptions, Region

        reading = ReadOptions(self.series, self.channel)
        files = source / self.source, target / self.target
        region = None if self.region is None else Region(*self.region)
        return Pair(self.name, *files, t=self.t, z=self.z, reading=reading, region=region)

    @classmethod
    def from_json(cls, block: Mapping[str, Any]) -> FilePair:
        """Read an entry; ``TypeError`` if it is something else."""
        region = block.get("region")
        return cls(**{**block, "region": None if region is None else tuple(region)})


@dataclass(frozen=True)
class Part:
    """Images of one purpose, in two folders."""

    source_folder: Path
    target_folder: Path
    files: tuple[FilePair, ...]

    def pairs(self) -> tuple[Pair, ...]:
        """Return the images as they were trained on.

        Raises
        ------
        DataError
            A file is gone or has changed.
        """
        found = []
        digests: dict[Path, str] = {}
        for entry in self.files:
            pair = entry.pair(self.source_folder, self.target_folder)
            digests |= {pair.source: entry.source_sha256, pair.target: entry.target_sha256}
            found.append(pair)
        for path, digest in digests.items():
            _check_unchanged(path, digest)
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """Return what ``run.json`` holds."""
        return {
            "source_folder": str(self.source_folder),
            "target_folder": str(self.target_folder),
            "files": [_plain(entry) for entry in self.files],
        }

    @classmethod
    def from_json(cls, block: Mapping[str, Any]) -> Part:
        """Read what :meth:`as_json` gave; ``KeyError`` or ``TypeError`` if it is something else."""
        files = tuple(map(FilePair.from_json, block["files"]))
        return cls(Path(block["source_folder"]), Path(block["target_folder"]), files)


@dataclass(frozen=True)
class Split:
    """The parts; ``test`` is ``None`` where training was given no test images."""

    training: Part
    validation: Part
    test: Part | None = None

    @property
    def held_out(self) -> tuple[str, Part]:
        """The name and the part that says most about new images: test, else validation."""
        return ("test", self.test) if self.test is not None else ("validation", self.validation)

    def seen_pairs(self) -> tuple[Pair, ...] | None:
        """Return the images of training and validation; ``None`` if one is gone or has changed."""
        try:
            return (*self.training.pairs(), *self.validation.pairs())
        except DataError:
            return None

    def as_json(self) -> dict[str, Any]:
        """Return what ``run.json`` holds."""
        parts = {name: getattr(self, name) for name in PARTS}
        return {name: part and part.as_json() for name, part in parts.items()}

    @classmethod
    def from_json(cls, block: Mapping[str, Any]) -> Split:
        """Read what :meth:`as_json` gave; ``KeyError`` or ``TypeError`` if it is something else."""
        test = block.get("test")
        return cls(
            Part.from_json(block["training"]),
            Part.from_json(block["validation"]),
            None if test is None else Part.from_json(test),
        )


def record_part(pairs: Sequence[Pair]) -> Part:
    """Describe images as they are now.

    Parameters
    ----------
    pairs
        At least one, all from the same two folders.
    """
    paths = dict.fromkeys(path for pair in pairs for path in (pair.source, pair.target))
    digests = {path: fingerprint(path) for path in paths}
    files = tuple(
        FilePair(
            pair.name,
            pair.source.name,
            pair.target.name,
            digests[pair.source],
            digests[pair.target],
            pair.t,
            pair.z,
            pair.reading.series,
            pair.reading.channel,
            None if pair.region is None else dataclasses.astuple(pair.region),
        )
        for pair in pairs
    )
    first = pairs[0]
    return Part(first.source.parent.absolute(), first.target.parent.absolute(), files)


def _plain(entry: FilePair) -> dict[str, Any]:
    """Return an entry without a part where there is none, as older versions wrote it."""
    return {name: value for name, value in vars(entry).items() if value is not None}


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; empty if there is none.

    An image without objects may have no annotation.
    """
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_unchanged(path: Path, sha256: str) -> None:
    if fingerprint(path) == sha256:
        return
    raise DataError(
        path,
        "an image of the run has changed" if path.is_file() else "an image of the run is gone",
        allowed="the images that the run was trained with, where they were",
        hint="put the original back, or train again into a new folder",
    )
