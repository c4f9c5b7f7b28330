"""``deepbacs-zoo publish``: show what would be sent of a package, and send it into review."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepbacs_zoo.cli.options import OutputFormat, OverwriteOption, TrustOption, named_package
from deepbacs_zoo.cli.progress import asked, bar, bytes_bar, say
from deepbacs_zoo.cli.spelling import on_command_line

if TYPE_CHECKING:
    from deepbacs_zoo.publishing import Publication, Sending

__all__ = ["command"]


class TargetName(StrEnum):
    """Places to publish in."""

    ZOO = "zoo"
    ZENODO = "zenodo"
    HUGGINGFACE = "huggingface"
    FOLDER = "folder"


def command(  # long: every option of the command
    package: Annotated[
        Path,
        typer.Argument(
            metavar="PACKAGE", callback=named_package, help="A zip, a folder, or a model's name."
        ),
    ],
    to: Annotated[TargetName, typer.Option(help="Where it goes.")] = TargetName.ZOO,
    really: Annotated[
        bool,
        typer.Option("--really", help="Send it; by default all is shown and nothing is sent."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Ask no question before it is sent.")] = False,
    update: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="The model in the zoo, or record at Zenodo, that gets a new version."
        ),
    ] = None,
    repository: Annotated[
        str | None,
        typer.Option(metavar="USER/NAME", help="The repository, with --to huggingface."),
    ] = None,
    review: Annotated[
        bool, typer.Option("--review/--no-review", help="Ask for review at once, or keep a draft.")
    ] = True,
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder to write, with --to folder.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="ID",
            help="A finding with which it is sent all the same; repeatable.",
        ),
    ] = None,
    status: Annotated[
        bool, typer.Option("--status", help="Show the model in the zoo: status, comments.")
    ] = False,
    test: Annotated[
        bool,
        typer.Option("--test", help="Let the zoo test the draft on its computers, and wait."),
    ] = False,
    comment: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Say something to the reviewers.")
    ] = None,
    withdraw: Annotated[
        bool,
        typer.Option(
            "--withdraw",
            help="Take it out of review; of a published model, ask for its deletion, with the "
            "reason in --comment.",
        ),
    ] = False,
    id: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The draft meant, if it was not made on this computer."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the dry run as an HTML page, too.")
    ] = None,
    format: Annotated[OutputFormat, typer.Option(help="How to print.")] = OutputFormat.TEXT,
    overwrite: OverwriteOption = False,
    trust: TrustOption = False,
) -> None:
    """Show requests, metadata and checklist of an upload; with --really, send it into review.

    Nothing is published by this: that is the part of the zoo's reviewers. The token for the zoo
    stands in HYPHA_TOKEN or in a keyring. Whatever breaks off is finished by the same command.
    """
    from deepbacs_zoo.publishing import Sending

    if status or test or withdraw or comment is not None:
        from deepbacs_zoo.cli.publish_review import Action, review_command

        review_command(package, id, Action(status, test, withdraw, comment), really, yes, format)
        return
    options = Sending(output, update, repository, review, overwrite)
    publication = _publish(package, to, really, yes, options, allow or [], trust)
    if page is not None:
        from deepbacs_zoo.publishing.page import write_page

        write_page(page, publication, overwrite=overwrite)
    _print_end(publication, really, format)
    raise typer.Exit(0 if publication.passed else 1)


def _print_end(publication: Publication, really: bool, format: OutputFormat) -> None:
    done = publication.published
    if done is None or format is OutputFormat.JSON:
        _print(publication, format)
        if not really:
            say("Nothing was sent; --really sends it.")
        return
    say(f"{done.status}: {done.sent} of {len(publication.submission.files)} files sent now")
    print(f"{done.id}\n{done.address}")


def _publish(
    package: Path,
    to: TargetName,
    really: bool,
    yes: bool,
    options: Sending,
    allow: list[str],
    trust: bool,
) -> Publication:
    from deepbacs_zoo.publishing import publish

    def confirm(publication: Publication) -> bool:
        if yes or to is TargetName.FOLDER:
            return True
        say(publication.to_text(on_command_line))
        files, size = len(publication.submission.files), publication.submission.size
        return asked(f"Send {files} files, {size:,} bytes, to {publication.server}?")

    with bar("checking") as checking, bytes_bar("sending") as sending:
        return publish(
            package,
            to=to.value,
            really=really,
            options=options,
            allow=allow,
            trust=trust,
            confirm=confirm,
            checking=checking,
            progress=lambda done, total, name: sending(done, total),
        )


def _print(publication: Publication, format: OutputFormat) -> None:
    if format is OutputFormat.JSON:
        block = publication.as_dict(on_command_line)
        print(json.dumps(block, indent=2, ensure_ascii=False))
    elif format is OutputFormat.MARKDOWN:
        print(publication.to_markdown(), end="")
    else:
        print(publication.to_text(on_command_line))
