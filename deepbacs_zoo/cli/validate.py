"""``deepbacs-zoo validate``: check that a package is valid and reproduces its own results."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepbacs_zoo.cli.options import OverwriteOption, TrustOption, named_package
from deepbacs_zoo.cli.spelling import on_command_line
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.summary import Summary

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


def command(  # long: it holds the options
    packages: Annotated[
        list[Path],
        typer.Argument(
            metavar="PACKAGE...",
            help="Zips, folders, or names of models; of a folder of packages all of them.",
        ),
    ],
    format: Annotated[Printed, typer.Option(help="How to print.")] = Printed.TEXT,
    trust: TrustOption = False,
    reference: Annotated[
        bool,
        typer.Option("--reference", help="Run the test of bioimageio.core too (extra 'zoo')."),
    ] = False,
    online: Annotated[
        bool,
        typer.Option("--online", help="Use the network: look up addresses, DOIs and people."),
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
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Write a copy (--output) with all mended that needs no images to be known.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(metavar="COPY", help="The mended copy: a zip if it ends so, else a folder."),
    ] = None,
    overwrite: OverwriteOption = False,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="PACKAGE",
            callback=lambda path: path and named_package(path),
            help="Say what differs in another version of it, and whether that is worse.",
        ),
    ] = None,
) -> None:
    """Check format, hashes, reproduction by every weights format, and what programs make of it."""
    from deepbacs_zoo.cli.validate_several import check_all, exit_code, packages_in
    from deepbacs_zoo.findings import Severity
    from deepbacs_zoo.validation import validate

    if fix or output is not None:
        from deepbacs_zoo.cli.validate_two import mend

        code = mend(
            _only(packages, Option("fix"), format.value),
            _copy(fix, output, compare),
            overwrite=overwrite,
            trust=trust,
            format=format.value,
            fail_on=Severity[fail_on.name],
            allow=allow or (),
        )
        raise typer.Exit(code)
    if compare is not None:
        from deepbacs_zoo.cli.validate_two import compare as compare_two

        first = _only(packages, Option("compare"), format.value)
        raise typer.Exit(compare_two(first, compare, trust=trust, format=format.value))
    paths = packages_in(packages)
    if format is Printed.HTML and len(paths) > 1:
        raise UsageError(
            Option("format", Printed.HTML.value),
            "a page is about one package",
            value=f"{len(paths)} packages",
            allowed="one package, or another format",
            hint="name one of them",
        )
    check = partial(
        validate,
        trust=trust,
        reference=reference,
        online=online,
        fail_on=Severity[fail_on.name],
        allow=allow or (),
    )
    summaries = check_all(paths, check)
    print(_printed(format, paths, summaries))
    raise typer.Exit(exit_code(summaries))


def _only(packages: Sequence[Path], option: Option, format: str) -> Path:
    """Return the only package; refuse several, and a page."""
    if len(packages) != 1:
        raise UsageError(
            option,
            "this is about one package",
            value=f"{len(packages)} packages",
            allowed="one package",
            hint="name one of them",
        )
    if format == "html":
        raise UsageError(
            Option("format", "html"),
            "there is no page of this",
            allowed="text | json | markdown",
            hint="leave it out, or take another format",
        )
    return packages[0]


def _copy(fix: bool, output: Path | None, compare: Path | None) -> Path:
    """Return the place of the copy; refuse the one option without the other."""
    if compare is not None:
        raise UsageError(
            Option("compare"),
            "a package is mended, or compared with another one",
            allowed="one of the two",
            hint="compare it with its copy afterwards",
        )
    if fix and output is not None:
        return output
    raise UsageError(
        Option("fix") if fix else Option("output"),
        "a copy is written only where both are given",
        allowed=Option("fix") + " with " + Option("output"),
        hint="name the copy" if fix else "leave it out, or add " + Option("fix", True),
    )


def _printed(format: Printed, paths: Sequence[Path], summaries: Sequence[Summary]) -> str:
    if len(summaries) > 1:
        from deepbacs_zoo.cli.validate_several import table, to_json

        if format is Printed.JSON:
            return to_json(summaries)
        return table(summaries, markdown=format is Printed.MARKDOWN)
    (summary,) = summaries
    if format is Printed.HTML:
        from deepbacs_zoo.reports import render_validation

        return render_validation(paths[0], summary, on_command_line)
    printers = {
        Printed.TEXT: summary.to_text,
        Printed.JSON: summary.to_json,
        Printed.MARKDOWN: summary.to_markdown,
    }
    return printers[format](on_command_line)
