"""Zenodo on this computer: drafts of deposits, their buckets, new versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.zoo_server.artifacts import Refusal
from tests.zoo_server.server import Asked, Handler, ZooServer, as_json, running

DEPOSITS = "/api/deposit/depositions"


@dataclass
class ZenodoServer(ZooServer):
    """Drafts by their numbers, with metadata and files."""

    deposits: dict[str, dict[str, Any]] = field(default_factory=dict)

    def publish(self, id: str) -> None:
        """Publish a draft, as its author does on the page."""
        self.deposits[id]["submitted"] = True


class ZenodoHandler(Handler):
    """Answers as Zenodo's documentation of its REST interface says."""

    zoo: ZenodoServer

    def usual(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """Return number, headers and content of an answer."""
        data = self.zoo.line.read(self.rfile, asked.size)
        try:
            user = self.user()
            if not user:
                raise Refusal(401, "The server could not verify that you are authorized")
            status, answer = self._route(user, urlsplit(self.path).path, data)
        except Refusal as refusal:
            text = as_json({"status": refusal.status, "message": refusal.detail})
            return refusal.status, {"Content-Type": "application/json"}, text
        content = b"" if status == 204 else as_json(answer)
        return status, {"Content-Type": "application/json"}, content

    def _route(self, user: str, path: str, data: bytes) -> tuple[int, Any]:
        parts = [unquote(part) for part in path.removeprefix("/api/").split("/")]
        match self.command, parts:
            case "POST", ["deposit", "depositions"]:
                return 201, self._new(user, json.loads(data or b"{}"))
            case "GET", ["deposit", "depositions"]:
                own = [each for each in self.zoo.deposits.values() if each["owner"] == user]
                return 200, [self._plain(each) for each in own if not each["submitted"]]
            case "GET", ["deposit", "depositions", id]:
                return 200, self._plain(self._own(user, id))
            case "PUT", ["deposit", "depositions", id]:
                self._own(user, id, draft=True)["metadata"] = json.loads(data)["metadata"]
                return 200, self._plain(self.zoo.deposits[id])
            case "GET", ["deposit", "depositions", id, "files"]:
                return 200, [_listed(*each) for each in self._own(user, id)["files"].items()]
            case "DELETE", ["deposit", "depositions", id, "files", name]:
                files = self._own(user, id, draft=True)["files"]
                if files.pop(name.removeprefix("id-of-"), None) is None:
                    raise Refusal(404, "PID does not exist.")
                return 204, None
            case "POST", ["deposit", "depositions", id, "actions", "newversion"]:
                return 201, self._new_version(user, id)
            case "PUT", ["files", bucket, name]:
                self._own(user, bucket.removeprefix("bucket-"), draft=True)["files"][name] = data
                return 201, {"key": name, "checksum": f"md5:{_md5(data)}"}
        raise Refusal(404, "The requested URL was not found")

    def _new(self, user: str, content: dict[str, Any]) -> Any:
        id = str(100 + len(self.zoo.deposits))
        metadata = content.get("metadata", {})
        self.zoo.deposits[id] = {
            "id": id,
            "owner": user,
            "metadata": metadata,
            "files": {},
            "submitted": False,
        }
        return self._plain(self.zoo.deposits[id])

    def _new_version(self, user: str, id: str) -> Any:
        old = self._own(user, id)
        if not old["submitted"]:
            raise Refusal(409, "It is not published yet")
        if "draft" not in old:
            old["draft"] = str(self._new(user, {"metadata": old["metadata"]})["id"])
            self.zoo.deposits[old["draft"]]["files"] = dict(old["files"])
        draft = f"{self.zoo.url}{DEPOSITS}/{old['draft']}"
        return {**self._plain(old), "links": {"latest_draft": draft}}

    def _own(self, user: str, id: str, *, draft: bool = False) -> dict[str, Any]:
        found = self.zoo.deposits.get(id)
        if found is None:
            raise Refusal(404, "PID does not exist.")
        if found["owner"] != user or (draft and found["submitted"]):
            raise Refusal(403, "Permission denied.")
        return found

    def _plain(self, deposit: dict[str, Any]) -> dict[str, Any]:
        bucket = f"{self.zoo.url}/api/files/bucket-{deposit['id']}"
        return {
            "id": int(deposit["id"]),
            "metadata": deposit["metadata"],
            "submitted": deposit["submitted"],
            "links": {"bucket": bucket},
        }


def _listed(name: str, data: bytes) -> dict[str, Any]:
    return {
        "id": f"id-of-{name}",
        "filename": name,
        "filesize": len(data),
        "checksum": _md5(data),
    }


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@contextmanager
def zenodo() -> Iterator[ZenodoServer]:
    """Run a server on this computer, gone afterwards."""
    with running(ZenodoServer, ZenodoHandler) as state:
        yield state
