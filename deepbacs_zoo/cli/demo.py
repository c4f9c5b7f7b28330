"""``deepbacs-zoo demo``: the whole workflow on the images that come with deepbacs_zoo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import JavaOption, OverwriteOption
from deepbacs_zoo.cli.progress import say

__all__ = ["command"]


def command(
    output: Annotated[Path, typer.Option(help="Where everything goes.")] = Path("demo_output"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of the training.")] = 0,
    overwrite: OverwriteOption = False,
    java: JavaOption = None,
) -> None:
    """Train, evaluate, export, validate and predict on real images of E. coli, also in ImageJ."""
    from deepbacs_zoo.demo import run_demo

    figures = run_demo(output, seed=seed, overwrite=overwrite, say=say, java=java)
    print(f"report: {output / 'report.html'}")
    raise typer.Exit(0 if figures["passed"] else 1)
