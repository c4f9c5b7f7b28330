from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbacs_zoo import __version__
from deepbacs_zoo.files.http import (
    BrokenError,
    RefusedError,
    attempt,
    open_url,
    origin,
    post,
    put,
    read_block,
    read_url,
)
from tests.unit.files.servers import (
    CLOSED,
    Answer,
    Repository,
    cut_off,
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


def test_no_more_is_read_than_expected(server: Repository) -> None:
    assert read_url(f"{server.url}/file", 10) == DATA[:10]


def test_what_cannot_be_had_is_an_error_of_the_system(server: Repository) -> None:
    with pytest.raises(OSError, match="404"):
        read_url(f"{server.url}/nothing")


def test_answers_come_as_they_are_sent(server: Repository) -> None:
    heard = {}

    def listen(handler, data):
        heard.update(handler.headers)
        whole(handler, data)

    server.usual = listen
    assert read_url(f"{server.url}/file") == DATA
    assert heard["Accept-Encoding"] == "identity"


def test_bytes_are_handed_on_before_all_have_come(server: Repository) -> None:
    def slow(handler, data):
        handler.send_response(200)
        handler.send_header("Content-Length", "6")
        handler.end_headers()
        for part in (b"one", b"two"):
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(0.3)

    server.usual = slow
    with open_url(f"{server.url}/file") as response:
        assert read_block(response) == b"one"
        assert read_block(response) == b"two"
        assert read_block(response) == b""


def test_an_answer_that_is_cut_off_ends(server: Repository) -> None:
    server.answers += [cut_off] * 2
    with open_url(f"{server.url}/file") as response:
        data = b"".join(iter(lambda: read_block(response), b""))
    assert data == DATA[: len(DATA) // 2]
    with pytest.raises(OSError, match="ended after"):
        read_url(f"{server.url}/file")


def test_a_server_that_leads_in_circles_is_left(server: Repository) -> None:
    server.usual = leading_to("/file")
    with pytest.raises(RefusedError, match="302"):
        open_url(f"{server.url}/file")
    assert len(server.asked) == 11


def test_a_server_may_not_lead_to_files_of_this_computer(server: Repository) -> None:
    server.answers += [leading_to("file:///etc/hostname")]
    with pytest.raises(RefusedError, match="302"):
        open_url(f"{server.url}/file")


def test_files_of_a_mirror_on_disk_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    path.write_bytes(DATA)
    with open_url(path.as_uri()) as response:
        assert response.headers["Content-Length"] == str(len(DATA))
        assert response.read() == DATA
    with pytest.raises(BrokenError, match="No such file"):
        open_url((tmp_path / "missing").as_uri())


def test_the_proxy_of_the_environment_is_asked(
    server: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", server.url.removeprefix("http://"))
    server.files["http://zoo.example/file"] = b"by proxy"
    assert read_url("http://zoo.example/file") == b"by proxy"


def test_a_file_is_sent_with_its_length_and_headers(server: Repository) -> None:
    headers = {"Authorization": "Bearer me"}
    with put(f"{server.url}/new", io.BytesIO(DATA), headers, len(DATA)) as response:
        assert response.read() == b"stored"
    heard, data = server.sent["/new"]
    assert data == DATA
    assert heard["Content-Length"] == str(len(DATA))
    assert "Transfer-Encoding" not in heard
    assert heard["Authorization"] == "Bearer me"
    assert heard["User-Agent"] == f"deepbacs_zoo/{__version__}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(503), BrokenError),
        (status(403), RefusedError),
        (leading_to("/elsewhere"), RefusedError),
    ],
)
def test_a_server_may_not_take_a_file(
    server: Repository, answer: Answer, error: type[Exception]
) -> None:
    server.answers += [answer]
    with pytest.raises(error):
        put(f"{server.url}/new", io.BytesIO(b"abc"), {}, 3)
    assert list(server.sent) == ["/new"]


def test_the_package_does_not_load_httpx() -> None:
    code = "import sys, deepbacs_zoo, deepbacs_zoo.files; assert 'httpx' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_token_is_not_sent_on_by_a_redirection(server: Repository) -> None:
    heard = []

    def listen(handler, data):
        heard.append(dict(handler.headers))
        whole(handler, data)

    with serve() as other:
        other.files["/file"], other.usual = b"elsewhere", listen
        server.answers += [leading_to(f"{other.url}/file")]
        headers = {"Authorization": "Bearer me", "Range": "bytes=0-"}
        with open_url(f"{server.url}/file", headers) as response:
            assert response.read() == b"elsewhere"
    assert "Authorization" not in heard[0]
    assert heard[0]["Range"] == "bytes=0-"


def test_nothing_is_sent_to_where_a_redirection_leads(server: Repository) -> None:
    with serve() as other:
        server.answers += [leading_to(f"{other.url}/new?signature=secret")]
        with pytest.raises(RefusedError, match=rf"302 Found to {other.url}/new$") as caught:
            post(f"{server.url}/new", b"{}", {"Authorization": "Bearer me"})
        assert (other.asked, other.sent) == ([], {})
    assert caught.value.status == 302


def test_no_more_is_sent_than_was_announced(server: Repository) -> None:
    put(f"{server.url}/new", io.BytesIO(b"abcdef"), {}, 3).close()
    assert server.sent["/new"][1] == b"abc"
    with pytest.raises(RefusedError, match="1 bytes shorter"):
        put(f"{server.url}/new", io.BytesIO(b"ab"), {}, 3)


def test_a_refusal_brings_what_was_said(server: Repository) -> None:
    server.answers += [status(403)]
    with pytest.raises(RefusedError) as caught:
        post(f"{server.url}/new", b"{}", {})
    assert caught.value.answer is not None
    assert b"403" in caught.value.answer.said
    assert "Date" in caught.value.answer.headers


def test_attempts_wait_as_long_as_the_server_asks() -> None:
    errors: list[Exception] = [BrokenError("busy"), BrokenError("busy", 9), BrokenError("busy")]
    waited: list[float] = []

    def action() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    assert attempt(action, pauses=(1, 4, 16), sleep=waited.append) == "done"
    assert waited == [1, 9, 16]
    errors += [BrokenError("busy"), RefusedError("no")]
    with pytest.raises(RefusedError):
        attempt(action, pauses=(1, 4), sleep=waited.append)
    errors += [BrokenError("busy")] * 3
    with pytest.raises(BrokenError):
        attempt(action, pauses=(1, 4), sleep=waited.append)
    assert waited[3:] == [1, 1, 4]


def test_signatures_of_addresses_are_not_logged(
    server: Repository, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    put(f"{server.url}/new?X-Amz-Signature=secret", io.BytesIO(b"a"), {}, 1).close()
    assert "secret" not in caplog.text
    assert f"PUT {server.url}/new" in caplog.text


def test_one_server_is_scheme_host_and_port() -> None:
    assert origin("https://zoo.example/a?b") == origin("https://zoo.example:443/")
    assert origin("https://zoo.example") != origin("http://zoo.example")
    assert origin("https://zoo.example") != origin("https://zoo.example.org")
