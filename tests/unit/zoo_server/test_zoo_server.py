"""The loopback server refuses what the real zoo and its store refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.zoo_server import Trouble, ZooServer, zoo
from tests.zoo_server.artifacts import COLLECTION

ANNA = {"Authorization": "Bearer token-of-anna"}
BERT = {"Authorization": "Bearer token-of-bert"}
REVIEWER = {"Authorization": "Bearer token-of-reviewer"}


@pytest.fixture
def server() -> Iterator[ZooServer]:
    with zoo() as server:
        yield server


def call(server, function, headers=ANNA, **arguments):
    url = f"{server.url}/public/services/artifact-manager/{function}"
    return httpx.post(url, json=arguments, headers=headers, trust_env=False)


def send(address, data=b"abc", **headers):
    return httpx.put(
        address, content=data, headers={"Content-Type": "", **headers}, trust_env=False
    )


def draft(server, **changes):
    arguments = {
        "parent_id": COLLECTION,
        "alias": "{animal_adjective}-{animal}",
        "type": "model",
        "manifest": {"name": "a model", "status": "draft"},
        "config": {"permissions": {"github|reviewer-1": "rw+"}},
        "stage": True,
    }
    return call(server, "create", **{**arguments, **changes})


def test_a_draft_takes_files_is_reviewed_and_published(server):
    id = draft(server).json()["id"]
    assert id == "bioimage-io/affable-shark"
    address = call(server, "put_file", artifact_id=id, file_path="rdf.yaml").json()
    answer = send(address)
    assert (answer.status_code, answer.headers["ETag"]) == (
        200,
        '"900150983cd24fb0d6963f7d28e17f72"',
    )
    listed = call(server, "list_files", artifact_id=id, stage=True).json()
    assert listed == [{"name": "rdf.yaml", "type": "file", "size": 3}]
    manifest = {"name": "a model", "status": "in-review"}
    assert call(server, "edit", artifact_id=id, manifest=manifest, stage=True).status_code == 200
    assert call(server, "read", REVIEWER, artifact_id=id, stage=True).json()["manifest"] == manifest
    assert call(server, "commit", artifact_id=id).status_code == 403, "nobody publishes their own"
    assert call(server, "commit", REVIEWER, artifact_id=id).status_code == 200
    assert server.files(id, stage=False) == {"rdf.yaml": b"abc"}


def test_what_is_not_staged_needs_permission_to_publish(server):
    assert draft(server, stage=False).status_code == 403
    id = draft(server).json()["id"]
    assert call(server, "edit", artifact_id=id, manifest={}).status_code == 403
    assert call(server, "edit", artifact_id=id, version="v1", stage=True).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "application/octet-stream"}, 403),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 403),
        ({"Authorization": "Bearer token-of-anna"}, 400),
    ],
)
def test_the_store_takes_presigned_requests_alone(server, headers, status):
    id = draft(server).json()["id"]
    address = call(server, "put_file", artifact_id=id, file_path="rdf.yaml").json()
    assert send(address, **headers).status_code == status
    assert send(address[:-1]).status_code == 403, "another signature"
    assert httpx.get(address, trust_env=False).status_code == 403, "signed for another method"
    assert send(address, iter([b"abc"])).status_code == 411, "in chunks, without a length"
    assert server.files(id) == {}
    server.clock = 3601
    assert send(address).status_code == 403, "expired"


def test_a_file_may_be_too_large_and_a_path_may_not_lead_out(server):
    id = draft(server).json()["id"]
    server.most_bytes = 2
    address = call(server, "put_file", artifact_id=id, file_path="rdf.yaml").json()
    assert send(address).status_code == 413
    assert call(server, "put_file", artifact_id=id, file_path="../x").status_code == 400


def test_who_asks_counts(server):
    id = draft(server).json()["id"]
    assert call(server, "put_file", BERT, artifact_id=id, file_path="a").status_code == 403
    assert call(server, "delete", REVIEWER, artifact_id=id).status_code == 403
    wrong = {"Authorization": "Bearer nobody"}
    assert call(server, "read", wrong, artifact_id=id).status_code == 401
    assert call(server, "read", {}, artifact_id=id).status_code == 403
    assert call(server, "read", artifact_id="bioimage-io/none").status_code == 404
    assert call(server, "delete", artifact_id=id).status_code == 200
    assert server.drafts == []


def test_files_need_something_staged(server):
    id = server.published("wise-owl", {"rdf.yaml": b"1"}, {"name": "owl"})
    owner = {"Authorization": "Bearer token-of-owner"}
    answer = call(server, "put_file", owner, artifact_id=id, file_path="a")
    assert (answer.status_code, "staging mode" in answer.json()["detail"]) == (500, True)
    call(server, "edit", owner, artifact_id=id, version="new", stage=True)
    assert call(server, "put_file", owner, artifact_id=id, file_path="a").status_code == 200
    assert server.files(id) == {}, "a new version begins empty"
    assert server.files(id, stage=False) == {"rdf.yaml": b"1"}
    call(server, "discard", owner, artifact_id=id)
    assert server.drafts == []


def test_the_collection_is_public_and_paged(server):
    for name in ("wise-owl", "bold-crow"):
        server.published(name, {"rdf.yaml": b"0123"}, {"name": name})
    draft(server)
    url = f"{server.url}/bioimage-io/artifacts/bioimage.io/children?pagination=true&limit=1"
    first = httpx.get(f"{url}&offset=0", trust_env=False).json()
    assert (first["total"], [each["alias"] for each in first["items"]]) == (2, ["wise-owl"])
    found = httpx.get(f"{url}&keywords=crow", trust_env=False).json()["items"]
    assert [each["alias"] for each in found] == ["bold-crow"]
    file = f"{server.url}/bioimage-io/artifacts/wise-owl/files/rdf.yaml"
    answer = httpx.get(file, follow_redirects=True, headers={"Range": "bytes=2-"}, trust_env=False)
    assert (answer.status_code, answer.content) == (206, b"23")


def test_troubles_come_on_purpose_and_end(server):
    server.troubles += [
        Trouble("create", 503, headers={"Retry-After": "1"}),
        Trouble("create", 200, html=True),
    ]
    assert draft(server).headers["Retry-After"] == "1"
    assert draft(server).text.startswith("<html>")
    assert draft(server).status_code == 200
    server.troubles += [Trouble("create", 0, after=True)]
    with pytest.raises(httpx.TransportError):
        draft(server)
    assert len(server.drafts) == 2, "carried out, the answer lost"


@pytest.mark.parametrize("byte", [0, 10, 2000, 2100])
def test_the_line_breaks_at_a_byte_of_requests_and_answers(server, byte):
    server.line.cut_at = byte
    big = {"name": "x" * 1900}
    with pytest.raises(httpx.TransportError):
        draft(server, manifest=big)
    assert len(server.drafts) == (byte == 2100), "after the request, before the answer's end"
    with pytest.raises(httpx.TransportError):
        draft(server, manifest=big)
    server.line.mend()
    assert draft(server, manifest=big).status_code == 200
    assert json.loads(json.dumps(server.functions()))[-1] == "create"
