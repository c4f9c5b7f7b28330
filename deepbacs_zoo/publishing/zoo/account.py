"""The account at the zoo: the server, the token for it, names and addresses of models there.

Environment variables
---------------------
DEEPBACS_ZOO_SERVER
    Another server of the same kind.
BIOIMAGEIO_HYPHA_UPLOAD_TOKEN, HYPHA_TOKEN
    The token, unless a keyring holds it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from deepbacs_zoo.files import address
from deepbacs_zoo.publishing.credentials import Token, find_token
from deepbacs_zoo.publishing.service import Service
from deepbacs_zoo.publishing.zoo.artifact_manager import COLLECTION, ArtifactManager

__all__ = ["connect", "credentials", "full_id", "page_of", "place_of_models", "server_address"]

SERVER_VARIABLE: Final = "DEEPBACS_ZOO_SERVER"
_SERVER: Final = "https://hypha.aicell.io"
_TOKENS: Final = ("BIOIMAGEIO_HYPHA_UPLOAD_TOKEN", "HYPHA_TOKEN")
_HOW: Final = "sign in at https://bioimage.io and make a token at https://bioimage.io/#/api"


def server_address() -> str:
    """Return the address of the zoo's server; ``DEEPBACS_ZOO_SERVER`` names another one."""
    return address(SERVER_VARIABLE, _SERVER, "the zoo")


def credentials() -> Token:
    """Return the token for the zoo; `UsageError` where there is none."""
    return find_token(urlsplit(server_address()).hostname or "", _TOKENS, _HOW)


def connect() -> ArtifactManager:
    """Return the zoo with the right to use it; `UsageError` without a token."""
    return ArtifactManager(Service(server_address(), credentials()))


def full_id(id: str) -> str:
    """Return an id with the name of the zoo before it, as the server has it."""
    return id if "/" in id else f"{COLLECTION.partition('/')[0]}/{id}"


def place_of_models() -> str:
    """Return the address of the collection, which states of uploads are kept by."""
    return f"{server_address()}/{COLLECTION}"


def page_of(id: str) -> str:
    """Return the address where people look at a draft."""
    return f"https://bioimage.io/#/upload?artifact_id={id}&stage=true"
