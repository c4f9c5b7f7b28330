"""``deepbacs-zoo publish --status``, ``--comment`` and ``--withdraw``: a model in review."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.cli.options import OutputFormat
from deepbacs_zoo.cli.progress import asked, say

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.zoo.review import Status

__all__ = ["review_command"]


def review_command(
    package: Path,
    id: str | None,
    status: bool,
    withdraw: bool,
    comment: str | None,
    really: bool,
    yes: bool,
    format: OutputFormat,
) -> None:
    """Show the status of a model; comment on it and withdraw it where that is meant.

    Parameters
    ----------
    package
        The package; its draft is the one that was made here.
    id
        The draft, if it was made elsewhere.
    status
        Whether the status alone is shown.
    withdraw
        Whether it is taken out of review.
    comment
        A text for the reviewers.
    really, yes
        Whether it is done, and without a question.
    format
        The format of the answer.
    """
    from deepbacs_zoo.publishing.zoo.account import connect, full_id
    from deepbacs_zoo.publishing.zoo.review import status_of

    model = _draft(package) if id is None else full_id(id)
    if status:
        _print(status_of(connect(), model), format)
    elif not really:
        _print_requests(withdraw)
        say(f"Nothing was sent about {model}; --really sends it.")
    elif yes or asked(f"{'Withdraw' if withdraw else 'Comment on'} {model}?"):
        _print(_change(model, withdraw, comment), format)


def _print_requests(withdraw: bool) -> None:
    from deepbacs_zoo.publishing.zoo import review

    for each in review.withdraw_requests() if withdraw else review.comment_requests():
        print(f"{each.method:<4} {each.path}  {each.about}")


def _change(model: str, withdraw: bool, comment: str | None) -> Status:
    from deepbacs_zoo.publishing.zoo import review
    from deepbacs_zoo.publishing.zoo.account import connect

    manager = connect()
    if withdraw:
        return review.withdraw(manager, model, comment)
    review.comment(manager, model, comment or "")
    return review.status_of(manager, model)


def _draft(package: Path) -> str:
    from deepbacs_zoo.package import open_package
    from deepbacs_zoo.publishing.submission import read_submission
    from deepbacs_zoo.publishing.zoo.upload import draft_of

    with open_package(package) as opened:
        return draft_of(read_submission(opened))


def _print(status: Status, format: OutputFormat) -> None:
    if format is OutputFormat.JSON:
        print(json.dumps(status.as_dict(), ensure_ascii=False))
        return
    print(f"{status.id}: {status.status}, {status.versions} published versions, ", end="")
    print(f"{status.files} files staged")
    for who, what in status.comments:
        print(f"  {who}: {what}")
    if status.deletion:
        print(f"  deletion asked for: {status.deletion}")
