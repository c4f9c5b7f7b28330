from __future__ import annotations

import pytest

from deepbacs_zoo.fiji.settings import (
    MAVEN_CENTRAL,
    MIRROR_VARIABLE,
    mirror,
    plugin_folder,
    scripts_folder,
)


def test_macros_and_sources_are_found() -> None:
    assert (scripts_folder() / "macros" / "DeepBacs_Image.ijm").is_file()
    assert (plugin_folder() / "pom.xml").is_file()


def test_maven_central_unless_a_mirror_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    assert mirror() == MAVEN_CENTRAL
    monkeypatch.setenv(MIRROR_VARIABLE, "https://mirror.example/maven2/")
    assert mirror() == "https://mirror.example/maven2"
