"""The gateway to the Java in Python's own process, whoever has started it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.gateways.base import BaseGateway
from deepbacs_zoo.fiji.gateways.jpype_exchange import add_images, images_of, outcome_of
from deepbacs_zoo.fiji.gateways.jpype_module import JAVA_PACKAGE, load_jpype
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.process import out_of_time
from deepbacs_zoo.fiji.gateways.protocol import GatewayInfo
from deepbacs_zoo.fiji.gateways.request import Request
from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

__all__ = ["Embedded"]

_POLL_MILLISECONDS: Final = 100
_SECONDS_TO_STOP: Final = 5.0
_lock = threading.Lock()
_stuck: Any = None  # a task that was asked to stop and has not


def _is_free() -> bool:
    """Return whether no task is left that was asked to stop and has not."""
    global _stuck  # noqa: PLW0603 - as there is one Java in a process
    if _stuck is not None and _stuck.await_(0):
        if _stuck.outcome() is not None:
            _stuck.outcome().close()
        _stuck = None
    return _stuck is None


def _taken(found: Any, lent: Sequence[Any]) -> tuple[MacroOutcome, dict[str, Image]]:  # noqa: ANN401 - Java objects
    """Return what a macro has left, and let Java forget it."""
    if found is None:
        raise RuntimeError("the macro's thread has ended without a word")
    try:
        outcome = outcome_of(found)
        # After an error there is nobody to look at them.
        return outcome, {} if outcome.failure is not None else images_of(found, lent)
    finally:
        found.close()


class Embedded(BaseGateway):
    """A gateway to the Java in this process; see `protocol.Gateway` and `open_embedded`.

    A macro that does not end within its time limit is asked to stop; while a command in it goes on
    all the same, the gateway cannot be used.  A macro that ends Java ends Python.
    """

    def __init__(self, info: GatewayInfo) -> None:
        self._info = info
        self._closed = False

    @property
    def info(self) -> GatewayInfo:
        """ImageJ and Java behind it."""
        return self._info

    def _ask(
        self, request: Request, images: Mapping[str, ImageLike], timeout: float | None
    ) -> tuple[MacroOutcome, dict[str, Image]]:
        with _lock:
            if self._closed:
                raise UsageError(
                    "ImageJ inside Python",
                    "this gateway is closed",
                    allowed="calls before it is closed",
                    hint="open a new one with open_embedded",
                )
            if not _is_free():
                raise HostError(
                    "ImageJ inside Python",
                    "a command that was asked to stop is still running",
                    allowed="one macro at a time",
                    hint="wait until it ends, start Python again, or use open_worker",
                )
            task = load_jpype().JClass(f"{JAVA_PACKAGE}.MacroTask")(json.dumps(request.plain()))
            with add_images(task, images) as lent:
                task.start()
                self._wait(task, timeout)
                return _taken(task.outcome(), lent)

    def _wait(self, task: Any, timeout: float | None) -> None:  # noqa: ANN401 - a Java object
        end = None if timeout is None else time.monotonic() + timeout
        try:
            # In short steps, between which Python sees Ctrl-C.
            while not task.await_(_POLL_MILLISECONDS):
                if end is not None and time.monotonic() > end:
                    raise out_of_time(timeout)
        except BaseException:
            self._stop(task)
            raise

    def _stop(self, task: Any) -> None:  # noqa: ANN401 - a Java object
        global _stuck  # noqa: PLW0603 - as there is one Java in a process
        end = time.monotonic() + _SECONDS_TO_STOP
        while not task.await_(0) and time.monotonic() < end:
            task.abort()
            task.await_(_POLL_MILLISECONDS)
        if not task.await_(0):
            _stuck = task
        elif task.outcome() is not None:
            task.outcome().close()

    def close(self) -> None:
        """Let it go; Java stays for the next gateway."""
        self._closed = True
