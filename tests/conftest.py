"""Order of the suite, and how it is shared between processes.

``pytest`` runs the fast suite in two processes, the longest groups first; ``pytest -m ""`` runs
everything. What is named on the command line runs in one process; a file with its slow tests.
``pytest -m "" --renew-seconds`` measures the table that the order comes from.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

TOGETHER = {"tests/e2e": "demo", "tests/fiji": "java"}
"""Folders whose tests share what takes long to make: the demo's output, compiled classes."""

SECONDS = Path(__file__).with_name("seconds.json")
"""Seconds of each file, measured."""


def pytest_addoption(parser):
    parser.addoption("--renew-seconds", action="store_true", help=f"write {SECONDS.name} anew")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Run what is named in one process, and a file or test also if it is slow."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return
    given = [str(word) for word in config.invocation_params.args]
    if not any(word.startswith(("-n", "--numprocesses")) for word in given):
        config.option.numprocesses, config.option.dist = 0, "no"
    if not any(word.startswith("-m") for word in given) and all(
        Path(word.partition("::")[0]).suffix == ".py" for word in config.args
    ):
        config.option.markexpr = ""


def pytest_configure(config):
    if config.option.renew_seconds and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Stopwatch())


def pytest_collection_modifyitems(config, items):
    """Group the items, and put the group that takes longest first."""
    seconds = defaultdict(lambda: 1.0, json.loads(SECONDS.read_text("utf-8")))
    files = {item: file_of(item) for item in items}
    total = defaultdict(float)
    for file in set(files.values()):
        total[group_of(file)] += seconds[file]
    for item, file in files.items():
        item.add_marker(pytest.mark.xdist_group(group_of(file)))
    items.sort(key=lambda item: (-total[group_of(files[item])], group_of(files[item])))


def file_of(item):
    """Return the item's file below the project's folder."""
    return item.path.relative_to(Path(__file__).parents[1]).as_posix()


def group_of(file):
    """Return the group that one process runs."""
    return next((name for folder, name in TOGETHER.items() if file.startswith(f"{folder}/")), file)


class Stopwatch:
    """Sum of the seconds of every file, set-up and teardown included."""

    def __init__(self):
        self.seconds = defaultdict(float)

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid.partition("::")[0]] += report.duration

    def pytest_sessionfinish(self):
        known = json.loads(SECONDS.read_text("utf-8")) if SECONDS.exists() else {}
        known |= {file: round(number, 1) for file, number in self.seconds.items()}
        root = SECONDS.parents[1]
        kept = {file: known[file] for file in sorted(known) if (root / file).exists()}
        SECONDS.write_text(json.dumps(kept, indent=0) + "\n", "utf-8")
