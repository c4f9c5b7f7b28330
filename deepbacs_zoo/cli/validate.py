"""``deepbacs-zoo validate``: check that a package is valid and reproduces its own results."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import TrustOption
from deepbacs_zoo.cli.progress import bar
from deepbacs_zoo.cli.spelling import on_command_line

__all__ = ["command"]


class OutputFormat(StrEnum):
    """Formats in which findings are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def command(
    package: Annotated[Path, typer.Argument(help="The package: a zip or a folder.")],
    format: Annotated[OutputFormat, typer.Option(help="How to print.")] = OutputFormat.TEXT,
    trust: TrustOption = False,
    reference: Annotated[
        bool,
        typer.Option("--reference", help="Run the test of bioimageio.core too (extra 'zoo')."),
    ] = False,
) -> None:
    """Check format, hashes, reproduction by every weights format, and tiled against whole."""
    from deepbacs_zoo.validation import validate

    with bar("checking") as progress:
        summary = validate(package, trust=trust, reference=reference, progress=progress)
    printers = {
        OutputFormat.TEXT: summary.to_text,
        OutputFormat.JSON: summary.to_json,
        OutputFormat.MARKDOWN: summary.to_markdown,
    }
    print(printers[format](on_command_line))
    raise typer.Exit(0 if summary.passed else 1)
