"""Downloads one large file; what has come is kept when the connection or the process ends.

The bytes go into a hidden file beside the place.  With them lies a note of what the server said the
file is (its ETag or time of change), and only if the server says the same again is the rest asked
for; else it begins anew.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.datasets.settings import MIRROR_VARIABLE
from deepbacs_zoo.errors import HostError, IntegrityError
from deepbacs_zoo.files.http import (
    PAUSES,
    BrokenError,
    RefusedError,
    Response,
    open_url,
    read_block,
)

__all__ = ["Tell", "Wanted", "download"]

Tell = Callable[[int, int | None], None]
"""Called with the bytes that are there, and with all if their number is known."""

_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Wanted:
    """A file that is to come from a URL.

    Parameters
    ----------
    url
        Where it is.
    path
        Where it goes at the end; its folder exists.
    part
        Where its bytes are kept until then.
    size
        Number of its bytes; ``None`` if that is not known.
    """

    url: str
    path: Path
    part: Path
    size: int | None

    @property
    def note(self) -> Path:
        """Where it is noted what the bytes in ``part`` belong to."""
        return self.part.with_name(f"{self.part.name}.json")

    def forget(self) -> None:
        """Remove what has come so far."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def download(wanted: Wanted, tell: Tell) -> bool:
    """Fetch all bytes of a file into ``wanted.part``.

    Parameters
    ----------
    wanted
        What is meant.
    tell
        Hears how far it is.

    Returns
    -------
    bool
        Whether some of the bytes were there from another process.

    Raises
    ------
    HostError
        The server cannot be reached, or does not have the file; or the disk is full.
    IntegrityError
        What comes is another file, by its size.
    """
    resumed = wanted.part.exists()
    furthest, failures = -1, 0
    while True:
        try:
            _attempt(wanted, tell)
        except BrokenError as error:
            reached = _length(wanted.part)
            failures = 0 if reached > furthest else failures + 1
            furthest = max(furthest, reached)
            if failures >= len(PAUSES):
                raise _unreached(wanted, error) from error
            time.sleep(max(PAUSES[failures], error.pause))
        else:
            return resumed


def _attempt(wanted: Wanted, tell: Tell) -> None:
    """Ask for the bytes that are missing, and keep all that come."""
    have, note = _length(wanted.part), _noted(wanted)
    if note is None:
        have = 0
    elif have and have == note.get("total"):
        tell(have, have)
        return
    headers = {"Range": f"bytes={have}-", "If-Range": note["validator"]} if note and have else {}
    with _open(wanted, headers) as response:
        start, total = _extent(wanted, response, have, note)
        _check_size(wanted, total)
        _check_space(wanted, start, total)
        # Before the bytes: they must never lie there with the note of another file.
        if start == 0:
            _write_note(wanted, response, total)
        done = _copy(wanted, response, start, total, tell)
    expected = wanted.size if total is None else total
    if expected is not None and done < expected:
        raise BrokenError(f"it ended after {done} of {expected} bytes")


def _copy(
    wanted: Wanted,
    response: Response,
    start: int,
    total: int | None,
    tell: Tell,
) -> int:
    done, most = start, wanted.size if total is None else total
    with wanted.part.open("r+b" if start else "wb") as target:
        target.seek(start)
        target.truncate()
        tell(done, most)
        while block := read_block(response):
            done += len(block)
            if most is not None and done > most:
                target.close()
                wanted.forget()
                raise _other_size(wanted, f"over {most} bytes")
            try:
                target.write(block)
                target.flush()
            except OSError as error:
                raise _unwritable(wanted, error) from error
            tell(done, most)
    return done


# --- what the server says ------------------------------------------------------------------------


def _open(wanted: Wanted, headers: dict[str, str]) -> Response:
    try:
        return open_url(wanted.url, headers)
    except RefusedError as error:
        if error.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            wanted.forget()
            raise BrokenError("the server has another file by now") from error
        raise _unreached(wanted, error) from error


def _extent(
    wanted: Wanted,
    response: Response,
    have: int,
    note: dict[str, Any] | None,
) -> tuple[int, int | None]:
    """Return at which byte the answer begins, and how many the file has."""
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        total = None if match is None or match[2] == "*" else int(match[2])
        # Servers exist that do not look at If-Range; their answer tells of which file it is.
        same = note is not None and (
            total == note.get("total") and _validator(response) in {"", note["validator"]}
        )
        if match is None or int(match[1]) != have or not same:
            wanted.forget()
            raise BrokenError("the server sent another part than was asked for")
        return have, total
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _validator(response: Response) -> str:
    tag: str = response.headers.get("ETag", "")
    # RFC 9110: a weak tag does not promise the same bytes and may not stand in If-Range.
    strong = "" if tag.startswith("W/") else tag
    return strong or str(response.headers.get("Last-Modified", ""))


# --- what is kept --------------------------------------------------------------------------------


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _noted(wanted: Wanted) -> dict[str, Any] | None:
    """Return the note if the bytes that are there may be gone on with."""
    with suppress(OSError, ValueError):
        note = json.loads(wanted.note.read_text("utf-8"))
        if isinstance(note, dict) and note.get("url") == wanted.url and note.get("validator"):
            return note
    return None


def _write_note(wanted: Wanted, response: Response, total: int | None) -> None:
    note = {"url": wanted.url, "validator": _validator(response), "total": total}
    try:
        wanted.part.unlink(missing_ok=True)
        wanted.note.write_text(json.dumps(note), "utf-8")
    except OSError as error:
        raise _unwritable(wanted, error) from error


def _check_size(wanted: Wanted, total: int | None) -> None:
    if wanted.size is not None and total is not None and total != wanted.size:
        wanted.forget()
        raise _other_size(wanted, f"{total} bytes")


def _check_space(wanted: Wanted, start: int, total: int | None) -> None:
    missing = (total or wanted.size or 0) - start
    free = shutil.disk_usage(wanted.part.parent).free
    if missing > free:
        raise HostError(
            wanted.part.parent,
            "the disk has too little free space for this data set",
            value=f"{free / 1e6:.0f} MB free",
            allowed=f"at least {missing / 1e6:.0f} MB, and as much again to unpack it",
            hint="free some space or set DEEPBACS_ZOO_CACHE to a folder on another disk",
        )


# --- errors --------------------------------------------------------------------------------------


def _unreached(wanted: Wanted, reason: object) -> HostError:
    kept = _length(wanted.part)
    rest = f" ({kept / 1e6:.0f} MB that came are kept, the next attempt goes on)" if kept else ""
    return HostError(
        wanted.url,
        f"this archive cannot be fetched{rest}",
        value=reason,
        allowed="a connection to Zenodo or to a mirror of it",
        hint=f"try again later, set {MIRROR_VARIABLE} to a mirror's URL, or download the file "
        f"elsewhere and put it at {wanted.path} or name it with --from-file",
    )


def _unwritable(wanted: Wanted, error: OSError) -> HostError:
    return HostError(
        wanted.part.parent,
        "the archive cannot be written here",
        value=error.strerror or error,
        allowed="a folder that may be written, on a disk with free space",
        hint="free some space and run it again, which goes on with what has come, or set "
        "DEEPBACS_ZOO_CACHE to another folder",
    )


def _other_size(wanted: Wanted, found: str) -> IntegrityError:
    return IntegrityError(
        wanted.path.name,
        f"what came from {wanted.url} is not the file that was described, and was thrown away",
        value=found,
        allowed=f"{wanted.size} bytes" if wanted.size is not None else "the bytes announced",
        hint=f"check proxy and {MIRROR_VARIABLE} and try again, "
        f"or put the right file at {wanted.path}",
    )
