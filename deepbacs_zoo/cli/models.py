"""``deepbacs-zoo models``: the packages that come with the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import OutputFormat, OverwriteOption

__all__ = ["app"]

app = typer.Typer(
    name="models",
    help="Packages that come with the project: their names stand for paths, as in `predict NAME`.",
    no_args_is_help=True,
)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As `models list` shows it.")]


@app.command(name="list")
def list_command(
    format: Annotated[OutputFormat, typer.Option(help="How to print.")] = OutputFormat.TEXT,
) -> None:
    """List the models."""
    from deepbacs_zoo.models import SHIPPED

    models = SHIPPED.values()
    if format is OutputFormat.JSON:
        print(json.dumps([model.as_dict() for model in models], indent=2, ensure_ascii=False))
        return
    if format is OutputFormat.MARKDOWN:
        print("| name | task | method | trained on | size |\n|---|---|---|---|---|")
    wide = max(len(model.name) for model in models)
    for model in models:
        size = f"{model.size / 2**20:.1f} MB"
        if format is OutputFormat.MARKDOWN:
            cells = (f"`{model.name}`", model.task, model.method, model.trained_on, size)
            print(f"| {' | '.join(cells)} |")
        else:
            print(f"{model.name:<{wide}}  {size:>7}  {model.task}: {model.trained_on}")


@app.command(name="show")
def show_command(name: NameArgument) -> None:
    """Print the documentation of a model: uses, limits, scores."""
    from deepbacs_zoo.models import get_model
    from deepbacs_zoo.package import open_package

    model = get_model(name)
    with open_package(model.path) as package:
        print(f"{model.name}: {model.task} by {model.method}, trained on {model.trained_on}\n")
        source = package.metadata.documentation
        print("" if source is None else package.read(source.source).decode("utf-8"))


@app.command(name="copy")
def copy_command(
    name: NameArgument,
    output: Annotated[Path, typer.Option(help="The zip to write, or a folder.")],
    overwrite: OverwriteOption = False,
) -> None:
    """Copy the package of a model, for Fiji or another program."""
    from deepbacs_zoo.models import copy_model

    print(copy_model(name, output, overwrite=overwrite))
