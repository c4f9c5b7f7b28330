"""``deepbacs-zoo train``: pairs of images and labels become a run folder with checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import DataOption, DeviceName, DeviceOption, OutputOption
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.errors import UsageError

__all__ = ["command"]


def command(
    task: Annotated[str, typer.Argument(help="The task: segmentation.")],
    output: OutputOption,
    data: DataOption = None,
    source: Annotated[Path | None, typer.Option(help="Folder of images.")] = None,
    target: Annotated[
        Path | None, typer.Option(help="Folder of label images, masks or outlines.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Passes over the images.")] = None,
    device: DeviceOption = DeviceName.AUTO,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the split, weights, patches.")] = 0,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a run stopped.")] = False,
) -> None:
    """Train a network on your images; the run can be interrupted and resumed."""
    from deepbacs_zoo.images import find_folders
    from deepbacs_zoo.training import train

    match (data, source, target):
        case (Path(), None, None):
            folders = find_folders(data, "training")
        case (None, Path(), Path()):
            folders = (source, target)
        case _:
            raise UsageError(
                "train",
                "the images are not named, or named twice",
                value=f"--data {data} --source {source} --target {target}",
                allowed="--data DIR, or --source DIR --target DIR",
                hint="give one of the two",
            )
    run = train(
        task,
        *folders,
        output,
        epochs=epochs,
        device=device.value,
        seed=seed,
        resume=resume,
        notice=lambda finding: say(f"Warning: {finding.where}: {finding.what}; {finding.hint}"),
    )
    say(f"{run.folder}: {run.best}")
