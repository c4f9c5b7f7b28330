"""The demo's step inside ImageJ: the macro that a Fiji user runs, and how its files agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from deepbacs_zoo.annotations import Pair
from deepbacs_zoo.demo.agreement import Way
from deepbacs_zoo.errors import DeepbacsZooError, HostError, IntegrityError, UsageError
from deepbacs_zoo.fiji import JavaEnvironment, open_worker, prepare, scripts_folder
from deepbacs_zoo.fiji.gateways.arguments import macro_argument
from deepbacs_zoo.images import read_image
from deepbacs_zoo.metrics import LabelAgreement, compare_labels
from deepbacs_zoo.package import open_package
from deepbacs_zoo.results import planned_outputs

__all__ = ["InImagej", "run_in_imagej"]

ALLOWED: Final = 1e-5
_MACRO: Final = "DeepBacs_Image.ijm"


@dataclass(frozen=True)
class InImagej:
    """The outcome of the step.

    Parameters
    ----------
    way
        Agreement with ONNX Runtime in Python; ``None`` where the step was left out.
    skipped, failed
        Why it was left out, or what went wrong in it.
    engine
        The engine inside ImageJ.
    files_equal, files
        ROI sets and tables that have the same bytes as Python's, and their number.
    network_seconds
        Seconds that the network took, all images together.
    """

    way: Way | None = None
    skipped: str = ""
    failed: str = ""
    engine: str = ""
    files_equal: int = 0
    files: int = 0
    network_seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """True if everything agrees, or the step was left out."""
        if self.way is None:
            return not self.failed
        return self.way.passed and self.files_equal == self.files

    def figures(self) -> dict[str, Any]:
        """Return the numbers of this step."""
        if self.way is None:
            return {"failed": self.failed} if self.failed else {"skipped": self.skipped}
        return {
            "engine": self.engine,
            "network_seconds": round(self.network_seconds, 3),
            "roi_and_table_files_equal": self.files_equal,
            "roi_and_table_files": self.files,
        }


def run_in_imagej(
    package: Path, pairs: Sequence[Pair], predictions: Path, folder: Path, java: Path | None = None
) -> InImagej:
    """Run the macro for one image on every image, and compare its files with Python's.

    Parameters
    ----------
    package
        The package.
    pairs
        The images.
    predictions
        The results that Python wrote for them.
    folder
        The folder that the macro writes into.
    java
        The Java to use, instead of the one that is found.
    """
    try:
        setup = prepare(java)
    except (UsageError, HostError, IntegrityError) as error:
        return InImagej(skipped=str(error))
    try:
        reports = _run_macro(setup, package, pairs, folder)
    except DeepbacsZooError as error:  # the steps before are worth a report
        return InImagej(failed=str(error))
    way, equal, files = _compare(package, pairs, predictions, folder)
    return InImagej(
        way,
        engine=str(reports[0]["engine"]),
        files_equal=equal,
        files=files,
        network_seconds=sum(float(report["network_seconds"]) for report in reports),
    )


def _run_macro(
    setup: JavaEnvironment, package: Path, pairs: Sequence[Pair], folder: Path
) -> list[Mapping[str, Any]]:
    code = (scripts_folder() / "macros" / _MACRO).read_text("utf-8")
    reports: list[Mapping[str, Any]] = []
    with open_worker(setup) as gateway:
        for pair in pairs:
            values = {
                "model_path": package.resolve(),
                "input_path": pair.source.resolve(),
                "output_folder": folder.resolve(),
            }
            argument = macro_argument({key: str(value) for key, value in values.items()})
            report = gateway.run_macro(code, argument).report
            if report is None:
                raise RuntimeError("the macro ran no plugin")
            reports.append(report)
    return reports


def _compare(
    package: Path, pairs: Sequence[Pair], predictions: Path, folder: Path
) -> tuple[Way, int, int]:
    """Return the agreement, and how many of the ROI sets and tables have equal bytes."""
    difference, equal, total = 0.0, 0, 0
    labels: LabelAgreement | None = None
    with open_package(package) as opened:
        count = len(opened.outputs)
        for pair in pairs:
            stem = read_image(pair.source).stem
            ours = planned_outputs(opened, stem, predictions)
            theirs = planned_outputs(opened, stem, folder)
            for one, other in zip(ours[:count], theirs[:count], strict=True):
                apart = np.abs(read_image(one).data.values - read_image(other).data.values)
                difference = max(difference, float(apart.max()))
            found = compare_labels(
                *(read_image(each[count]).data.values for each in (ours, theirs))
            )
            labels = found if labels is None else labels + found
            for one, other in zip(ours[count + 1 : count + 3], theirs[count + 1 :], strict=False):
                equal += one.read_bytes() == other.read_bytes()
                total += 1
    if labels is None:
        raise ValueError("there are no images to compare")
    return Way("ImageJ macro against onnx", ALLOWED, difference, labels, 1), equal, total
