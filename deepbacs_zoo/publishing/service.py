"""A server that is asked in JSON: requests, attempts, what it refuses.

One host is talked to, the one that was given; a token is sent nowhere else.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.publishing.refusals import ServiceError, detail_of, is_final, kind_of

if TYPE_CHECKING:
    from deepbacs_zoo.files.http import BrokenError, RefusedError, Response
    from deepbacs_zoo.publishing.credentials import Token

__all__ = ["OnBytes", "Service"]

T = TypeVar("T")

OnBytes = Callable[[int], None]
"""Called with the number of bytes of a file that were sent."""
_SKEW: Final = 300.0
"""Seconds by which clocks may differ before it is worth a word."""
_MOST_OF_AN_ANSWER: Final = 64 << 20
_LOCAL: Final = ("127.0.0.1", "::1", "localhost")


@dataclass
class Service:
    """A server and the right to use it.

    Parameters
    ----------
    server
        Its address, without a slash at the end.
    token
        Says who asks; without one only public things are answered.
    """

    server: str
    token: Token | None = None
    clock: float = field(default=0.0, init=False)
    """Seconds that the server's clock is ahead of this computer's."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.server)
        if self.token is not None and parts.scheme != "https" and parts.hostname not in _LOCAL:
            raise UsageError(
                self.server,
                "a token is not sent over an unprotected connection",
                allowed="an address that begins with https://",
                hint="correct the address of the server",
            )

    def ask(self, method: str, path: str, content: object = None, where: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
        """Send JSON and return the answer, which is JSON, too; several attempts.

        Parameters
        ----------
        method
            ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path
            Where on the server; it begins with a slash.
        content
            Anything that JSON can hold; by default nothing.
        where
            The thing that it is about, for errors; the server by default.

        Raises
        ------
        ServiceError
            The server refuses, or cannot be reached.
        """
        from deepbacs_zoo.files.http import attempt

        about = where or self.server
        return self.calling(lambda: attempt(lambda: self.ask_once(method, path, content)), about)

    def ask_once(self, method: str, path: str, content: object = None) -> Any:  # noqa: ANN401 - JSON
        """Send JSON as `ask` does, in one attempt.

        Raises
        ------
        ServiceError, BrokenError, RefusedError
            The answer is no JSON; as `send`.
        """
        from deepbacs_zoo.files.http import send

        body = b"" if content is None else json.dumps(content).encode()
        headers = {"Content-Type": "application/json", **self._who()}

        def once() -> bytes:
            with send(method, self.server + path, io.BytesIO(body), len(body), headers) as answer:
                self._compare_clocks(answer)
                data = answer.read(_MOST_OF_AN_ANSWER)
                self._check_whole(answer, len(data))
                return data

        data = self._final(once)
        try:
            return json.loads(data) if data.strip() else None
        except (ValueError, RecursionError):
            words = " ".join(data[:40].decode("ascii", "replace").split())
            raise self.other_kind(f"it answers {words}") from None

    def other_kind(self, reason: str) -> ServiceError:
        """Return the refusal of a server that does not answer as its documentation says."""
        return ServiceError("other-server", self.server, self._hide(reason))

    def records(self, answer: object, *needed: str) -> list[dict[str, Any]]:
        """Return an answer that has to be a list of objects with some texts; `ServiceError`."""
        if isinstance(answer, list) and all(
            isinstance(each, dict) and all(isinstance(each.get(name), str) for name in needed)
            for each in answer
        ):
            return answer
        raise self.other_kind(f"it gives no list of objects with {', '.join(needed) or 'anything'}")

    def send_file(
        self,
        address: str,
        source: IO[bytes],
        size: int,
        report: OnBytes | None = None,
        *,
        signed: bool = True,
    ) -> str:
        """Send bytes by ``PUT`` in one attempt; return the tag of what arrived, or nothing.

        Parameters
        ----------
        address
            An address on this server.
        source, size
            The bytes, and how many they are.
        report
            Called with the number of bytes sent so far.
        signed
            Whether the address itself says who may do it, for an empty content type; the token is
            not sent then.

        Raises
        ------
        ServiceError, BrokenError, RefusedError
            The address is of another host; as `send`.
        """
        from deepbacs_zoo.files.http import put

        self.check_host(address)
        counted = cast("IO[bytes]", _Counted(source, report or (lambda done: None)))
        usual = {"Content-Type": "application/octet-stream", **self._who()}
        with put(address, counted, {"Content-Type": ""} if signed else usual, size) as answer:
            self._compare_clocks(answer)
            return str(answer.headers.get("ETag", "")).strip('"').lower()

    def read_file(self, address: str, where: str) -> bytes:
        """Return what lies at a signed address of this server; `ServiceError`."""
        from deepbacs_zoo.files.http import attempt, open_url

        self.check_host(address)

        def once() -> bytes:
            with open_url(address) as answer:
                data = answer.read()
                self._check_whole(answer, len(data))
                return data

        return self.calling(lambda: attempt(once), where)

    def sha256_of(self, address: str, where: str) -> str:
        """Return the SHA-256 of what lies at a signed address of this server."""
        from deepbacs_zoo.files.http import attempt, open_url, read_block

        self.check_host(address)

        def once() -> str:
            digest, size = hashlib.sha256(), 0
            with open_url(address) as answer:
                while block := read_block(answer):
                    digest.update(block)
                    size += len(block)
                self._check_whole(answer, size)
            return digest.hexdigest()

        return self.calling(lambda: attempt(once), where)

    def check_host(self, address: object) -> None:
        """Refuse an address that is not of this server; `ServiceError`."""
        from deepbacs_zoo.files.http import origin

        if not isinstance(address, str) or not urlsplit(address).netloc:
            raise self.other_kind("it gives no address for a file")
        if origin(address) != origin(self.server):
            parts = urlsplit(address)
            raise ServiceError("elsewhere", self.server, f"{parts.scheme}://{parts.netloc}")

    def explain(self, error: BrokenError | RefusedError, where: str) -> ServiceError:
        """Return what a failure means."""
        if error.answer is not None:
            self._compare_clocks(error.answer)
        detail = detail_of(error.answer)
        kind = kind_of(error.answer, detail)
        reason = "; ".join(part for part in (str(error), detail) if part)
        if kind == "token":
            reason = self._about_token(reason)
        # What is about no single thing is about the server.
        about = self.server if kind in {"token", "elsewhere"} else where
        return ServiceError(kind, about, self._hide(reason))

    # --- details ---------------------------------------------------------------------------------

    def calling(self, action: Callable[[], T], where: str) -> T:
        """Call an action; its failure becomes a `ServiceError` about a thing."""
        from deepbacs_zoo.files.http import BrokenError, RefusedError

        try:
            return action()
        except (BrokenError, RefusedError) as error:
            raise self.explain(error, where) from None

    def _final(self, action: Callable[[], T]) -> T:
        """Call an action; what only looks as if another attempt would help is final."""
        from deepbacs_zoo.files.http import BrokenError, RefusedError

        try:
            return action()
        except BrokenError as error:
            if not is_final(error.answer):
                raise
            raise RefusedError(error, answer=error.answer) from None

    def _who(self) -> dict[str, str]:
        return {} if self.token is None else self.token.header()

    def _hide(self, text: str) -> str:
        return text if self.token is None else self.token.hide(text)

    def _compare_clocks(self, answer: Response) -> None:
        try:
            there = parsedate_to_datetime(answer.headers.get("Date", ""))
        except ValueError:
            return
        if there.tzinfo is not None:
            self.clock = (there - datetime.now(UTC)).total_seconds()

    def _about_token(self, reason: str) -> str:
        words = [reason]
        expires = self.token.expires if self.token is not None else None
        if self.token is not None:
            words.append(f"it comes from {self.token.source}")
        if expires is not None and expires.timestamp() < datetime.now(UTC).timestamp() + self.clock:
            words.append(f"it expired on {expires:%Y-%m-%d %H:%M} UTC")
        if abs(self.clock) > _SKEW:
            way = "behind" if self.clock > 0 else "ahead of"
            minutes = round(abs(self.clock) / 60)
            words.append(f"the clock of this computer is {minutes} minutes {way} the server's")
        return "; ".join(words)

    @staticmethod
    def _check_whole(answer: Response, size: int) -> None:
        from deepbacs_zoo.files.http import BrokenError

        length = answer.headers.get("Content-Length", "")
        if length.isdecimal() and size < int(length):
            raise BrokenError(f"the answer ended after {size} of {length} bytes")


class _Counted:
    """A file that says how much of it was read."""

    def __init__(self, file: IO[bytes], report: OnBytes) -> None:
        self._file, self._report, self._done = file, report, 0

    def read(self, most: int) -> bytes:
        block = self._file.read(most)
        self._done += len(block)
        self._report(self._done)
        return block
