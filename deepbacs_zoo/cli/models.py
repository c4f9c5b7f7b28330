"""``deepbacs-zoo models``: the packages that come with the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import OutputFormat, OverwriteOption
from deepbacs_zoo.cli.progress import bytes_bar, say

__all__ = ["app"]

app = typer.Typer(
    name="models",
    help="Packages that come with the project, and those of the BioImage Model Zoo: their names "
    "stand for paths, as in `predict NAME`.",
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


@app.command(name="search")
def search_command(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORD]...", help="Parts of names, descriptions, tags, authors."),
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Ask the zoo, also if it was asked today.")
    ] = False,
    format: Annotated[OutputFormat, typer.Option(help="How to print.")] = OutputFormat.TEXT,
) -> None:
    """Search the BioImage Model Zoo; without a connection, as it was when it was last asked."""
    from deepbacs_zoo.models import read_index, search

    index = read_index(refresh=refresh)
    found = search(index, words or [])
    if format is OutputFormat.JSON:
        block = {"date": index.date, "models": [model.as_dict() for model in found]}
        print(json.dumps(block, indent=2, ensure_ascii=False))
        return
    if format is OutputFormat.MARKDOWN:
        print("| nickname | name | weights | license |\n|---|---|---|---|")
    wide = max((len(model.nickname) for model in found), default=0)
    for model in found:
        weights = ", ".join(model.weights)
        if format is OutputFormat.MARKDOWN:
            print(f"| `{model.nickname}` | {model.name} | {weights} | {model.license or ''} |")
        else:
            print(f"{model.nickname:<{wide}}  {model.name}  ({weights})")
    say(f"{len(found)} of {len(index.models)} models of the zoo, as of {index.date}")


@app.command(name="fetch")
def fetch_command(
    nickname: Annotated[str, typer.Argument(metavar="NICKNAME", help="Such as affable-shark.")],
    again: Annotated[
        bool, typer.Option("--again", help="Fetch it anew, as after a new version.")
    ] = False,
) -> None:
    """Fetch a model of the BioImage Model Zoo, to be used by its nickname without a network."""
    from deepbacs_zoo.models import fetch_model

    with bytes_bar(f"fetching {nickname}") as draw:
        path = fetch_model(
            nickname, again=again, progress=lambda done, total, name: draw(done, total)
        )
    print(path)
