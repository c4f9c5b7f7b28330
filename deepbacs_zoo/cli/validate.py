"""``deepbacs-zoo validate``: check that a package is valid and reproduces its own results."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import TrustOption, named_package
from deepbacs_zoo.cli.progress import bar
from deepbacs_zoo.cli.spelling import on_command_line

__all__ = ["command"]


class Printed(StrEnum):
    """Formats in which the answer is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class FailOn(StrEnum):
    """Severities with which a package fails."""

    ERROR = "error"
    WARNING = "warning"


def command(
    package: Annotated[
        Path,
        typer.Argument(callback=named_package, help="A zip, a folder, or the name of a model."),
    ],
    format: Annotated[Printed, typer.Option(help="How to print.")] = Printed.TEXT,
    trust: TrustOption = False,
    reference: Annotated[
        bool,
        typer.Option("--reference", help="Run the test of bioimageio.core too (extra 'zoo')."),
    ] = False,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The lowest severity with which a package fails.")
    ] = FailOn.ERROR,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="ID",
            help="A finding with which it does not fail, such as not-reproduced; repeatable.",
        ),
    ] = None,
) -> None:
    """Check format, hashes, reproduction by every weights format, and tiled against whole."""
    from deepbacs_zoo.findings import Severity
    from deepbacs_zoo.validation import validate

    with bar("checking") as progress:
        summary = validate(
            package,
            trust=trust,
            reference=reference,
            fail_on=Severity[fail_on.name],
            allow=allow or (),
            progress=progress,
        )
    if format is Printed.HTML:
        from deepbacs_zoo.reports import render_validation

        print(render_validation(package, summary))
    else:
        printers = {
            Printed.TEXT: summary.to_text,
            Printed.JSON: summary.to_json,
            Printed.MARKDOWN: summary.to_markdown,
        }
        print(printers[format](on_command_line))
    raise typer.Exit(0 if summary.passed else 1)
