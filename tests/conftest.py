"""How tests are shared between processes: ``pytest -n 2 --dist loadgroup``."""

from pathlib import Path

import pytest

TOGETHER = ("e2e", "fiji")
"""Folders whose tests share what takes minutes to make: the demo, the compiled plugin."""


def pytest_collection_modifyitems(config, items):
    if not config.pluginmanager.hasplugin("xdist"):
        return
    root = Path(__file__).parent
    for item in items:
        path = item.path.relative_to(root)
        group = path.parts[0] if path.parts[0] in TOGETHER else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
