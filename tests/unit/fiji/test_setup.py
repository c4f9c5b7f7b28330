from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java import compile as compiling
from deepbacs_zoo.fiji.java import setup
from deepbacs_zoo.fiji.java.compile import (
    JAR_NAME,
    compile_plugin,
    pick_compiler,
    source_hash,
)
from deepbacs_zoo.fiji.java.runtime import Java
from deepbacs_zoo.fiji.java.setup import prepare
from deepbacs_zoo.fiji.settings import MIRROR_VARIABLE
from deepbacs_zoo.files import CACHE_VARIABLE
from tests.unit.fiji.test_compiling import make_plugin
from tests.unit.files.servers import CLOSED


@pytest.fixture
def small_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small plugin in the place of the shipped one: it compiles in a second."""
    plugin = make_plugin(tmp_path / "scripts" / "plugin")
    monkeypatch.setattr(compiling, "plugin_folder", lambda: plugin)
    monkeypatch.setattr(compiling, "scripts_folder", lambda: tmp_path / "scripts")
    return plugin


@pytest.mark.parametrize("which", ["jdk", "runtime"])
def test_the_first_use_fetches_and_compiles_and_later_ones_need_no_network(
    which: str,
    request: pytest.FixtureRequest,
    cache: Path,
    small_plugin: Path,
    real_mirror: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    java: Java = request.getfixturevalue(which)
    monkeypatch.setenv(MIRROR_VARIABLE, real_mirror)
    reported: list[tuple[int, int]] = []
    first = prepare(java.home, progress=lambda done, total: reported.append((done, total)))
    # A Java with javac does not need the other compiler.
    size = 46.3e6 if which == "jdk" else 49.7e6
    assert reported[-1] == (pytest.approx(size, rel=0.01),) * 2
    monkeypatch.setenv(MIRROR_VARIABLE, CLOSED)
    reported.clear()
    start = time.perf_counter()
    second = prepare(java.home, progress=lambda done, total: reported.append((done, total)))
    assert time.perf_counter() - start < 0.1
    assert second == first
    assert reported == []


def test_a_set_up_names_all_that_a_gateway_and_a_bundle_need(
    cache: Path,
    small_plugin: Path,
    real_mirror: str,
    jdk: Java,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, real_mirror)
    found = prepare(jdk.home)
    versions = found.versions
    assert [path.name for path in found.bundle_jars] == [
        JAR_NAME,
        f"onnxruntime-{versions['onnxruntime']}.jar",
        f"snakeyaml-engine-{versions['snakeyaml-engine']}.jar",
    ]
    names = {path.name for path in found.classpath}
    assert len(names) == len(versions)  # all but the compiler, and the plugin
    assert not any(name.startswith("ecj") for name in names)
    assert all(path.is_file() for path in found.classpath)
    assert found.plugin_jar == found.classpath[0]
    assert found.plugin_jar.is_relative_to(cache)


def test_a_changed_source_is_compiled_anew_and_a_broken_jar_too(
    cache: Path,
    small_plugin: Path,
    real_mirror: str,
    jdk: Java,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, real_mirror)
    first = prepare(jdk.home).plugin_jar
    whole = first.read_bytes()
    first.write_bytes(whole[:100])
    assert prepare(jdk.home).plugin_jar == first
    assert first.read_bytes() == whole
    (small_plugin / "pom.xml").write_text("<project></project>")
    assert prepare(jdk.home).plugin_jar != first


def test_a_jar_that_a_wheel_brings_is_used_and_nothing_compiled(
    cache: Path,
    small_plugin: Path,
    real_mirror: str,
    runtime: Java,
    jdk: Java,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, real_mirror)
    shipped = small_plugin.parent / JAR_NAME
    compile_plugin(shipped, pick_compiler(jdk, Path("no.jar")), ())

    def never(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(setup, "compile_plugin", never)
    assert prepare(runtime.home).plugin_jar == shipped
    assert not list(cache.glob("jars/ecj*"))


def test_a_cache_that_cannot_take_the_plugin_is_reported(
    cache: Path,
    small_plugin: Path,
    real_mirror: str,
    jdk: Java,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, real_mirror)
    cache.mkdir()
    (cache / "plugin").write_text("")
    with pytest.raises(HostError, match="compiled plugin cannot be written here") as caught:
        prepare(jdk.home)
    assert CACHE_VARIABLE in str(caught.value)


def test_two_processes_compile_once(cache: Path, small_plugin: Path, jdk: Java) -> None:
    code = """
import sys
from pathlib import Path
from deepbacs_zoo.fiji.java import compile as compiling, setup
from deepbacs_zoo.fiji.java.runtime import find_java
plugin = Path(sys.argv[1])
compiling.plugin_folder = lambda: plugin
real = setup.compile_plugin
def counted(*arguments, **more):
    print("compiled")
    real(*arguments, **more)
setup.compile_plugin = counted
java = find_java(Path(sys.argv[2]))
setup._compile_once(compiling.source_hash(), java, Path("no.jar"), ())
"""
    command = [sys.executable, "-c", code, str(small_plugin), str(jdk.home)]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    reported = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], reported
    assert sorted(output for output, _ in reported) == ["", "compiled\n"]
    assert setup.built_jar(source_hash(small_plugin)) is not None
