"""Connections to servers: opened, read and given up alike by all that fetch or send something.

The one module that knows httpx.  Redirections are followed here, one by one, and never from https
to http; answers come as they are sent, without compression; proxies and certificates are those of
Python itself (``http_proxy``, ``no_proxy``, ``SSL_CERT_FILE``).  ``file://`` addresses are read
from disk.

Two errors say what a failure means.  They stay among those who fetch, and become errors of
`deepbacs_zoo.errors` there, which name the file and what to do without it.
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass, url2pathname

import httpx

from deepbacs_zoo._version import __version__

__all__ = ["PAUSES", "TIMEOUT", "BrokenError", "RefusedError", "Response", "open_url", "put"]
__all__ += ["read_block", "read_url"]

TIMEOUT: Final = 30.0
"""Seconds without a byte until a connection counts as broken."""
PAUSES: Final = (1.0, 4.0)
"""Seconds before each further attempt; after three that fail in a row there is none."""
_LONGEST_PAUSE: Final = 60.0
_BLOCK: Final = 1 << 18
_MOST_REDIRECTS: Final = 10
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})
_CUT_OFF: Final = "message body (received "
"""Part of what httpx says of an answer that ends before its announced length."""


class BrokenError(Exception):
    """An attempt failed in a way that another may not.

    Parameters
    ----------
    reason
        What happened, in words.
    pause
        Seconds that the server asks to wait; 0 if it does not.
    """

    def __init__(self, reason: object, pause: float = 0.0) -> None:
        super().__init__(str(reason))
        self.pause = min(pause, _LONGEST_PAUSE)


class RefusedError(Exception):
    """Another attempt would fail alike.

    Parameters
    ----------
    reason
        What happened, in words.
    status
        The number that the server answered; ``None`` if it is not about that.
    """

    def __init__(self, reason: object, status: int | None = None) -> None:
        super().__init__(str(reason))
        self.status = status


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
    """

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
    for _ in range(_MOST_REDIRECTS + 1):
        response = _send("GET", url, headers or {}, None)
        place = response.headers.get("Location")
        if response.status not in _REDIRECTS or not place:
            return _successful(response)
        response.close()
        url = _redirected(url, urljoin(url, place), response)
    raise RefusedError(f"status {response.status} over and over", response.status)


def put(url: str, body: IO[bytes], headers: Mapping[str, str], length: int) -> Response:
    """Send a file, in one attempt; a redirection is refused.

    Parameters
    ----------
    url
        An ``https`` or ``http`` address.
    body
        The bytes, read block by block.
    headers
        What to send besides our name and the length, for example who sends.
    length
        Number of bytes.

    Raises
    ------
    BrokenError
        Another attempt, with the file from its beginning, may succeed.
    RefusedError
        No other attempt will.
    """
    blocks = iter(lambda: body.read(_BLOCK), b"")
    return _successful(_send("PUT", url, {**headers, "Content-Length": str(length)}, blocks))


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
    response.close()
    if response.status in _TRY_AGAIN:
        raise BrokenError(f"status {response.status}", _retry_after(response))
    raise RefusedError(f"status {response.status} {response.reason}", response.status)


def _redirected(url: str, place: str, response: Response) -> str:
    """Return the address that a server leads to, or refuse to ask there."""
    scheme = urlsplit(place).scheme
    if urlsplit(url).scheme == "https" and scheme != "https":
        raise RefusedError(f"it leads to the unprotected address {place}")
    if scheme not in {"https", "http"}:
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
