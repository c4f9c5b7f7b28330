"""Uploads in processes of their own: two at once, and some that are ended at any moment."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.publishing.conftest import content

UPLOAD = """
import sys
from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.files import http
from deepbacs_zoo.package import open_package
from deepbacs_zoo.publishing.submission import read_submission
from deepbacs_zoo.publishing.zoo.upload import send

http.PAUSES = (0.0, 0.0)
with open_package(sys.argv[1]) as package:
    try:
        done = send(read_submission(package), None, review=True, report=lambda *each: None)
    except DeepbacsZooError as error:
        sys.exit(f"Error: {error}")
    print(done.id, done.sent)
"""


def start(package):
    return subprocess.Popen(
        [sys.executable, "-c", UPLOAD, str(package)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out.split(), err.strip()


def test_two_at_once_do_not_mix(server, submission, package):
    first = start(package)
    while len(server.asked) < 3:
        time.sleep(0.001)
    server.line.gate.clear()
    second = finish(start(package))
    server.line.gate.set()
    assert second[0] == 1
    assert (
        "another process is uploading this, and nothing was sent; allowed: one upload at a time; "
        "wait until it is over and run the same command again"
    ) in second[2]
    assert finish(first)[:2] == (0, ["bioimage-io/affable-shark", str(len(submission.files))])
    assert finish(start(package))[:2] == (0, ["bioimage-io/affable-shark", "0"])
    assert server.drafts == ["bioimage-io/affable-shark"]
    assert server.files(server.drafts[0]) == content(submission)


def test_the_token_is_no_argument_of_a_process(server, package):
    server.line.seconds = 0.05
    process = start(package)
    while not server.asked:
        time.sleep(0.001)
    command = Path(f"/proc/{process.pid}/cmdline")
    assert b"token-of-anna" not in (command.read_bytes() if command.exists() else b"")
    assert finish(process)[0] == 0


def ended_and_repeated(server, submission, package, request, seconds):
    """End an upload at a moment after a request came, and repeat it."""
    process = start(package)
    while len(server.asked) < request and process.poll() is None:
        time.sleep(0.001)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    code, out, err = finish(start(package))
    assert code == 0, err
    assert server.drafts == [out[0]], f"ended {seconds} s after request {request}"
    assert server.files(out[0]) == content(submission)
    assert server.manifest(out[0])["status"] == "in-review"


def test_a_process_that_was_ended_is_finished_by_the_same_command(server, submission, package):
    server.line.seconds = 0.02
    ended_and_repeated(server, submission, package, 2, 0.01)


@pytest.mark.slow
def test_processes_that_were_ended_at_random_moments(
    server, submission, package, tmp_path, monkeypatch
):
    chance = random.Random(9)
    server.line.seconds = 0.02
    most = 2 * len(submission.files) + 5
    for number in range(20):
        monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / f"state-{number}"))
        server.asked.clear()
        moment = chance.randrange(1, most), chance.random() * 0.05
        ended_and_repeated(server, submission, package, *moment)
        server.artifacts.all.pop(server.drafts[0])
