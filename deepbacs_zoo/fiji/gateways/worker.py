"""ImageJ in a process of its own: it can be stopped, has its own memory, and is started again."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.gateways.base import BaseGateway
from deepbacs_zoo.fiji.gateways.exchange import (
    Header,
    Outgoing,
    as_image,
    map_pixels,
    outgoing,
    titled,
    write_pixels,
)
from deepbacs_zoo.fiji.gateways.heap import check_heap
from deepbacs_zoo.fiji.gateways.launching import jvm_options, new_folder, write_classpath
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.process import JavaProcess
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.gateways.request import Request
from deepbacs_zoo.fiji.java.folder import read_folder
from deepbacs_zoo.fiji.java.headless_imagej import full_classpath
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

if TYPE_CHECKING:
    from deepbacs_zoo.fiji.java.setup import JavaEnvironment

__all__ = ["Worker", "open_worker"]

_MAIN: Final = "deepbacs.zoo.worker.Worker"
_SECONDS_TO_START: Final = 120.0
# Objects that do not fit end the process: half of ImageJ's commands would go on without them.
_OPTIONS: Final = ("-XX:+ExitOnOutOfMemoryError", "-XX:-CreateCoredumpOnCrash")


def open_worker(
    setup: JavaEnvironment,
    *,
    folder: str | Path | None = None,
    heap: int | None = None,
    timeout: float | None = None,
) -> Worker:
    """Start ImageJ in a process of its own.

    Parameters
    ----------
    setup
        Java and jars, from `prepare`.
    folder
        A Fiji whose ImageJ and plugins are used; ``None``: ImageJ of the set-up alone.
    heap
        Most bytes of Java's heap; ``None``: as Java chooses.
    timeout
        Seconds that a macro may take, where the call does not say.

    Raises
    ------
    HostError
        It does not start, or not within two minutes: then it is stopped.
    UsageError
        The heap is too small for ImageJ, or the folder holds no Fiji.
    """
    return Worker(setup, folder=folder, heap=heap, timeout=timeout)


class Worker(BaseGateway):
    """A gateway to a process; see `protocol.Gateway` and `open_worker`.

    Calls from several threads wait for each other.  After a call that ended the process, the next
    one starts a new one.
    """

    def __init__(
        self,
        setup: JavaEnvironment,
        *,
        folder: str | Path | None,
        heap: int | None,
        timeout: float | None,
    ) -> None:
        self._setup = setup
        self._fiji = None if folder is None else read_folder(folder)
        self._heap = heap
        self._timeout = timeout
        self._classpath = full_classpath(setup, self._fiji)
        self._lock = threading.Lock()
        self._closed = False
        self._numbers = itertools.count()
        self._process, self._info = self._start()

    def _start(self) -> tuple[JavaProcess, GatewayInfo]:
        check_heap(self._heap)
        folder = new_folder()
        classpath = write_classpath(folder / "classpath", self._classpath)
        options = jvm_options(self._setup.java, folder, self._heap, self._fiji)
        java = str(self._setup.java.executable)
        process = JavaProcess([java, *options, *_OPTIONS, classpath, _MAIN], folder)
        ready = process.greeting(_SECONDS_TO_START)
        info = GatewayInfo(ready["imagej"], ready["java"], ready["heap"], process.pid)
        return process, info

    @property
    def info(self) -> GatewayInfo:
        """ImageJ and Java behind it, as of the last start of a process."""
        return self._info

    def _ask(
        self, request: Request, images: Mapping[str, ImageLike], timeout: float | None
    ) -> tuple[MacroOutcome, dict[str, Image]]:
        given = outgoing(images)
        limit = self._timeout if timeout is None else timeout
        with self._lock:
            if self._closed:
                raise UsageError(
                    "ImageJ's worker",
                    "it is closed",
                    allowed="calls before it is closed",
                    hint="open a new one with open_worker",
                )
            if not self._process.is_alive:
                self._process.kill()
                self._process, self._info = self._start()
            number = next(self._numbers)
            source = self._process.folder / f"{number}.in"
            target = self._process.folder / f"{number}.out"
            try:
                if given:
                    _write(source, given)
                line = {
                    **request.plain(),
                    "images": [image.header.plain() for image in given],
                    "input": str(source),
                    "output": str(target),
                }
                answer = self._process.ask(line, limit)
                source.unlink(missing_ok=True)
                return _outcome(answer), _images(answer, target)
            finally:
                source.unlink(missing_ok=True)
                target.unlink(missing_ok=True)

    def close(self) -> None:
        """End the process; a second call does nothing."""
        with self._lock:
            self._closed = True
            self._process.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._process.kill()
        super().__exit__(kind, error, trace)


def _write(path: Path, images: Sequence[Outgoing]) -> None:
    try:
        with path.open("wb", buffering=0) as file:
            write_pixels(file, images)
    except OSError as error:
        raise HostError(
            path.parent,
            "the images for ImageJ do not fit here",
            value=error.strerror or error,
            allowed="a folder for temporary files with enough free space",
            hint="free some space, or set TMPDIR to another folder",
        ) from error


def _outcome(answer: Mapping[str, Any]) -> MacroOutcome:
    if "error" in answer:
        raise HostError(
            "ImageJ",
            "it could not hand over its images",
            value=answer["error"],
            allowed="enough free space for temporary files",
            hint="free some space, or set TMPDIR to another folder",
        )
    return MacroOutcome(
        value=answer.get("value"),
        log=answer["log"],
        failure=answer.get("failure"),
        line=int(answer["line"]),
        trace=answer.get("trace"),
        report=answer.get("report"),
        outputs=answer.get("outputs"),
        unknown=tuple(answer.get("unknown", ())),
        rois=answer.get("rois") or (),
        tables={table["title"]: dict(table["columns"]) for table in answer["tables"]},
    )


def _images(answer: Mapping[str, Any], path: Path) -> dict[str, Image]:
    headers: Sequence[Header] = [Header.read(header) for header in answer["images"]]
    if not headers:
        return {}
    arrays = map_pixels(path, headers)
    return titled(
        (header, as_image(header, array)) for header, array in zip(headers, arrays, strict=True)
    )
