"""CAREamics, which loads packages that it wrote itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.findings import Evidence, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program

__all__ = ["CONSUMER"]

PROGRAM: Final = Program("CAREamics", "0.3.5")
FORMATS: Final = ("pytorch_state_dict",)
_READ: Final = Evidence("CAREamics 0.3.5", confirmed=False)
_CONFIGURATION: Final = "careamics.yaml"


def _without_configuration(package: Package) -> Iterator[Breach]:
    names = [each.source.rpartition("/")[2] for each in package.metadata.attachments]
    if _CONFIGURATION not in names:
        yield Breach("attachments", f"there is no {_CONFIGURATION}")


def _old_format(package: Package) -> Iterator[Breach]:
    if package.format_version.startswith("0.4"):
        yield Breach("format_version", f"the format is {package.format_version}")


EXPECTATIONS: Final = (
    Expectation(
        fails("careamics-configuration", "It builds the network from its own settings.", _READ),
        _without_configuration,
        f"an attachment {_CONFIGURATION} that CAREamics wrote",
        "run the package with another program",
    ),
    Expectation(
        fails("careamics-format", "It reads attachments as format 0.5 has them.", _READ),
        _old_format,
        "format 0.5",
        "convert the description to format 0.5",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)
