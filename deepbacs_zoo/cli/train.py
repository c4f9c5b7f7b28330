"""``deepbacs-zoo train``: images and annotations become a run folder with checkpoints."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deepbacs_zoo.cli.options import (
    AllowEmptyOption,
    Annotations,
    AnnotationsOption,
    BackgroundOption,
    ChannelOption,
    DataOption,
    DeviceName,
    DeviceOption,
    OutputOption,
    SeriesOption,
    label_options,
)
from deepbacs_zoo.cli.progress import say
from deepbacs_zoo.cli.spelling import finding_text
from deepbacs_zoo.errors import UsageError

__all__ = ["command"]


class NoiseAxis(StrEnum):
    """An axis of an image."""

    Y = "y"
    X = "x"


def command(  # long: its parameters are the options of the command line
    task: Annotated[
        str,
        typer.Argument(
            help="The task: segmentation, detection, denoising, labeling or superresolution."
        ),
    ],
    output: OutputOption,
    method: Annotated[
        str | None,
        typer.Option(
            help="The method, by default the first: multilabel-unet, unet, stardist or splinedist "
            "for segmentation; yolov2 for detection; care or n2v for denoising; care, fnet or "
            "pix2pix for labeling; care for superresolution; with --from its own."
        ),
    ] = None,
    data: DataOption = None,
    source: Annotated[Path | None, typer.Option(help="Folder of images.")] = None,
    target: Annotated[
        Path | None,
        typer.Option(help="Folder of label images, masks or outlines; for detection, of boxes."),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(
            help="For detection: names of the classes with commas in between, or growth-stages or "
            "antibiotics; by default those of the annotations."
        ),
    ] = None,
    annotations: AnnotationsOption = Annotations.AUTO,
    background: BackgroundOption = None,
    allow_empty: AllowEmptyOption = True,
    register: Annotated[
        bool,
        typer.Option(
            "--register",
            help="For targets that are images: undo their measured shift from their images.",
        ),
    ] = False,
    series: SeriesOption = None,
    channel: ChannelOption = None,
    probabilistic: Annotated[
        bool,
        typer.Option(
            "--probabilistic", help="For care: a channel more, with the uncertainty of each pixel."
        ),
    ] = False,
    equivariant: Annotated[
        bool | None,
        typer.Option(
            "--equivariant/--no-equivariant",
            help="For care, denoising: results follow gain and offset of any camera, by default.",
            show_default=False,
        ),
    ] = None,
    noise_axis: Annotated[
        NoiseAxis | None,
        typer.Option(help="For n2v: the axis along which noise goes on from pixel to pixel."),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Passes over the images; leave it out for enough.")
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(help="Settings by name: small (two CPU cores, minutes) or deepbacs (GPU)."),
    ] = None,
    pretrained: Annotated[
        Path | None,
        typer.Option("--from", help="Go on from the weights of this run folder, package or model."),
    ] = None,
    steps_per_epoch: Annotated[
        int | None,
        typer.Option("--steps-per-epoch", "--steps", min=1, help="Batches in an epoch."),
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option("--batch-size", "--batch", min=1, help="Patches in a batch.")
    ] = None,
    patch_size: Annotated[
        int | None,
        typer.Option("--patch-size", "--patch", min=1, help="Side of a patch in pixels."),
    ] = None,
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
    from deepbacs_zoo.tasks import annotation_kind
    from deepbacs_zoo.training import train
    from deepbacs_zoo.training.plan import entry_of
    from deepbacs_zoo.training.pretrained import open_pretrained

    origin = None if pretrained is None else open_pretrained(pretrained)
    kind = annotation_kind(entry_of(task, method, origin).annotation)
    match (data, source, target):
        case (Path(), None, None):
            folders = kind.find(data, "training")
        case (None, Path(), Path()) if kind.has_truth:
            folders = (source, target)
        case (None, Path(), None) if not kind.has_truth:
            folders = (source, source)
        case _:
            raise UsageError(
                "train",
                "the images are not named, or named twice",
                value=f"--data {data} --source {source} --target {target}",
                allowed="--data DIR, or --source DIR"
                + (" --target DIR" if kind.has_truth else " alone: this method takes no targets"),
                hint="give one of the two",
            )
    run = train(
        task,
        *folders,
        output,
        epochs=epochs,
        method=method,
        preset=preset,
        pretrained=pretrained,
        settings={
            "steps_per_epoch": steps_per_epoch,
            "batch_size": batch_size,
            "patch_size": patch_size,
            "learning_rate": learning_rate,
        },
        validation=validation,
        classes=[name.strip() for name in classes.split(",")] if classes else (),
        arguments=_stated(
            probabilistic=probabilistic or None,
            equivariant=equivariant,
            noise_axis=noise_axis and noise_axis.value,
        ),
        labels=label_options(annotations, background, allow_empty, register),
        series=series,
        channel=channel,
        tuned=tune,
        device=device.value,
        seed=seed,
        resume=resume,
        on_finding=lambda finding: say(finding_text(finding)),
    )
    if run.thresholds:
        say(f"thresholds: {run.thresholds}")
    if run.validated:
        say(f"validation images: {run.validated}")
    say(f"{run.folder}: {run.best}")


def _stated(**arguments: object) -> dict[str, object]:
    """Return the arguments of the method that were given."""
    return {name: value for name, value in arguments.items() if value is not None}
