from __future__ import annotations

import importlib
import sys
from pathlib import Path

import platformdirs
import pytest

from deepbacs_zoo.files import (
    CACHE_VARIABLE,
    OFFLINE_VARIABLE,
    cache_folder,
    works_offline,
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
    ("value", "expected"),
    [
        ("/caches", "/caches/deepbacs_zoo"),
        ("caches", "/home/me/.cache/deepbacs_zoo"),
        ("", "/home/me/.cache/deepbacs_zoo"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="names of Linux")
def test_on_linux_the_cache_lies_where_freedesktop_has_it(
    monkeypatch: pytest.MonkeyPatch, value: str, expected: str
) -> None:
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    assert cache_folder() == Path(expected)


@pytest.mark.parametrize(
    ("system", "variable", "value", "expected"),
    [
        ("macos.MacOS", "HOME", "/home/me", "/home/me/Library/Caches/deepbacs_zoo"),
        ("windows.Windows", "LOCALAPPDATA", "/local", "/local/deepbacs_zoo"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="names of another system")
def test_each_system_has_its_own_place(
    monkeypatch: pytest.MonkeyPatch, system: str, variable: str, value: str, expected: str
) -> None:
    module, name = system.split(".")
    dirs = getattr(importlib.import_module(f"platformdirs.{module}"), name)
    monkeypatch.setattr(
        platformdirs, "user_cache_dir", lambda *names, **how: dirs(*names, **how).user_cache_dir
    )
    if module == "windows":  # asks the registry first, which only Windows has
        windows = importlib.import_module("platformdirs.windows")
        monkeypatch.setattr(windows, "get_win_folder", windows.get_win_folder_from_env_vars)
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(variable, value)
    assert cache_folder() == Path(expected)


@pytest.mark.parametrize(("value", "offline"), [("1", True), ("True", True), ("0", False)])
def test_the_environment_may_forbid_to_fetch(
    monkeypatch: pytest.MonkeyPatch, value: str, offline: bool
) -> None:
    monkeypatch.setenv(OFFLINE_VARIABLE, value)
    assert works_offline() is offline
