"""ImageJ inside Python: each case in a process of its own, with a time limit."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fiji.gateways import gateway_setup

pytest.importorskip("jpype")
ROOT = Path(__file__).parents[2]
BEGIN = """
import pickle, sys, time
import numpy as np
from deepbacs_zoo.errors import *
from deepbacs_zoo.fiji.gateways.embedded import open_embedded
from tests.fiji.gateways import BROKEN, image
setup = pickle.loads(bytes.fromhex(sys.argv[1]))
"""


def command(code):
    words = [sys.executable, "-W", "error", "-c", BEGIN + code]
    return [*words, pickle.dumps(gateway_setup()).hex()]


def run(code, tmp_path, **variables):
    """Run Python; it must end by itself, in time and with status 0, and leave no files."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = subprocess.run(
        command(code),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "TMPDIR": str(temporary), **variables},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert list(temporary.iterdir()) == []
    return done.stdout


def test_python_ends_after_a_filter_on_several_threads(tmp_path):
    code = """
gateway = open_embedded(setup)
array = np.full((6, 64, 64), 255, np.uint8)
result = gateway.run_macro('run("Gaussian Blur...", "sigma=7 stack"); run("Invert", "stack");',
                           images={"a": image(array, "zyx")})
print(result.images["a"].data.values.max())
"""
    assert run(code, tmp_path) == "0\n"


def test_python_ends_after_an_error(tmp_path):
    code = """
gateway = open_embedded(setup)
gateway.run_macro(f'call("{BROKEN}.thread");')
try: gateway.run_macro(f'call("{BROKEN}.fail");')
except MacroError as error: print(error.what)
sys.exit(0)
"""
    assert "call broke" in run(code, tmp_path)


@pytest.mark.parametrize(
    "macro",
    [
        "while (true) wait(10);",
        "while (true) {}",
        "for (;;) {}",
        "wait(600000);",
        "do { x = 1; } while (true);",
        "function f() { while (true) { x = 1; } } f();",
        'eval("while (true) {}");',
        'newImage("a", "8-bit", 9, 9, 1); while (true) run("Invert");',
    ],
)
def test_a_macro_without_end_is_stopped_and_the_next_one_runs(macro, tmp_path):
    code = f"""
gateway = open_embedded(setup)
try: gateway.run_macro({macro!r}, timeout=0.5)
except HostError as error: print(error.what)
print(gateway.run_macro("return 'alive' + nImages;").value)
"""
    assert run(code, tmp_path) == "it has not finished in time, and was stopped\nalive0\n"


def test_a_command_that_cannot_be_stopped_keeps_others_out_until_it_ends(tmp_path):
    code = """
gateway = open_embedded(setup)
try: gateway.run_macro(f'call("{BROKEN}.sleep", "10");', timeout=0.5)
except HostError as error: print(error.what)
try: open_embedded(setup).run_macro("return 'too soon';")
except HostError as error: print(error.what)
time.sleep(6)
print(gateway.run_macro("return 'alive';").value)
"""
    assert run(code, tmp_path).splitlines() == [
        "it has not finished in time, and was stopped",
        "a command that was asked to stop is still running",
        "alive",
    ]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_stops_the_macro_and_python_goes_on():
    # A test that runs in the background of a shell hands on that Ctrl-C is ignored.
    code = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
gateway = open_embedded(setup)
print("now", flush=True)
try: gateway.run_macro("while (true) wait(10);")
except KeyboardInterrupt: print("interrupted", flush=True)
print(gateway.run_macro("return 'alive';").value)
"""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command(code), cwd=ROOT, text=True, start_new_session=True, **pipes)
    assert process.stdout.readline() == "now\n"
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (output, errors, process.returncode) == ("interrupted\nalive\n", "", 0)


def test_a_full_heap_is_a_host_error_with_advice(tmp_path):
    code = """
gateway = open_embedded(setup, heap=96 * 2**20)
try: gateway.run_macro(f'call("{BROKEN}.fill");')
except HostError as error: print(error.what, "|", error.hint)
"""
    output = run(code, tmp_path)
    assert "heap was too small" in output
    assert "heap" in output


def test_java_starts_once_in_a_process(tmp_path):
    code = """
import dataclasses
first = open_embedded(setup, heap=256 * 2**20)
second = open_embedded(setup)
print(first.info == second.info)
fewer = dataclasses.replace(setup, classpath=setup.classpath[:-1])
for other, heap in ((setup, 512 * 2**20), (fewer, None)):
    try: open_embedded(other, heap=heap)
    except HostError as error: print(error.what)
"""
    lines = run(code, tmp_path).splitlines()
    assert lines[0] == "True"
    assert lines[1:] == 2 * ["Java runs already in this process, with other jars or another heap"]


def test_a_java_without_imagej_is_reported(tmp_path):
    code = """
import jpype, jpype.config
jpype.config.destroy_jvm = False
jpype.startJVM(str(setup.java.libjvm), "-Djava.awt.headless=true", "-XX:-UsePerfData")
try: open_embedded(setup)
except HostError as error: print(error.what)
"""
    assert run(code, tmp_path) == "the Java in this process has no ImageJ\n"


def test_without_jpype_the_message_names_the_command(tmp_path):
    code = """
sys.modules["jpype"] = None
try: open_embedded(setup)
except MissingExtraError as error: print(error.hint)
"""
    assert "deepbacs_zoo[fiji]" in run(code, tmp_path)


def test_characters_of_any_language_under_a_plain_locale(tmp_path):
    path = tmp_path / "ä漢.txt"
    path.write_text("ü", "utf-8")
    code = f"""
import os
gateway = open_embedded(setup)
result = gateway.run_macro("print('漢'); return File.openAsString(getArgument());", {str(path)!r})
print(ascii(result.value + result.log), os.environ["LC_ALL"])
"""
    output = run(code, tmp_path, LC_ALL="C", PYTHONUTF8="1")
    assert output == ascii("ü\n漢\n") + " C\n"


def test_large_pixels_pass_in_several_buffers(tmp_path):
    code = """
import deepbacs_zoo.fiji.gateways.jpype_exchange as jpype_exchange
jpype_exchange._CHUNK = 4096
array = np.random.default_rng(0).random((2, 3, 70, 33)).astype(np.float32)
colours = (array[0] * 255).astype(np.uint8)
gateway = open_embedded(setup)
given = {"a": image(array, "tcyx"), "b": image(colours, "cyx", rgb=True)}
found = gateway.run_macro("x = 1;", images=given).images
print(np.array_equal(found["a"].data.values[:, 0], array))
print(np.array_equal(found["b"].data.values[0, 0], colours), found["b"].rgb)
"""
    assert run(code, tmp_path) == "True\nTrue True\n"


def test_importing_the_gateways_loads_no_java(tmp_path):
    code = """
from deepbacs_zoo.fiji.gateways.worker import open_worker
print("jpype" in sys.modules)
"""
    assert run(code, tmp_path) == "False\n"
