"""The HTTP side: who asks, what is asked for, and the answers."""

from __future__ import annotations

import json
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from tests.zoo_server.artifacts import COLLECTION, OWNER, REVIEWERS, Artifacts, Refusal, etag
from tests.zoo_server.troubles import CutError, Line, Trouble

State = TypeVar("State", bound="ZooServer")
RUNNER = "/bioimage-io/services/model-runner/"
SERVICE = "/public/services/artifact-manager/"


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    size: int
    headers: dict[str, str]
    body: Any = None


@dataclass
class ZooServer:
    """The server as tests see it."""

    folder: Path
    url: str = ""
    tokens: dict[str, str] = field(
        default_factory=lambda: {
            "token-of-anna": "github|anna",
            "token-of-bert": "github|bert",
            "token-of-owner": OWNER,
            "token-of-reviewer": REVIEWERS[0],
        }
    )
    asked: list[Asked] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    line: Line = field(default_factory=Line)
    most_bytes: int | None = None
    """The largest file that the store takes."""
    clock: float = 0.0
    """Seconds that the server's clock is ahead."""
    tests: dict[str, int] = field(default_factory=dict)
    """How often the status of each test is asked for until it is over."""
    report: Any = field(default_factory=lambda: {"status": "passed", "details": []})
    """The report of all tests."""

    def __post_init__(self) -> None:
        self.artifacts = Artifacts(self.folder, lambda: self.url)

    @property
    def drafts(self) -> list[str]:
        """The ids of all models that are staged."""
        return [each.id for each in self.artifacts.all.values() if each.staging is not None]

    def files(self, id: str, *, stage: bool = True) -> dict[str, bytes]:
        """Return the content of an artifact's files by their paths."""
        folder = self.artifacts.folder_of(self.artifacts.all[id], stage=stage)
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    def manifest(self, id: str) -> dict[str, Any]:
        """Return what is staged, or published where nothing is."""
        return self.artifacts.all[id].plain(stage=True)["manifest"]

    def accept(self, id: str, by: str = REVIEWERS[0]) -> None:
        """Publish a draft, as a reviewer does who was given permission when it was made."""
        self.artifacts.commit(by, id)
        self.artifacts.all[id].manifest["status"] = "published"

    def published(self, name: str, files: dict[str, bytes], manifest: dict[str, Any]) -> str:
        """Put a published model into the collection."""
        id = f"{COLLECTION.partition('/')[0]}/{name}"
        self.artifacts.create(OWNER, COLLECTION, name, manifest, "model", stage=True)
        folder = self.artifacts.folder_of(self.artifacts.all[id], stage=True)
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        self.artifacts.all[id].config["permissions"]["*"] = "r"
        self.accept(id, OWNER)
        return id

    def functions(self) -> list[str]:
        """Return what was asked for, in short: a function of the service, or the method."""
        return [
            each.path.removeprefix(SERVICE) if each.path.startswith(SERVICE) else each.method
            for each in self.asked
        ]


class Handler(BaseHTTPRequestHandler):
    zoo: ZooServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PUT = do_DELETE = do_GET

    def _answer(self) -> None:
        zoo = self.zoo
        try:
            zoo.line.begin()
            asked = Asked(
                self.command,
                self.path,
                int(self.headers.get("Content-Length") or 0),
                dict(self.headers.items()),
            )
            zoo.asked.append(asked)
            trouble = next((t for t in zoo.troubles if t.applies(self.command, self.path)), None)
            if trouble and not trouble.after:
                self._trouble(trouble)
                return
            status, headers, data = self.usual(asked)
            if trouble:
                self._trouble(trouble)
                return
            self._send(status, headers, data)
        except CutError:
            self._cut()
        except (BrokenPipeError, ConnectionResetError, TimeoutError):
            self.close_connection = True  # the other side gave up

    def usual(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        path = urlsplit(self.path).path
        try:
            if path.startswith("/s3/"):
                return self._store(asked)
            data = self.zoo.line.read(self.rfile, asked.size)
            with self.zoo.artifacts.lock:
                if path.startswith(SERVICE) and self.command == "POST":
                    asked.body = json.loads(data)
                    answer = self._call(path.removeprefix(SERVICE), asked.body)
                elif path.startswith(RUNNER) and self.command == "POST":
                    asked.body = json.loads(data)
                    answer = self._test(path.removeprefix(RUNNER), asked.body)
                else:
                    answer = self._resource(path)
        except Refusal as refusal:
            return refusal.status, {}, as_json({"success": False, "detail": refusal.detail})
        if isinstance(answer, Redirect):
            return 307, {"Location": answer.url}, b""
        return 200, {"Content-Type": "application/json"}, as_json(answer)

    def user(self) -> str:
        """Return who asks; nobody without a token."""
        said = self.headers.get("Authorization")
        if said is None:
            return ""
        kind, _, token = said.partition(" ")
        if kind != "Bearer" or token not in self.zoo.tokens:
            raise Refusal(401, "Invalid token: Signature has expired")
        return self.zoo.tokens[token]

    def _call(self, function: str, arguments: dict[str, Any]) -> Any:
        user = self.user()
        if function not in self.zoo.artifacts.functions:
            raise Refusal(404, f"{function} not found.")
        try:
            return self.zoo.artifacts.functions[function](user, **arguments)
        except TypeError as error:
            raise Refusal(400, f"TypeError: {error}") from error

    def _test(self, function: str, arguments: dict[str, Any]) -> Any:
        """Test a model as the zoo's model runner does: asked for again until it is over."""
        user, zoo = self.user(), self.zoo
        if function == "test":
            zoo.artifacts.get(user, f"bioimage-io/{arguments['model_id']}", "read")
            zoo.tests["run-1"] = 2
            return "run-1"
        if function != "get_test_status" or arguments["test_run_id"] not in zoo.tests:
            raise Refusal(404, f"KeyError: {arguments}")
        left = zoo.tests[arguments["test_run_id"]]
        zoo.tests[arguments["test_run_id"]] = max(0, left - 1)
        if left:
            return {"queue_position": left - 1, "completed_at": None, "result": None}
        return {"queue_position": 0, "completed_at": 1.0, "result": zoo.report}

    def _resource(self, path: str) -> Any:
        """Answer ``/WORKSPACE/artifacts/ALIAS[/children|/files/PATH]``."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        stage = query.get("stage") == "true"
        parts = [unquote(part) for part in path.split("/")]
        if len(parts) < 4 or parts[2] != "artifacts" or self.command != "GET":
            raise Refusal(404, "Not Found")
        user, id, artifacts = self.user(), f"{parts[1]}/{parts[3]}", self.zoo.artifacts
        if len(parts) == 4:
            return artifacts.read(user, id, stage=stage)
        if parts[4] == "children":
            numbers = {key: int(query[key]) for key in ("offset", "limit") if key in query}
            filters = json.loads(query.get("filters", "{}"))
            words = [word for word in query.get("keywords", "").split(",") if word]
            paged = query.get("pagination") == "true"
            return artifacts.list(
                user, id, words, filters, stage=stage, pagination=paged, **numbers
            )
        place = "/".join(parts[5:])
        if place == "" or place.endswith("/"):
            return artifacts.list_files(user, id, place.rstrip("/"), stage=stage)
        return Redirect(artifacts.get_file(user, id, place, stage=stage))

    # --- the store -------------------------------------------------------------------------------

    def _store(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        query = parse_qs(urlsplit(self.path).query)
        signature = query.get("X-Amz-Signature", [""])[0]
        method, path, expires = self.zoo.artifacts.signatures.get(signature, ("", Path(), 0.0))
        if "Authorization" in self.headers:
            return _xml(400, "InvalidArgument", "Only one auth mechanism allowed")
        if method != self.command:
            return _xml(403, "SignatureDoesNotMatch", "The signature does not match")
        if expires < time.time() + self.zoo.clock:
            return _xml(403, "AccessDenied", "Request has expired")
        return self._store_file(path) if method == "PUT" else self._stored_file(path)

    def _store_file(self, path: Path) -> tuple[int, dict[str, str], bytes]:
        if self.headers.get("Content-Type"):
            return _xml(403, "SignatureDoesNotMatch", "content-type is signed as empty")
        length = self.headers.get("Content-Length")
        if length is None or "Transfer-Encoding" in self.headers:
            return _xml(411, "MissingContentLength", "You must provide the length")
        if self.zoo.most_bytes is not None and int(length) > self.zoo.most_bytes:
            return _xml(413, "EntityTooLarge", "Your proposed upload exceeds the maximum size")
        data = self.zoo.line.read(self.rfile, int(length))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return 200, {"ETag": etag(data)}, b""

    def _stored_file(self, path: Path) -> tuple[int, dict[str, str], bytes]:
        data = path.read_bytes()
        tag, total = etag(data), len(data)
        asked_for = self.headers.get("Range", "")
        if asked_for.startswith("bytes=") and self.headers.get("If-Range", tag) == tag:
            start = int(asked_for.removeprefix("bytes=").partition("-")[0])
            if start >= total:
                return _xml(416, "InvalidRange", "The range cannot be satisfied")
            span = f"bytes {start}-{total - 1}/{total}"
            return 206, {"ETag": tag, "Content-Range": span}, data[start:]
        return 200, {"ETag": tag}, data

    # --- bytes -----------------------------------------------------------------------------------

    def _trouble(self, trouble: Trouble) -> None:
        if trouble.status == 0:
            raise CutError
        text = f"<html><body>{trouble.detail}</body></html>".encode()
        data = text if trouble.html else as_json({"success": False, "detail": trouble.detail})
        data = data if trouble.content is None else trouble.content
        self._send(trouble.status, trouble.headers, data)

    def _send(self, status: int, headers: dict[str, str], data: bytes) -> None:
        self.close_connection = True
        lines = {
            "Date": formatdate(time.time() + self.zoo.clock, usegmt=True),
            "Content-Length": str(len(data)),
            "Connection": "close",
            **headers,
        }
        head = f"HTTP/1.1 {status} {self.responses.get(status, ('Unknown',))[0]}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in lines.items()) + "\r\n"
        self.zoo.line.write(self.wfile, head.encode("latin-1") + data)

    def _cut(self) -> None:
        """Cut the connection so that the other side sees a reset and no end."""
        self.close_connection = True
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.wfile = _Nowhere()  # type: ignore[assignment]
        self.connection.close()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


class _Nowhere:
    closed = False

    def write(self, data: bytes) -> int:
        return len(data)

    def flush(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        self.closed = True


@dataclass
class Redirect:
    """An answer that leads to another address."""

    url: str


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def _xml(status: int, code: str, message: str) -> tuple[int, dict[str, str], bytes]:
    text = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, {"Content-Type": "application/xml"}, text.encode()


@contextmanager
def zoo() -> Iterator[ZooServer]:
    """Run a server on this computer, gone afterwards with its files."""
    with running(ZooServer, Handler) as state:
        yield state


@contextmanager
def running(state_class: type[State], handler_class: type[Handler]) -> Iterator[State]:
    """Run a server of a kind, gone afterwards with its files."""
    folder = Path(tempfile.mkdtemp(prefix="zoo-"))
    state = state_class(folder)
    handler = type("Handler", (handler_class,), {"zoo": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        shutil.rmtree(folder, ignore_errors=True)
