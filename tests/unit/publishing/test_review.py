"""Status, comments and withdrawal."""

from __future__ import annotations

import json

import pytest

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.publishing.zoo.account import connect
from deepbacs_zoo.publishing.zoo.model_runner import run_requests, run_test
from deepbacs_zoo.publishing.zoo.review import comment, status_of, withdraw
from deepbacs_zoo.publishing.zoo.upload import send
from tests.unit.publishing.conftest import TOKEN, content
from tests.zoo_server import Trouble

SHARK = "bioimage-io/affable-shark"


@pytest.fixture
def manager(server, submission):
    send(submission, None, review=True, report=lambda *each: None)
    server.asked.clear()
    return connect()


def test_the_status_is_read_and_nothing_changed(server, manager, submission):
    status = status_of(manager, SHARK)
    assert (status.status, status.versions, status.deletion) == ("in-review", 0, None)
    assert (status.files, status.comments) == (len(submission.files), ())
    assert set(server.functions()) == {"read", "list_files"}


def test_comments_are_added_to_those_that_are_there(server, manager, submission):
    comment(manager, SHARK, "Please look at the halo.")
    comment(manager, SHARK, "Done: 3 µm.")
    said = json.loads(server.files(SHARK)["comments.json"])
    assert [each["content"] for each in said["comments"]] == [
        "Please look at the halo.",
        "Done: 3 µm.",
    ]
    assert len({each["id"] for each in said["comments"]}) == 2
    assert {each["userId"] for each in said["comments"]} == {"github|anna"}
    assert status_of(manager, SHARK).comments[1] == ("github|anna", "Done: 3 µm.")
    assert server.manifest(SHARK)["status"] == "in-review"
    assert content(submission).items() <= server.files(SHARK).items()


@pytest.mark.parametrize("text", [" ", "x" * 10_001])
def test_a_comment_says_something_short(server, manager, text):
    with pytest.raises(UsageError, match=r"^comment: "):
        comment(manager, SHARK, text)
    assert server.asked == []


def test_a_discussion_that_cannot_be_read_is_not_written_over(server, manager):
    folder = server.artifacts.folder_of(server.artifacts.all[SHARK], stage=True)
    (folder / "comments.json").write_text("[]")
    with pytest.raises(HostError, match=r"comments.json is no discussion"):
        comment(manager, SHARK, "hello")
    assert server.files(SHARK)["comments.json"] == b"[]"


def test_a_draft_is_withdrawn_from_review_and_stays(server, manager, submission):
    status = withdraw(manager, SHARK)
    assert status.status == "draft"
    assert server.files(SHARK) == content(submission)
    done = send(submission, None, review=True, report=lambda *each: None)
    assert (done.id, done.sent, done.status) == (SHARK, 0, "in-review")
    assert server.manifest(SHARK)["status"] == "in-review", "the same command asks again"
    again = withdraw(manager, SHARK, "not ready")
    assert again.comments == (("github|anna", "not ready"),)


def test_the_deletion_of_a_published_model_is_asked_for_with_a_reason(
    server, manager, submission, monkeypatch
):
    server.accept(SHARK)
    with pytest.raises(UsageError, match=r"^comment: there is nothing to say"):
        withdraw(manager, SHARK)
    status = withdraw(manager, SHARK, "The training data were wrong.")
    assert status.deletion == "The training data were wrong."
    assert status.versions == 1
    assert server.artifacts.all[SHARK].manifest["status"] == "published", "staged, not committed"
    assert server.files(SHARK, stage=False).keys() >= content(submission).keys()


def test_nobody_withdraws_models_of_others(server, manager, monkeypatch):
    monkeypatch.setenv(TOKEN, "token-of-bert")
    with pytest.raises(UsageError, match="may not do this"):
        withdraw(connect(), SHARK)
    with pytest.raises(UsageError, match="the comment is not on the server"):
        comment(connect(), SHARK, "hello")
    assert server.manifest(SHARK)["status"] == "in-review"


def test_a_busy_server_is_one_sentence(server, manager):
    server.troubles += [Trouble("read", 503, times=3)]
    with pytest.raises(HostError, match="nothing was changed on the server"):
        status_of(manager, SHARK)


# --- the zoo's own test -------------------------------------------------------------------------


def run_remotely(manager):
    said, waited = [], []
    found = run_test(manager.service, SHARK, said.append, sleep=waited.append)
    return found, said, waited


def test_a_draft_is_tested_by_the_zoo(server, manager, submission):
    found, said, waited = run_remotely(manager)
    assert (found.status, found.passed, found.failures) == ("passed", True, ())
    assert said == ["number 1 in the queue", "running"]
    assert waited == [2, 4]
    assert [each.path for each in server.asked] == [
        run_requests()[0].path,
        *[run_requests()[1].path] * 3,
    ]
    assert server.asked[0].body == {"model_id": "affable-shark", "stage": True}
    assert server.manifest(SHARK)["status"] == "in-review"


@pytest.mark.parametrize(
    ("report", "status", "failures"),
    [
        ({"error": "no\nGPU"}, "failed", ("no GPU",)),
        ({"status": "valid-format"}, "valid-format", ()),
        (
            {
                "status": "failed",
                "details": [
                    {"name": "load", "status": "passed"},
                    {"name": "reproduce", "status": "failed", "errors": [{"msg": "differs"}, "x"]},
                    3,
                ],
            },
            "failed",
            ("reproduce: differs; x",),
        ),
    ],
)
def test_a_report_is_given_in_lines(server, manager, report, status, failures):
    server.report = report
    found, _, _ = run_remotely(manager)
    assert (found.status, found.failures) == (status, failures)
    assert found.report == report


@pytest.mark.parametrize("report", [None, 3, {}, {"status": 3}])
def test_a_report_that_says_nothing_is_refused(server, manager, report):
    server.report = report
    with pytest.raises(HostError, match="its report of the test has no status"):
        run_remotely(manager)


def test_a_test_that_never_ends_is_left(server, manager):
    waited = []

    def sleep(seconds):
        waited.append(seconds)
        server.tests["run-1"] = 9

    with pytest.raises(HostError, match="the test run-1 is not over after an hour"):
        run_test(manager.service, SHARK, sleep=sleep)
    assert sum(waited) >= 3600


def test_the_test_of_a_model_that_is_not_there(server, manager):
    with pytest.raises(UsageError, match="bioimage-io/none: the server has nothing of this name"):
        run_test(manager.service, "bioimage-io/none")
