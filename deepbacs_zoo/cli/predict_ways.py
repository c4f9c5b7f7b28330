"""The ways in which ``predict`` runs one image: here in Python, or in ImageJ by the plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deepbacs_zoo.cli.fiji import prepared
from deepbacs_zoo.errors import UnsupportedError, UsageError

if TYPE_CHECKING:
    from deepbacs_zoo.findings import Finding
    from deepbacs_zoo.package import Package

__all__ = ["Done", "RunOne", "Wanted", "in_imagej", "in_python"]

Progress = Callable[[int, int], None]
Files = Mapping[str, Path]


@dataclass(frozen=True)
class Wanted:
    """The options that both ways understand."""

    output: Path
    overwrite: bool
    device: str
    border: Literal["none", "halo"]
    memory: int
    pixel_size: float | None
    rescale: Literal["none", "auto"]
    trust: bool


@dataclass(frozen=True)
class Done:
    """What one image became.

    ``objects`` counts boxes, too; ``counts`` says how many there are of each class, ``None`` for a
    package that finds no boxes.
    """

    outputs: tuple[Path, ...]
    objects: int
    tiles: int
    findings: tuple[str, ...]
    engine: str
    counts: Mapping[str, int] | None = None

    @property
    def told(self) -> str:
        """What was found, in words."""
        if self.counts is None:
            return f"{self.objects} objects"
        each = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return f"{self.objects} boxes ({each})"


RunOne = Callable[[Files, Progress], Done]


@contextmanager
def in_python(package: Package, runner: str | None, wanted: Wanted) -> Iterator[RunOne]:
    """Load the package's weights once; yield what runs them on one image and saves the results."""
    from deepbacs_zoo.prediction import predict
    from deepbacs_zoo.results import save
    from deepbacs_zoo.runners import load_session

    session = load_session(package, runner, wanted.device, trust=wanted.trust)

    def run(files: Files, progress: Progress) -> Done:
        result = predict(
            package,
            files,
            session=session,
            border=wanted.border,
            memory=wanted.memory,
            pixel_size=wanted.pixel_size,
            rescale=wanted.rescale,
            progress=progress,
        )
        written = save(result, wanted.output, overwrite=wanted.overwrite)
        return Done(
            written,
            result.n_objects or 0,
            len(result.plan.tiles),
            _told(result.findings),
            result.engine,
            result.class_counts,
        )

    try:
        yield run
    finally:
        session.close()


@contextmanager
def in_imagej(
    package: Package, wanted: Wanted, java: Path | None, heap: int | None
) -> Iterator[RunOne]:
    """Start ImageJ in a process of its own; yield what lets its plugin run one image."""
    from deepbacs_zoo.fiji import open_worker
    from deepbacs_zoo.prediction import PredictOptions
    from deepbacs_zoo.prediction.fiji import findings_of, run_in_imagej

    _check(package, wanted)
    with open_worker(prepared(java), heap=heap) as gateway:

        def run(files: Files, progress: Progress) -> Done:
            report: Mapping[str, Any] = run_in_imagej(
                gateway,
                package.path,
                next(iter(files.values())),
                wanted.output,
                PredictOptions(wanted.border, wanted.memory, wanted.pixel_size),
                overwrite=wanted.overwrite,
            )
            return Done(
                tuple(Path(file) for file in report["files"]),
                int(report["objects"]),
                int(report["tiles"]),
                _told(findings_of(report)),
                str(report["engine"]),
                report.get("counts"),
            )

        yield run


def _told(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(
        f"{finding.severity.name.capitalize()}: {finding.where}: {finding.what}"
        for finding in findings
    )


def _check(package: Package, wanted: Wanted) -> None:
    """Refuse before a JVM starts what the plugin cannot do."""
    for option, value, allowed in (
        ("--device", wanted.device if wanted.device != "auto" else "cpu", "cpu"),
        ("--rescale", wanted.rescale, "none"),
    ):
        if value != allowed:
            raise UsageError(
                option,
                "the runner fiji does not do this",
                value=value,
                allowed=allowed,
                hint="choose --runner onnx, or leave the option out",
            )
    required = [spec.id for spec in package.inputs if not spec.optional]
    if len(required) > 1:
        raise UnsupportedError(
            package.path,
            "the runner fiji runs packages with one input",
            value=", ".join(required),
            allowed="one input that is not optional",
            hint="choose --runner onnx",
        )
