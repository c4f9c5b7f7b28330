"""Hugging Face as a place to publish in: a repository with a card and the files of the package.

The repository is private until its author opens it.  Everything goes in one commit, so that it is
there whole or not at all.  huggingface_hub (extra ``huggingface``) is loaded to send something.

Environment variables
---------------------
HF_ENDPOINT
    Another server of the same kind; huggingface_hub reads it, too.
HF_TOKEN
    The token, unless a keyring holds it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

import yaml

from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.files import address
from deepbacs_zoo.options import Option
from deepbacs_zoo.publishing.credentials import Token, find_token
from deepbacs_zoo.publishing.plan import Request
from deepbacs_zoo.publishing.publication import Published
from deepbacs_zoo.publishing.refusals import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from deepbacs_zoo.publishing.submission import File, Submission

__all__ = ["Client", "card_of", "credentials", "metadata_of", "needed", "requests_of", "send"]
__all__ += ["server_address"]

_FOLDER: Final = "package"
"""The folder of the package's files, as bioimageio.spec lays them out and reads them."""
_CARD: Final = "README.md"
_KINDS: Final = {401: "token", 403: "permission", 404: "missing", 409: "exists", 413: "large"}


class Client(Protocol):
    """The part of ``huggingface_hub.HfApi`` that is used."""

    def create_repo(self, repo_id: str, *, private: bool, repo_type: str, exist_ok: bool) -> object:
        """Make a repository, unless it is there."""

    def model_info(self, repo_id: str, *, files_metadata: bool) -> Any:  # noqa: ANN401 - a type of the library
        """Return what is in a repository: ``siblings`` with name, size and hash of files."""

    def create_commit(
        self, repo_id: str, operations: Iterable[Any], *, commit_message: str, repo_type: str
    ) -> object:
        """Send files in one commit."""


def server_address() -> str:
    """Return the address of Hugging Face; ``HF_ENDPOINT`` names another one."""
    return address("HF_ENDPOINT", "https://huggingface.co", "Hugging Face")


def credentials() -> Token:
    """Return the token for Hugging Face; `UsageError` where there is none."""
    host = urlsplit(server_address()).hostname or ""
    how = "make one at https://huggingface.co/settings/tokens that may write"
    return find_token(host, ("HF_TOKEN",), how)


def needed(repository: str | None) -> str:
    """Return the name of the repository; `UsageError` where it is missing or none."""
    if repository is None or repository.count("/") != 1 or "" in repository.split("/"):
        raise UsageError(
            Option("repository"),
            "the repository is not named",
            value=repository,
            allowed="the name of a user or organization, a slash, and that of the repository",
            hint="set " + Option("repository", "USER/NAME"),
        )
    return repository


def metadata_of(submission: Submission) -> dict[str, Any]:
    """Return the front matter of the card."""
    metadata = submission.metadata
    entries = {
        "library_name": "bioimageio",
        "license": (metadata.license or "").lower(),
        "tags": ["biology", "bioimage.io", *metadata.tags],
        "model_name": metadata.name,
        "authors": [each.name for each in metadata.authors],
    }
    return {name: value for name, value in entries.items() if value}


def card_of(submission: Submission) -> bytes:
    """Return the card: metadata in front of the package's documentation."""
    front = yaml.safe_dump(metadata_of(submission), allow_unicode=True, sort_keys=False)
    text = submission.documentation or f"# {submission.metadata.name}\n"
    return f"---\n{front}---\n\n{text}".encode()


def requests_of(submission: Submission, repository: str | None) -> tuple[Request, ...]:
    """Return what is asked of the server; huggingface_hub divides the commit as it needs."""
    repository = repository or "USER/NAME"
    place = f"/api/models/{repository}/commit/main"
    files = (
        Request("POST", place, f"{_FOLDER}/{file.name}", file.size) for file in submission.files
    )
    return (
        Request("POST", "/api/repos/create", f"the private repository {repository}"),
        Request("GET", f"/api/models/{repository}", "what is there already"),
        Request("POST", place, _CARD, len(card_of(submission))),
        *files,
    )


def send(
    submission: Submission,
    repository: str | None,
    report: Callable[[int, int, str], None],
    client: Client | None = None,
) -> Published:
    """Send card and package into a repository, in one commit; nothing if all is there.

    Parameters
    ----------
    submission
        What is sent.
    repository
        ``USER/NAME``; a private one is made where none is.
    report
        Called with the bytes that arrived, with all, and with the name of the file.
    client
        The server; by default that of huggingface_hub.

    Raises
    ------
    UsageError, HostError
        The repository has no name, or the server refuses.
    MissingExtraError
        huggingface_hub is not installed.
    """
    name, token = needed(repository), credentials()
    hub = _hub()
    client = client or hub.HfApi(endpoint=server_address(), token=token.reveal())
    card = card_of(submission)
    try:
        client.create_repo(name, private=True, repo_type="model", exist_ok=True)
        siblings = client.model_info(name, files_metadata=True).siblings or ()
        there = {each.rfilename: each for each in siblings}
        files = [file for file in submission.files if not _is_there(file, there.get(_place(file)))]
        operations = [hub.CommitOperationAdd(_place(file), str(file.path)) for file in files]
        if _CARD not in there or there[_CARD].blob_id != _blob(card):
            operations.append(hub.CommitOperationAdd(_CARD, card))
        own = {_place(file) for file in submission.files}
        operations += _removals(hub, there, own)
        if operations:
            message = f"{submission.metadata.name} {submission.metadata.version or ''}".strip()
            client.create_commit(name, operations, commit_message=message, repo_type="model")
    except OSError as error:  # huggingface_hub's own, and those of the connection
        raise _refusal(error, token).explained(f"the repository {name} is as it was") from None
    report(submission.size, submission.size, _CARD)
    return Published(name, f"{server_address()}/{name}", "private draft", len(files))


def _hub() -> Any:  # noqa: ANN401 - a module
    try:
        import huggingface_hub
    except ImportError as error:
        raise MissingExtraError.of("huggingface", "huggingface_hub", "publish") from error
    return huggingface_hub


def _place(file: File) -> str:
    return f"{_FOLDER}/{file.name}"


def _removals(hub: Any, there: Iterable[str], own: set[str]) -> Sequence[Any]:  # noqa: ANN401 - a type of the library
    """Return the removal of files of the package that an earlier version had."""
    old = [name for name in there if name.startswith(f"{_FOLDER}/") and name not in own]
    return [hub.CommitOperationDelete(name) for name in old]


def _is_there(file: File, sibling: Any) -> bool:  # noqa: ANN401 - a type of the library
    """Compare a file: large ones are known by their SHA-256, others by the hash of Git."""
    if sibling is None or sibling.size != file.size:
        return False
    if sibling.lfs is not None:
        return bool(sibling.lfs.sha256 == file.sha256)
    return bool(sibling.blob_id == _blob(file.path.read_bytes()))


def _blob(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _refusal(error: OSError, token: Token) -> ServiceError:
    status = getattr(getattr(error, "response", None), "status_code", None)
    unexpected = "request" if status is not None and 400 <= status < 500 else "busy"
    kind = _KINDS.get(status or 0, "busy" if status == 429 else unexpected)
    reason = " ".join(token.hide(str(error)).split())[:300]
    return ServiceError(kind, server_address(), reason)
