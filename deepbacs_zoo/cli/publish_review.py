"""``deepbacs-zoo publish --status``, ``--test``, ``--comment``, ``--withdraw``: after an upload."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deepbacs_zoo.cli.options import OutputFormat
from deepbacs_zoo.cli.progress import asked, say

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.plan import Request
    from deepbacs_zoo.publishing.zoo.review import Status

__all__ = ["Action", "review_command"]


@dataclass(frozen=True)
class Action:
    """An action on a model in review; the first that is set counts.

    Parameters
    ----------
    status
        Show its status.
    test
        Let the zoo test it.
    withdraw
        Take it out of review, for the reason in the comment.
    comment
        A text for the reviewers.
    """

    status: bool
    test: bool
    withdraw: bool
    comment: str | None

    @property
    def question(self) -> str:
        """The verb of the question that is asked before."""
        return "Test" if self.test else "Withdraw" if self.withdraw else "Comment on"

    def requests(self) -> tuple[Request, ...]:
        """Return the requests that it makes."""
        from deepbacs_zoo.publishing.zoo import model_runner, review

        if self.test:
            return model_runner.run_requests()
        return review.withdraw_requests() if self.withdraw else review.comment_requests()


def review_command(
    package: Path, id: str | None, action: Action, really: bool, yes: bool, format: OutputFormat
) -> None:
    """Show the status of a model; test it, comment on it and withdraw it where that is meant.

    Parameters
    ----------
    package
        The package; its draft is the one that was made here.
    id
        The draft, if it was made elsewhere.
    action
        What is to be done.
    really, yes
        Whether it is done, and without a question.
    format
        The format of the answer.
    """
    from deepbacs_zoo.publishing.zoo.account import connect, full_id
    from deepbacs_zoo.publishing.zoo.review import status_of

    model = _draft(package) if id is None else full_id(id)
    if action.status:
        _print(status_of(connect(), model), format)
    elif not really:
        for each in action.requests():
            print(f"{each.method:<4} {each.path}  {each.about}")
        say(f"Nothing was sent about {model}; --really sends it.")
    elif yes or asked(f"{action.question} {model}?"):
        if action.test:
            _test(model, format)
        else:
            _print(_change(model, action), format)


def _change(model: str, action: Action) -> Status:
    from deepbacs_zoo.publishing.zoo import review
    from deepbacs_zoo.publishing.zoo.account import connect

    manager = connect()
    if action.withdraw:
        return review.withdraw(manager, model, action.comment)
    review.comment(manager, model, action.comment or "")
    return review.status_of(manager, model)


def _test(model: str, format: OutputFormat) -> None:
    """Run the zoo's test; exit code 1 if it fails."""
    from deepbacs_zoo.publishing.zoo.account import connect
    from deepbacs_zoo.publishing.zoo.model_runner import run_test

    last: list[str] = []

    def report(text: str) -> None:
        if [text] != last:
            say(f"{model}: {text}")
            last[:] = [text]

    found = run_test(connect().service, model, report)
    if format is OutputFormat.JSON:
        print(json.dumps(dict(found.report), indent=2, ensure_ascii=False))
    else:
        print("\n".join([f"{model}: {found.status}", *(f"  {each}" for each in found.failures)]))
    raise typer.Exit(0 if found.passed else 1)


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
