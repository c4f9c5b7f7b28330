"""Seconds of wall and of processor time: the second does not grow while other programs run."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Seconds:
    """Time spent, ordered by wall time.

    Parameters
    ----------
    wall
        As a clock on the wall shows it.
    processor
        Of all threads of this process together, and of the programs that it ran to their end.
    """

    wall: float = 0.0
    processor: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.wall + other.wall, self.processor + other.processor)

    def __truediv__(self, parts: int) -> Seconds:
        return Seconds(self.wall / parts, self.processor / parts)

    def __str__(self) -> str:
        return f"{self.wall:.0f} ({self.processor:.0f})"


class Clock:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), _processor_time()

    def read(self) -> Seconds:
        """Return the time since then."""
        return Seconds(time.perf_counter() - self._wall, _processor_time() - self._processor)


def _processor_time() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system
