"""The state of an upload on this computer, by which it is repeated safely.

One JSON file an upload, written anew after each step that the server confirmed.  A process that
ends in between leaves the step before, and the same command goes on from there.  Nothing secret
stands in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.files import one_process, write_bytes
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.submission import Submission

__all__ = ["STATE_VARIABLE", "UploadState", "alone", "known_states", "open_state"]
__all__ += ["refuse_second_draft", "state_folder"]

STATE_VARIABLE: Final = "DEEPBACS_ZOO_STATE"


@dataclass
class UploadState:
    """The state of one upload.

    Parameters
    ----------
    path
        Its own file.
    server
        Address of the server, and place on it.
    package
        The path of the package.
    fingerprint
        The hash of its files.
    marker
        A word by which a draft is found again whose id did not arrive here.
    id
        The draft's id on the server; ``None`` before there is one.
    address
        Where people look at the draft.
    sent
        The SHA-256 of each file that arrived, by its name.
    finished
        Whether everything is done.
    extra
        Further words of a server, by name.
    """

    path: Path
    server: str
    package: str
    fingerprint: str
    marker: str = field(default_factory=lambda: uuid.uuid4().hex)
    id: str | None = None
    address: str | None = None
    sent: dict[str, str] = field(default_factory=dict)
    finished: bool = False
    extra: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Write the state; `HostError` where the disk refuses."""
        plain = {name: value for name, value in asdict(self).items() if name != "path"}
        write_bytes(self.path, json.dumps(plain, indent=1).encode())


def state_folder() -> Path:
    """Return the folder of all states: ``DEEPBACS_ZOO_STATE``, else one of the user's data.

    Not in the cache: that may be emptied at any time, and the next upload would be a second draft.
    """
    chosen = os.environ.get(STATE_VARIABLE, "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("deepbacs_zoo", appauthor=False) / "publishing"


def open_state(server: str, target: str, submission: Submission) -> UploadState:
    """Return the state of an upload: that of an earlier attempt, or a new one.

    Parameters
    ----------
    server
        Address of the server, and place on it.
    target
        The id that is updated; for a new model the hash of its files.
    submission
        What is sent.
    """
    path = _path(server, target)
    begun = _read(path)
    package = str(submission.package.absolute())
    if begun is not None and begun.fingerprint == submission.fingerprint:
        begun.package = package
        return begun
    return UploadState(path, server, package, submission.fingerprint)


def refuse_second_draft(state: UploadState) -> None:
    """Refuse a new model of a package that was sent before with other files; `UsageError`."""
    if state.id is not None:
        return
    for other in known_states(state.server):
        if other.id is not None and other.package == state.package:
            raise UsageError(
                state.package,
                "this package was sent before with other files",
                value=other.id,
                allowed="an update of it, or another package",
                hint="set " + Option("update", other.id) + ", or move the package elsewhere",
            )


def known_states(server: str) -> list[UploadState]:
    """Return the states of all uploads to a server, the latest last."""
    folder = state_folder()
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    states = [_read(path) for path in files]
    return [state for state in states if state is not None and state.server == server]


@contextmanager
def alone(server: str, target: str) -> Iterator[None]:
    """Be the only process of this computer that uploads something; arguments as `open_state`.

    Raises
    ------
    HostError
        Another process does, or the folder cannot be written.
    """
    path = _path(server, target).with_suffix(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with one_process(path, seconds=0) as held:
            if held:
                yield
                return
    except HostError:
        raise
    except OSError as error:
        raise HostError(
            path.parent,
            "the state of the upload cannot be kept here",
            value=error.strerror or error,
            allowed="a folder that may be written",
            hint=f"set {STATE_VARIABLE} to another folder",
        ) from error
    raise HostError(
        target,
        "another process is uploading this, and nothing was sent",
        allowed="one upload at a time",
        hint=f"wait until it is over and run the same command again, or, if no other runs, set "
        f"{STATE_VARIABLE} to a folder on a disk of this computer, which has locks",
    )


def _path(server: str, target: str) -> Path:
    key = hashlib.sha256(f"{server}\n{target}".encode()).hexdigest()[:32]
    return state_folder() / f"{key}.json"


def _read(path: Path) -> UploadState | None:
    """Return a state; ``None`` for what is none, which is then begun anew."""
    try:
        plain = json.loads(path.read_text("utf-8"))
        known = {each.name for each in fields(UploadState)}
        return UploadState(path, **{name: plain[name] for name in plain if name in known})
    except (OSError, ValueError, TypeError):
        return None
