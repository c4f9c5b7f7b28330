"""A model in review: its status, comments, withdrawal."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.publishing.plan import Request
from deepbacs_zoo.publishing.refusals import ServiceError
from deepbacs_zoo.publishing.state import known_states
from deepbacs_zoo.publishing.submission import KEPT_BY_THE_ZOO
from deepbacs_zoo.publishing.zoo.account import place_of_models
from deepbacs_zoo.publishing.zoo.artifact_manager import SERVICE

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.zoo.artifact_manager import ArtifactManager

__all__ = ["Status", "comment", "comment_requests", "status_of", "withdraw", "withdraw_requests"]

_MOST_CHARACTERS: Final = 10_000


@dataclass(frozen=True)
class Status:
    """A model in the zoo.

    Parameters
    ----------
    id
        Its id.
    status
        ``draft``, ``in-review``, ``in-revision`` or ``published``.
    versions
        Number of published versions.
    files
        Number of staged files.
    comments
        What was said, in its order: who and what.
    deletion
        The reason why its deletion was asked for.
    """

    id: str
    status: str
    versions: int
    files: int
    comments: tuple[tuple[str, str], ...] = ()
    deletion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)


def status_of(manager: ArtifactManager, id: str) -> Status:
    """Ask for the status of a model; `UsageError`, `HostError` where the server refuses."""
    try:
        artifact, files = manager.read(id), manager.files(id)
        comments = _comments(manager, id) if KEPT_BY_THE_ZOO in files else []
    except ServiceError as error:
        raise error.explained("nothing was changed on the server") from None
    manifest, asked = artifact["manifest"], artifact["manifest"].get("request_deletion")
    return Status(
        id,
        str(manifest.get("status", "not stated")),
        len(artifact.get("versions") or ()),
        len(files),
        tuple((str(each.get("userName", "")), str(each.get("content", ""))) for each in comments),
        str(asked["reason"]) if isinstance(asked, dict) and asked.get("reason") else None,
    )


def comment_requests() -> tuple[Request, ...]:
    """Return the requests of `comment`."""
    return (
        Request("POST", f"{SERVICE}read", "what the model is"),
        Request("POST", f"{SERVICE}list_files", "is there a discussion"),
        Request("POST", f"{SERVICE}put_file", f"an address for {KEPT_BY_THE_ZOO}"),
        Request("PUT", f"/s3/…/{KEPT_BY_THE_ZOO}", "the discussion with your comment"),
    )


def comment(manager: ArtifactManager, id: str, text: str) -> None:
    """Add a comment to the discussion of a staged model.

    Parameters
    ----------
    manager
        The zoo.
    id
        The model.
    text
        The comment, in Markdown.

    Raises
    ------
    UsageError, HostError
        There is nothing to say, or the server refuses.
    """
    _check_text(text, Option("comment"))
    try:
        artifact = manager.read(id)
        if artifact.get("staging") is None and artifact.get("versions"):
            manager.stage(id, artifact["manifest"])  # files can be added to what is staged alone
        _append(manager, id, text, artifact)
    except ServiceError as error:
        raise error.explained("the comment is not on the server") from None


def withdraw_requests() -> tuple[Request, ...]:
    """Return the requests of `withdraw`."""
    return (
        Request("POST", f"{SERVICE}read", "what the model is"),
        Request("POST", f"{SERVICE}edit", "status draft; of a published model, a request"),
        Request("POST", f"{SERVICE}read", "is it withdrawn"),
    )


def withdraw(manager: ArtifactManager, id: str, reason: str | None = None) -> Status:
    """Take a model out of review; of a published one the deletion is asked for.

    Nothing is deleted: a draft can go into review again, and what is published has been cited.

    Parameters
    ----------
    manager
        The zoo.
    id
        The model.
    reason
        Why; needed for a published model.

    Raises
    ------
    UsageError, HostError
        There is no reason, or the server refuses.
    """
    try:
        artifact = manager.read(id)
        manifest = dict(artifact["manifest"])
        if artifact.get("versions"):
            _check_text(reason or "", Option("comment"))
            manifest["request_deletion"] = {
                "requested_by": _user(manager, artifact),
                "reason": reason,
                "requested_at": int(time.time() * 1000),
            }
        else:
            manifest["status"] = "draft"
        manager.stage(id, manifest)
        _forget_review(id)
        if reason:
            _append(manager, id, reason, artifact)
    except ServiceError as error:
        raise error.explained(f"{id} is as it was, as far as is known here") from None
    return status_of(manager, id)


def _forget_review(id: str) -> None:
    """Let the next upload of the same package ask for review again."""
    for state in known_states(place_of_models()):
        if state.id == id:
            state.extra["status"] = "draft"
            state.save()


def _append(manager: ArtifactManager, id: str, text: str, artifact: dict[str, Any]) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    user = _user(manager, artifact)
    entry = {
        "id": str(uuid.uuid4()),
        "content": text,
        "userId": user,
        "userName": user,
        "createdAt": now,
    }
    said = _comments(manager, id) if KEPT_BY_THE_ZOO in manager.files(id) else []
    block = {"comments": [*said, entry], "lastUpdated": now}
    data = json.dumps(block, indent=2, ensure_ascii=False).encode()
    manager.send_text(id, KEPT_BY_THE_ZOO, data)


def _comments(manager: ArtifactManager, id: str) -> list[dict[str, Any]]:
    """Return the discussion; what cannot be read is never written over."""
    try:
        found = json.loads(manager.content(id, KEPT_BY_THE_ZOO))["comments"]
        return [dict(each) for each in found]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise manager.service.other_kind(f"{KEPT_BY_THE_ZOO} is no discussion") from None


def _user(manager: ArtifactManager, artifact: dict[str, Any]) -> str:
    token = manager.service.token
    return (token and token.user) or str(artifact.get("created_by") or "author")


def _check_text(text: str, option: Option) -> None:
    if not text.strip() or len(text) > _MOST_CHARACTERS:
        raise UsageError(
            option,
            "there is nothing to say" if not text.strip() else "this is too long to be read",
            value=f"{len(text)} characters",
            allowed=f"a text of up to {_MOST_CHARACTERS:,} characters",
            hint="say it in a few sentences",
        )
