"""Connections to servers: opened, read and given up alike by all that fetch something.

Two errors tell what a failure means.  They stay among those who fetch, and become errors of
`deepbacs_zoo.errors` there, which name the file and what to do without it.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import IO, Final
from urllib.parse import urlsplit

from deepbacs_zoo._version import __version__

__all__ = ["PAUSES", "TIMEOUT", "BrokenError", "RefusedError", "open_url", "read_block", "read_url"]

TIMEOUT: Final = 30.0
"""Seconds without a byte until a connection counts as broken."""
PAUSES: Final = (1.0, 4.0)
"""Seconds before each further attempt; after three that fail in a row there is none."""
_LONGEST_PAUSE: Final = 60.0
_BLOCK: Final = 1 << 18
_TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})


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


class _UnprotectedError(urllib.error.URLError):
    """An address that begins with https leads to one that anybody on the way may change."""


class _Protected(urllib.request.HTTPRedirectHandler):
    """Follows where a server leads, but never out of https: not even to ask there."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the next request, or refuse; called by `urllib.request`."""
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            fp.close()
            raise _UnprotectedError(f"it leads to the unprotected address {newurl}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def open_url(url: str, headers: Mapping[str, str] | None = None) -> http.client.HTTPResponse:
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
    try:
        return _connect(url, headers or {})
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _TRY_AGAIN:
            raise BrokenError(f"status {error.code}", _retry_after(error)) from error
        raise RefusedError(f"status {error.code} {error.reason}", error.code) from error
    except _UnprotectedError as error:
        raise RefusedError(error.reason) from error
    except urllib.error.URLError as error:
        raise BrokenError(error.reason) from error
    except (OSError, http.client.HTTPException) as error:
        raise BrokenError(str(error) or type(error).__name__) from error


def read_block(response: http.client.HTTPResponse) -> bytes:
    """Return the next bytes of an answer, none at its end.

    Raises
    ------
    BrokenError
        The connection broke.
    """
    try:
        # What is there, not what is asked for: a process that is killed has it on the disk.
        return response.read1(_BLOCK)
    except (OSError, http.client.HTTPException) as error:
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
        with _connect(url, {}) as response:
            return response.read(most)
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error


def _connect(url: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
    agent = {"User-Agent": f"deepbacs_zoo/{__version__}"}
    # settings.address() lets only https, http and file through.
    request = urllib.request.Request(url, headers={**agent, **headers})  # noqa: S310 - said above
    # A new opener each time: the system's proxies may change while a process lives.
    opener = urllib.request.build_opener(_Protected)
    response: http.client.HTTPResponse = opener.open(request, timeout=TIMEOUT)
    return response


def _retry_after(error: urllib.error.HTTPError) -> float:
    text = error.headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else 0.0
