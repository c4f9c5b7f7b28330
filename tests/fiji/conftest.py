from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError, UsageError
from tests.fiji.javac import Harness, Jvm, open_harness
from tests.fiji.kinds import build_kinds


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    """Compiled Java; ``harness.run("PackagesTest", file)``, ``harness.ask(...)``."""
    try:
        opened = open_harness()
    except (UsageError, HostError) as error:
        pytest.skip(str(error))
    with opened:
        yield opened


@pytest.fixture(scope="session")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One package of each kind that ONNX Runtime runs, by name."""
    return build_kinds(tmp_path_factory.mktemp("kinds"))


@pytest.fixture(scope="session")
def imagej(harness: Harness, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jvm]:
    """A JVM for ImageJ without a window, with preferences of its own."""
    with harness.open_imagej(tmp_path_factory.mktemp("preferences")) as jvm:
        yield jvm
