"""The prediction for bioimageio.core, the reference implementation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from deepbacs_zoo.findings import Finding, Rule, Severity, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.tensors import FixedSize, SteppedSize
from deepbacs_zoo.validation.context import Context

__all__ = ["check_core"]

_CORE: Final = "bioimageio.core"
_PLAIN_DOCUMENTATION: Final = (0, 5, 10)
CORE_FORMAT_TOO_NEW: Final = fails(
    "core-format-too-new",
    "A reader that does not know the format refuses the package.",
    "bioimageio.core 0.10.4, run",
)
CORE_READS: Final = Rule(
    "core-reads",
    Severity.INFO,
    "Programs that build on the reference implementation can open the package.",
    "bioimageio.core 0.10.4 and 0.11.0, run",
)
CORE_HALO_OFF_STEP: Final = fails(
    "core-halo-off-step",
    "The command bioimageio predict pads the image by the halo, to a size that may not be valid.",
    "bioimageio.core 0.11.0, run",
)


def check_core(context: Context) -> Iterator[Finding]:
    """Predict whether bioimageio.core reads the description and runs images."""
    package = context.package
    number = tuple(int(part) for part in package.format_version.split(".")[:3] if part.isdigit())
    metadata = package.metadata
    described = [each for each in (metadata.documentation, *metadata.covers) if each]
    if number > _PLAIN_DOCUMENTATION or any(each.is_mapping for each in described):
        yield CORE_FORMAT_TOO_NEW.finding(
            _CORE,
            f"format {package.format_version} is not read by bioimageio.core up to 0.10.4, which "
            "the zoo's runner was last documented with",
            "format_version up to 0.5.10, with documentation and covers as plain file names",
            "export in the dialect 0.5.10",
        )
    else:
        text = "the description is read by versions 0.10.4 and 0.11.0"
        yield CORE_READS.finding(_CORE, text)
    yield from _halo_and_step(package)


def _halo_and_step(package: Package) -> Iterator[Finding]:
    """Predict the crash of ``bioimageio predict`` on images padded by the halo."""
    halos = {axis.name: axis.halo for spec in package.outputs for axis in spec.space}
    for index, spec in enumerate(package.inputs):
        for axis in spec.space:
            padding = 2 * halos.get(axis.name, 0)
            bad_step = isinstance(axis.size, SteppedSize) and padding % axis.size.step
            bad_size = isinstance(axis.size, FixedSize) and padding
            if bad_step or bad_size:
                yield CORE_HALO_OFF_STEP.finding(
                    f"{_CORE}, inputs.{index}.axes.{axis.id}",
                    f"its predict pads by the halo of {padding // 2} on both sides, which gives a "
                    "size that the network does not take",
                    "a size that may grow, and twice the halo a multiple of the step",
                    "widen the halo to the next multiple, or run it with deepbacs-zoo",
                )
