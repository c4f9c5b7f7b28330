"""Drafts of deposits on a server that answers as Zenodo does."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from deepbacs_zoo import publish
from deepbacs_zoo.errors import (
    DeepbacsZooError,
    HostError,
    IntegrityError,
    PackageError,
    UsageError,
)
from deepbacs_zoo.files import http
from deepbacs_zoo.publishing.zenodo import metadata_of, requests_of, send
from tests.unit.publishing.conftest import content
from tests.unit.publishing.test_upload import ODD, other
from tests.zoo_server import Trouble
from tests.zoo_server.zenodo import zenodo


@pytest.fixture
def deposits(tmp_path, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("ZENODO_TOKEN", "token-of-anna")
    monkeypatch.setattr(http, "PAUSES", (0.0, 0.0))
    with zenodo() as server:
        monkeypatch.setenv("DEEPBACS_ZOO_DEPOSITS", server.url)
        yield server


def upload(submission, update=None):
    return send(submission, update, lambda *each: None)


def test_a_package_becomes_a_draft_that_is_not_published(deposits, submission):
    done = upload(submission)
    assert (done.id, done.status, done.sent) == ("100", "draft", len(submission.files))
    assert done.address == f"{deposits.url}/deposit/100"
    draft = deposits.deposits["100"]
    assert draft["files"] == content(submission)
    assert draft["metadata"] == metadata_of(submission)
    assert not draft["submitted"]
    assert not [each for each in deposits.asked if "publish" in each.path]
    deposits.asked.clear()
    assert upload(submission) == replace(done, sent=0)
    assert deposits.asked == []


def test_the_requests_are_those_of_the_dry_run(deposits, submission):
    upload(submission)
    assert asked(deposits) == planned(submission, None)
    deposits.publish("100")
    deposits.asked.clear()
    changed = other(submission)
    upload(changed, "100")
    own = planned(changed, "100")
    assert asked(deposits)[0] == own[0]
    sent = [each for each in asked(deposits) if each[0] == "PUT"]
    assert len(sent) == 2, "files that the version before had are not sent again"


def planned(submission, update):
    return [(each.method, each.size) for each in requests_of(submission, update)]


def asked(server):
    return [
        (each.method, each.size if each.method == "PUT" and "/files/" in each.path else None)
        for each in server.asked
    ]


def test_metadata_come_from_the_card(submission):
    metadata = metadata_of(submission)
    assert metadata["title"] == submission.metadata.name
    assert metadata["license"] == submission.metadata.license.lower()
    assert metadata["creators"][0]["name"] == submission.metadata.authors[0].name
    assert "bioimage.io:model" in metadata["keywords"]
    hostile = replace(submission.metadata, description="<script>alert(1)</script>")
    assert "<script>" not in metadata_of(replace(submission, metadata=hostile))["description"]


def test_another_package_at_the_same_place_is_a_new_version(deposits, submission):
    upload(submission)
    changed = replace(other(submission), package=submission.package)
    with pytest.raises(UsageError, match=r"sent before with other files \(100\)"):
        upload(changed)


def test_a_new_version_has_its_own_files_alone(deposits, submission):
    upload(other(submission))
    deposits.publish("100")
    done = upload(submission, "100")
    assert done.id == "101"
    assert deposits.deposits["101"]["files"] == content(submission)
    assert deposits.deposits["100"]["submitted"]


def test_a_deposit_that_was_cut_is_finished_by_the_same_command(
    deposits, submission, tmp_path, monkeypatch
):
    upload(submission)
    total = deposits.line.done
    chance = random.Random(5)
    for byte in [0, 1, 900, *(chance.randrange(total) for _ in range(7))]:
        monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / f"state-{byte}"))
        deposits.deposits.clear()
        deposits.line.cut_at = deposits.line.done + byte
        with pytest.raises(HostError, match="run the same command again"):
            upload(submission)
        deposits.line.mend()
        done = upload(submission)
        assert list(deposits.deposits) == [done.id], f"one draft, also when cut at byte {byte}"
        assert deposits.deposits[done.id]["files"] == content(submission)
        assert "notes" not in deposits.deposits[done.id]["metadata"]


@pytest.mark.parametrize(
    ("trouble", "error", "words"),
    [
        (Trouble("POST /api", 401), UsageError, "does not accept the token"),
        (Trouble("POST /api", 200, html=True), HostError, "a server of another kind"),
        (Trouble("PUT /api/files", 413), HostError, "too large for the server"),
        (Trouble("GET /api", 429, times=3), HostError, "after several attempts"),
        (Trouble("PUT /api/deposit", 400, "Validation error."), HostError, "Validation error."),
    ],
)
def test_each_refusal_is_one_sentence(deposits, submission, trouble, error, words):
    deposits.troubles += [trouble]
    with pytest.raises(error, match=words) as caught:
        upload(submission)
    assert "on the server" in str(caught.value)
    upload(submission)
    assert len(deposits.deposits) == 1


def test_other_bytes_are_noticed(deposits, submission, monkeypatch):
    spoiled = replace(submission.files[0], md5="0" * 32)
    with pytest.raises(IntegrityError, match="other bytes"):
        upload(replace(submission, files=(spoiled, *submission.files[1:])))


def test_records_of_others_and_folders_are_refused(deposits, submission, monkeypatch):
    with pytest.raises(UsageError, match=r"^9: the server has nothing of this name"):
        upload(submission, "9")
    nested = replace(submission.files[0], name="folder/file")
    with pytest.raises(PackageError, match="a deposit has none"):
        upload(replace(submission, files=(nested,)))


@pytest.mark.parametrize("where", ["POST /api", "GET /api", "PUT /api"])
def test_odd_answers_are_refused_in_one_sentence_or_do_no_harm(
    deposits, submission, tmp_path, monkeypatch, where
):
    for number, content_ in enumerate(ODD):
        monkeypatch.setenv("DEEPBACS_ZOO_STATE", str(tmp_path / f"state-{number}"))
        deposits.troubles[:] = [Trouble(where, 200, content=content_, times=9)]
        try:
            upload(submission)
        except DeepbacsZooError as error:
            assert "\n" not in str(error)
        assert not any(each["submitted"] for each in deposits.deposits.values())


def test_the_whole_way_through_publish(deposits, package, submission, validated):
    shown = publish(package, to="zenodo")
    assert (shown.server, shown.metadata) == (deposits.url, metadata_of(submission))
    assert deposits.asked == []
    done = publish(package, to="zenodo", really=True).published
    assert deposits.deposits[done.id]["files"] == content(submission)


def test_a_removal_whose_answer_was_lost_is_done(deposits, submission):
    upload(other(submission))
    deposits.publish("100")
    deposits.troubles += [Trouble("DELETE /api", 0, after=True)]
    upload(submission, "100")
    assert deposits.deposits["101"]["files"] == content(submission)
    deposits.troubles += [Trouble("DELETE /api", 403)]
    deposits.publish("101")
    deposits.deposits["101"]["files"]["more"] = b"x"
    changed = replace(submission, files=submission.files[:-1])
    with pytest.raises(UsageError, match="may not do this"):
        upload(changed, "101")
