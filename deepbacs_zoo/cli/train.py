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
    preset: Annotated[
        str | None,
        typer.Option(help="Settings by name: small (two CPU cores, minutes) or deepbacs (GPU)."),
    ] = None,
    origin: Annotated[
        Path | None, typer.Option("--from", help="Fine-tune this run or package.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Batches in an epoch.")] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Patches in a batch.")] = None,
    patch: Annotated[int | None, typer.Option(min=1, help="Side of a patch in pixels.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Learning rate.")] = None,
    validation: Annotated[
        float | None, typer.Option(help="Share of images that choose the best epoch.")
    ] = None,
    tune: Annotated[
        bool, typer.Option("--tune/--no-tune", help="Choose thresholds by those images, too.")
    ] = True,
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
        preset=preset,
        origin=origin,
        settings={
            "steps": steps,
            "batch": batch,
            "patch": patch,
            "learning_rate": learning_rate,
        },
        validation=validation,
        tuned=tune,
        device=device.value,
        seed=seed,
        resume=resume,
        notice=lambda finding: say(f"Warning: {finding.where}: {finding.what}; {finding.hint}"),
    )
    say(f"{run.folder}: {run.best}")
