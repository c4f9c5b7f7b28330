"""The zoo's artifact manager: the functions that publishing calls, by its documented interface.

Read in the source of Hypha 0.21.135 (``hypha/artifact.py``, ``hypha/http.py``) and in the zoo's
guide to submission of August 2026; run against the loopback server of the tests.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.publishing.refusals import ServiceError
from deepbacs_zoo.publishing.service import OnBytes, Service

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.submission import File

__all__ = ["COLLECTION", "SERVICE", "ArtifactManager"]

COLLECTION: Final = "bioimage-io/bioimage.io"
SERVICE: Final = "/public/services/artifact-manager/"
_ALIAS: Final = "{animal_adjective}-{animal}"
"""The zoo's own names for models; the server makes one of it."""
_REVIEWERS: Final = ("rw", "rw+", "*")
"""Permissions in the collection that make somebody a reviewer."""
_GRANT: Final = "rw+"
_MARKER: Final = "upload"
"""The entry of a draft's manifest that names the upload; gone when it is in review."""
_MOST_FILES: Final = 1000
_MOST_FOLDERS: Final = 100


class ArtifactManager:
    """The artifact manager of a server.

    Parameters
    ----------
    service
        The server and the right to use it.
    """

    def __init__(self, service: Service) -> None:
        self.service = service

    def read(self, id: str, *, stage: bool = True) -> dict[str, Any]:
        """Return an artifact: what is staged, else what is published."""
        answer = self._call("read", id, artifact_id=id, stage=stage)
        if not isinstance(answer, dict) or not isinstance(answer.get("manifest"), dict):
            raise self.service.other_kind("it knows no artifacts")
        return answer

    def reviewers(self) -> dict[str, str]:
        """Return the permissions that the zoo's reviewers get on a new model."""
        try:
            config = self.read(COLLECTION, stage=False).get("config")
        except ServiceError as error:
            if error.kind == "missing":
                raise self.service.other_kind(
                    f"{COLLECTION} is not there; {error.reason}"
                ) from None
            raise
        permissions = config.get("permissions") if isinstance(config, dict) else None
        if not isinstance(permissions, dict):
            raise self.service.other_kind("its collection of models has no permissions")
        # Not of "@" and "*", which mean everybody, and whose values are lists, too.
        reviewers = {
            user: _GRANT
            for user, code in permissions.items()
            if user not in {"@", "*"} and isinstance(code, str) and code in _REVIEWERS
        }
        if not reviewers:  # nobody could ever look at the draft
            raise self.service.other_kind("its collection of models has no reviewers")
        return reviewers

    def create(
        self,
        manifest: Mapping[str, Any],
        permissions: Mapping[str, str],
        marker: str,
        *,
        begun: bool = False,
    ) -> str:
        """Make a staged draft and return its id.

        Permissions are enforced as they were at the creation: later staged ones are not, and one
        that is not staged would publish the model.

        Parameters
        ----------
        manifest
            The description and the status.
        permissions
            Who may do what besides its author.
        marker
            A word by which the draft is found if the answer does not arrive: a second one would
            help nobody.
        begun
            Whether it was tried before.
        """
        from deepbacs_zoo.files.http import attempt

        arguments = {
            "parent_id": COLLECTION,
            "alias": _ALIAS,
            "type": "model",
            "manifest": {**manifest, _MARKER: marker},
            "config": {"permissions": dict(permissions)},
            "stage": True,
            "overwrite": False,
        }
        tries = [begun]

        def once() -> str:
            found = self._find_draft(marker) if any(tries) else None
            tries.append(True)
            if found is not None:
                return found
            answer = self.service.ask_once("POST", f"{SERVICE}create", arguments)
            id = answer.get("id") if isinstance(answer, dict) else None
            if not isinstance(id, str):
                raise self.service.other_kind("it gives the draft no id")
            return id

        return self.service.calling(lambda: attempt(once), COLLECTION)

    def _find_draft(self, marker: str) -> str | None:
        """Return the id of the draft whose manifest has a word that no other has."""
        found = self._call(
            "list", COLLECTION, parent_id=COLLECTION, keywords=[marker], stage=True, limit=100
        )
        for each in self.service.records(found, "id"):
            manifest = each.get("manifest")
            if isinstance(manifest, dict) and manifest.get(_MARKER) == marker:
                return str(each["id"])
        return None

    def stage(self, id: str, manifest: Mapping[str, Any], *, new_version: bool = False) -> None:
        """Change the staged description; what is published stays as it is."""
        version = {"version": "new"} if new_version else {}
        self._call("edit", id, artifact_id=id, manifest=manifest, stage=True, **version)

    def files(self, id: str) -> dict[str, int]:
        """Return the sizes of all staged files by their names."""
        found: dict[str, int] = {}
        folders = [""]
        for _ in range(_MOST_FOLDERS):
            if not folders:
                return found
            folder = folders.pop()
            place = {"dir_path": folder.rstrip("/")} if folder else {}
            listed = self._call(
                "list_files", id, artifact_id=id, stage=True, limit=_MOST_FILES, **place
            )
            for each in self.service.records(listed, "name", "type"):
                name, size = f"{folder}{each['name']}", each.get("size")
                if each["type"] == "directory":
                    folders.append(f"{name}/")
                else:
                    found[name] = size if isinstance(size, int) else -1
        raise self.service.other_kind(f"it lists over {_MOST_FOLDERS} folders")

    def send(self, id: str, file: File, report: OnBytes) -> None:
        """Send a file, and see that its bytes arrived; several attempts.

        Raises
        ------
        ServiceError
            The server refuses it, or something else arrived.
        """

        def once() -> None:
            with file.path.open("rb") as source:
                tag = self._put(id, file.name, file.is_weights, source, file.size, report)
            self._verify(id, file.name, tag, file.md5, file.sha256)

        self._attempt(once, file.name)

    def send_text(self, id: str, name: str, data: bytes) -> None:
        """Send a small file that is no part of the package, as `send`."""
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        sha256 = hashlib.sha256(data).hexdigest()

        def once() -> None:
            tag = self._put(id, name, False, io.BytesIO(data), len(data), None)
            self._verify(id, name, tag, md5, sha256)

        self._attempt(once, name)

    def content(self, id: str, name: str) -> bytes:
        """Return a staged file."""
        return self.service.read_file(self._address_of(id, name), name)

    def remove(self, id: str, name: str) -> None:
        """Remove a staged file."""
        self._call("remove_file", name, artifact_id=id, file_path=name)

    # --- details ---------------------------------------------------------------------------------

    def _put(
        self,
        id: str,
        name: str,
        is_weights: bool,
        source: Any,  # noqa: ANN401 - anything that reads bytes
        size: int,
        report: OnBytes | None,
    ) -> str:
        weight = {"download_weight": 1} if is_weights else {}
        address = self._call("put_file", name, artifact_id=id, file_path=name, **weight)
        return self.service.send_file(address, source, size, report)

    def _verify(self, id: str, name: str, tag: str, md5: str, sha256: str) -> None:
        """Compare what arrived; a store that does not name content by MD5 is asked for it."""
        from deepbacs_zoo.files.http import BrokenError

        if tag != md5 and self.service.sha256_of(self._address_of(id, name), name) != sha256:
            raise BrokenError(_DAMAGED)

    def _attempt(self, once: Callable[[], None], name: str) -> None:
        from deepbacs_zoo.files.http import BrokenError, RefusedError, attempt

        def with_new_address() -> None:
            try:
                once()
            except RefusedError as error:
                said = error.answer.said.lower() if error.answer is not None else b""
                if b"expired" in said or b"tooskewed" in said:
                    raise BrokenError(error, answer=error.answer) from None
                raise

        try:
            attempt(with_new_address)
        except (BrokenError, RefusedError) as error:
            if str(error) == _DAMAGED:
                raise ServiceError("damaged", name, "") from None
            refusal = self.service.explain(error, name)
            # The store knows no accounts: it refuses how something was asked.
            kind = "request" if refusal.kind == "permission" else refusal.kind
            raise ServiceError(kind, name, refusal.reason) from None

    def _address_of(self, id: str, name: str) -> str:
        answer = self._call("get_file", name, artifact_id=id, file_path=name, stage=True)
        self.service.check_host(answer)
        return str(answer)

    def _call(self, function: str, where: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        return self.service.ask("POST", SERVICE + function, arguments, where)


_DAMAGED: Final = "other bytes arrived"
