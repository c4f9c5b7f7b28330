"""Troubles on purpose: answers of another kind, cut connections, slow answers."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import IO


class CutError(ConnectionError):
    """The connection is to be cut here."""


@dataclass
class Trouble:
    """An answer of another kind to requests whose path has a text in it.

    Parameters
    ----------
    where
        Part of the path, with its query; a method before it counts (``PUT /s3/``).
    status
        The number to answer; 0 cuts the connection without an answer.
    detail
        What is said with it.
    headers
        Headers of the answer.
    times
        How often; then requests are answered as usual.
    skip
        How many such requests are answered as usual before.
    html
        Whether a page is sent instead of JSON.
    after
        Whether the request is carried out before.
    content
        Bytes to send instead of JSON with the detail.
    """

    where: str
    status: int = 500
    detail: str = "on purpose"
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    skip: int = 0
    html: bool = False
    after: bool = False
    content: bytes | None = None

    def applies(self, method: str, path: str) -> bool:
        """Whether it is this request's turn."""
        if self.where not in f"{method} {path}" or self.times <= 0:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Line:
    """The connection to the server, which may break at a byte or be slow.

    Parameters
    ----------
    cut_at
        Number of bytes, of requests and answers together, after which the connection breaks.
    stays_cut
        Whether the server cannot be reached from then on.
    seconds
        Seconds to wait before each answer.
    done
        Bytes that passed.
    gate
        Requests wait until it is set, as it is at first.
    """

    cut_at: int | None = None
    stays_cut: bool = True
    seconds: float = 0.0
    done: int = 0
    is_cut: bool = False
    gate: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def begin(self) -> None:
        """Refuse a request while the line is cut."""
        if self.is_cut:
            raise CutError
        self.gate.wait()
        time.sleep(self.seconds)

    def mend(self) -> None:
        """Let everything pass again."""
        self.cut_at, self.is_cut = None, False

    def pass_on(self, length: int) -> int:
        """Return how many of the next bytes pass."""
        left = length if self.cut_at is None else max(0, self.cut_at - self.done)
        passed = min(length, left)
        self.done += passed
        if passed < length:
            self.is_cut = self.stays_cut
            self.cut_at = None
        return passed

    def read(self, source: IO[bytes], length: int) -> bytes:
        """Return the bytes of a request."""
        data = bytearray()
        while len(data) < length:
            block = source.read(min(1 << 16, length - len(data)))
            passed = self.pass_on(len(block))
            data += block[:passed]
            if not block or passed < len(block):
                raise CutError
        return bytes(data)

    def write(self, target: IO[bytes], data: bytes) -> None:
        """Send the bytes of an answer."""
        passed = self.pass_on(len(data))
        target.write(data[:passed])
        if passed < len(data):
            raise CutError
