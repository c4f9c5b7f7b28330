"""Gateways on the jars of a Fiji folder, and what is said where none can start."""

from __future__ import annotations

import dataclasses
import os
import stat
import zipfile

import numpy as np
import pytest

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji import open_gateway, open_worker
from deepbacs_zoo.fiji.gateways import worker
from deepbacs_zoo.prediction import predict
from deepbacs_zoo.prediction.fiji import open_fiji
from tests.fiji.gateways import BROKEN, gateway_setup, image
from tests.fiji.segmenting import cells, segmenter
from tests.fiji.test_embedded import run

POSIX = pytest.mark.skipif(os.name != "posix", reason="a program that is a script")


@pytest.fixture
def fiji(tmp_path):
    """A folder with ImageJ, a library that is older than ours, a plugin and a macro."""
    folder = tmp_path / "Fiji ü"
    (folder / "plugins").mkdir(parents=True)
    (folder / "jars").mkdir()
    core = next(jar for jar in gateway_setup().classpath if jar.name.startswith("ij-"))
    with (
        zipfile.ZipFile(core) as ours,
        zipfile.ZipFile(folder / "jars" / core.name, "w") as theirs,
    ):
        for entry in ours.infolist():
            more = b"\nname=that of the folder\n" if entry.filename == "IJ_Props.txt" else b""
            theirs.writestr(entry, ours.read(entry) + more)
    with zipfile.ZipFile(folder / "jars" / "gson-2.8.jar", "w") as archive:
        archive.writestr("com/google/gson/Gson.class", b"of another time")
        archive.writestr("com/google/gson/JsonParser.class", b"of another time")
    with zipfile.ZipFile(folder / "plugins" / "mine-1.0.jar", "w") as archive:
        archive.writestr("plugins.config", f'Plugins>Mine, "My Command", {BROKEN}("message")\n')
    return folder


def test_a_folder_brings_its_imagej_its_plugins_and_its_paths(fiji):
    with open_worker(gateway_setup(), folder=fiji, timeout=60) as gateway:
        assert gateway.info.imagej == "1.54p"
        assert gateway.run_macro('run("My Command");').log == "all is well\n"
        found = gateway.run_macro('return getDirectory("imagej");').value
        assert found == f"{fiji}{os.sep}"
        code = 'return call("ij.Prefs.getString", "name");'
        assert gateway.run_macro(code).value == "that of the folder"


@pytest.mark.slow
def test_predictions_on_a_folder_are_those_of_python(fiji, tmp_path):
    model = segmenter(tmp_path / "model.zip")
    given = image((cells(120, 150) * 1000 + 2000).astype(np.uint16))
    with open_worker(gateway_setup(), folder=fiji) as gateway, open_fiji(model, gateway) as inside:
        found = inside.predict(given)
    expected = predict(model, given)
    assert found.n_objects == expected.n_objects > 0
    np.testing.assert_array_equal(found.content.array, expected.content.array)


def test_an_embedded_gateway_takes_a_folder(fiji, tmp_path):
    code = f"""
folder = {str(fiji)!r}
gateway = open_embedded(setup, folder=folder)
print(gateway.run_macro('run("My Command");').log, end="")
print(open_embedded(setup, folder=folder).info == gateway.info)
for other in (None, "/nowhere"):
    try: open_embedded(setup, folder=other)
    except (HostError, UsageError) as error: print(error.what)
"""
    assert run(code, tmp_path).splitlines() == [
        "all is well",
        "True",
        "Java runs already in this process, with other jars or another heap",
        "there is no such folder",
    ]


def test_a_folder_that_is_no_fiji_is_refused_before_java_starts(tmp_path):
    with pytest.raises(UsageError, match="no folder jars"):
        open_worker(gateway_setup(), folder=tmp_path)


def test_an_imagej_that_cannot_be_patched_is_an_error_with_its_cause(fiji):
    with zipfile.ZipFile(fiji / "jars" / "ij-1.54p.jar", "w") as archive:
        archive.writestr("ij/IJ.class", b"no class at all")
    with pytest.raises(HostError, match="cannot be made ready") as caught:
        open_worker(gateway_setup(), folder=fiji)
    assert not str(caught.value.value).startswith(("\t", "at "))
    assert "update the Fiji" in str(caught.value.hint)


def test_a_start_that_fails_shows_its_cause():
    setup = gateway_setup()
    kept = tuple(jar for jar in setup.classpath if not jar.name.startswith("gson"))
    with pytest.raises(HostError, match="it did not start") as caught:
        open_worker(dataclasses.replace(setup, classpath=kept))
    assert caught.value.value.startswith("java.lang.ClassNotFoundException: com.google.gson")
    assert "\tat " in "".join(caught.value.__notes__)


def java_that(does, tmp_path):
    """A set-up whose Java is a script."""
    program = tmp_path / "java"
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    java = dataclasses.replace(gateway_setup().java, executable=program)
    return dataclasses.replace(gateway_setup(), java=java)


@POSIX
def test_a_java_that_hangs_at_its_start_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(worker, "_SECONDS_TO_START", 1.0)
    number = tmp_path / "number"
    with pytest.raises(HostError, match=r"has not started in time, and was stopped \(1 s\)"):
        open_worker(java_that(f"echo $$ > {number}; exec sleep 600", tmp_path))
    with pytest.raises(ProcessLookupError):
        os.kill(int(number.read_text()), 0)


@POSIX
def test_where_no_gateway_starts_all_ways_and_tries_are_listed(tmp_path):
    setup = java_that("echo no luck; exit 3", tmp_path)
    setup = dataclasses.replace(setup, java=dataclasses.replace(setup.java, libjvm=None))
    with pytest.raises(HostError, match="no way to it works here") as caught:
        open_gateway(setup)
    text = str(caught.value)
    for name in ("attach", "open_worker", "open_embedded", "start_pyimagej", "fiji doctor"):
        assert name in text
    assert "open_worker: it did not start, its process ended with status 3" in text
    assert "open_embedded: this Java has no library" in text
    assert len(caught.value.__notes__) == 2


@pytest.mark.slow
def test_the_first_way_that_works_is_taken(fiji):
    with open_gateway(gateway_setup(), folder=fiji) as gateway:
        assert gateway.run_macro('run("My Command"); return "x";').value == "x"
        assert gateway.info.pid != os.getpid()


@pytest.mark.slow
def test_a_running_imagej_is_the_first_way(tmp_path):
    code = """
import os
from deepbacs_zoo.fiji import open_gateway
open_embedded(setup)
print(open_gateway(setup).info.pid == os.getpid())
"""
    assert run(code, tmp_path) == "True\n"
