from __future__ import annotations

from collections.abc import Iterator

import pytest

from deepbacs_zoo import __version__
from deepbacs_zoo.files.http import BrokenError, RefusedError, open_url, read_block, read_url
from tests.unit.files.servers import (
    CLOSED,
    Answer,
    Repository,
    lead_out_of_https,
    serve,
    status,
    whole,
)

DATA = bytes(range(256)) * 4000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    monkeypatch.setenv("no_proxy", "*")
    with serve() as server:
        server.files["/file"] = DATA
        yield server


def leading_to(url: str) -> Answer:
    def answer(handler, data):
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.end_headers()

    return answer


def test_an_answer_is_read_in_blocks_to_its_end(server: Repository) -> None:
    with open_url(f"{server.url}/file") as response:
        assert b"".join(iter(lambda: read_block(response), b"")) == DATA


def test_servers_hear_who_asks_and_what_else_is_to_be_said(server: Repository) -> None:
    heard = {}

    def listen(handler, data):
        heard.update(handler.headers)
        whole(handler, data)

    server.usual = listen
    open_url(f"{server.url}/file", {"Range": "bytes=5-"}).close()
    assert heard["User-Agent"] == f"deepbacs_zoo/{__version__}"
    assert heard["Range"] == "bytes=5-"


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_server_that_is_busy_may_be_asked_again(server: Repository, code: int) -> None:
    server.answers += [status(code)]
    with pytest.raises(BrokenError, match=f"^status {code}$") as caught:
        open_url(f"{server.url}/file")
    assert caught.value.pause == 0


@pytest.mark.parametrize(("says", "pause"), [("7", 7), ("86400", 60), ("tomorrow", 0)])
def test_a_server_may_say_when_but_not_forever(server: Repository, says: str, pause: int) -> None:
    def busy(handler, data):
        handler.send_response(503)
        handler.send_header("Retry-After", says)
        handler.end_headers()

    server.answers += [busy]
    with pytest.raises(BrokenError) as caught:
        open_url(f"{server.url}/file")
    assert caught.value.pause == pause


@pytest.mark.parametrize("code", [403, 404, 416])
def test_a_server_that_refuses_is_not_to_be_asked_again(server: Repository, code: int) -> None:
    server.answers += [status(code)]
    with pytest.raises(RefusedError, match=f"status {code} ") as caught:
        open_url(f"{server.url}/file")
    assert caught.value.status == code


def test_a_server_that_does_not_listen_may_be_asked_again() -> None:
    with pytest.raises(BrokenError, match="refused"):
        open_url(CLOSED)


def test_a_server_may_lead_elsewhere(server: Repository) -> None:
    server.files["/moved"] = b""
    server.answers += [leading_to("/file")]
    assert read_url(f"{server.url}/moved") == DATA


def test_an_unprotected_address_is_not_even_asked(
    server: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_out_of_https(monkeypatch, f"{server.url}/file")
    with pytest.raises(RefusedError, match=f"the unprotected address {server.url}/file"):
        open_url("https://zoo.example/file")
    with pytest.raises(OSError, match="the unprotected address"):
        read_url("https://zoo.example/file")
    assert server.asked == []


def test_no_detour_over_an_unprotected_address_either(
    server: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead_out_of_https(monkeypatch, f"{server.url}/file")
    server.answers += [leading_to("https://zoo.example/file")]
    with pytest.raises(RefusedError, match="the unprotected address"):
        open_url(f"{server.url}/file")
    assert server.asked == ["/file"]


def test_no_more_is_read_than_wanted(server: Repository) -> None:
    assert read_url(f"{server.url}/file", 10) == DATA[:10]


def test_what_cannot_be_had_is_an_error_of_the_system(server: Repository) -> None:
    with pytest.raises(OSError, match="404"):
        read_url(f"{server.url}/nothing")
