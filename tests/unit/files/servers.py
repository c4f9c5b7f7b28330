"""A server on this computer that answers like a repository of files, or in worse ways."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

CLOSED = "http://127.0.0.1:9"
"""Nothing listens there."""
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]


@dataclass
class Repository:
    """What is at which path, how the next requests are answered, and what was asked for."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    usual: Answer | None = None
    sent: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)


def whole(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def cut_off(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])


def without_length(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(data[: len(data) // 2])


def stalled(seconds: float) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[: len(data) // 2])
        handler.wfile.flush()
        time.sleep(seconds)
        handler.wfile.write(data[len(data) // 2 :])

    return answer


def status(code: int) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.send_error(code)

    return answer


def moved(handler: BaseHTTPRequestHandler, data: bytes) -> None:
    handler.send_response(302)
    handler.send_header("Location", handler.path)  # the next answer serves it
    handler.end_headers()


def lead_out_of_https(patch: pytest.MonkeyPatch, url: str) -> None:
    """Let every https address lead to ``url``; a server with a certificate is not needed."""
    usual = httpx.HTTPTransport.handle_request

    def answer(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if request.url.scheme != "https":
            return usual(self, request)
        return httpx.Response(302, headers={"Location": url}, stream=httpx.ByteStream(b""))

    patch.setattr(httpx.HTTPTransport, "handle_request", answer)


@contextmanager
def serve() -> Iterator[Repository]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            repository.asked.append(self.path)
            data = repository.files.get(self.path)
            usual = repository.usual or whole
            answer = repository.answers.pop(0) if repository.answers else usual
            try:
                if data is None:
                    self.send_error(404)
                else:
                    answer(self, data)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the other side gave up, as some tests want

        def do_PUT(self) -> None:
            length = int(self.headers["Content-Length"])
            data = self.rfile.read(length)
            if len(data) < length:
                return  # the other side gave up
            repository.sent[self.path] = (dict(self.headers), data)
            answer = repository.answers.pop(0) if repository.answers else whole
            answer(self, b"stored")

        do_POST = do_PUT

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    repository = Repository(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield repository
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
