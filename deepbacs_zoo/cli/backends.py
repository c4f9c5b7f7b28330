"""Backends of ``predict`` and ``evaluate``: an engine in this process, or our plugin in ImageJ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from deepbacs_zoo.cli.fiji import prepared
from deepbacs_zoo.cli.spelling import finding_text
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from deepbacs_zoo.fiji import Gateway
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.prediction import PredictOptions, Predictor

__all__ = ["Backend", "BackendOptions", "ImageReport", "open_backend"]

Progress = Callable[[int, int], None]
Files = Mapping[str, Path]


@dataclass(frozen=True)
class BackendOptions:
    """The choice of a backend and its options.

    Parameters
    ----------
    runner
        ``onnx`` or ``torch``, ``fiji``, ``deepimagej``, or ``None`` for the first that can run the
        package.
    device, trust
        As in ``runners.load_session``.
    java, heap
        The Java to run ImageJ with, and the bytes that it may take.
    fiji
        The Fiji folder in which deepImageJ is, or whose ImageJ runs our plugin.
    timeout
        Seconds that deepImageJ may take for one plane; ``None``: its default.
    """

    runner: str | None = None
    device: str = "auto"
    trust: bool = False
    java: Path | None = None
    heap: int | None = None
    fiji: Path | None = None
    timeout: float | None = None


@dataclass(frozen=True)
class ImageReport:
    """The outcome of one image.

    Parameters
    ----------
    noun
        What is counted, in the plural; empty where nothing is.
    outputs
        Files that were written.
    objects
        Number of objects or boxes.
    counts
        Number of boxes of each class; ``None`` for a package that finds no boxes.
    tiles
        Passes of one position.
    findings
        Findings in words.
    engine
        The program that computed the network.
    """

    noun: str
    outputs: tuple[Path, ...]
    objects: int
    counts: Mapping[str, int] | None
    tiles: int
    findings: tuple[str, ...]
    engine: str

    @property
    def summary(self) -> str:
        """The number of files, of objects and of each class in words."""
        words = f"{len(self.outputs)} files"
        if self.noun:
            words += f", {self.objects} {self.noun}"
        each = ", ".join(f"{name} {count}" for name, count in (self.counts or {}).items())
        return f"{words} ({each})" if each else words


class Backend(Protocol):
    """Opens predictors, and writes the results of images into a folder."""

    def __enter__(self) -> Self:
        """Return the backend."""

    def __exit__(self, *_: object) -> None:
        """Release everything that it opened."""

    def open(self, package: Package, options: PredictOptions) -> Predictor:
        """Return a predictor of a package; the options are refused here if they do not fit."""

    def run(
        self,
        predictor: Predictor,
        files: Files,
        folder: Path,
        options: PredictOptions,
        *,
        overwrite: bool,
        progress: Progress,
    ) -> ImageReport:
        """Predict an image and write its results into a folder."""


_TAKEN_BY: Final = {"fiji": ("fiji", "deepimagej"), "timeout": ("deepimagej",)}
"""The runners that take an option, which others would pass over in silence."""


def open_backend(chosen: BackendOptions) -> Backend:
    """Return the backend that was chosen; nothing is loaded or started yet."""
    for name, runners in _TAKEN_BY.items():
        if getattr(chosen, name) is not None and chosen.runner not in runners:
            plural = len(runners) > 1
            names = f"the runners {' and '.join(runners)}" if plural else f"the runner {runners[0]}"
            raise UsageError(
                Option(name),
                f"only {names} take{'' if plural else 's'} this",
                value=chosen.runner or "no runner is named",
                allowed=" or ".join(runners),
                hint="add " + Option("runner", runners[-1]) + ", or leave the option out",
            )
    if chosen.runner == "fiji":
        return _InImagej(chosen)
    return _InDeepImageJ(chosen) if chosen.runner == "deepimagej" else _InPython(chosen)


class _InPython:
    """Predicts in this process."""

    def __init__(self, chosen: BackendOptions) -> None:
        self._chosen = chosen

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Predictors are closed by those who opened them."""

    def open(self, package: Package, options: PredictOptions) -> Predictor:
        from deepbacs_zoo.prediction import open_local

        chosen = self._chosen
        return open_local(package, runner=chosen.runner, device=chosen.device, trust=chosen.trust)

    def run(
        self,
        predictor: Predictor,
        files: Files,
        folder: Path,
        options: PredictOptions,
        *,
        overwrite: bool,
        progress: Progress,
    ) -> ImageReport:
        from deepbacs_zoo.results import save
        from deepbacs_zoo.results.kinds import KINDS

        result = predictor.predict(files, options, progress=progress)
        return ImageReport(
            KINDS[result.content.kind].noun,
            save(result, folder, overwrite=overwrite),
            result.n_objects or 0,
            result.class_counts,
            len(result.plan.tiles),
            tuple(map(finding_text, result.findings)),
            result.engine,
        )


class _InDeepImageJ(_InPython):
    """Lets deepImageJ in a Fiji folder compute, in a process for each image."""

    def open(self, package: Package, options: PredictOptions) -> Predictor:
        from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej
        from deepbacs_zoo.fiji.deepimagej.program import DeepImageJProgram
        from deepbacs_zoo.prediction.deepimagej import open_deepimagej

        chosen = self._chosen
        if chosen.fiji is None:
            raise UsageError(
                Option("runner"),
                "deepImageJ is run in a Fiji that has it, and none is named",
                value=chosen.runner,
                allowed="the folder of a Fiji",
                hint="add " + Option("fiji", "DIR"),
            )
        _check_device(chosen)
        installed = find_deepimagej(chosen.fiji)
        program = DeepImageJProgram(
            installed, prepared(chosen.java), heap=chosen.heap, timeout=chosen.timeout
        )
        return open_deepimagej(package, program)


class _InImagej:
    """Lets our plugin predict and write, in one process for all packages."""

    def __init__(self, chosen: BackendOptions) -> None:
        self._chosen = chosen
        self._stack = ExitStack()
        self._gateway: Gateway | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def open(self, package: Package, options: PredictOptions) -> Predictor:
        from deepbacs_zoo.fiji import open_worker
        from deepbacs_zoo.prediction.fiji import check_options, open_fiji

        # Refused before a JVM starts.
        check_options(options)
        _check_device(self._chosen)
        if self._gateway is None:
            chosen = self._chosen
            worker = open_worker(prepared(chosen.java), folder=chosen.fiji, heap=chosen.heap)
            self._gateway = self._stack.enter_context(worker)
        return open_fiji(package, self._gateway)

    def run(
        self,
        predictor: Predictor,
        files: Files,
        folder: Path,
        options: PredictOptions,
        *,
        overwrite: bool,
        progress: Progress,
    ) -> ImageReport:
        from deepbacs_zoo.prediction.fiji import findings_of, run_in_imagej
        from deepbacs_zoo.results.kinds import KINDS

        assert self._gateway is not None  # a predictor was opened
        report: Mapping[str, Any] = run_in_imagej(
            self._gateway,
            predictor.package.path,
            files,
            folder,
            options,
            overwrite=overwrite,
        )
        return ImageReport(
            KINDS[predictor.package.zoo_config.result].noun,
            tuple(Path(file) for file in report["files"]),
            int(report["objects"]),
            report.get("counts"),
            int(report["tiles"]),
            tuple(map(finding_text, findings_of(report))),
            str(report["engine"]),
        )


def _check_device(chosen: BackendOptions) -> None:
    if chosen.device not in {"auto", "cpu"}:
        raise UsageError(
            Option("device"),
            f"the runner {chosen.runner} does not choose a device",
            value=chosen.device,
            allowed="cpu",
            hint="leave it out",
        )
