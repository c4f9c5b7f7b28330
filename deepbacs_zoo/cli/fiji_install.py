"""``deepbacs-zoo fiji install``: a package, also one of the zoo, into a Fiji folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import OverwriteOption, named_package

__all__ = ["command"]


def command(
    package: Annotated[
        Path,
        typer.Argument(
            metavar="PACKAGE",
            callback=named_package,
            help="A zip, a folder, the name of a model, or a nickname of the zoo.",
        ),
    ],
    fiji: Annotated[Path, typer.Option("--fiji", metavar="DIR", help="Folder of the Fiji.")],
    name: Annotated[
        str | None, typer.Option(help="Name of the model's folder; that of the package by default.")
    ] = None,
    overwrite: OverwriteOption = False,
) -> None:
    """Unpack a package into the folder models of a Fiji, where deepImageJ and the plugin see it."""
    from deepbacs_zoo.fiji.install import install_model

    print(install_model(package, fiji, name=name, overwrite=overwrite))
