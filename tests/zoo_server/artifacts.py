"""Artifacts as Hypha's artifact manager keeps them: staged, committed, with permissions.

State is in memory, content of files in a folder: ``FOLDER/ARTIFACT/vVERSION/PATH``.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

COLLECTION = "bioimage-io/bioimage.io"
OWNER, REVIEWERS = "github|owner", ("github|reviewer-1", "github|reviewer-2")
_READ = {"read", "get_file", "list", "list_files"}
_WRITE = _READ | {"edit", "commit", "put_file", "remove_file", "discard"}
GRANTS = {
    "r": _READ,
    "r+": _READ | {"draft", "attach"},
    "rw": _WRITE,
    "rw+": _WRITE | {"draft", "attach"},
    "*": _WRITE | {"draft", "attach", "delete"},
}
ANIMALS = ("affable-shark", "brave-heron", "calm-otter", "dazzling-spider", "eager-lynx")


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass
class Artifact:
    """One artifact; ``staging`` is ``None`` when nothing is staged."""

    id: str
    owner: str
    manifest: dict[str, Any]
    config: dict[str, Any]
    type: str = "model"
    parent: str | None = None
    staging: dict[str, Any] | None = None
    versions: list[dict[str, Any]] = field(default_factory=list)
    created_at: int = field(default_factory=lambda: int(time.time()))

    def version_index(self, *, stage: bool) -> int:
        """The number of the folder that files are in."""
        new = stage and self.staging is not None and self.staging["_intent"] == "new_version"
        return len(self.versions) if new else max(0, len(self.versions) - 1)

    def plain(self, *, stage: bool = False) -> dict[str, Any]:
        """The artifact as the server's answers have it."""
        staged = stage and self.staging is not None
        shown = self.staging if staged and self.staging is not None else {}
        return {
            "id": self.id,
            "alias": self.id.partition("/")[2],
            "workspace": self.id.partition("/")[0],
            "parent_id": self.parent,
            "type": self.type,
            "created_by": self.owner,
            "created_at": self.created_at,
            "manifest": shown.get("manifest", self.manifest),
            "config": shown.get("config", self.config),
            "versions": self.versions,
            "staging": [
                *shown.get("files", ()),
                {"_intent": shown["_intent"]},
            ]
            if staged
            else None,
            "_permissions": {
                user: sorted(_operations(code))
                for user, code in self.config.get("permissions", {}).items()
            },
        }


def _operations(code: Any) -> set[str]:
    return set(code) if isinstance(code, list) else GRANTS.get(code, set())


class Artifacts:
    """All artifacts, and the functions of the service; each takes the user first."""

    def __init__(self, folder: Path, url: Callable[[], str]) -> None:
        self.folder = folder
        self.url = url
        self.lock = threading.RLock()
        self.signatures: dict[str, tuple[str, Path, float]] = {}
        """Method, file and time of expiry of each presigned address."""
        roster = dict.fromkeys(REVIEWERS, "rw+") | {OWNER: "*", "*": "r"}
        public = ["read", "get_file", "list", "list_files", "draft"]
        config = {"permissions": {**roster, "@": public}}
        collection = Artifact(COLLECTION, OWNER, {"name": "the zoo"}, config, "collection")
        collection.versions.append({"version": "v0"})
        self.all = {COLLECTION: collection}
        self.functions: dict[str, Callable[..., Any]] = {
            name: getattr(self, name)
            for name in (
                *("read", "create", "edit", "commit", "put_file", "get_file", "remove_file"),
                *("list_files", "list", "delete", "discard"),
            )
        }

    # --- functions of the service ----------------------------------------------------------------

    def read(self, user: str, artifact_id: str, stage: bool = False, **_: Any) -> Any:
        artifact = self.get(user, artifact_id, "read")
        return artifact.plain(stage=stage)

    def create(
        self,
        user: str,
        parent_id: str,
        alias: str,
        manifest: dict[str, Any],
        type: str = "generic",
        config: dict[str, Any] | None = None,
        stage: bool = False,
        overwrite: bool = False,
        **_: Any,
    ) -> Any:
        parent = self.get(user, parent_id, "draft" if stage else "attach")
        workspace = parent.id.partition("/")[0]
        if "{" in alias:
            alias = self._unused(workspace)
        id = f"{workspace}/{alias}"
        if id in self.all and not overwrite:
            raise Refusal(500, f"FileExistsError: Artifact with alias '{alias}' already exists")
        config = {**(config or {})}
        config["permissions"] = {**config.get("permissions", {}), user: "*"}
        artifact = Artifact(id, user, manifest, config, type, parent.id)
        if stage:
            artifact.staging = {"manifest": manifest, "config": config, "files": []}
            artifact.staging["_intent"] = "new_version"
        else:
            artifact.versions.append({"version": "v0"})
        self.all[id] = artifact
        return artifact.plain(stage=stage)

    def edit(
        self,
        user: str,
        artifact_id: str,
        manifest: dict[str, Any] | None = None,
        config: dict[str, Any] | None = None,
        version: str | None = None,
        stage: bool = False,
        **_: Any,
    ) -> Any:
        artifact = self.get(user, artifact_id, "edit")
        if version not in {None, "new", "stage"}:
            raise Refusal(400, f"ValueError: Invalid version '{version}'.")
        if not stage:
            # An edit that is not staged publishes: whoever may commit may do it.
            self.get(user, COLLECTION, "commit")
            artifact.manifest, artifact.staging = manifest or artifact.manifest, None
            artifact.versions = artifact.versions or [{"version": "v0"}]
            return artifact.plain()
        if artifact.staging is None:
            artifact.staging = {
                "manifest": artifact.manifest,
                "config": artifact.config,
                "files": [],
                "_intent": "new_version" if version == "new" else "edit_version",
            }
        elif version == "new":
            artifact.staging["_intent"] = "new_version"
        if manifest is not None:
            artifact.staging["manifest"] = manifest
        if config is not None:  # kept, and never enforced
            artifact.staging["config"] = config
        return artifact.plain(stage=True)

    def commit(self, user: str, artifact_id: str, **_: Any) -> Any:
        artifact = self.get(user, artifact_id, "commit")
        self.get(user, COLLECTION, "commit")
        staging = self._staging(artifact)
        folder = self.folder_of(artifact, stage=True)
        for each in staging["files"]:
            path = folder / each["path"]
            if each.get("_remove"):
                path.unlink(missing_ok=True)
            elif not path.is_file():
                raise Refusal(404, f"FileNotFoundError: {each['path']} was never uploaded")
        if staging["_intent"] == "new_version":
            artifact.versions.append({"version": f"v{len(artifact.versions)}"})
        artifact.manifest, artifact.staging = staging["manifest"], None
        return artifact.plain()

    def put_file(
        self,
        user: str,
        artifact_id: str,
        file_path: str,
        download_weight: float = 0,
        expires_in: float = 3600,
        **_: Any,
    ) -> str:
        artifact = self.get(user, artifact_id, "put_file")
        files = self._staging(artifact)["files"]
        files[:] = [each for each in files if each["path"] != file_path]
        files.append({"path": file_path, "download_weight": download_weight})
        path = self._inside(self.folder_of(artifact, stage=True), file_path)
        return self._presigned("PUT", path, expires_in)

    def get_file(
        self, user: str, artifact_id: str, file_path: str, stage: bool = False, **_: Any
    ) -> str:
        artifact = self.get(user, artifact_id, "get_file")
        path = self._inside(self.folder_of(artifact, stage=stage), file_path)
        if not path.is_file():
            raise Refusal(404, f"FileNotFoundError: File '{file_path}' does not exist")
        return self._presigned("GET", path, 3600)

    def remove_file(self, user: str, artifact_id: str, file_path: str, **_: Any) -> None:
        artifact = self.get(user, artifact_id, "remove_file")
        staging = self._staging(artifact)
        known = [each for each in staging["files"] if each["path"] == file_path]
        staging["files"] = [each for each in staging["files"] if each["path"] != file_path]
        if known:
            self._inside(self.folder_of(artifact, stage=True), file_path).unlink(missing_ok=True)
        else:
            staging["files"].append({"path": file_path, "_remove": True})

    def list_files(
        self,
        user: str,
        artifact_id: str,
        dir_path: str | None = None,
        stage: bool = False,
        **_: Any,
    ) -> Any:
        artifact = self.get(user, artifact_id, "list_files")
        root = self.folder_of(artifact, stage=stage)
        folder = self._inside(root, dir_path) if dir_path else root
        staged = artifact.staging["files"] if stage and artifact.staging else ()
        removed = {each["path"] for each in staged if each.get("_remove")}
        return [
            {"name": path.name, "type": "directory"}
            if path.is_dir()
            else {"name": path.name, "type": "file", "size": path.stat().st_size}
            for path in sorted(folder.iterdir() if folder.is_dir() else ())
            if path.relative_to(root).as_posix() not in removed
        ]

    def list(
        self,
        user: str,
        parent_id: str,
        keywords: list[str] | None = None,
        filters: dict[str, Any] | None = None,
        offset: int = 0,
        limit: int = 100,
        stage: bool | str = False,
        pagination: bool = False,
        **_: Any,
    ) -> Any:
        self.get(user, parent_id, "list")
        found = []
        for artifact in self.all.values():
            if artifact.parent != parent_id or (artifact.staging is None) is bool(stage):
                continue
            plain = artifact.plain(stage=bool(stage))
            text = str(plain["manifest"]).lower()
            if all(word.lower() in text for word in keywords or ()) and all(
                plain.get(key) == value for key, value in (filters or {}).items()
            ):
                found.append(plain)
        items = found[offset : offset + limit]
        return {"items": items, "total": len(found)} if pagination else items

    def delete(self, user: str, artifact_id: str, **_: Any) -> None:
        artifact = self.get(user, artifact_id, "delete")
        shutil.rmtree(self.folder / artifact.id, ignore_errors=True)
        del self.all[artifact.id]

    def discard(self, user: str, artifact_id: str, **_: Any) -> None:
        artifact = self.get(user, artifact_id, "discard")
        if self._staging(artifact)["_intent"] == "new_version":
            shutil.rmtree(self.folder_of(artifact, stage=True), ignore_errors=True)
        artifact.staging = None

    # --- what they share -------------------------------------------------------------------------

    def get(self, user: str, id: str, operation: str) -> Artifact:
        """Return an artifact on which the user may do something."""
        if id not in self.all:
            raise Refusal(404, f"KeyError: \"Artifact with ID '{id}' does not exist.\"")
        permissions = self.all[id].config.get("permissions", {})
        groups = (user, "@", "*") if user else ("*",)
        if not any(operation in _operations(permissions.get(group)) for group in groups):
            raise Refusal(403, f"User does not have permission to {operation} {id}.")
        return self.all[id]

    def folder_of(self, artifact: Artifact, *, stage: bool) -> Path:
        """The folder of an artifact's files."""
        return self.folder / artifact.id / f"v{artifact.version_index(stage=stage)}"

    def _staging(self, artifact: Artifact) -> dict[str, Any]:
        if artifact.staging is None:
            raise Refusal(500, "AssertionError: Artifact must be in staging mode.")
        return artifact.staging

    def _unused(self, workspace: str) -> str:
        number, rest = 0, list(ANIMALS)
        while rest:
            alias = rest.pop(0)
            if f"{workspace}/{alias}" not in self.all:
                return alias
        while f"{workspace}/{ANIMALS[0]}-{number}" in self.all:
            number += 1
        return f"{ANIMALS[0]}-{number}"

    def _inside(self, folder: Path, name: str) -> Path:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise Refusal(400, f"ValueError: Unsafe path '{name}'")
        return path

    def _presigned(self, method: str, path: Path, seconds: float) -> str:
        signature = secrets.token_hex(16)
        self.signatures[signature] = (method, path, time.time() + seconds)
        key = quote(path.relative_to(self.folder.resolve()).as_posix())
        return f"{self.url()}/s3/zoo/{key}?X-Amz-Expires={seconds:g}&X-Amz-Signature={signature}"


def etag(data: bytes) -> str:
    """The tag that a store gives a file that came in one piece."""
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
