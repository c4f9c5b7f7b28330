"""``deepbacs-zoo synthesize``: bacteria drawn by a physical model, with known truth."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from deepbacs_zoo.cli.options import OverwriteOption
from deepbacs_zoo.cli.progress import bar, say

__all__ = ["app"]


class _SceneGroup(TyperGroup):
    """Commands, of which ``write`` may be left out before the name of a scene."""

    # typer's own context is wider than the public one, and is not exported.
    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Return the arguments with the command before them."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["write", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="synthesize",
    cls=_SceneGroup,
    help="Images of bacteria drawn by a physical model, with known truth: synthesize SCENE "
    "--output DIR is short for synthesize write SCENE --output DIR.",
    no_args_is_help=True,
)

SceneArgument = Annotated[
    str, typer.Argument(help="Name of a scene, as `synthesize list` shows them.")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed of everything that is random.")]


@app.command(name="write")
def write_command(
    scene: SceneArgument,
    output: Annotated[Path, typer.Option(help="Folder for training/ and test/.")],
    images: Annotated[int, typer.Option(help="Number of images; a quarter are for tests.")] = 16,
    seed: SeedOption = 0,
    size: Annotated[int, typer.Option(help="Side of an image in pixels.")] = 512,
    overwrite: OverwriteOption = False,
) -> None:
    """Write images with their truth, as `train` takes them."""
    from deepbacs_zoo.simulation import get_scene, synthesize

    with bar("Images") as progress:
        folder = synthesize(
            get_scene(scene),
            output,
            images=images,
            size=size,
            seed=seed,
            overwrite=overwrite,
            progress=progress,
        )
    say(f"{images} images of {scene} with their truth; {folder / 'README.txt'} says what is what.")
    print(folder)


@app.command(name="list")
def list_command(
    task: Annotated[str | None, typer.Option(help="Only scenes for this task.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the scenes."""
    from deepbacs_zoo.simulation import scenes_of

    chosen = scenes_of(task)
    if as_json:
        print(json.dumps({"scenes": [asdict(scene) for scene in chosen]}, ensure_ascii=False))
        return
    wide = max(len(scene.name) for scene in chosen)
    for scene in chosen:
        print(f"{scene.name:<{wide}}  {scene.task:<15}  {scene.summary}")


@app.command(name="show")
def show_command(
    scene: SceneArgument,
    output: Annotated[Path, typer.Option(help="The picture, a PNG file.")],
    images: Annotated[int, typer.Option(min=1, max=20, help="Number of images.")] = 1,
    seed: SeedOption = 0,
    size: Annotated[int, typer.Option(help="Side of an image in pixels.")] = 384,
    overwrite: OverwriteOption = False,
) -> None:
    """Draw images of a scene, with the truth beside each."""
    from deepbacs_zoo.simulation import draw_scene, get_scene

    path = draw_scene(
        get_scene(scene), output, size=size, seed=seed, images=images, overwrite=overwrite
    )
    print(path)
