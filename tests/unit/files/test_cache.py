from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deepbacs_zoo.files import (
    CACHE_VARIABLE,
    OFFLINE_VARIABLE,
    cache_folder,
    works_offline,
)
from deepbacs_zoo.files import (
    cache as settings,
)


def test_the_cache_is_the_chosen_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(CACHE_VARIABLE, "here")
    assert cache_folder() == tmp_path / "here"
    monkeypatch.setenv(CACHE_VARIABLE, "~/there")
    assert cache_folder() == Path.home() / "there"


@pytest.mark.parametrize(
    ("platform", "variable", "value", "expected"),
    [
        ("linux", "XDG_CACHE_HOME", "/caches", "/caches/deepbacs_zoo"),
        ("linux", "XDG_CACHE_HOME", "caches", "/home/me/.cache/deepbacs_zoo"),
        ("linux", "XDG_CACHE_HOME", "", "/home/me/.cache/deepbacs_zoo"),
        ("darwin", "XDG_CACHE_HOME", "/caches", "/home/me/Library/Caches/deepbacs_zoo"),
        ("win32", "LOCALAPPDATA", "/local", "/local/deepbacs_zoo"),
        ("win32", "LOCALAPPDATA", "", "/home/me/AppData/Local/deepbacs_zoo"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="names of another system")
def test_each_system_has_its_own_place(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, value: str, expected: str
) -> None:
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv(variable, value)
    monkeypatch.setattr(settings.sys, "platform", platform)
    assert cache_folder() == Path(expected)


@pytest.mark.parametrize(("value", "offline"), [("1", True), ("True", True), ("0", False)])
def test_the_environment_may_forbid_to_fetch(
    monkeypatch: pytest.MonkeyPatch, value: str, offline: bool
) -> None:
    monkeypatch.setenv(OFFLINE_VARIABLE, value)
    assert works_offline() is offline
