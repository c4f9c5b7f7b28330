"""Models of the BioImage Model Zoo: its collection, searched and fetched, usable offline then.

Environment variables
---------------------
DEEPBACS_ZOO_SERVER
    Another server than the zoo's.
DEEPBACS_ZOO_CACHE, DEEPBACS_ZOO_OFFLINE
    The folder of everything that is fetched (here ``zoo/``), and ``1`` if nothing is to be.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.files import (
    OFFLINE_VARIABLE,
    address,
    cache_folder,
    works_offline,
    write_bytes,
)

__all__ = ["Index", "ZooModel", "file_address", "files_of", "nickname_of", "read_index", "search"]
__all__ += ["SERVER_VARIABLE", "unknown", "zoo_address", "zoo_folder"]

SERVER_VARIABLE: Final = "DEEPBACS_ZOO_SERVER"
_SERVER: Final = "https://hypha.aicell.io"
_WORKSPACE: Final = "bioimage-io"
_COLLECTION: Final = f"/{_WORKSPACE}/artifacts/bioimage.io/children"
_PAGE: Final = 100
_MOST_PAGES: Final = 100
_MOST_BYTES: Final = 64 << 20
_FRESH: Final = 24 * 3600.0
"""Seconds after which the collection is asked again; its reports are made once a day."""
_NICKNAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")


@dataclass(frozen=True)
class ZooModel:
    """A model of the collection.

    Parameters
    ----------
    nickname
        Its name in the zoo, such as ``affable-shark``.
    name, description
        As its description states them.
    tags
        Words to find it by.
    license
        SPDX identifier.
    authors
        Their names.
    weights
        Formats of its weights.
    version
        As its description states it.
    """

    nickname: str
    name: str
    description: str = ""
    tags: tuple[str, ...] = ()
    license: str | None = None
    authors: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    version: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)

    @property
    def text(self) -> str:
        """Everything that a search looks at, in lower case."""
        parts = (self.nickname, self.name, self.description, *self.tags, *self.authors)
        return " ".join((*parts, *self.weights)).lower()


@dataclass(frozen=True)
class Index:
    """The models of the collection at a time.

    Parameters
    ----------
    server
        The address it came from.
    seconds
        When, in seconds since 1970.
    models
        The models, by their nicknames.
    """

    server: str
    seconds: float
    models: tuple[ZooModel, ...]

    @property
    def date(self) -> str:
        """Date and time (UTC) for people."""
        return f"{datetime.fromtimestamp(self.seconds, UTC):%Y-%m-%d %H:%M} UTC"


def zoo_address() -> str:
    """Return the address of the zoo's server."""
    return address(SERVER_VARIABLE, _SERVER, "the zoo")


def zoo_folder() -> Path:
    """Return the folder of what came from the zoo; it need not exist yet."""
    return cache_folder() / "zoo"


def nickname_of(word: str) -> str | None:
    """Return the nickname that a word could be, with the zoo's name before it or without."""
    name = word.removeprefix(f"{_WORKSPACE}/")
    return name if _NICKNAME.fullmatch(name) else None


def read_index(*, refresh: bool = False) -> Index:
    """Return the collection: that of the cache while it is fresh, or nothing else can be had.

    Parameters
    ----------
    refresh
        Ask the zoo, however fresh the cached one is.

    Raises
    ------
    HostError
        The zoo cannot be asked and there is no cached index, or the cache cannot be written.
    UsageError
        The variable for the server holds no address.
    """
    server, path = zoo_address(), zoo_folder() / "index.json"
    cached = _cached(path, server)
    fresh = cached is not None and abs(time.time() - cached.seconds) < _FRESH
    if cached is not None and (works_offline() or (fresh and not refresh)):
        return cached
    if works_offline():
        raise _no_index(server, f"{OFFLINE_VARIABLE} forbids it")
    try:
        index = Index(server, time.time(), tuple(_asked(server)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if cached is not None and not refresh:
            return cached  # its date is said where it is shown
        raise _no_index(server, error) from error
    write_bytes(path, json.dumps(asdict(index), ensure_ascii=False).encode())
    return index


def search(index: Index, words: Sequence[str]) -> list[ZooModel]:
    """Return the models that have all words, those with them in their names first.

    Parameters
    ----------
    index
        The collection.
    words
        Parts of words, in any case.
    """
    asked = [word.lower() for word in words]
    found = [model for model in index.models if all(word in model.text for word in asked)]

    def rank(model: ZooModel) -> tuple[int, str]:
        named = f"{model.nickname} {model.name}".lower()
        return -sum(word in named for word in asked), model.nickname

    return sorted(found, key=rank)


def files_of(nickname: str) -> Iterator[tuple[str, int]]:
    """Yield name and size of each file of a published model.

    Raises
    ------
    FileNotFoundError
        There is no such model.
    OSError, ValueError, KeyError, TypeError
        The zoo cannot be asked, or answers something else.
    """
    folders = [""]
    for _ in range(_MOST_PAGES):
        if not folders:
            return
        folder = folders.pop()
        for each in _listed(nickname, folder):
            name = f"{folder}{each['name']}"
            if each["type"] == "directory":
                folders.append(f"{name}/")
            else:
                yield name, int(each["size"])
    raise ValueError(f"it lists over {_MOST_PAGES} folders")


def _listed(nickname: str, folder: str) -> list[Any]:
    listed = _json(file_address(nickname, folder))
    if not isinstance(listed, list):
        raise TypeError("it does not list files")
    return listed


def file_address(nickname: str, name: str) -> str:
    """Return the address of a file of a model; with a slash at its end, of a folder."""
    return f"{zoo_address()}/{_WORKSPACE}/artifacts/{quote(nickname)}/files/{quote(name)}"


# --- details -------------------------------------------------------------------------------------


def _asked(server: str) -> Iterator[ZooModel]:
    filters = quote(json.dumps({"type": "model"}))
    for page in range(_MOST_PAGES):
        place = f"{_COLLECTION}?filters={filters}&pagination=true&limit={_PAGE}"
        answer = _json(f"{server}{place}&offset={page * _PAGE}")
        yield from (_model(each) for each in answer["items"])
        if (page + 1) * _PAGE >= int(answer["total"]):
            return


def _json(url: str) -> Any:  # noqa: ANN401 - JSON
    from deepbacs_zoo.files.http import BrokenError, RefusedError, attempt, open_url

    def once() -> bytes:
        with open_url(url) as answer:
            data = answer.read(_MOST_BYTES)
            length = answer.headers.get("Content-Length", "")
            if length.isdecimal() and len(data) < int(length):
                raise BrokenError(f"it ended after {len(data)} of {length} bytes")
            return data

    try:
        return json.loads(attempt(once))
    except RecursionError as error:
        raise ValueError("it answers in too many brackets") from error
    except RefusedError as error:
        if error.status == 404:
            raise FileNotFoundError(str(error)) from error
        raise ConnectionError(str(error)) from error
    except BrokenError as error:
        raise ConnectionError(str(error)) from error


def _model(artifact: Mapping[str, Any]) -> ZooModel:
    manifest = artifact["manifest"]
    authors = manifest.get("authors")
    return ZooModel(
        str(artifact["alias"]),
        str(manifest.get("name") or artifact["alias"]),
        str(manifest.get("description") or ""),
        _texts(manifest.get("tags")),
        manifest.get("license") if isinstance(manifest.get("license"), str) else None,
        tuple(str(each.get("name", "")) for each in authors if isinstance(each, Mapping))
        if isinstance(authors, list)
        else (),
        _texts(list(manifest.get("weights") or ())),
        None if manifest.get("version") is None else str(manifest["version"]),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()


def _cached(path: Path, server: str) -> Index | None:
    with suppress(OSError, ValueError, TypeError, KeyError):
        plain = json.loads(path.read_text("utf-8"))
        if plain["server"] == server:
            models = tuple(
                ZooModel(**{key: _back(value) for key, value in each.items()})
                for each in plain["models"]
            )
            return Index(server, float(plain["seconds"]), models)
    return None


def _back(value: object) -> Any:  # noqa: ANN401 - lists were tuples before they were written
    return tuple(value) if isinstance(value, list) else value


def _no_index(server: str, reason: object) -> HostError:
    return HostError(
        server,
        "the collection of the zoo cannot be asked, and was not before",
        value=reason,
        allowed="a connection to the zoo, once",
        hint=f"try again with a connection, or set {SERVER_VARIABLE} to another server's URL",
    )


def unknown(nickname: str, known: Callable[[], Sequence[str]]) -> UsageError:
    """Return the error for a nickname that the zoo does not have, with those that are similar."""
    import difflib

    close = difflib.get_close_matches(nickname, known(), 3)
    return UsageError(
        nickname,
        "this is no file or folder, and no model has this name, in the project or in the zoo",
        allowed=", ".join(close) or "a nickname that a search shows",
        hint="see `deepbacs-zoo models list` and `deepbacs-zoo models search`, or give the path "
        "of a package",
    )
