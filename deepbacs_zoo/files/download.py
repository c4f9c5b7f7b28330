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

from deepbacs_zoo.errors import HostError, IntegrityError
from deepbacs_zoo.files.http import (
    PAUSES,
    BrokenError,
    RefusedError,
    Response,
    open_url,
    read_block,
)
from deepbacs_zoo.options import Text

__all__ = ["Progress", "Target", "Words", "download"]

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are there, and with all if their number is known."""

_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


@dataclass(frozen=True)
class Words:
    """The words of errors about one kind of file.

    Parameters
    ----------
    thing
        The kind of file, such as ``archive``.
    source
        Who has it.
    otherwise
        What to do without the connection, given the place of the file.
    mirror
        The environment variable that names another server.
    needs
        What else needs space on the disk, beginning with a comma; may be empty.
    """

    thing: str
    source: str
    otherwise: Callable[[Path], str | Text]
    mirror: str
    needs: str = ""


@dataclass(frozen=True)
class Target:
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
    words
        The words of its errors.
    """

    url: str
    path: Path
    part: Path
    size: int | None
    words: Words

    @property
    def note(self) -> Path:
        """The file that says what the bytes in ``part`` belong to."""
        return self.part.with_name(f"{self.part.name}.json")

    def forget(self) -> None:
        """Remove what has come so far."""
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def download(target: Target, report: Progress) -> bool:
    """Fetch all bytes of a file into ``target.part``.

    Parameters
    ----------
    target
        What is meant.
    report
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
    resumed = target.part.exists()
    furthest, failures = -1, 0
    while True:
        try:
            _attempt(target, report)
        except BrokenError as error:
            reached = _length(target.part)
            failures = 0 if reached > furthest else failures + 1
            furthest = max(furthest, reached)
            if failures >= len(PAUSES):
                raise _unreached(target, error) from error
            time.sleep(max(PAUSES[failures], error.pause))
        else:
            return resumed


def _attempt(target: Target, report: Progress) -> None:
    """Ask for the bytes that are missing, and keep all that come."""
    have, note = _length(target.part), _noted(target)
    if note is None:
        have = 0
    elif have and have == note.get("total"):
        report(have, have)
        return
    headers = {"Range": f"bytes={have}-", "If-Range": note["validator"]} if note and have else {}
    with _open(target, headers) as response:
        start, total = _extent(target, response, have, note)
        _check_size(target, total)
        _check_space(target, start, total)
        # Before the bytes: they must never lie there with the note of another file.
        if start == 0:
            _write_note(target, response, total)
        done = _copy(target, response, start, total, report)
    expected = target.size if total is None else total
    if expected is not None and done < expected:
        raise BrokenError(f"it ended after {done} of {expected} bytes")


def _copy(
    target: Target,
    response: Response,
    start: int,
    total: int | None,
    report: Progress,
) -> int:
    done, most = start, target.size if total is None else total
    with target.part.open("r+b" if start else "wb") as output:
        output.seek(start)
        output.truncate()
        report(done, most)
        while block := read_block(response):
            done += len(block)
            if most is not None and done > most:
                output.close()
                target.forget()
                raise _other_size(target, f"over {most} bytes")
            try:
                output.write(block)
                output.flush()
            except OSError as error:
                raise _unwritable(target, error) from error
            report(done, most)
    return done


# --- what the server says ------------------------------------------------------------------------


def _open(target: Target, headers: dict[str, str]) -> Response:
    try:
        return open_url(target.url, headers)
    except RefusedError as error:
        if error.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            target.forget()
            raise BrokenError("the server has another file by now") from error
        raise _unreached(target, error) from error


def _extent(
    target: Target,
    response: Response,
    have: int,
    note: dict[str, Any] | None,
) -> tuple[int, int | None]:
    """Return at which byte the answer begins, and how many the file has."""
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        total = None if match is None or match[2] == "*" else int(match[2])
        # Servers exist that do not look at If-Range; their answer says of which file it is.
        same = note is not None and (
            total == note.get("total") and _validator(response) in {"", note["validator"]}
        )
        if match is None or int(match[1]) != have or not same:
            target.forget()
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


def _noted(target: Target) -> dict[str, Any] | None:
    """Return the note if the bytes that are there may be gone on with."""
    with suppress(OSError, ValueError):
        note = json.loads(target.note.read_text("utf-8"))
        if isinstance(note, dict) and note.get("url") == target.url and note.get("validator"):
            return note
    return None


def _write_note(target: Target, response: Response, total: int | None) -> None:
    note = {"url": target.url, "validator": _validator(response), "total": total}
    try:
        target.part.unlink(missing_ok=True)
        target.note.write_text(json.dumps(note), "utf-8")
    except OSError as error:
        raise _unwritable(target, error) from error


def _check_size(target: Target, total: int | None) -> None:
    if target.size is not None and total is not None and total != target.size:
        target.forget()
        raise _other_size(target, f"{total} bytes")


def _check_space(target: Target, start: int, total: int | None) -> None:
    missing = (total or target.size or 0) - start
    free = shutil.disk_usage(target.part.parent).free
    if missing > free:
        raise HostError(
            target.part.parent,
            f"the disk has too little free space for this {target.words.thing}",
            value=f"{free / 1e6:.0f} MB free",
            allowed=f"at least {missing / 1e6:.0f} MB{target.words.needs}",
            hint="free some space or set DEEPBACS_ZOO_CACHE to a folder on another disk",
        )


# --- errors --------------------------------------------------------------------------------------


def _unreached(target: Target, reason: object) -> HostError:
    kept = _length(target.part)
    rest = f" ({kept / 1e6:.0f} MB that came are kept, the next attempt goes on)" if kept else ""
    words = target.words
    return HostError(
        target.url,
        f"this {words.thing} cannot be fetched{rest}",
        value=reason,
        allowed=f"a connection to {words.source}",
        hint=f"try again later, set {words.mirror} to another server's URL, or "
        + words.otherwise(target.path),
    )


def _unwritable(target: Target, error: OSError) -> HostError:
    return HostError(
        target.part.parent,
        f"the {target.words.thing} cannot be written here",
        value=error.strerror or error,
        allowed="a folder that may be written, on a disk with free space",
        hint="free some space and run it again, which goes on with what has come, or set "
        "DEEPBACS_ZOO_CACHE to another folder",
    )


def _other_size(target: Target, found: str) -> IntegrityError:
    return IntegrityError(
        target.path.name,
        f"what came from {target.url} is not the file that was described, and was thrown away",
        value=found,
        allowed=f"{target.size} bytes" if target.size is not None else "the bytes announced",
        hint=f"check proxy and {target.words.mirror} and try again, "
        f"or put the right file at {target.path}",
    )
