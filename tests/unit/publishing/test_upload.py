"""An upload to the zoo: complete, interrupted, repeated, updated."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from deepbacs_zoo.errors import DeepbacsZooError, HostError, IntegrityError, UsageError
from deepbacs_zoo.publishing.zoo.upload import draft_of, requests_of, send
from tests.unit.publishing.conftest import TOKEN, content
from tests.zoo_server import Trouble
from tests.zoo_server.artifacts import COLLECTION, OWNER, REVIEWERS
from tests.zoo_server.server import SERVICE, Handler

SHARK = "bioimage-io/affable-shark"


def upload(submission, update=None, review=True):
    reports = []
    done = send(submission, update, review=review, report=lambda *each: reports.append(each))
    return done, reports


def test_a_package_becomes_a_draft_in_review_with_the_same_bytes(server, submission):
    done, reports = upload(submission)
    assert (done.id, done.status) == (SHARK, "in-review")
    assert done.sent == len(submission.files)
    assert done.address == f"https://bioimage.io/#/upload?artifact_id={SHARK}&stage=true"
    assert server.files(SHARK) == content(submission)
    artifact = server.artifacts.all[SHARK]
    assert artifact.versions == [], "nothing is published by its author"
    shown = {**submission.description, "status": "in-review", "id": "affable-shark"}
    assert server.manifest(SHARK) == shown
    assert "status" not in submission.description
    granted = artifact.config["permissions"]
    assert granted == {**dict.fromkeys((*REVIEWERS, OWNER), "rw+"), "github|anna": "*"}
    weights = {each["path"] for each in artifact.staging["files"] if each["download_weight"]}
    assert weights == {file.name for file in submission.files if file.is_weights} != set()
    assert reports[-1][:2] == (submission.size, submission.size)
    assert all(before[0] <= after[0] for before, after in pairwise(reports))
    server.accept(SHARK)
    assert server.files(SHARK, stage=False) == content(submission)


def test_the_requests_are_those_of_the_dry_run(server, submission):
    upload(submission)
    assert asked(server) == planned(submission)
    server.accept(SHARK)
    server.asked.clear()
    changed = other(submission)
    upload(changed, "affable-shark")
    assert asked(server) == planned(changed, SHARK)


def planned(submission, update=None):
    return [
        (each.method, None if each.method == "PUT" else each.path, each.size)
        for each in requests_of(submission, update)
    ]


def asked(server):
    return [
        (each.method, None, each.size) if each.method == "PUT" else (each.method, each.path, None)
        for each in server.asked
    ]


def test_presigned_requests_have_length_and_no_type_and_no_token(server, submission):
    upload(submission)
    stored = [each for each in server.asked if each.method == "PUT"]
    assert {each.headers["Content-Type"] for each in stored} == {""}
    assert [each.size for each in stored] == [file.size for file in submission.files]
    assert not any("Authorization" in each.headers for each in stored)
    assert not any("Transfer-Encoding" in each.headers for each in stored)
    calls = [each for each in server.asked if each.method == "POST"]
    assert {each.headers["Authorization"] for each in calls} == {"Bearer token-of-anna"}


def test_a_second_run_sends_nothing(server, submission):
    first, _ = upload(submission)
    server.asked.clear()
    again, _ = upload(submission)
    assert server.asked == []
    assert again == replace(first, sent=0)


def test_a_draft_may_wait_for_its_review(server, submission):
    done, _ = upload(submission, review=False)
    assert (done.status, server.manifest(SHARK)["status"]) == ("draft", "draft")
    server.asked.clear()
    done, _ = upload(submission)
    assert (done.status, done.sent) == ("in-review", 0)
    assert server.functions() == ["read", "list_files", "list_files", "edit", "read"]
    assert "upload" not in server.manifest(SHARK)


def bytes_of_an_upload(server, submission):
    upload(submission)
    total = server.line.done
    server.artifacts.all.pop(SHARK)
    server.asked.clear()
    return total


def edges(total):
    """The first and last byte, within the creation, within a file."""
    return [0, 1, 2500, 3000, total // 2, total - 1]


def at_random(total):
    chance = random.Random(16)
    return sorted(chance.randrange(total) for _ in range(50))


@pytest.mark.parametrize("places", [edges, pytest.param(at_random, marks=pytest.mark.slow)])
def test_an_upload_that_was_cut_is_finished_by_the_same_command(
    server, submission, tmp_path, monkeypatch, places
):
    """Cut at a byte of requests or answers; some cut the answer to the creation."""
    total = bytes_of_an_upload(server, submission)
    for byte in places(total):
        monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / f"state-{byte}"))
        server.line.cut_at = server.line.done + byte
        with pytest.raises(HostError, match="run the same command again"):
            upload(submission)
        server.line.mend()
        before = len(server.asked)
        done, _ = upload(submission)
        assert server.drafts == [done.id], f"one draft, also when cut at byte {byte}"
        assert server.files(done.id) == content(submission)
        assert server.manifest(done.id)["status"] == "in-review"
        assert len(server.asked) - before <= len(requests_of(submission)) + 2
        del server.artifacts.all[done.id]


def test_a_line_that_breaks_for_a_moment_is_not_noticed(server, submission):
    total = bytes_of_an_upload(server, submission)
    server.line.stays_cut = False
    for byte in (0, 2600, total // 3, total - 5):
        server.line.cut_at = server.line.done + byte
        done, _ = upload(other(submission, str(byte)))
        assert server.manifest(done.id)["status"] == "in-review"
    assert len(server.drafts) == 4


def test_finished_files_are_skipped(server, submission):
    server.troubles += [Trouble("PUT /s3/", 503, skip=3, times=3)]
    with pytest.raises(HostError, match=f"{SHARK}, draft, with 3 of {len(submission.files)} files"):
        upload(submission)
    server.asked.clear()
    done, _ = upload(submission)
    assert done.sent == len(submission.files) - 3
    assert server.functions()[:2] == ["read", "list_files"], "no second draft"


def test_a_file_that_is_gone_or_cut_on_the_server_is_sent_again(server, submission):
    server.troubles += [Trouble(f"{SERVICE}edit", 500, times=3)]
    with pytest.raises(HostError):
        upload(submission)
    folder = server.artifacts.folder_of(server.artifacts.all[SHARK], stage=True)
    names = [file.name for file in submission.files]
    (folder / names[1]).unlink()
    (folder / names[2]).write_bytes(b"cut")
    upload(submission)
    assert server.files(SHARK) == content(submission)


def spoiling(monkeypatch, times):
    """Let the store keep other bytes, and name content by no MD5."""
    usual, left = Handler._store_file, [None] * times

    def store(handler, path):
        status, _, data = usual(handler, path)
        if left and path.name == "rdf.yaml":
            left.pop()
            path.write_bytes(b"#" + path.read_bytes()[1:])
        return status, {"ETag": '"encrypted"'}, data

    monkeypatch.setattr(Handler, "_store_file", store)


def test_bytes_that_change_on_the_way_are_sent_again(server, submission, monkeypatch):
    spoiling(monkeypatch, 2)
    upload(submission)
    assert server.files(SHARK) == content(submission)


def test_bytes_that_always_change_on_the_way_are_an_error(server, submission, monkeypatch):
    spoiling(monkeypatch, 3)
    with pytest.raises(IntegrityError, match=r"rdf.yaml: the file arrived with other bytes"):
        upload(submission)
    assert server.manifest(SHARK)["status"] == "draft"


def other(submission, word="other"):
    """The same files, and one more."""
    path = submission.files[0].path.with_name(f"{word}.md")
    path.write_text(word, "utf-8")
    from deepbacs_zoo.publishing.submission import _file

    more = _file(path.name, path, False)
    package = submission.package.with_name(f"{word}.zip")
    description = {**submission.description, "version": f"0.{len(word)}.0"}
    return replace(
        submission, package=package, files=(*submission.files, more), description=description
    )


# --- updates ----------------------------------------------------------------------------------


def test_an_update_of_a_published_model_is_a_new_staged_version(server, submission):
    upload(submission)
    server.accept(SHARK)
    changed = other(submission)
    done, _ = upload(changed, "affable-shark")
    assert (done.id, done.status) == (SHARK, "in-review")
    assert server.files(SHARK) == content(changed)
    assert server.files(SHARK, stage=False) == content(submission), "published as before"
    server.accept(SHARK)
    assert len(server.artifacts.all[SHARK].versions) == 2
    assert server.files(SHARK, stage=False) == content(changed)


def test_an_update_of_a_draft_replaces_its_files_and_keeps_its_discussion(server, submission):
    changed = other(submission)
    upload(changed)
    folder = server.artifacts.folder_of(server.artifacts.all[SHARK], stage=True)
    (folder / "comments.json").write_text("{}")
    done, _ = upload(submission, SHARK)
    assert done.id == SHARK
    assert server.files(SHARK) == {**content(submission), "comments.json": b"{}"}
    assert server.drafts == [SHARK]


def test_an_interrupted_update_goes_on(server, submission):
    upload(submission)
    server.accept(SHARK)
    changed = other(submission)
    server.troubles += [Trouble("PUT /s3/", 0, skip=4, times=3)]
    with pytest.raises(HostError, match=r"4 of \d+ files"):
        upload(changed, SHARK)
    done, _ = upload(changed, SHARK)
    assert done.sent == len(changed.files) - 4
    assert server.files(SHARK) == content(changed)


def test_a_draft_that_was_published_meanwhile_is_not_touched(server, submission):
    upload(submission, review=False)
    server.accept(SHARK)
    with pytest.raises(UsageError, match=f"published meanwhile.*set update='{SHARK}'"):
        upload(submission)
    assert server.drafts == []


def test_another_package_at_the_same_place_is_an_update(server, submission):
    upload(submission)
    changed = replace(other(submission), package=submission.package)
    with pytest.raises(UsageError, match=f"set update='{SHARK}'") as caught:
        upload(changed)
    assert SHARK in str(caught.value)
    assert server.drafts == [SHARK]


def test_the_draft_of_a_package_is_known(server, submission):
    with pytest.raises(UsageError, match="no draft of this package"):
        draft_of(submission)
    upload(submission)
    assert draft_of(submission) == SHARK
    assert draft_of(replace(submission, package=submission.package / "moved")) == SHARK


def test_a_draft_that_was_deleted_is_made_anew(server, submission):
    server.troubles += [Trouble("PUT /s3/", 503, skip=1, times=3)]
    with pytest.raises(HostError):
        upload(submission)
    server.artifacts.delete("github|anna", SHARK)
    done, _ = upload(submission)
    assert done.sent == len(submission.files)
    assert server.files(done.id) == content(submission)


ELSEWHERE = {"Location": "https://x.example/?signature=1"}

# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (Trouble("read", 401, "Invalid token"), UsageError, "does not accept the token"),
        (Trouble("create", 403, "no"), UsageError, "account of the token may not do this"),
        (Trouble("read", 404, "Not Found"), HostError, "a server of another kind"),
        (Trouble("read", 404, html=True), HostError, "a server of another kind"),
        (Trouble("PUT /s3/", 404), UsageError, "nothing of this name"),
        (Trouble("create", 409), UsageError, "something of this name already"),
        (Trouble("create", 500, "FileExistsError: x", times=9), UsageError, "of this name already"),
        (Trouble("PUT /s3/", 413), HostError, "too large for the server"),
        (Trouble("create", 429, times=3), HostError, "after several attempts"),
        (Trouble("edit", 500, times=3), HostError, "after several attempts"),
        (Trouble("read", 502, times=3, html=True), HostError, "after several attempts"),
        (Trouble("read", 200, html=True), HostError, "a server of another kind"),
        (Trouble("read", 302, headers=ELSEWHERE), HostError, "302 Found to https://x.example/; "),
        (Trouble("put_file", 500, "AssertionError: Artifact must be in staging mode."), HostError,
         "refuses this request"),
        (Trouble("PUT /s3/", 403, "SignatureDoesNotMatch"), HostError, "refuses this request"),
        (Trouble("edit", 0, times=3), HostError, "after several attempts"),
    ],
    ids=lambda value: f"{value.where[:8]}-{value.status}" if isinstance(value, Trouble) else "",
)  # fmt: skip
def test_each_refusal_is_one_sentence_that_says_what_is_there(
    server, submission, trouble, error, words
):
    trouble.times = max(trouble.times, 1)
    server.troubles += [replace(trouble)]
    with pytest.raises(error, match=words) as caught:
        upload(submission)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert "; allowed: " in sentence
    assert ("on the server" in sentence) or ("on the server:" in sentence)
    assert "token-of-anna" not in sentence
    assert "X-Amz" not in sentence
    server.troubles.clear()
    done, _ = upload(submission)
    assert server.files(done.id) == content(submission)
    assert len(server.drafts) == 1


def test_a_busy_server_is_asked_again_as_late_as_it_wants(server, submission, monkeypatch):
    waited = []
    monkeypatch.setattr("deepbacs_zoo.files.http.attempt.__kwdefaults__", {
        "pauses": None, "sleep": waited.append,
    })  # fmt: skip
    server.troubles += [
        Trouble("create", 429, headers={"Retry-After": "7"}),
        Trouble("PUT /s3/", 503),
        Trouble("edit", 500),
    ]
    upload(submission)
    assert waited == [7, 0, 0]
    assert server.drafts == [SHARK]


def test_the_answer_to_a_creation_may_be_lost(server, submission):
    server.troubles += [Trouble("create", 0, after=True), Trouble("manager/list", 503, times=3)]
    with pytest.raises(HostError):
        upload(submission)
    assert server.drafts == [SHARK]
    done, _ = upload(submission)
    assert done.id == SHARK
    assert server.drafts == [SHARK]


def test_a_creation_is_not_repeated_blindly(server, submission):
    server.troubles += [Trouble("create", 0, after=True)]
    done, _ = upload(submission)
    assert server.drafts == [done.id]


def test_models_of_others_are_refused(server, submission, monkeypatch):
    upload(submission)
    monkeypatch.setenv(TOKEN, "token-of-bert")
    with pytest.raises(UsageError, match=f"^{SHARK}: the account of the token may not do this"):
        upload(other(submission), SHARK)
    with pytest.raises(UsageError, match=r"^bioimage-io/none: the server has nothing of this name"):
        upload(other(submission), "none")
    assert server.files(SHARK) == content(submission)


def test_an_expired_address_is_replaced(server, submission, monkeypatch):
    usual, seconds = server.artifacts._presigned, [-1.0]

    def presigned(method, path, expires):
        return usual(method, path, seconds.pop() if seconds else expires)

    monkeypatch.setattr(server.artifacts, "_presigned", presigned)
    done, _ = upload(submission)
    assert server.files(done.id) == content(submission)


def test_files_go_to_no_other_host(server, submission, monkeypatch):
    monkeypatch.setattr(
        server.artifacts, "_presigned", lambda *_: "https://elsewhere.example/s3/file?sign=1"
    )
    with pytest.raises(HostError, match=r"another host.*\(https://elsewhere.example\)"):
        upload(submission)


def test_a_server_that_is_slow_is_waited_for(server, submission):
    server.line.seconds = 0.02
    upload(submission)
    assert server.files(SHARK) == content(submission)


def test_a_server_that_does_not_answer_is_left(server, submission, monkeypatch):
    monkeypatch.setattr("deepbacs_zoo.files.http.TIMEOUT", 0.1)
    server.line.gate.clear()
    with pytest.raises(HostError, match=r"timed out.*nothing of it is on the server"):
        upload(submission)
    monkeypatch.undo()
    server.line.gate.set()


def test_no_server_at_all(server, submission, monkeypatch):
    monkeypatch.setenv("DEEPBACS_ZOO_SERVER", "http://127.0.0.1:9")
    with pytest.raises(HostError, match=r"Connection refused.*nothing of it is on the server"):
        upload(submission)
    monkeypatch.setenv("DEEPBACS_ZOO_SERVER", "http://zoo.example")
    with pytest.raises(UsageError, match="not sent over an unprotected connection"):
        upload(submission)


def test_a_collection_without_permissions_is_another_kind_of_server(server, submission):
    content_ = b'{"manifest": {}, "config": {"permissions": ["r"]}}'
    server.troubles += [Trouble("read", 200, content=content_)]
    with pytest.raises(HostError, match="its collection of models has no permissions"):
        upload(submission)
    server.artifacts.all[COLLECTION].config = {"permissions": {"@": ["read", "draft"], "*": "rw"}}
    with pytest.raises(HostError, match="its collection of models has no reviewers"):
        upload(submission)
    assert server.drafts == []


ODD = (
    *(b"null", b"3", b'"x"', b"[]", b"{}", b"[3]", b"[null]", b"[[]]", b'{"id": 3}', b"[" * 9999),
    *(b'{"manifest": []}', b'{"manifest": {}, "config": {"permissions": {"a": ["x"]}}}'),
    *(b'[{"name": 3}]', b'[{"type": "file"}]', b'[{"name": "a", "type": "directory"}]'),
    *(b'[{"name": "a", "size": "many"}]', b'"http://127.0.0.1:1/x"', b'"file:///etc/passwd"'),
    *(b"\xff\xfe", b'{"id": "../../x"}', b'{"detail": ["x", {"y": 1}]}', b'[{"name": "../x"}]'),
)


@pytest.mark.parametrize("function", ["read", "create", "put_file", "list_files", "edit"])
def test_odd_answers_are_refused_in_one_sentence_or_do_no_harm(
    server, submission, tmp_path, monkeypatch, function
):
    for number, content_ in enumerate(ODD):
        monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / f"state-{number}"))
        server.troubles[:] = [Trouble(f"{SERVICE}{function}", 200, content=content_, times=3)]
        try:
            upload(submission)
        except DeepbacsZooError as error:
            assert "\n" not in str(error)
        server.troubles.clear()
        for id in list(server.drafts):
            del server.artifacts.all[id]
