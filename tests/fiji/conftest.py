from __future__ import annotations

import pytest

from deepbacs_zoo.errors import HostError, UsageError
from tests.fiji.javac import Workshop, open_workshop


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Compiles and runs Java; ``workshop.run("PackagesTest", file)``, ``workshop.ask(...)``."""
    try:
        return open_workshop(tmp_path_factory.mktemp("classes"))
    except (UsageError, HostError) as error:
        pytest.skip(str(error))
