from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.fiji.java import compile as compiling
from deepbacs_zoo.fiji.java.compile import (
    JAR_NAME,
    Compiler,
    compile_plugin,
    made_of,
    pick_compiler,
    shipped_jar,
    source_hash,
)
from deepbacs_zoo.fiji.java.coordinates import read_jars
from deepbacs_zoo.fiji.java.runtime import Java
from deepbacs_zoo.fiji.settings import plugin_folder

CLASS = """\
package deepbacs.zoo.%s;

/** One of the two classes. */
public final class %s {
  /** Says µm. */
  public String say() {
    return "12 µm";
  }
}
"""


def make_plugin(folder: Path) -> Path:
    """Write the sources of a small plugin."""
    code = folder / "src/main/java/deepbacs/zoo"
    for part, name in (("b", "First"), ("a", "Second")):
        (code / part).mkdir(parents=True)
        (code / part / f"{name}.java").write_text(CLASS % (part, name), "utf-8")
    (folder / "src/main/resources").mkdir()
    (folder / "src/main/resources/plugins.config").write_text('Plugins>A, "A", deepbacs.zoo.A\n')
    (folder / "pom.xml").write_text("<project/>")
    return folder


@pytest.fixture(params=["javac", "ecj"])
def compiler(request: pytest.FixtureRequest) -> Compiler:
    """Return both compilers in turn."""
    if request.param == "javac":
        return pick_compiler(request.getfixturevalue("jdk"), Path("no.jar"))
    ecj = request.getfixturevalue("real_jars")["ecj"]
    return pick_compiler(request.getfixturevalue("runtime"), ecj)


def test_the_same_sources_give_the_same_bytes_in_any_folder(
    tmp_path: Path, compiler: Compiler
) -> None:
    sums = set()
    for name in ("here", "over there, in Zürich"):
        target = tmp_path / name / "cache" / JAR_NAME
        compile_plugin(target, compiler, (), plugin=make_plugin(tmp_path / name), strict=True)
        sums.add(hashlib.sha256(target.read_bytes()).hexdigest())
        assert [path.name for path in target.parent.iterdir()] == [JAR_NAME]
    assert len(sums) == 1


def test_the_jar_is_one_that_imagej_takes(tmp_path: Path, compiler: Compiler) -> None:
    plugin, target = make_plugin(tmp_path / "plugin"), tmp_path / JAR_NAME
    compile_plugin(target, compiler, (), plugin=plugin)
    assert "_" in JAR_NAME
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "META-INF/MANIFEST.MF",
            "deepbacs/zoo/a/Second.class",
            "deepbacs/zoo/b/First.class",
            "plugins.config",
        ]
        # Class files of Java 8 begin so: magic number, minor and major version.
        assert archive.read("deepbacs/zoo/b/First.class")[:8].hex() == "cafebabe00000034"
        assert "µm".encode() in archive.read("deepbacs/zoo/b/First.class")
        manifest = archive.read("META-INF/MANIFEST.MF")
    assert max(map(len, manifest.split(b"\r\n"))) <= 70
    assert made_of(target) == source_hash(plugin)


def test_an_error_in_a_source_is_reported_with_file_and_line(
    tmp_path: Path, compiler: Compiler
) -> None:
    plugin = make_plugin(tmp_path / "plugin")
    source = plugin / "src/main/java/deepbacs/zoo/b/First.java"
    source.write_text(source.read_text("utf-8").replace('"12 µm"', "12 + none"), "utf-8")
    with pytest.raises(HostError, match="sources do not compile") as caught:
        compile_plugin(tmp_path / JAR_NAME, compiler, (), plugin=plugin)
    assert f"{source.resolve()}:7: " in str(caught.value)
    assert compiler.name in str(caught.value)
    assert "none" in caught.value.__notes__[0]
    assert not (tmp_path / JAR_NAME).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["plugin"]


def test_a_compiler_that_does_not_start_is_reported(tmp_path: Path) -> None:
    broken = Compiler("javac 1", (str(tmp_path / "javac"),), is_javac=True)
    with pytest.raises(HostError, match="the Java compiler did not do its work"):
        compile_plugin(tmp_path / JAR_NAME, broken, (), plugin=make_plugin(tmp_path / "plugin"))


def test_a_folder_that_cannot_be_written_is_reported(tmp_path: Path, jdk: Java) -> None:
    (tmp_path / "file").write_text("")
    compiler = pick_compiler(jdk, Path("no.jar"))
    plugin = make_plugin(tmp_path / "plugin")
    with pytest.raises(HostError, match="the plugin's jar cannot be written"):
        compile_plugin(tmp_path / "file" / JAR_NAME, compiler, (), plugin=plugin)


def test_the_sum_of_sources_depends_on_every_byte_and_name_but_not_on_the_folder(
    tmp_path: Path,
) -> None:
    one, other = make_plugin(tmp_path / "one"), make_plugin(tmp_path / "other")
    assert source_hash(one) == source_hash(other)
    seen = {source_hash(one)}
    config = one / "src/main/resources/plugins.config"
    for change in (
        lambda: config.write_text("else"),
        lambda: config.rename(config.with_name("else")),
        lambda: (one / "pom.xml").write_text("<project></project>"),
        lambda: (one / "src/main/java/New.java").write_text("class New {}"),
    ):
        change()
        assert source_hash(one) not in seen
        seen.add(source_hash(one))
    (one / "README.md").write_text("not compiled")
    assert source_hash(one) in seen


def test_a_broken_jar_was_made_of_nothing(tmp_path: Path, jdk: Java) -> None:
    target = tmp_path / JAR_NAME
    assert made_of(target) is None
    compile_plugin(
        target, pick_compiler(jdk, Path("no.jar")), (), plugin=make_plugin(tmp_path / "plugin")
    )
    whole = target.read_bytes()
    target.write_bytes(whole[: len(whole) // 2])
    assert made_of(target) is None
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n")
    assert made_of(target) is None


def test_a_shipped_jar_serves_only_the_sources_that_it_was_made_of(
    tmp_path: Path, jdk: Java, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiling, "scripts_folder", lambda: tmp_path)
    plugin = make_plugin(tmp_path / "plugin")
    assert shipped_jar(source_hash(plugin)) is None
    compile_plugin(tmp_path / JAR_NAME, pick_compiler(jdk, Path("no.jar")), (), plugin=plugin)
    assert shipped_jar(source_hash(plugin)) == tmp_path / JAR_NAME
    (plugin / "pom.xml").write_text("<project></project>")
    assert shipped_jar(source_hash(plugin)) is None


def test_ecj_takes_another_java_where_the_chosen_one_is_too_old_for_it(
    runtime: Java, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = replace(runtime, version=11, text="11.0.2", home=Path("/old"), executable=Path("/old"))
    ecj = Path("ecj-3.40.0.jar")
    assert pick_compiler(old, ecj).command[0] == str(runtime.executable)
    monkeypatch.setattr(compiling, "packaged_java", lambda: None)
    with pytest.raises(HostError, match="too old for ecj") as caught:
        pick_compiler(old, ecj)
    for part in ("Java 11.0.2", "a JDK, or a Java 17 or newer", "pip install"):
        assert part in str(caught.value)


def test_the_plugin_compiles_without_a_warning(
    tmp_path: Path, compiler: Compiler, real_jars: Mapping[str, Path]
) -> None:
    libraries = [
        real_jars[jar.coordinate.artifact]
        for jar in read_jars()
        if jar.coordinate.role != "compiler"
    ]
    compile_plugin(tmp_path / JAR_NAME, compiler, libraries, strict=True)
    assert made_of(tmp_path / JAR_NAME) == source_hash(plugin_folder())
