"""A package and an image of any size become a result."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final, get_args

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.images import Image
from deepbacs_zoo.package import Package, open_package
from deepbacs_zoo.package.zoo_config import Decoding
from deepbacs_zoo.prediction.job import Job, Progress, Rescale
from deepbacs_zoo.prediction.sources import Source, read_images
from deepbacs_zoo.processing import check
from deepbacs_zoo.results.types import Result
from deepbacs_zoo.runners import Session, load_session
from deepbacs_zoo.tiling import TilePlan
from deepbacs_zoo.tiling.run_plan import Border

__all__ = ["MEMORY", "plan_of", "predict"]

MEMORY: Final = 4 * 2**30
"""Bytes that one pass may take."""


def predict(
    package: Package | str | Path,
    image: Source | Mapping[str, Source],
    *,
    session: Session | None = None,
    runner: str | None = None,
    device: str = "auto",
    border: Border = "none",
    memory: int = MEMORY,
    pixel_size: float | None = None,
    rescale: Rescale = "none",
    trust: bool = False,
    decoding: Decoding | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a package on one image of any size.

    Parameters
    ----------
    package
        The package, open or by path.
    image
        The image, open or by path; for several inputs a mapping from input id to image.
    session
        Loaded weights of this package, which stay open; loaded for this call if not given.
    runner, device, trust
        Which engine runs where, and whether the package's code may run; see
        :func:`deepbacs_zoo.runners.load_session`.
    border
        ``none``: the image is continued only up to the next valid size.  ``halo``: by the halo
        all round, as bioimageio.core does.
    memory
        Bytes that one pass may take; larger images are tiled.
    pixel_size
        Micrometers per pixel along y and x, in place of what the file says.
    rescale
        ``auto`` resamples to the pixel size that the model was trained at, and back.
    decoding
        How the output becomes objects, in place of what the package says.
    progress
        Called with the number of passes done and their total.

    Returns
    -------
    Result
        Tensors, and where the package says how: labels and objects, or boxes and counts.

    Raises
    ------
    UsageError
        An option has no such value, or an input has no such name.
    DataError
        The image is not one that this network takes.
    PackageError
        The package contradicts itself or is not supported.
    HostError
        Memory or a device does not suffice.
    """
    _check_options(border, rescale, memory, pixel_size)
    with ExitStack() as stack:
        if isinstance(package, str | Path):
            package = stack.enter_context(open_package(package))
        images = read_images(package, image, pixel_size)
        for spec in (*package.inputs, *package.outputs):
            check(spec.steps, f"{package.path}: {spec.id}", spec.axis_names)
        job = Job(package, images, border, memory, rescale, decoding)
        if session is None:
            session = load_session(package, runner, device, trust=trust)
            stack.callback(session.close)
        return job.run(session, progress)


def plan_of(package: Package, image: Image, *, memory: int, border: Border) -> TilePlan:
    """Return the passes that :func:`predict` would make of an image, without running any.

    Errors are those of :func:`predict` about the image and the package.
    """
    images = read_images(package, image, None)
    return Job(package, images, border, memory, "none").layout.plan


def _check_options(border: str, rescale: str, memory: int, pixel_size: float | None) -> None:
    for name, value, allowed in (
        ("--border", border, get_args(Border)),
        ("--rescale", rescale, get_args(Rescale)),
    ):
        if value not in allowed:
            raise UsageError(
                name,
                "there is no such choice",
                value=value,
                allowed=" | ".join(allowed),
                hint=f"use {name} {allowed[0]}",
            )
    for name, number in (("--memory", memory), ("--pixel-size", pixel_size)):
        if number is not None and not number > 0:
            raise UsageError(
                name,
                "it must be positive",
                value=number,
                allowed="a number above 0",
                hint="leave it out to take what the file or the default says",
            )
