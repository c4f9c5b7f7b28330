"""deepImageJ as a program: planes of images in, their outputs back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.fiji.deepimagej.ended import Ended
from deepbacs_zoo.fiji.deepimagej.installed import DeepImageJ
from deepbacs_zoo.fiji.deepimagej.macros import run_call
from deepbacs_zoo.fiji.deepimagej.process import run_java
from deepbacs_zoo.fiji.deepimagej.symptoms import Subjects, failure_of, timed_out
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.launching import jvm_options, write_classpath
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath
from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["TIMEOUT", "DeepImageJProgram", "Outcome"]

TIMEOUT: Final = 600.0
"""Seconds for one plane, the start of Java included: a network of odd size took up to 131."""
_MAIN: Final = "ij.ImageJ"


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Parameters
    ----------
    folder
        The folder of all outputs.
    weights
        The file of the weights that deepImageJ took, as it printed it; empty if it did not.
    device
        ``cpu`` or ``cuda`` as the engine printed it; empty if it did not.
    """

    folder: Path
    weights: str
    device: str

    def files_of(self, plane: Path) -> tuple[Path, ...]:
        """Return the outputs of a plane, by its file."""
        return _outputs(self.folder, plane)


class DeepImageJProgram:
    """deepImageJ's own command in a Fiji folder, in a process of its own for each run.

    Parameters
    ----------
    installed
        The Fiji folder.
    setup
        Java and what ImageJ needs without a window, from `prepare`.
    heap
        Most bytes of Java's heap; ``None``: as Java chooses.
    timeout
        Seconds that a plane may take; ``None``: `TIMEOUT`.
    """

    def __init__(
        self,
        installed: DeepImageJ,
        setup: JavaEnvironment,
        *,
        heap: int | None = None,
        timeout: float | None = None,
    ) -> None:
        check_heap(heap)
        self.installed = installed
        self._setup, self._heap = setup, heap
        self._timeout = TIMEOUT if timeout is None else timeout

    def run(
        self,
        model: Path,
        planes: Sequence[Path],
        outputs: int,
        folder: Path,
        *,
        package: Path,
        name: Callable[[int], str],
        progress: Callable[[int], None],
    ) -> Outcome:
        """Run a model's folder on single planes.

        Parameters
        ----------
        model
            The folder with ``rdf.yaml``.
        planes
            TIFF files, which alone lie in a folder of theirs; no name begins with another's.
        outputs
            The number of outputs of the package.
        folder
            A private folder.
        package, name
            What errors call the package, and the plane of a number.
        progress
            Called with the number of planes that are done, when it changes.

        Raises
        ------
        DeepbacsZooError
            It failed; which error depends on what it printed.
        """
        results, images = folder / "out", planes[0].parent
        results.mkdir()
        # ImageJ reads files of macros as ISO 8859-1, and folders have names in all characters.
        line = run_call(model.as_posix(), images.as_posix(), results.as_posix())
        macro = folder / "macro.ijm"
        macro.write_text("eval(getArgument());\n", "ascii")
        ended = self.run_macro(macro, folder, line, finished=_Counter(results, outputs, progress))
        missing = [
            number for number, plane in enumerate(planes) if len(_outputs(results, plane)) < outputs
        ]
        if missing or ended.status != 0:
            subjects = Subjects(name((missing or [0])[0]), package, self.installed.fiji.path)
            if ended.status is None:
                raise timed_out(subjects, self._timeout)
            raise failure_of(ended, subjects)
        return Outcome(results, _weights(ended), _device(ended))

    def run_macro(
        self,
        macro: Path,
        folder: Path,
        argument: str = "",
        *,
        finished: Callable[[], int] = lambda: 0,
    ) -> Ended:
        """Run a macro in the Fiji folder's ImageJ, in a process of its own.

        Parameters
        ----------
        macro
            Its file.
        folder
            A private folder.
        argument
            The text that ``getArgument()`` gives.
        finished
            The number of finished steps; the time limit counts from the last.
        """
        java, fiji = self._setup.java, self.installed.fiji
        command = [
            str(java.executable),
            *jvm_options(java, folder, self._heap, fiji),
            f"-Duser.home={folder}",  # ImageJ's preferences
            write_classpath(folder / "classpath", full_classpath(self._setup, fiji)),
            _MAIN,
            "-batch",
            str(macro),
            argument,
        ]
        return run_java(command, folder, fiji.path, timeout=self._timeout, finished=finished)


class _Counter:
    """Counts the planes that are done, and says so when their number changes."""

    def __init__(self, folder: Path, outputs: int, progress: Callable[[int], None]) -> None:
        self._folder, self._outputs, self._progress = folder, outputs, progress
        self._done = 0

    def __call__(self) -> int:
        done = sum(1 for _ in self._folder.iterdir()) // self._outputs
        if done != self._done:
            self._done = done
            self._progress(done)
        return done


def _outputs(folder: Path, plane: Path) -> tuple[Path, ...]:
    return tuple(sorted(folder.glob(f"{plane.stem}_*")))


def _weights(ended: Ended) -> str:
    """Return the file that deepImageJ asks its engine to load."""
    found = re.search(r'"modelSource"\s*:\s*"((?:[^"\\]|\\.)*)"', ended.text)
    return found[1] if found else ""


def _device(ended: Ended) -> str:
    """Return what the native library is for, which the engine prints as it loads it."""
    found = re.search(r"\b(cpu|cu\d+)-(?:linux|win|osx)[\w-]*:\d", ended.text)
    return "" if found is None else "cpu" if found[1] == "cpu" else "cuda"
