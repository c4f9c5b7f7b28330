"""Ctrl-C: training ends between two steps, with everything written.  No PyTorch here."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Interruption", "InterruptionError", "catching"]


class InterruptionError(Exception):
    """Raised between two steps after Ctrl-C.

    Lightning answers a ``KeyboardInterrupt`` with ``sys.exit(1)``, so it must never see one.
    """


class Interruption:
    """True if someone pressed Ctrl-C."""

    def __init__(self) -> None:
        self.requested = False

    def check(self) -> None:
        """Raise :class:`InterruptionError` if so."""
        if self.requested:
            raise InterruptionError


@contextmanager
def catching(interruption: Interruption) -> Iterator[None]:
    """Let Ctrl-C set a flag; a second one works as ever, for a step that does not end."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may handle signals
        return
    before = signal.getsignal(signal.SIGINT)

    def handle(_number: int, _frame: FrameType | None) -> None:
        interruption.requested = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
