"""Lays a published set out as the rest of the project reads it, with its terms and its split.

``training/source``, ``training/target``, ``test/source``, ``test/target``, ``SOURCE.txt`` and
``split.json``; written beside the place and renamed, so that a folder is there whole or not at all.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.datasets.archives.archive import Archive, open_archive
from deepbacs_zoo.datasets.archives.archive_cache import sha256_of
from deepbacs_zoo.datasets.archives.fetching import fetch
from deepbacs_zoo.datasets.preparation.layout import find_parts
from deepbacs_zoo.datasets.preparation.pairing import FoundPart
from deepbacs_zoo.datasets.preparation.provenance import SPLIT_FILE, Provenance, read_provenance
from deepbacs_zoo.datasets.preparation.source_text import SOURCE_FILE, source_text
from deepbacs_zoo.datasets.preparation.splitting import draw
from deepbacs_zoo.datasets.published import get_set, get_variant
from deepbacs_zoo.datasets.settings import prepared_place
from deepbacs_zoo.datasets.types import PublishedSet, Variant
from deepbacs_zoo.errors import HostError
from deepbacs_zoo.files import one_process, refuse_existing
from deepbacs_zoo.files.staging import folder_beside
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.files.download import Progress

__all__ = ["Prepared", "prepare"]

_BLOCK: Final = 1 << 20
_BY_LAYOUT: Final = "its layout alone; {}"


@dataclass(frozen=True)
class Prepared:
    """A set that is ready for use.

    Parameters
    ----------
    folder
        Where it lies.
    record
        What it is.
    new
        Whether it was written now.
    """

    folder: Path
    record: Provenance
    new: bool


@dataclass(frozen=True)
class _Preparation:
    """A set to be laid out: its variant, the target folder and the archive."""

    entry: PublishedSet
    variant: Variant
    output: Path
    path: Path
    sha256: str | None
    checked: str


def prepare(  # long: half of it documents its parameters
    name: str,
    variant: str | None = None,
    *,
    output: str | Path | None = None,
    from_file: str | Path | None = None,
    offline: bool | None = None,
    fetching: Progress | None = None,
    writing: Progress | None = None,
) -> Prepared:
    """Return the folder of a published set that is ready for training; make it if it is not there.

    Parameters
    ----------
    name
        One of `PUBLISHED`.
    variant
        One of its variants; the first if not given.
    output
        A folder that does not exist yet, is empty, or holds this set; by default one in the cache.
    from_file
        A zip or a folder that holds the set, instead of fetching it.
    offline
        Whether nothing is fetched; by default as the environment says.
    fetching, writing
        Called with the bytes that are done and all of them; not at all if nothing is to be done.

    Raises
    ------
    UsageError
        No set or variant has this name, or ``from_file`` does not exist.
    DataError
        What was brought does not hold the set, or would harm.
    IntegrityError
        The archive is damaged, or another one than the one described.
    OutputExistsError
        ``output`` holds something else.
    HostError
        It cannot be fetched (the message names the file to bring), or the disk refuses.
    """
    entry = get_set(name)
    chosen = get_variant(entry, variant)
    folder = prepared_place(entry, chosen) if output is None else Path(output)
    there = _there(folder, entry, chosen)
    if there is not None:
        return there
    if from_file is None:
        cached = fetch(name, offline=offline, progress=fetching)
        plan = _Preparation(entry, chosen, folder, cached.path, cached.sha256, cached.checked)
    else:
        plan = _Preparation(entry, chosen, folder, *_brought(entry, Path(from_file)))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if output is not None:
            return _write(plan, writing)
        with one_process(folder.with_name(f".{folder.name}.lock")) as alone:
            for rest in folder.parent.glob(f".{folder.name}-*.part") if alone else ():
                # Whoever left these was ended in the middle.
                shutil.rmtree(rest, ignore_errors=True)
            return _there(folder, entry, chosen) or _write(plan, writing)
    except OSError as error:
        if isinstance(error, HostError):
            raise
        raise _unwritable(folder, error) from error


def _there(folder: Path, entry: PublishedSet, variant: Variant) -> Prepared | None:
    """Return the set if it lies there already; refuse to write over something else."""
    record = read_provenance(folder)
    if record is not None and (record.name, record.variant) == (entry.name, variant.name):
        return Prepared(folder, record, new=False)
    refuse_existing(
        folder,
        empty=True,
        what="something else stands where the data set is to be laid out",
        hint="choose another " + Option("output") + " or take it away",
    )
    return None


def _brought(entry: PublishedSet, path: Path) -> tuple[Path, str | None, str]:
    if not path.is_file():
        return path, None, _BY_LAYOUT.format("it was brought as a folder")
    sha256 = sha256_of(path)
    if sha256 == entry.archive.sha256:
        return path, sha256, "its published SHA-256"
    known = "another" if entry.archive.sha256 else "no"
    return path, sha256, _BY_LAYOUT.format(f"a zip was brought, and {known} SHA-256 is published")


# --- writing -------------------------------------------------------------------------------------


def _write(plan: _Preparation, report: Progress | None) -> Prepared:
    with open_archive(plan.path) as archive:
        parts = find_parts(archive.names(), plan.variant, archive.label)
        record = _record(plan, parts)
        files = list(_files(parts))
        total = sum(archive.size(name) for name, _ in files)
        _check_space(plan.output, total)
        with folder_beside(plan.output) as part:
            _copy_all(archive, files, part, total, report or (lambda done, total: None))
            (part / SOURCE_FILE).write_text(source_text(plan.entry, record), "utf-8")
            (part / SPLIT_FILE).write_text(record.text(), "utf-8")
    return Prepared(plan.output, record, new=True)


def _record(plan: _Preparation, parts: Sequence[FoundPart]) -> Provenance:
    names = {part.name: [pair.name for pair in part.pairs] for part in parts}
    held = draw(names["training"], plan.entry.split)
    return Provenance(
        name=plan.entry.name,
        variant=plan.variant.name,
        kind=plan.variant.kind,
        classes=plan.entry.classes,
        pixel_size=plan.entry.pixel_size,
        archive_sha256=plan.sha256,
        checked=plan.checked,
        rule=plan.entry.split,
        training=tuple(name for name in names["training"] if name not in held),
        validation=held,
        test=tuple(names.get("test", ())),
        left_out=tuple(name for part in parts for name in part.alone),
    )


def _files(parts: Sequence[FoundPart]) -> Iterator[tuple[str, str]]:
    """Yield what is copied: a name in the archive and one below the folder."""
    for part in parts:
        for pair in part.pairs:
            yield pair.source, f"{part.name}/source/{PurePosixPath(pair.source).name}"
            if pair.target is not None:
                suffix = PurePosixPath(pair.target).suffix
                yield pair.target, f"{part.name}/target/{pair.name}{suffix}"
        for name in part.more:
            yield name, f"{part.name}/target/{PurePosixPath(name).name}"


def _copy_all(
    archive: Archive, files: Sequence[tuple[str, str]], folder: Path, total: int, report: Progress
) -> None:
    done = 0
    for name, place in files:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, path.open("wb") as target:
            while block := source.read(_BLOCK):
                target.write(block)
                done += len(block)
                report(done, total)


def _check_space(folder: Path, total: int) -> None:
    free = shutil.disk_usage(folder.parent).free
    if total > free:
        raise HostError(
            folder,
            "the disk has too little free space for this data set",
            value=f"{free / 1e6:.0f} MB free",
            allowed=f"at least {total / 1e6:.0f} MB",
            hint="free some space or choose another " + Option("output"),
        )


def _unwritable(folder: Path, error: OSError) -> HostError:
    return HostError(
        folder,
        "the data set cannot be laid out here",
        value=error.strerror or error,
        allowed="a folder that may be written, on a disk with free space",
        hint="free some space or choose another " + Option("output"),
    )
