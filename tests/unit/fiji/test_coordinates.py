from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deepbacs_zoo.errors import IntegrityError
from deepbacs_zoo.fiji.java.coordinates import (
    lock_text,
    read_coordinates,
    read_jars,
    read_lock,
)
from deepbacs_zoo.fiji.java.jars import write_lock
from deepbacs_zoo.fiji.settings import MAVEN_CENTRAL, MIRROR_VARIABLE, plugin_folder

POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <dependencies>{dependencies}</dependencies>
  <profiles><profile><id>ecj</id><dependencies>{compilers}</dependencies></profile></profiles>
</project>
"""


def dependency(artifact: str, more: str = "", version: str = "1.0") -> str:
    return (
        f"<dependency><groupId>org.example</groupId><artifactId>{artifact}</artifactId>"
        f"<version>{version}</version>{more}</dependency>"
    )


def write_pom(folder: Path, *dependencies: str, compilers: str = "") -> Path:
    path = folder / "pom.xml"
    path.write_text(POM.format(dependencies="".join(dependencies), compilers=compilers))
    return path


def test_the_lock_has_exactly_the_libraries_of_the_pom() -> None:
    assert set(read_lock()) == {str(each) for each in read_coordinates()}
    text = (plugin_folder() / "jars.lock").read_text("utf-8")
    assert text == lock_text(read_jars())


def test_libraries_have_the_roles_that_the_set_up_relies_on() -> None:
    roles = {each.artifact: each.role for each in read_coordinates()}
    assert roles == {
        "ij": "imagej",
        "onnxruntime": "plugin",
        "snakeyaml-engine": "plugin",
        "ij1-patcher": "worker",
        "javassist": "worker",
        "classgraph": "worker",
        "gson": "worker",
        "ecj": "compiler",
    }


def test_a_url_has_the_layout_of_a_maven_repository() -> None:
    first = read_coordinates()[0]
    assert first.url(MAVEN_CENTRAL) == (
        f"https://repo.maven.apache.org/maven2/net/imagej/ij/{first.version}/ij-{first.version}.jar"
    )


def test_scope_optional_and_profile_tell_what_a_jar_is_for(tmp_path: Path) -> None:
    pom = write_pom(
        tmp_path,
        dependency("a", "<scope>provided</scope>"),
        dependency("b"),
        dependency("c", "<optional>true</optional>"),
        compilers=dependency("d", "<scope>provided</scope>"),
    )
    found = [(each.artifact, each.role) for each in read_coordinates(pom)]
    assert found == [("a", "imagej"), ("b", "plugin"), ("c", "worker"), ("d", "compiler")]


def test_libraries_of_the_tests_alone_are_not_fetched(tmp_path: Path) -> None:
    pom = write_pom(tmp_path, dependency("a"), dependency("b", "<scope>test</scope>"))
    assert [each.artifact for each in read_coordinates(pom)] == ["a"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (dependency("a", version="${version}"), "is not spelled out"),
        (dependency("../a"), "is not spelled out"),
        (dependency("a", "<scope>system</scope>"), "scope 'system' of a has no meaning here"),
        ("", "lists no dependency"),
        ("<dependency>", "mismatched tag"),
    ],
)
def test_a_broken_pom_is_reported(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(IntegrityError, match="list of Java libraries cannot be read") as caught:
        read_coordinates(write_pom(tmp_path, text))
    assert reason in str(caught.value)


def test_a_missing_pom_is_reported(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="No such file"):
        read_coordinates(tmp_path / "pom.xml")


@pytest.mark.parametrize(
    "line",
    ["abc  12  a:b:c", f"{'0' * 64}  0  a:b:c", f"{'0' * 64}  12  a:b", f"{'0' * 64} a:b:c"],
)
def test_a_broken_line_of_the_lock_is_reported_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "jars.lock"
    path.write_text(f"# head\n\n{line}\n")
    with pytest.raises(IntegrityError, match="line 3"):
        read_lock(path)


def test_a_library_without_a_sum_is_reported_with_the_command(tmp_path: Path) -> None:
    write_pom(tmp_path, dependency("a"))
    (tmp_path / "jars.lock").write_text("")
    with pytest.raises(IntegrityError, match=r"python -m deepbacs_zoo\.fiji\.java\.jars") as caught:
        read_jars(tmp_path)
    assert "org.example:a:1.0" in str(caught.value)


def test_writing_the_lock_fetches_new_libraries_and_keeps_known_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "maven/org/example/new/1.0/new-1.0.jar"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"new")
    monkeypatch.setenv(MIRROR_VARIABLE, (tmp_path / "maven").as_uri())
    write_pom(tmp_path, dependency("new"), dependency("known"))
    gone = f"{'1' * 64}  4  org.example:gone:1.0\n"
    (tmp_path / "jars.lock").write_text(f"{'0' * 64}  5  org.example:known:1.0\n{gone}")
    path = write_lock(tmp_path)
    assert read_lock(path) == {
        "org.example:known:1.0": ("0" * 64, 5),
        "org.example:new:1.0": (hashlib.sha256(b"new").hexdigest(), 3),
    }
