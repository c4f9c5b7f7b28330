"""Name, size and checksum of the file to fetch, as the Zenodo record states them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE, record_url
from deepbacs_zoo.datasets.types import PublishedArchive
from deepbacs_zoo.errors import HostError
from deepbacs_zoo.files.http import read_url
from deepbacs_zoo.options import Option

__all__ = ["ZenodoFile", "find_file"]

_SUMS: Final = ("md5", "sha256")
_MOST_JSON: Final = 1 << 22


@dataclass(frozen=True)
class ZenodoFile:
    """A file as Zenodo describes it.

    Parameters
    ----------
    name
        Its name.
    size
        Number of its bytes; ``None`` if nobody said so.
    checksum
        Algorithm and sum in hexadecimal, such as ``("md5", "0cc1...")``; ``None`` as above.
    """

    name: str
    size: int | None = None
    checksum: tuple[str, str] | None = None


def find_file(archive: PublishedArchive) -> ZenodoFile:
    """Return which file is to be fetched; Zenodo is asked for what is not known of it.

    A mirror that only holds files does not answer; then what is known must do.

    Parameters
    ----------
    archive
        One whose record is known.

    Raises
    ------
    HostError
        Its name is not known, and the record cannot be asked or does not say which file it is.
    """
    if archive.file is not None and archive.sha256 is not None:
        return ZenodoFile(archive.file, None, ("sha256", archive.sha256))
    assert archive.record is not None
    url = record_url(archive.record)
    try:
        files = _files(json.loads(read_url(url, _MOST_JSON)))
    except (OSError, ValueError, KeyError, TypeError) as error:
        if archive.file is not None:
            return ZenodoFile(archive.file)
        raise _no_answer(archive, url, error) from error
    if archive.file is not None:
        named = (file for file in files if file.name == archive.file)
        return next(named, ZenodoFile(archive.file))
    return _with_images(archive, url, files)


def _with_images(archive: PublishedArchive, url: str, files: list[ZenodoFile]) -> ZenodoFile:
    """Return the only file of a record that may hold images."""
    images = [file for file in files if _may_hold_images(file.name.lower())]
    if len(images) != 1:
        raise _not_one(archive, url, [file.name for file in files])
    return images[0]


def _may_hold_images(name: str) -> bool:
    return name.endswith(".zip") and "model" not in name


def _files(answer: Any) -> list[ZenodoFile]:  # noqa: ANN401 - JSON
    return [_file(entry) for entry in answer["files"]]


def _file(entry: Any) -> ZenodoFile:  # noqa: ANN401 - JSON
    name, size = entry["key"], entry.get("size")
    if not isinstance(name, str) or not name or "/" in name or "\\" in name or name[0] == ".":
        raise ValueError(f"not the name of a file: {name!r}")
    algorithm, _, digest = str(entry.get("checksum", "")).partition(":")
    known = algorithm in _SUMS and digest
    return ZenodoFile(
        name,
        size if isinstance(size, int) and size > 0 else None,
        (algorithm, digest.lower()) if known else None,
    )


def _no_answer(archive: PublishedArchive, url: str, error: Exception) -> HostError:
    return HostError(
        url,
        "Zenodo does not list the files of this record",
        value=getattr(error, "reason", None) or error or type(error).__name__,
        allowed="a connection to Zenodo: the name of this archive is only known there",
        hint=f"try again later, set {MIRROR_VARIABLE}, or download {archive.described} from "
        f"{archive.page} elsewhere and name it by " + Option("from_file"),
    )


def _not_one(archive: PublishedArchive, url: str, names: list[str]) -> HostError:
    return HostError(
        url,
        "it is not clear which file of this record holds the images",
        value=", ".join(names) or "no files",
        allowed="one zip that is no model",
        hint=f"download the right one from {archive.page} and name it by " + Option("from_file"),
    )
