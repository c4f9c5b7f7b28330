"""Zenodo as a place to publish in: a draft of a deposit, its files and metadata.

The draft is never published here: its author looks at it and presses the button, since a DOI stays.

Environment variables
---------------------
DEEPBACS_ZOO_DEPOSITS
    Another server of the same kind, such as ``https://sandbox.zenodo.org``.
ZENODO_TOKEN
    The token, unless a keyring holds it.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files import address
from deepbacs_zoo.publishing.credentials import Token, find_token
from deepbacs_zoo.publishing.plan import Request
from deepbacs_zoo.publishing.publication import Published
from deepbacs_zoo.publishing.refusals import ServiceError
from deepbacs_zoo.publishing.service import Service
from deepbacs_zoo.publishing.state import UploadState, alone, open_state, refuse_second_draft

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.submission import File, Submission

__all__ = ["credentials", "metadata_of", "requests_of", "send", "server_address"]

_SERVER: Final = "https://zenodo.org"
_HOW: Final = (
    "make one at https://zenodo.org/account/settings/applications with the scope deposit:write"
)
_DEPOSITS: Final = "/api/deposit/depositions"
_MARK: Final = "upload of deepbacs_zoo "
"""Begins the note by which a draft is found again whose number did not arrive here."""
_NEWEST: Final = f"{_DEPOSITS}?status=draft&sort=mostrecent&size=100"


def server_address() -> str:
    """Return the address of Zenodo; ``DEEPBACS_ZOO_DEPOSITS`` names another one."""
    return address("DEEPBACS_ZOO_DEPOSITS", _SERVER, "Zenodo")


def credentials() -> Token:
    """Return the token for Zenodo; `UsageError` where there is none."""
    host = urlsplit(server_address()).hostname or ""
    return find_token(host, ("ZENODO_TOKEN",), _HOW)


def metadata_of(submission: Submission) -> dict[str, Any]:
    """Return the metadata of the deposit, from the card that the package was exported with."""
    metadata = submission.metadata
    text = f"<p>{html.escape(metadata.description)}</p>"
    if metadata.git_repo:
        text += f"<p>{html.escape(metadata.git_repo)}</p>"
    entries = {
        "upload_type": "other",
        "title": metadata.name,
        "description": text,
        "creators": [
            _without_empty(name=each.name, affiliation=each.affiliation, orcid=each.orcid)
            for each in metadata.authors
        ],
        "access_right": "open",
        "license": (metadata.license or "").lower(),
        "keywords": ["bioimage.io", "bioimage.io:model", *metadata.tags],
        "version": metadata.version,
        "references": [f"{each.text} {each.link}".strip() for each in metadata.cite],
        "related_identifiers": [
            {"identifier": each.doi or each.url, "relation": "references"}
            for each in metadata.cite
            if each.doi or each.url
        ],
        "prereserve_doi": True,
    }
    return _without_empty(**entries)


def requests_of(submission: Submission, update: str | None = None) -> tuple[Request, ...]:
    """Return the requests of an upload that nothing disturbs, in their order."""
    return tuple(_requests(submission, update))


def _requests(submission: Submission, update: str | None) -> Iterator[Request]:
    if update is None:
        yield Request("POST", _DEPOSITS, "a draft of a deposit")
    else:
        place = f"{_DEPOSITS}/{update}/actions/newversion"
        yield Request("POST", place, f"a draft of a new version of {update}")
    yield Request("GET", f"{_DEPOSITS}/{{id}}", "its place for files")
    yield Request("GET", f"{_DEPOSITS}/{{id}}/files", "what is there already")
    for file in submission.files:
        yield Request("PUT", f"/api/files/…/{file.name}", file.name, file.size)
    yield Request("GET", f"{_DEPOSITS}/{{id}}/files", "did all arrive")
    yield Request("PUT", f"{_DEPOSITS}/{{id}}", "metadata")


def send(
    submission: Submission, update: str | None, report: Callable[[int, int, str], None]
) -> Published:
    """Send a package into a draft, or what an earlier attempt left; never publish it.

    Parameters
    ----------
    submission
        What is sent.
    update
        The number of the record that gets a new version.
    report
        Called with the bytes that arrived, with all, and with the name of the file.

    Raises
    ------
    UsageError, HostError, IntegrityError
        The server refuses, or another process is at it.
    PackageError
        Files lie in folders, which a deposit has none of.
    """
    nested = [file.name for file in submission.files if "/" in file.name]
    if nested:
        raise PackageError(
            submission.package,
            "a file lies in a folder, and a deposit has none",
            value=nested[0],
            allowed="files beside the description",
            hint="export the model again, or choose another target",
        )
    server, target = server_address(), update or submission.fingerprint
    with alone(server, target):
        state = open_state(server, target, submission)
        if update is None:
            refuse_second_draft(state)
        count = 0
        if not state.finished:
            count = _Deposit(Service(server, credentials()), submission, state, update).send(report)
        return Published(str(state.id), str(state.address), "draft", count)


class _Deposit:
    """One draft; errors are `ServiceError` inside, and sentences outside."""

    def __init__(
        self, service: Service, submission: Submission, state: UploadState, update: str | None
    ) -> None:
        self.service, self.submission, self.state = service, submission, state
        self.update = update

    def send(self, report: Callable[[int, int, str], None]) -> int:
        try:
            return self._send(report)
        except ServiceError as error:
            there = f"on the server: the draft {self.state.id}, not published"
            state = there if self.state.id else "nothing of it is on the server"
            raise error.explained(state) from None

    def _send(self, report: Callable[[int, int, str], None]) -> int:
        place = self._opened()
        draft = self._ask("GET", place)
        bucket = self._link(draft, "bucket")
        there, done, count = self._files(place), 0, 0
        for file in self.submission.files:
            if there.get(file.name) != file.md5:
                self._send_file(bucket, file, done, report)
                count += 1
            done += file.size
            report(done, self.submission.size, file.name)
        self._complete(place)
        self._ask("PUT", place, {"metadata": metadata_of(self.submission)})
        self.state.finished = True
        self.state.save()
        return count

    # --- the draft -------------------------------------------------------------------------------

    def _opened(self) -> str:
        """Return the path of the draft; make it where there is none."""
        if self.state.id is None:
            begun = "begun" in self.state.extra
            self.state.extra["begun"] = "yes"
            self.state.save()
            draft = self._created(begun) if self.update is None else self._new_version(self.update)
            self.state.id = str(draft["id"])
            self.state.address = f"{self.service.server}/deposit/{self.state.id}"
            self.state.save()
        return f"{_DEPOSITS}/{self.state.id}"

    def _created(self, begun: bool) -> dict[str, Any]:
        from deepbacs_zoo.files.http import attempt

        note = _MARK + self.state.marker
        content = {"metadata": {**metadata_of(self.submission), "notes": note}}
        tries = [begun]

        def once() -> Any:  # noqa: ANN401 - JSON
            found = self._found(note) if any(tries) else None
            tries.append(True)
            return found or self.service.ask_once("POST", _DEPOSITS, content)

        return self._with_id(self.service.calling(lambda: attempt(once), self.service.server))

    def _found(self, note: str) -> dict[str, Any] | None:
        for each in self.service.records(self._ask("GET", _NEWEST)):
            metadata = each.get("metadata")
            if isinstance(metadata, dict) and metadata.get("notes") == note:
                return each
        return None

    def _new_version(self, id: str) -> dict[str, Any]:
        """Open a version of a record; of one that has an open one the server returns that."""
        answer = self._ask("POST", f"{_DEPOSITS}/{id}/actions/newversion", where=id)
        draft = self._link(answer, "latest_draft")
        return self._with_id(self._ask("GET", urlsplit(draft).path))

    def _with_id(self, draft: object) -> dict[str, Any]:
        if not isinstance(draft, dict) or "id" not in draft:
            raise self.service.other_kind("it gives the draft no number")
        return draft

    def _link(self, answer: object, name: str) -> str:
        links = answer.get("links") if isinstance(answer, dict) else None
        link = links.get(name) if isinstance(links, dict) else None
        self.service.check_host(link)
        return str(link)

    # --- the files -------------------------------------------------------------------------------

    def _files(self, place: str) -> dict[str, str]:
        """Return the MD5 of each file in the draft."""
        return {
            each["filename"]: each["checksum"].rpartition(":")[2] for each in self._listed(place)
        }

    def _listed(self, place: str) -> list[dict[str, Any]]:
        listed = self._ask("GET", f"{place}/files")
        return self.service.records(listed, "id", "filename", "checksum")

    def _send_file(
        self, bucket: str, file: File, before: int, report: Callable[[int, int, str], None]
    ) -> None:
        from deepbacs_zoo.files.http import attempt

        def once() -> None:
            with file.path.open("rb") as source:
                self.service.send_file(
                    f"{bucket}/{quote(file.name)}",
                    source,
                    file.size,
                    lambda done: report(before + done, self.submission.size, file.name),
                    signed=False,
                )

        self.service.calling(lambda: attempt(once), file.name)

    def _complete(self, place: str) -> None:
        """Compare what arrived; take files out that an earlier version had."""
        there = self._files(place)
        own = {file.name: file.md5 for file in self.submission.files}
        for name, md5 in own.items():
            if there.get(name) != md5:
                raise ServiceError("damaged", name, f"its MD5 is {there.get(name, 'missing')}")
        for each in self._listed(place) if there.keys() - own.keys() else ():
            if each["filename"] not in own:
                self._remove(f"{place}/files/{quote(each['id'])}")

    def _remove(self, path: str) -> None:
        try:
            self._ask("DELETE", path)
        except ServiceError as error:
            if error.kind != "missing":  # as after an answer that was lost
                raise

    def _ask(self, method: str, path: str, content: object = None, where: str = "") -> Any:  # noqa: ANN401 - JSON
        return self.service.ask(method, path, content, where)


def _without_empty(**entries: object) -> dict[str, Any]:
    return {name: value for name, value in entries.items() if value}
