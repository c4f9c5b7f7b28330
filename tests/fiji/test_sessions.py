"""Sessions of Java in Python that others have started: which of them a gateway takes, and when.

Each case runs in a process of its own.  pyimagej itself is there, a Fiji is not: what needs one
runs where DEEPBACS_ZOO_FIJI names its folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deepbacs_zoo.files import cache_folder
from tests.fiji.gateways import BROKEN
from tests.fiji.test_embedded import run

pytest.importorskip("imagej")
FIJI = os.environ.get("DEEPBACS_ZOO_FIJI", "")
REAL = pytest.mark.skipif(not FIJI, reason="DEEPBACS_ZOO_FIJI names no Fiji folder")
BEGIN = """
from deepbacs_zoo.fiji import *
from tests.contract import session
from tests.contract.pyimagej_stand_in import init
def tell(function):
    try: return function()
    except (DeepbacsZooError, ImportError) as error: print(type(error).__name__, error)
"""
RAW = """
import imagej, scyjava.config
scyjava.config.endpoints[:] = []
scyjava.config.set_java_constraints(fetch="auto")
scyjava.config.add_options([f"-D{{name}}={folder}"
                            for name in ("user.home", "java.util.prefs.userRoot")])
ij = imagej.init({fiji!r}, mode="headless")
"""


@pytest.mark.slow
def test_without_a_session_the_ways_to_one_are_named(tmp_path):
    output = run(f"{BEGIN}tell(attach)", tmp_path)
    assert output.startswith("HostError ImageJ inside Python: no Java runs in this process")
    assert "start_pyimagej" in output


def test_pyimagej_is_refused_after_an_embedded_imagej(tmp_path):
    code = (
        BEGIN
        + """
gateway = open_embedded(setup)
def start(): import imagej
tell(start)
print(gateway.run_macro("return 'alive';").value)
"""
    )
    first, second = run(code, tmp_path).splitlines()
    assert first.startswith("ImportError pyimagej: ImageJ 1 alone runs in this process")
    assert "call start_pyimagej in place of open_embedded" in first
    assert second == "alive"


@pytest.mark.slow
def test_pyimagej_that_was_imported_before_is_refused_likewise(tmp_path):
    code = (
        BEGIN
        + """
import imagej
gateway = open_embedded(setup)
tell(lambda: imagej.init("/a/folder"))
print(gateway.run_macro("return 'alive';").value)
"""
    )
    first, second = run(code, tmp_path).splitlines()
    assert first.startswith("HostError pyimagej: ImageJ 1 alone runs in this process")
    assert second == "alive"


def test_an_embedded_gateway_takes_a_session_that_reports_errors(tmp_path):
    code = (
        BEGIN
        + """
ij = init(setup)
gateway = open_embedded(setup)
print(gateway.info == attach(ij).info, gateway.info.hooked)
print(gateway.run_macro("return 'alive';").value)
tell(lambda: open_embedded(setup, heap=2**30))
"""
    )
    lines = run(code, tmp_path).splitlines()
    assert lines[:2] == ["True True", "alive"]
    assert "another package has started Java" in lines[2]


@pytest.mark.slow
def test_a_session_without_our_jars_says_that_it_swallows_errors(tmp_path):
    code = (
        BEGIN
        + """
ij = init(setup, hooked=False)
gateway = attach(ij)
print(gateway.info.hooked)
tell(lambda: open_embedded(setup))
session.fill()
before = session.look()
print(gateway.run_macro('return "" + nImages + " " + nResults;').value)
given = {"a": image(np.full((3, 40, 30), 255, np.uint8), "zyx")}
blur = 'run("Gaussian Blur...", "sigma=7 stack");'
for code in ('run("Invert", "stack");', 'run("Close All");', blur):
    found = gateway.run_macro(code, images=given)
    print(list(found.images), session.look() == before)
for code in ("undefined(1);", 'run("No such command");', 'open("/nowhere.tif");', 'exit("no");'):
    tell(lambda: gateway.run_macro(code))
print(session.look() == before)
"""
    )
    lines = run(code, tmp_path).splitlines()
    assert lines[0] == "False"
    assert "an ImageJ that swallows errors" in lines[1]
    assert lines[2:6] == ["0 0", "['a'] True", "[] True", "['a'] True"]
    assert lines[6].startswith("MacroError ImageJ's macro, line 1: Undefined identifier")
    assert lines[7].startswith("MacroError ImageJ's macro, line 1: Unrecognized command")
    assert "File not found: /nowhere.tif" in lines[8]
    assert lines[-1] == "True"


UNHOOKED = {
    'saveAs("tiff", "/nowhere/a.tif");': "/nowhere/a.tif (No such file or directory)",
    f'call("{BROKEN}.fail");': "java.lang.IllegalArgumentException: call broke, as asked",
    'run("Misbehave throw");': "java.lang.IllegalStateException: plugin broke, as asked",
    'run("Misbehave error");': "the plugin says no",
    'exit("enough is enough");': "enough is enough",
    'run("Gaussian Blur...");': "there is no window",
    'File.openDialog("x");': "there is no window",
}


@pytest.mark.slow
def test_errors_that_can_be_seen_without_hooks_are_exceptions(tmp_path):
    code = (
        BEGIN
        + f"""
gateway = attach(init(setup, hooked=False))
given = {{"a": image(np.zeros((4, 4), np.uint8))}}
for code in {list(UNHOOKED)!r}:
    code = 'call("{BROKEN}.register");' + code
    tell(lambda: print("silent", gateway.run_macro(code, images=given)))
for code in ('print("Exception"); exit();', 'showMessage("well"); run("Invert"); return "x";'):
    print(gateway.run_macro(code, images=given).value)
"""
    )
    lines = run(code, tmp_path).splitlines()
    assert len(lines) == len(UNHOOKED) + 2
    for line, message in zip(lines, UNHOOKED.values(), strict=False):
        assert line.startswith("MacroError ImageJ's macro, line 1: ")
        assert message in line
    assert lines[-2:] == ["None", "x"]


@pytest.mark.slow
def test_an_imagej_that_is_not_patched_is_refused(tmp_path):
    code = (
        BEGIN
        + """
import jpype, jpype.config
jpype.config.destroy_jvm = False
jars = list(map(str, setup.classpath))
jpype.startJVM(str(setup.java.libjvm), "-Djava.awt.headless=true", "-XX:-UsePerfData",
               classpath=jars)
jpype.JClass("ij.IJ").getVersion()
tell(attach)
"""
    )
    assert "it runs no commands without a window" in run(code, tmp_path)


@pytest.mark.slow
def test_an_imagej_with_windows_is_refused(tmp_path):
    code = (
        BEGIN
        + """
import jpype, jpype.config
jpype.config.destroy_jvm = False
jars = list(map(str, setup.classpath))
jpype.startJVM(str(setup.java.libjvm), "-Djava.awt.headless=false", "-XX:-UsePerfData",
               classpath=jars)
tell(attach)
"""
    )
    assert "it has windows" in run(code, tmp_path)


@pytest.mark.slow
def test_a_java_without_our_plugin_is_refused(tmp_path):
    code = (
        BEGIN
        + """
import jpype, jpype.config
jpype.config.destroy_jvm = False
jars = [str(jar) for jar in setup.classpath if jar.name.startswith("ij-")]
jpype.startJVM(str(setup.java.libjvm), "-Djava.awt.headless=true", "-XX:-UsePerfData",
               classpath=jars)
tell(attach)
"""
    )
    output = run(code, tmp_path)
    assert "its Java does not have our plugin" in output
    assert "fiji bundle" in output


@pytest.mark.slow
@pytest.mark.parametrize(
    "thing", ["42", "None if False else object()", "type('Ij', (), {'legacy': None})()"]
)
def test_what_is_no_gateway_of_pyimagej_is_refused(thing, tmp_path):
    output = run(f"{BEGIN}tell(lambda: attach({thing}))", tmp_path)
    assert output.startswith("UsageError the gateway of pyimagej: ")


@pytest.mark.slow
def test_a_session_does_what_others_have_registered_for_its_end(tmp_path):
    code = (
        BEGIN
        + """
import scyjava
gateway = attach(init(setup))
scyjava.when_jvm_stops(lambda: print("the end"))
"""
    )
    assert run(code, tmp_path) == "the end\n"


def test_pyimagej_needs_a_fiji_with_its_parts(tmp_path):
    fiji = tmp_path / "Fiji"
    code = (
        BEGIN
        + f"""
import shutil
from pathlib import Path
fiji = Path({str(fiji)!r})
tell(lambda: start_pyimagej(setup, fiji))
(fiji / "jars").mkdir(parents=True)
shutil.copy(next(jar for jar in setup.classpath if jar.name.startswith("ij-")), fiji / "jars")
tell(lambda: start_pyimagej(setup, fiji))
print("jpype" in sys.modules and sys.modules["jpype"].isJVMStarted())
"""
    )
    first, second, third = run(code, tmp_path).splitlines()
    assert "there is no such folder" in first
    assert "ImageJ2, imagej-legacy, imglib2-imglyb" in second
    assert third == "False"


# On a real Fiji.


@REAL
def test_a_real_session_is_started_and_leaves_nothing_at_home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    code = (
        BEGIN
        + f"""
ij = start_pyimagej(setup, {FIJI!r})
print(start_pyimagej(setup, {FIJI!r}) is ij)
gateway = attach(ij)
print(gateway.info.hooked, open_embedded(setup, folder={FIJI!r}).info == gateway.info)
tell(lambda: gateway.run_macro('open("/nowhere.tif");'))
print(ij.py.run_macro("#@output String found\\nfound = 'alive';")["found"])
print(ij.IJ.getDirectory("home"))
ij.py.run_plugin("Gaussian Blur...", {{"sigma": 3}}, imp=ij.IJ.createImage("a", "8-bit", 90, 90, 9))
"""
    )
    lines = _real(
        code, tmp_path, HOME=str(home), DEEPBACS_ZOO_CACHE=str(cache_folder())
    ).splitlines()
    assert lines[:2] == ["True", "True True"]
    assert "File not found: /nowhere.tif" in lines[2]
    assert lines[3:] == ["alive", f"{home}{os.sep}"]
    assert list(home.iterdir()) == []


@REAL
def test_our_session_cannot_be_started_after_another(tmp_path):
    code = (
        BEGIN
        + f"""
open_embedded(setup)
tell(lambda: start_pyimagej(setup, {FIJI!r}))
"""
    )
    assert "Java runs already in this process" in run(code, tmp_path)


@REAL
@pytest.mark.parametrize("bundled", [True, False])
def test_a_session_of_pyimagej_alone(bundled, tmp_path):
    fiji, home = tmp_path / "Fiji", tmp_path / "home"
    (home / ".java" / ".userPrefs").mkdir(parents=True)
    for path in sorted(Path(FIJI).rglob("*.jar")):
        link = fiji / path.relative_to(FIJI)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path)
    if bundled:
        (fiji / "plugins").mkdir(exist_ok=True)
    code = (
        BEGIN
        + f"""
import shutil
if {bundled}: shutil.copy(setup.plugin_jar, {str(fiji / "plugins")!r})
{RAW.format(fiji=str(fiji), folder=str(home))}
gateway = tell(lambda: attach(ij))
if gateway is not None:
    session.fill()
    before = session.look()
    given = {{"a": image(np.full((3, 40, 30), 255, np.uint8), "zyx")}}
    for code in ('run("Gaussian Blur...", "sigma=7 stack");', 'run("Close All");'):
        gateway.run_macro(code, images=given)
    print(gateway.info.hooked, session.look() == before)
tell(lambda: open_embedded(setup))
tell(lambda: start_pyimagej(setup, {str(fiji)!r}))
"""
    )
    first, second, third = _real(code, tmp_path).splitlines()
    if bundled:
        assert first == "False True"
        assert "an ImageJ that swallows errors" in second
    else:
        assert "its Java does not have our plugin" in first
        assert "its Java does not have our plugin" in second
    assert "Java runs already in this process" in third


def _real(code, tmp_path, **variables):
    """Run Python, whose log of pyimagej, and of Java's first start at a home, is left out."""
    quiet = "import logging\nlogging.disable(logging.WARNING)\n"
    return run(quiet + code, tmp_path, **variables)
