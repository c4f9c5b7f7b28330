"""CAREamics, which loads packages that it wrote itself."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.findings import Evidence, fails
from deepbacs_zoo.package.yaml_text import parse_yaml
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package

__all__ = ["CONSUMER"]

PROGRAM: Final = Program("CAREamics", "0.3.5")
FORMATS: Final = ("pytorch_state_dict",)
_RUN: Final = Evidence("CAREamics 0.3.5")
_CONFIGURATION: Final = "careamics.yaml"
_ALGORITHMS: Final = ("care", "n2n", "n2v")
_ARCHITECTURE: Final = "UNet"
_PARAMETERS: Final = ("decoder.bottleneck.conv1.weight", "final_conv.weight")
"""Of every network that it builds."""
_NAMES: Final = "data.pkl"
_MOST_BYTES: Final = 2**24
"""Of names and shapes of parameters; values are beside them."""


def _without_configuration(package: Package) -> Iterator[Breach]:
    names = [each.source.rpartition("/")[2] for each in package.metadata.attachments]
    if _CONFIGURATION not in names:
        yield Breach("attachments", f"there is no {_CONFIGURATION}")


def _old_format(package: Package) -> Iterator[Breach]:
    if package.format_version.startswith("0.4"):
        yield Breach("format_version", f"the format is {package.format_version}")


def _settings(package: Package) -> Mapping[str, Any] | None:
    """Return its settings; nothing where there are none, or none that can be read."""
    for each in package.metadata.attachments:
        if each.source.rpartition("/")[2] == _CONFIGURATION:
            try:
                return parse_yaml(package.read(each.source), _CONFIGURATION)
            except PackageError:  # reported where files are checked
                return None
    return None


def _other_algorithm(package: Package) -> Iterator[Breach]:
    settings = _settings(package)
    if settings is None:
        return
    block = _block(settings, "algorithm_config")
    algorithm, architecture = block.get("algorithm"), _block(block, "model").get("architecture")
    if algorithm not in _ALGORITHMS or architecture != _ARCHITECTURE:
        yield Breach(_CONFIGURATION, f"they are of {algorithm} with the network {architecture}")


def _block(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}


def _other_parameters(package: Package) -> Iterator[Breach]:
    """Look for the names of its parameters in the pickle, which is not loaded."""
    weights = package.weights.get("pytorch_state_dict")
    if weights is None:
        return
    try:
        with zipfile.ZipFile(package.file_path(weights.file)) as archive:
            member = next(each for each in archive.infolist() if each.filename.endswith(_NAMES))
            if member.file_size > _MOST_BYTES:
                return
            names = archive.read(member)
    except (PackageError, OSError, StopIteration, zipfile.BadZipFile, NotImplementedError):
        return
    missing = [each for each in _PARAMETERS if each.encode() not in names]
    if missing:
        yield Breach("weights.pytorch_state_dict", f"there is no parameter {missing[0]}")


EXPECTATIONS: Final = (
    Expectation(
        fails("careamics-configuration", "It builds the network from its own settings.", _RUN),
        _without_configuration,
        f"an attachment {_CONFIGURATION} that CAREamics wrote",
        "run the package with another program",
    ),
    Expectation(
        fails("careamics-algorithm", "It loads its U-Nets only.", _RUN),
        _other_algorithm,
        f"{', '.join(_ALGORITHMS)} with the architecture {_ARCHITECTURE}",
        "run the package with another program",
    ),
    Expectation(
        fails("careamics-parameters", "It loads parameters into a network of its own.", _RUN),
        _other_parameters,
        "parameters of the U-Net of CAREamics",
        "run the package with another program",
    ),
    Expectation(
        fails("careamics-format", "It reads attachments as format 0.5 has them.", _RUN),
        _old_format,
        "format 0.5",
        "convert the description to format 0.5",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)
