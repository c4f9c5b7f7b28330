"""``deepbacs-zoo fiji macro``: a ready macro for a package, to run and to change."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import OverwriteOption, named_package
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.cli.spelling import on_command_line

__all__ = ["command"]


class Consumer(StrEnum):
    """The program in Fiji that runs the package."""

    DEEPBACS = "deepbacs"
    DEEPIMAGEJ = "deepimagej"


def command(
    package: Annotated[
        Path,
        typer.Argument(callback=named_package, help="A zip, a folder, or the name of a model."),
    ],
    consumer: Annotated[
        Consumer,
        typer.Option("--for", help="Our plugin, or deepImageJ 3.1, which takes a folder."),
    ] = Consumer.DEEPBACS,
    output: Annotated[
        Path | None, typer.Option(help="The macro (.ijm) to write; by default it is printed.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Write a macro that runs a package on an image: its path, the options, and what they mean."""
    from deepbacs_zoo.fiji.macros import package_macro
    from deepbacs_zoo.files import refuse_existing, write_bytes
    from deepbacs_zoo.package import open_package

    with open_package(package) as opened:
        text = package_macro(opened, consumer.value, on_command_line)
    if output is None:
        print(text, end="")
        return
    refuse_existing([output], overwrite=overwrite)
    write_bytes(output, text.encode("utf-8"))
    say(f"written: {output}")
