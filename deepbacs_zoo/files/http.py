"""Connections to servers: opened, read and given up alike by all that fetch or send something.

The one module that knows httpx.  Redirections of what is fetched are followed here, one by one,
never from https to http and never with the token of who asks; what is sent goes to the given
address or nowhere.  Answers come as they are sent, without compression; proxies and certificates
are those of Python itself (``http_proxy``, ``no_proxy``, ``SSL_CERT_FILE``).  ``file://`` addresses
are read from disk.

Two errors say what a failure means.  They stay among those who fetch, and become errors of
`deepbacs_zoo.errors` there, which name the file and what to do without it.
"""

from __future__ import annotations

import functools
import io
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Final, Self, TypeVar
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass, url2pathname

import httpx

from deepbacs_zoo._version import __version__

__all__ = ["PAUSES", "TIMEOUT", "BrokenError", "RefusedError", "Response", "attempt", "open_url"]
__all__ += ["origin", "post", "put", "read_block", "read_url", "send"]

T = TypeVar("T")

TIMEOUT: Final = 30.0
"""Seconds without a byte until a connection counts as broken."""
PAUSES: Final = (1.0, 4.0)
"""Seconds before each further attempt; after three that fail in a row there is none."""
_LONGEST_PAUSE: Final = 60.0
_MOST_OF_A_REFUSAL: Final = 1 << 16
"""Bytes that are read of an answer that is no success."""
_BLOCK: Final = 1 << 18
_MOST_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_CUT_OFF: Final = "message body (received "
"""Part of what httpx says of an answer that ends before its announced length."""


def _sign_nothing(record: logging.LogRecord) -> bool:
    """Take the query out of addresses that httpx logs: signatures stand there."""
    if isinstance(record.args, tuple):
        record.args = tuple(
            _without_query(str(each)) if isinstance(each, httpx.URL) else each
            for each in record.args
        )
    return True


logging.getLogger("httpx").addFilter(_sign_nothing)


class BrokenError(Exception):
    """An attempt failed in a way that another may not.

    Parameters
    ----------
    reason
        What happened, in words.
    pause
        Seconds that the server asks to wait; 0 if it does not.
    answer
        The answer, closed; ``None`` where none came.
    """

    def __init__(self, reason: object, pause: float = 0.0, answer: Response | None = None) -> None:
        super().__init__(str(reason))
        self.pause = min(pause, _LONGEST_PAUSE)
        self.answer = answer


class RefusedError(Exception):
    """Another attempt would fail alike.

    Parameters
    ----------
    reason
        What happened, in words.
    status
        The number that the server answered; ``None`` if it is not about that.
    answer
        The answer, closed; ``None`` where none came.
    """

    def __init__(
        self, reason: object, status: int | None = None, answer: Response | None = None
    ) -> None:
        super().__init__(str(reason))
        self.status = status
        self.answer = answer


class Response:
    """An answer that is still to be read.

    Parameters
    ----------
    status
        The number that the server answered.
    reason
        The words that go with it.
    headers
        What it said of the answer; names in any case.
    blocks
        The bytes, as they come.
    life
        What to close at the end.

    Attributes
    ----------
    said
        The beginning of an answer that is no success; empty for others.
    """

    said: bytes = b""

    def __init__(
        self,
        status: int,
        reason: str,
        headers: Mapping[str, str],
        blocks: Iterator[bytes],
        life: ExitStack,
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self._blocks = blocks
        self._life = life

    def read(self, most: int | None = None) -> bytes:
        """Return the rest, or its first ``most`` bytes; `BrokenError` when the connection broke."""
        found = bytearray()
        while most is None or len(found) < most:
            block = read_block(self)
            if not block:
                break
            found += block
        return bytes(found if most is None else found[:most])

    def close(self) -> None:
        """Close the connection."""
        self._life.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_url(url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to one request, still to be read.

    Parameters
    ----------
    url
        One that `address` let through.
    headers
        What to send besides our name.

    Raises
    ------
    BrokenError
        Another attempt may bring it.
    RefusedError
        No other attempt will.
    """
    if urlsplit(url).scheme == "file":
        return _open_file(url)
    headers = dict(headers or {})
    for _ in range(_MOST_REDIRECTS + 1):
        response = _send("GET", url, headers, None)
        place = response.headers.get("Location")
        if response.status not in _REDIRECTS or not place:
            return _successful(response)
        response.close()
        url = _redirected(url, urljoin(url, place), response)
        headers.pop("Authorization", None)  # it was meant for the first address alone
    raise RefusedError(f"status {response.status} over and over", response.status)


def send(
    method: str,
    url: str,
    body: IO[bytes],
    length: int,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Send bytes and return the answer, in one attempt; a redirection is refused.

    Parameters
    ----------
    method
        ``PUT`` or ``POST``, for example.
    url
        An ``https`` or ``http`` address.
    body
        The bytes, read block by block.
    length
        Their number; it is announced, and no more are sent.
    headers
        What to send besides our name and the length, for example who sends.

    Raises
    ------
    BrokenError
        Another attempt, with the body from its beginning, may succeed.
    RefusedError
        No other attempt will.
    """
    blocks = _exactly(body, length)
    return _successful(
        _send(method, url, {**(headers or {}), "Content-Length": str(length)}, blocks)
    )


def put(url: str, body: IO[bytes], headers: Mapping[str, str], length: int) -> Response:
    """Send a file by ``PUT``; errors are those of `send`."""
    return send("PUT", url, body, length, headers)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Response:
    """Send bytes by ``POST``; errors are those of `send`."""
    return send("POST", url, io.BytesIO(body), len(body), headers)


def attempt(
    action: Callable[[], T],
    *,
    pauses: Sequence[float] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call an action, and again after each pause as long as it raises `BrokenError`.

    Parameters
    ----------
    action
        The action; it begins anew each time.
    pauses
        Seconds before each further call, by default ``PAUSES``; a server may ask for more.
    sleep
        Waits for a number of seconds.

    Raises
    ------
    BrokenError, RefusedError
        As the action at last.
    """
    for pause in PAUSES if pauses is None else pauses:
        try:
            return action()
        except BrokenError as error:
            sleep(max(pause, error.pause))
    return action()


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of an address: one server has one of these."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or usual


def read_block(response: Response) -> bytes:
    """Return the next bytes of an answer, none at its end.

    What is there and not what was asked for: of a process that is killed it is on the disk.

    Raises
    ------
    BrokenError
        The connection broke.
    """
    try:
        return next(response._blocks, b"")
    except (OSError, httpx.TransportError) as error:
        if _CUT_OFF in str(error):
            return b""  # shorter than announced: for the caller to notice, who counts
        raise BrokenError(str(error) or type(error).__name__) from error


def read_url(url: str, most: int | None = None) -> bytes:
    """Return what a URL holds, in one attempt and unchecked.

    Parameters
    ----------
    url
        One that `address` let through.
    most
        Number of bytes after which no more is read; by default all are.

    Raises
    ------
    OSError
        It cannot be had.
    """
    try:
        with open_url(url) as response:
            data = response.read(most)
            length = response.headers.get("Content-Length", "")
    except (BrokenError, RefusedError) as error:
        raise ConnectionError(str(error)) from error
    if most is None and length.isdecimal() and len(data) < int(length):
        raise ConnectionError(f"it ended after {len(data)} of {length} bytes")
    return data


# --- one request ---------------------------------------------------------------------------------


def _send(
    method: str, url: str, headers: Mapping[str, str], body: Iterator[bytes] | None
) -> Response:
    usual = {
        "User-Agent": f"deepbacs_zoo/{__version__}",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    with ExitStack() as life:
        try:
            # A new client each time: the system's proxies may change while a process lives.
            client = life.enter_context(
                httpx.Client(
                    verify=_certificates(),
                    proxy=_proxy(url),
                    timeout=httpx.Timeout(TIMEOUT),
                    trust_env=False,
                )
            )
            request = client.build_request(method, url, headers={**usual, **headers}, content=body)
            answer = client.send(request, stream=True)
        except (OSError, httpx.TransportError, httpx.InvalidURL) as error:
            raise BrokenError(str(error) or type(error).__name__) from error
        life.callback(answer.close)
        return Response(
            answer.status_code,
            answer.reason_phrase,
            answer.headers,
            answer.iter_raw(),
            life.pop_all(),
        )


@functools.cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def _proxy(url: str) -> str | None:
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    if not proxy or proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _successful(response: Response) -> Response:
    if 200 <= response.status < 300:
        return response
    with response, suppress(BrokenError):  # the number says enough
        response.said = response.read(_MOST_OF_A_REFUSAL)
    if response.status in _TRY_AGAIN:
        raise BrokenError(f"status {response.status}", _retry_after(response), response)
    reason = f"status {response.status} {response.reason}"
    if place := response.headers.get("Location"):
        reason += f" to {_without_query(place)}"
    raise RefusedError(reason, response.status, response)


def _exactly(body: IO[bytes], length: int) -> Iterator[bytes]:
    """Yield the announced number of bytes; a file that grew meanwhile is cut there."""
    left = length
    while left:
        block = body.read(min(_BLOCK, left))
        if not block:
            raise RefusedError(f"it became {left} bytes shorter while it was sent")
        left -= len(block)
        yield block


def _without_query(url: str) -> str:
    """Return an address without what may be a signature."""
    return url.partition("?")[0]


def _redirected(url: str, place: str, response: Response) -> str:
    """Return the address that a server leads to, or refuse to ask there."""
    scheme = urlsplit(place).scheme
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise RefusedError(f"it leads to the unprotected address {_without_query(place)}")
    if scheme not in {"https", "http"}:
        place = _without_query(place)
        raise RefusedError(f"status {response.status} to {place}", response.status)
    return place


def _retry_after(response: Response) -> float:
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0


def _open_file(url: str) -> Response:
    try:
        path = Path(url2pathname(urlsplit(url).path))
        file = path.open("rb")
    except OSError as error:
        raise BrokenError(error) from error
    life = ExitStack()
    life.callback(file.close)
    blocks = iter(lambda: file.read(_BLOCK), b"")
    return Response(200, "OK", {"Content-Length": str(path.stat().st_size)}, blocks, life)
