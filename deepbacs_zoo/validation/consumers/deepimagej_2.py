"""deepImageJ 2.1, which reads format 0.4 and runs macros in place of the described steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from deepbacs_zoo.findings import Evidence, differs, fails
from deepbacs_zoo.package import Package
from deepbacs_zoo.validation.consumers import programs as look
from deepbacs_zoo.validation.consumers.programs import Breach, Consumer, Expectation, Program

__all__ = ["CONSUMER"]

PROGRAM: Final = Program("deepImageJ", "2.1")
FORMATS: Final = ("tensorflow_saved_model_bundle", "torchscript")
_READ: Final = Evidence("deepImageJ 2.1.16", confirmed=False)
_NEWEST_TORCH: Final = (1, 13)


def _new_format(package: Package) -> Iterator[Breach]:
    if not package.format_version.startswith("0.4"):
        yield Breach("format_version", f"the format is {package.format_version}")


def _without_config(package: Package) -> Iterator[Breach]:
    if not package.config:
        yield Breach("config", "there is none")


def _incomplete_config(package: Package) -> Iterator[Breach]:
    block = package.config.get("deepimagej")
    if not isinstance(block, Mapping):
        return
    for key in ("pyramidal_model", "allow_tiling"):
        if not isinstance(block.get(key), bool):
            yield Breach(f"config.deepimagej.{key}", f"it is {block.get(key)}")
    if "test_information" not in block:
        yield Breach("config.deepimagej.test_information", "there is none")


def _new_torch(package: Package) -> Iterator[Breach]:
    weights = package.weights.get("torchscript")
    if weights is None or "tensorflow_saved_model_bundle" in package.weights:
        return
    stated = str(weights.fields.get("pytorch_version", ""))
    number = tuple(int(part) for part in stated.split(".")[:2] if part.isdigit())
    if number > _NEWEST_TORCH:
        yield Breach("weights.torchscript", f"they are of PyTorch {stated}")


EXPECTATIONS: Final = (
    Expectation(
        fails("deepimagej-2-format", "It reads axes and shapes as format 0.4 has them.", _READ),
        _new_format,
        "format 0.4",
        "use deepImageJ 3.1, or the plugin of deepbacs_zoo",
    ),
    Expectation(
        fails("deepimagej-2-config", "Packages without it are left out of its list.", _READ),
        _without_config,
        "a block config",
        "add an empty entry to config",
    ),
    Expectation(
        fails("deepimagej-2-block", "An incomplete block is left out of its list.", _READ),
        _incomplete_config,
        "pyramidal_model and allow_tiling, true or false, and test_information",
        "complete config.deepimagej, or leave it out",
    ),
    Expectation(
        fails("deepimagej-2-several-inputs", "Its command takes one image.", _READ),
        look.several_inputs,
        "one input",
        "merge the inputs into channels of one",
    ),
    Expectation(
        fails("deepimagej-2-torch", "Its newest engine is that of PyTorch 1.13.", _READ),
        _new_torch,
        "TorchScript of PyTorch up to 1.13",
        "export with an older PyTorch",
    ),
    Expectation(
        differs("deepimagej-2-steps", "It runs macros of the package, no described steps.", _READ),
        look.steps_that(lambda step, _: step.name != "ensure_dtype", "{} is not applied"),
        "no steps, or macros that do the same",
        "put the steps into the network",
    ),
)


CONSUMER: Final = Consumer(PROGRAM, EXPECTATIONS, FORMATS)
