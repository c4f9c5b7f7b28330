"""``deepbacs-zoo export``: a run folder and a model card become a package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import OutputOption, OverwriteOption, named_data
from deepbacs_zoo.cli.progress import bar, say

__all__ = ["command"]


def command(
    run: Annotated[Path, typer.Argument(help="The run folder that 'train' left.")],
    card: Annotated[Path, typer.Option(help="The model card, a Markdown file.")],
    output: OutputOption,
    data: Annotated[
        Path | None,
        typer.Option(
            callback=named_data,
            help="Labelled images for the scores of the card: source/ and target/, test/ with "
            "those inside, or a prepared data set. By default the images that training kept "
            "for validation.",
        ),
    ] = None,
    consumer: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="deepimagej: a package that gives the same numbers in that program, for images in "
            "one piece; the network normalizes and continues them itself, and outputs on a grid "
            "(StarDist, SplineDist, detection) are brought up to their size.",
        ),
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a package: drafted, evaluated, read back, reproduced, and only then kept."""
    from deepbacs_zoo.cards import read_card
    from deepbacs_zoo.checkpoints import open_run
    from deepbacs_zoo.exporting import export

    with bar("exporting") as progress:
        written = export(
            open_run(run),
            read_card(card),
            output,
            evaluation_data=data,
            consumer=consumer,
            overwrite=overwrite,
            progress=progress,
        )
    say(f"written: {written}")
