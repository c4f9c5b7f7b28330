"""An upload to the zoo: a staged draft, its files, its way into review.

Nothing here publishes: that is the reviewers' part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.publishing.plan import Request
from deepbacs_zoo.publishing.publication import Published
from deepbacs_zoo.publishing.refusals import ServiceError
from deepbacs_zoo.publishing.state import (
    UploadState,
    alone,
    known_states,
    open_state,
    refuse_second_draft,
)
from deepbacs_zoo.publishing.submission import KEPT_BY_THE_ZOO
from deepbacs_zoo.publishing.zoo.account import connect, full_id, page_of, place_of_models
from deepbacs_zoo.publishing.zoo.artifact_manager import COLLECTION, SERVICE

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.submission import File, Submission
    from deepbacs_zoo.publishing.zoo.artifact_manager import ArtifactManager

__all__ = ["OnProgress", "Upload", "draft_of", "manifest_of", "requests_of", "send"]

OnProgress = Callable[[int, int, str], None]
"""Called with the bytes that arrived, with all, and with the name of the file."""


_ROUNDS: Final = 2
"""How often files are sent that are not there at the end."""


def draft_of(submission: Submission) -> str:
    """Return the id of the draft that was made of a package here; `UsageError` without one."""
    package = str(submission.package.absolute())
    for state in reversed(known_states(place_of_models())):
        if state.id and (state.package == package or state.fingerprint == submission.fingerprint):
            return state.id
    raise UsageError(
        package,
        "no draft of this package was made on this computer",
        allowed="a package that was published here, or the id of its draft",
        hint="name the draft by " + Option("id", "ID"),
    )


def send(
    submission: Submission, update: str | None, *, review: bool, report: OnProgress
) -> Published:
    """Send a package to the zoo, or what an earlier attempt left; never publish it.

    Parameters
    ----------
    submission
        What is sent.
    update
        The id of the model that gets a new version.
    review
        Whether it goes into review at the end.
    report
        Hears how far it is.

    Raises
    ------
    UsageError, HostError, IntegrityError
        The server refuses, or another process is at it.
    """
    id = None if update is None else full_id(update)
    place, target = place_of_models(), id or submission.fingerprint
    with alone(place, target):
        state = open_state(place, target, submission)
        if id is None:
            refuse_second_draft(state)
        sent = Upload(connect(), submission, state, id, review, report).run()
        return Published(
            str(state.id), str(state.address), state.extra.get("status", "draft"), sent
        )


def manifest_of(submission: Submission, status: str, id: str | None = None) -> dict[str, Any]:
    """Return the metadata as the zoo shows them.

    Parameters
    ----------
    submission
        What is sent; its description stays as it is.
    status
        The status, which stands here alone: the description knows no such field.
    id
        The id on the server; a new model has none yet, whatever its description says.
    """
    own = {name: value for name, value in submission.description.items() if name != "id"}
    given = {} if id is None else {"id": id.rpartition("/")[2]}
    return {**own, **given, "status": status}


def requests_of(
    submission: Submission, update: str | None = None, *, review: bool = True
) -> tuple[Request, ...]:
    """Return the requests of an upload that nothing disturbs, in their order.

    Parameters
    ----------
    submission
        What is sent.
    update
        The id of the model that gets a new version; by default there will be a new model.
    review
        Whether it goes into review at the end.
    """
    return tuple(_requests(submission, update, review))


def _requests(submission: Submission, update: str | None, review: bool) -> Iterator[Request]:
    def call(function: str, about: str) -> Request:
        return Request("POST", SERVICE + function, about)

    if update is None:
        yield call("read", f"who reviews in {COLLECTION}")
        yield call("create", "a staged draft, reviewers permitted")
    else:
        yield call("read", f"what {update} is")
        yield call("edit", f"a staged version of {update}")
    yield call("list_files", "what is there already")
    for file in submission.files:
        yield call("put_file", f"an address for {file.name}")
        yield Request("PUT", f"/s3/…/{file.name}", f"to that address: {file.name}", file.size)
    yield call("list_files", "did all arrive")
    if review:
        yield call("edit", "status in-review")
        yield call("read", "is it in review")


@dataclass
class Upload:
    """One upload, from whatever state it is in.

    Parameters
    ----------
    manager
        The zoo.
    submission
        What is sent.
    state
        Where an earlier attempt ended.
    update
        The id of the model that gets a new version.
    review
        Whether it goes into review at the end.
    report
        Hears how far it is.
    """

    manager: ArtifactManager
    submission: Submission
    state: UploadState
    update: str | None = None
    review: bool = True
    report: OnProgress = lambda done, total, name: None

    def run(self) -> int:
        """Do what is missing and return the number of files that were sent.

        Raises
        ------
        UsageError, HostError, IntegrityError
            The server refuses; the sentence says what is there by then.
        """
        try:
            return self._run()
        except ServiceError as error:
            raise error.explained(self.on_the_server()) from None

    def on_the_server(self) -> str:
        """Return what is there, as a clause."""
        if self.state.id is None:
            return "nothing of it is on the server"
        status = self.state.extra.get("status", "draft")
        there = f"{len(self.state.sent)} of {len(self.submission.files)} files"
        return f"on the server: {self.state.id}, {status}, with {there}"

    def _run(self) -> int:
        if self.state.finished and self.state.extra.get("status") in self._ends:
            return 0
        self.state.finished = False
        id = self._draft()
        sent = self._send_missing(id, self.manager.files(id))
        self._complete(id)
        if self.review:
            self._ask_for_review(id)
        self.state.finished = True
        self.state.save()
        return sent

    @property
    def _ends(self) -> tuple[str, ...]:
        return ("in-review",) if self.review else ("in-review", "draft")

    # --- the draft -------------------------------------------------------------------------------

    def _draft(self) -> str:
        if self.update is not None:
            return self._staged(self.update)
        if self.state.id is not None and self._is_there(self.state.id):
            return self.state.id
        self.state.id, self.state.sent = None, {}
        reviewers = self.manager.reviewers()
        begun = "begun" in self.state.extra
        self.state.extra["begun"] = "yes"
        self.state.save()
        id = self.manager.create(self._manifest("draft"), reviewers, self.state.marker, begun=begun)
        self.state.id, self.state.address = id, page_of(id)
        self._save("draft")
        return id

    def _is_there(self, id: str) -> bool:
        try:
            artifact = self.manager.read(id)
        except ServiceError as error:
            if error.kind == "missing":
                return False
            raise
        if artifact.get("versions"):
            raise UsageError(
                id,
                "this draft was published meanwhile, and nothing was sent",
                allowed="an update, which is a new version",
                hint="set " + Option("update", id),
            )
        return True

    def _staged(self, id: str) -> str:
        """Open a version of a model that is there: a new one where one is published."""
        published = bool(self.manager.read(id).get("versions"))
        manifest = manifest_of(self.submission, "draft", id)
        self.manager.stage(id, manifest, new_version=published)
        self.state.id, self.state.address = id, page_of(id)
        self._save("draft")
        return id

    def _manifest(self, status: str) -> dict[str, Any]:
        return manifest_of(self.submission, status, self.state.id)

    # --- the files -------------------------------------------------------------------------------

    def _send_missing(self, id: str, there: dict[str, int]) -> int:
        done, total, count = 0, self.submission.size, 0
        for file in self.submission.files:
            if not self._has_arrived(file, there):
                self.state.sent.pop(file.name, None)
                self.manager.send(id, file, self._reporting(done, total, file.name))
                self.state.sent[file.name] = file.sha256
                self.state.save()
                count += 1
            done += file.size
            self.report(done, total, file.name)
        return count

    def _has_arrived(self, file: File, there: dict[str, int]) -> bool:
        known = self.state.sent.get(file.name) == file.sha256
        return known and there.get(file.name) == file.size

    def _reporting(self, before: int, total: int, name: str) -> Callable[[int], None]:
        return lambda done: self.report(before + done, total, name)

    def _complete(self, id: str) -> None:
        """See that the files there are those of the package, no fewer and no more."""
        for left in reversed(range(_ROUNDS)):
            there = self.manager.files(id)
            missing = [file for file in self.submission.files if not self._has_arrived(file, there)]
            if not missing:
                break
            if not left:
                raise ServiceError("damaged", missing[0].name, "it is not in the list of files")
            self._send_missing(id, there)
        own = {file.name for file in self.submission.files} | {KEPT_BY_THE_ZOO}
        for name in there:
            if name not in own:
                self.manager.remove(id, name)

    # --- review ----------------------------------------------------------------------------------

    def _ask_for_review(self, id: str) -> None:
        self.manager.stage(id, self._manifest("in-review"))
        status = self.manager.read(id)["manifest"].get("status")
        if status != "in-review":
            raise self.manager.service.other_kind(f"the status is {status}")
        self._save("in-review")

    def _save(self, status: str) -> None:
        self.state.extra["status"] = status
        self.state.save()
