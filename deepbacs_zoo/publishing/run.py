"""One publication: shown first, and sent when that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import UsageError, look_up
from deepbacs_zoo.models import package_path
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import open_package
from deepbacs_zoo.publishing.checklist import refuse_failures
from deepbacs_zoo.publishing.publication import Publication, Published
from deepbacs_zoo.publishing.submission import Submission, read_submission

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.plan import Request
    from deepbacs_zoo.publishing.zoo.upload import OnProgress

__all__ = ["TARGETS", "Sending", "Target", "publish"]


@dataclass(frozen=True)
class Sending:
    """Options of what is sent where.

    Parameters
    ----------
    output
        The folder, where the target is one.
    update
        The id of a model that gets a new version; by default there will be a new model.
    repository
        ``USER/NAME`` on Hugging Face.
    review
        Whether the draft goes into review at once.
    overwrite
        Whether a folder of before may be replaced.
    """

    output: Path | None = None
    update: str | None = None
    repository: str | None = None
    review: bool = True
    overwrite: bool = False


@dataclass(frozen=True)
class Target:
    """A kind of place to publish in.

    Parameters
    ----------
    server
        Returns its address.
    prepare
        Refuses before any work what would be refused at the end, such as a missing token.
    requests
        Returns the requests of an upload.
    metadata
        Returns the metadata as it shows them.
    send
        Does it.
    """

    server: Callable[[Sending], str]
    prepare: Callable[[Sending], object]
    requests: Callable[[Submission, Sending], tuple[Request, ...]]
    metadata: Callable[[Submission, Sending], dict[str, Any]]
    send: Callable[[Publication, Sending, OnProgress], Published]


# A target is loaded when something goes there.


def _zoo() -> Target:
    from deepbacs_zoo.publishing.zoo import account
    from deepbacs_zoo.publishing.zoo import upload as zoo

    return Target(
        lambda options: account.server_address(),
        lambda options: account.credentials(),
        lambda submission, options: zoo.requests_of(
            submission, options.update, review=options.review
        ),
        lambda submission, options: zoo.manifest_of(
            submission, "in-review" if options.review else "draft", options.update
        ),
        lambda publication, options, report: zoo.send(
            publication.submission, options.update, review=options.review, report=report
        ),
    )


def _folder() -> Target:
    from deepbacs_zoo.publishing import folder

    return Target(
        lambda options: str(_needed_output(options)),
        _needed_output,
        lambda submission, options: (),
        lambda submission, options: dict(submission.description),
        lambda publication, options, report: folder.send(
            publication, _needed_output(options), overwrite=options.overwrite
        ),
    )


def _needed_output(options: Sending) -> Path:
    if options.output is None:
        raise UsageError(
            Option("output"),
            "a folder is to be written, and its place is missing",
            allowed="the path of a new folder",
            hint="set " + Option("output", "DIR"),
        )
    return options.output


def _zenodo() -> Target:
    from deepbacs_zoo.publishing import zenodo

    return Target(
        lambda options: zenodo.server_address(),
        lambda options: zenodo.credentials(),
        lambda submission, options: zenodo.requests_of(submission, options.update),
        lambda submission, options: zenodo.metadata_of(submission),
        lambda publication, options, report: zenodo.send(
            publication.submission, options.update, report
        ),
    )


def _huggingface() -> Target:
    from deepbacs_zoo.publishing import huggingface

    return Target(
        lambda options: huggingface.server_address(),
        lambda options: (huggingface.needed(options.repository), huggingface.credentials()),
        lambda submission, options: huggingface.requests_of(submission, options.repository),
        lambda submission, options: huggingface.metadata_of(submission),
        lambda publication, options, report: huggingface.send(
            publication.submission, options.repository, report
        ),
    )


TARGETS: Final = MappingProxyType(
    {"zoo": _zoo, "zenodo": _zenodo, "huggingface": _huggingface, "folder": _folder}
)
"""The places by name; each is a function that returns its target."""


def publish(  # long: half of it documents its parameters
    package: str | Path,
    *,
    to: str = "zoo",
    really: bool = False,
    options: Sending | None = None,
    allow: Collection[str] = (),
    trust: bool = False,
    confirm: Callable[[Publication], bool] | None = None,
    checking: Callable[[int, int], None] | None = None,
    progress: OnProgress | None = None,
) -> Publication:
    """Show what would be sent of a package, and send it when that is asked for.

    Parameters
    ----------
    package
        A zip, a folder, or the name of a model that comes with the project.
    to
        ``zoo``, ``zenodo``, ``huggingface`` or ``folder``; see ``TARGETS``.
    really
        Send it; by default nothing is sent, no server is asked, and no token is needed.
    options
        Options of what is sent where.
    allow
        Ids of findings with which it is sent all the same.
    trust
        Whether code that comes with the package may run while it is validated.
    confirm
        Asked before anything is sent; it is not if the answer is false.
    checking
        Called with the number of checks of validation done and their total.
    progress
        Called with the bytes that arrived, with all, and with the name of the file.

    Returns
    -------
    Publication
        What would be sent, and the end of it if it was.

    Raises
    ------
    UsageError
        No such package or target, no token, or the server does not let its account do it.
    PackageError, IntegrityError
        The package does not pass validation, or something else arrived.
    HostError
        The server cannot be reached; the sentence says what is on it by then.
    """
    from deepbacs_zoo.validation import validate

    target = look_up(TARGETS, to, Option("to"), "target")()
    options = options or Sending()
    if really:
        target.prepare(options)
    path = package_path(package)
    with open_package(path) as opened:
        submission = read_submission(opened)
        publication = Publication(
            to,
            target.server(options),
            submission,
            validate(path, trust=trust, allow=allow, progress=checking),
            target.requests(submission, options),
            target.metadata(submission, options),
        )
        if not really:
            return publication
        refuse_failures(publication.summary, path)
        if confirm is not None and not confirm(publication):
            return publication
        report = progress or (lambda done, total, name: None)
        return replace(publication, published=target.send(publication, options, report))
