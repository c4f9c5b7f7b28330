"""Libraries that exist nowhere but in a test's repository."""

from __future__ import annotations

import hashlib

from deepbacs_zoo.fiji.java.coordinates import Coordinate, Jar
from tests.unit.files.servers import Repository


def make_jar(data: bytes, artifact: str = "lib", role: str = "plugin") -> Jar:
    coordinate = Coordinate("org.example", artifact, "1.0", role)
    return Jar(coordinate, hashlib.sha256(data).hexdigest(), len(data))


def put(repository: Repository, jar: Jar, data: bytes) -> None:
    repository.files[jar.coordinate.url("")] = data
