"""The worker as a process: it ends, whatever happens, and leaves nothing."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from deepbacs_zoo.errors import HostError, MacroError, UsageError
from deepbacs_zoo.fiji.gateways.worker import open_worker
from tests.fiji.gateways import BROKEN, gateway_setup, image

ROOT = Path(__file__).parents[2]
FOREVER = "while (true) wait(10);"
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
BEGIN = """
import sys, time, threading
from tests.fiji.gateways import gateway_setup, BROKEN
from deepbacs_zoo.fiji.java.setup import JavaEnvironment
import pickle
from deepbacs_zoo.fiji.gateways.worker import open_worker
setup = pickle.loads(bytes.fromhex(sys.argv[1]))
gateway = open_worker(setup)
print(gateway.info.pid, flush=True)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    """A folder for temporary files, in which nothing is left."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    gateway_setup()  # keeps its classes in the usual place
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert wait_for(lambda: not list(folder.iterdir())), list(folder.rglob("*"))


def wait_for(condition, seconds=15):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def is_gone(pid):
    """Whether there is no such process, not even a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def has_ended(pid):
    """Whether a process of somebody else has ended; init may be slow to take it away."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return is_gone(pid)


def python(code):
    import pickle

    words = [sys.executable, "-W", "error", "-c", BEGIN + code]
    words.append(pickle.dumps(gateway_setup()).hex())
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(words, cwd=ROOT, text=True, start_new_session=True, **pipes)
    return process, int(process.stdout.readline())


def test_it_ends_when_it_is_closed():
    gateway = open_worker(gateway_setup())
    pid = gateway.info.pid
    gateway.close()
    assert is_gone(pid)
    gateway.close()
    with pytest.raises(UsageError, match="closed"):
        gateway.run_macro("return 'a';")


def test_it_ends_when_it_is_forgotten():
    gateway = open_worker(gateway_setup())
    pid = gateway.info.pid
    del gateway
    import gc

    gc.collect()
    assert wait_for(lambda: is_gone(pid))


def test_a_macro_without_end_is_stopped_and_the_next_one_runs():
    with open_worker(gateway_setup(), timeout=1) as gateway:
        pid = gateway.info.pid
        start = time.monotonic()
        with pytest.raises(HostError, match=r"not finished in time, and was stopped \(1 s\)"):
            gateway.run_macro(FOREVER)
        assert time.monotonic() - start < 5
        assert is_gone(pid)
        assert gateway.run_macro("return 'alive';", timeout=60).value == "alive"
        assert gateway.info.pid != pid


def test_a_command_that_cannot_be_stopped_is_stopped():
    with (
        open_worker(gateway_setup()) as gateway,
        pytest.raises(HostError, match="not finished in time"),
    ):
        gateway.run_macro(f'call("{BROKEN}.sleep", "600");', timeout=1)


def test_images_that_went_in_vain_are_removed(temporary):
    with open_worker(gateway_setup()) as gateway:
        given = {"a": image(np.zeros((64, 64), np.uint8))}
        with pytest.raises(HostError):
            gateway.run_macro(FOREVER, images=given, timeout=0.5)
        with pytest.raises(MacroError):
            gateway.run_macro("undefined(1);", images=given)
        gateway.run_macro("x = 1;", images=given)
        files = [path for path in temporary.rglob("*") if path.suffix in {".in", ".out"}]
        assert files == []


def test_a_full_heap_is_a_host_error_with_advice():
    with open_worker(gateway_setup(), heap=96 * 2**20) as gateway:
        assert 64 * 2**20 < gateway.info.heap_bytes < 128 * 2**20
        with pytest.raises(HostError, match="heap was too small") as caught:
            gateway.run_macro(f'call("{BROKEN}.fill");')
        assert "heap" in str(caught.value.hint)
        assert any("OutOfMemoryError" in note for note in caught.value.__notes__)
        assert gateway.run_macro("return 'alive';").value == "alive"


def test_an_image_that_does_not_fit_is_a_host_error():
    with open_worker(gateway_setup(), heap=96 * 2**20) as gateway:
        given = {"large": image(np.zeros((40, 1000, 2000), np.uint16), "zyx")}
        with pytest.raises(HostError, match="heap was too small"):
            gateway.run_macro("x = 1;", images=given)
        with pytest.raises((HostError, MacroError), match=r"memory|heap"):
            gateway.run_macro('newImage("A", "32-bit black", 20000, 20000, 1);')
        assert gateway.run_macro("return 'alive';").value == "alive"


@pytest.mark.parametrize(("heap", "message"), [(2**20, "too little"), (2**60, "of this size")])
def test_a_heap_that_cannot_be_is_refused(heap, message):
    with pytest.raises((UsageError, HostError), match=message):
        open_worker(gateway_setup(), heap=heap)


def test_a_macro_that_ends_java_is_an_error():
    with open_worker(gateway_setup()) as gateway:
        with pytest.raises(HostError, match="ended with status 7"):
            gateway.run_macro(f'call("{BROKEN}.exit");')
        code = f'call("{BROKEN}.register"); run("Misbehave exit");'
        with pytest.raises(HostError, match="ended with status 7"):
            gateway.run_macro(code)
        assert gateway.run_macro('run("Quit"); return "alive";').value == "alive"


@POSIX
def test_a_killed_process_is_an_error_and_is_replaced():
    with open_worker(gateway_setup()) as gateway:
        pid = gateway.info.pid
        timer = threading.Timer(0.5, os.kill, (pid, signal.SIGKILL))
        timer.start()
        with pytest.raises(HostError, match="SIGKILL"):
            gateway.run_macro(FOREVER)
        timer.join()
        assert gateway.run_macro("return 'alive';").value == "alive"
        # Between two calls as well.
        os.kill(gateway.info.pid, signal.SIGKILL)
        # A zombie may have threads that are still ending: it counts when it can be waited for.
        assert wait_for(lambda: not gateway._process.is_alive)
        assert gateway.run_macro("return 'alive';").value == "alive"


@POSIX
def test_a_crash_tells_javas_last_words():
    with open_worker(gateway_setup()) as gateway:
        threading.Timer(0.5, os.kill, (gateway.info.pid, signal.SIGSEGV)).start()
        with pytest.raises(HostError, match=r"SIGABRT|SIGSEGV") as caught:
            gateway.run_macro(FOREVER)
        assert any("SIGSEGV" in note for note in getattr(caught.value, "__notes__", []))


def test_a_plugins_thread_does_not_keep_it():
    gateway = open_worker(gateway_setup())
    gateway.run_macro(f'call("{BROKEN}.thread");')
    start = time.monotonic()
    gateway.close()
    assert time.monotonic() - start < 4
    assert is_gone(gateway.info.pid)


@POSIX
@pytest.mark.parametrize("doing", ["idle", "busy"])
def test_it_ends_with_python_that_is_killed(doing):
    process, pid = python(
        f"threading.Thread(target=gateway.run_macro, args=({FOREVER!r},)).start()\n"
        "time.sleep(1)\nprint('now', flush=True)\ntime.sleep(600)\n"
        if doing == "busy"
        else "print('now', flush=True)\ntime.sleep(600)\n"
    )
    with process:
        assert process.stdout.readline() == "now\n"
        process.kill()
    assert wait_for(lambda: has_ended(pid))


@POSIX
def test_it_ends_with_python_whose_child_lives_on():
    process, pid = python(
        "import os\n"
        "child = os.fork()\n"
        "if child == 0: time.sleep(20); os._exit(0)\n"
        "print(child, flush=True)\ntime.sleep(600)\n"
    )
    with process:
        child = int(process.stdout.readline())
        process.kill()
        process.wait()
        try:
            assert wait_for(lambda: has_ended(pid))
        finally:
            os.kill(child, signal.SIGKILL)


@POSIX
def test_a_child_of_python_that_ends_does_not_end_it():
    process, _ = python(
        "import os, warnings\nwarnings.simplefilter('ignore')\n"
        "child = os.fork()\n"
        "if child == 0: sys.exit(0)\n"
        "os.waitpid(child, 0)\n"
        "print(gateway.run_macro('return \"alive\";').value, flush=True)\n"
    )
    output, _ = process.communicate(timeout=60)
    assert output == "alive\n"
    assert process.returncode == 0


@POSIX
def test_ctrl_c_ends_both():
    process, pid = python(
        # A test that runs in the background of a shell hands on that Ctrl-C is ignored.
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('now', flush=True)\n"
        f"try: gateway.run_macro({FOREVER!r})\n"
        "except KeyboardInterrupt: print('interrupted', flush=True)\n"
    )
    assert process.stdout.readline() == "now\n"
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert output == "interrupted\n"
    assert errors == ""
    assert process.returncode == 0
    assert has_ended(pid)


def test_python_ends_without_closing_it():
    process, pid = python('gateway.run_macro(\'newImage("a", "8-bit", 9, 9, 1);\')\n')
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, "")
    assert wait_for(lambda: has_ended(pid))


def test_calls_of_several_threads_wait_for_each_other():
    found = []
    with open_worker(gateway_setup()) as gateway:

        def call(number):
            found.append((number, gateway.run_macro("return getArgument();", str(number)).value))

        threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == [(number, str(number)) for number in range(8)]


def test_a_java_that_does_not_start_is_a_host_error(tmp_path):
    setup = gateway_setup()
    java = dataclasses.replace(setup.java, executable=tmp_path / "no java")
    with pytest.raises(HostError, match="does not start"):
        open_worker(dataclasses.replace(setup, java=java))


def test_no_space_for_pixels_is_a_host_error(monkeypatch):
    def full(file, images):
        raise OSError(28, "No space left on device")

    with open_worker(gateway_setup()) as gateway:
        monkeypatch.setattr("deepbacs_zoo.fiji.gateways.worker.write_pixels", full)
        with pytest.raises(HostError, match="No space left on device"):
            gateway.run_macro("x = 1;", images={"a": image(np.zeros((4, 4), np.uint8))})
        monkeypatch.undo()
        assert gateway.run_macro("return 'alive';").value == "alive"


def test_what_comes_back_can_be_changed_and_outlives_the_worker():
    array = np.arange(12, dtype=np.uint8).reshape(3, 4)
    with open_worker(gateway_setup()) as gateway:
        found = gateway.run_macro("x = 1;", images={"a": image(array)}).images["a"]
    found.data.values[0, 0, 0] += 1
    np.testing.assert_array_equal(found.data.values[0, 0, 0], array + 1)


def test_the_users_settings_are_neither_read_nor_written(tmp_path, monkeypatch):
    home = tmp_path / "home"
    (home / ".imagej").mkdir(parents=True)
    settings = home / ".imagej" / "IJ_Prefs.txt"
    settings.write_text(".bs.background=true\n")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", f"-Duser.home={home}")
    code = (
        'call("ij.Prefs.set", "my.own", "7"); call("ij.Prefs.savePreferences");'
        'return getDirectory("home") + " " + call("ij.Prefs.get", "my.own", "0");'
    )
    with open_worker(gateway_setup()) as gateway:
        assert gateway.run_macro(code).value == f"{home}/ 7"
    assert settings.read_text() == ".bs.background=true\n"
    assert [path.name for path in home.rglob("*")] == [".imagej", "IJ_Prefs.txt"]


def test_characters_of_any_language_under_a_plain_locale(tmp_path, monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.setenv(name, "C")
    path = tmp_path / "ä漢.txt"
    path.write_text("ü", "utf-8")
    with open_worker(gateway_setup()) as gateway:
        result = gateway.run_macro(
            "print('漢'); return File.openAsString(getArgument());", str(path)
        )
    assert (result.value, result.log) == ("ü\n", "漢\n")


def test_patched_classes_are_made_once(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPBACS_ZOO_CACHE", str(tmp_path / "cache"))
    with open_worker(gateway_setup()) as gateway:
        assert gateway.run_macro("return 'first';").value == "first"
    (jar,) = (tmp_path / "cache" / "patched").glob("*.jar")
    made = jar.stat().st_mtime_ns
    with open_worker(gateway_setup()):
        pass
    assert jar.stat().st_mtime_ns == made
    assert {path.name for path in jar.parent.iterdir()} <= {jar.name, ".lock"}


def test_a_cache_that_cannot_be_written_is_a_host_error(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("DEEPBACS_ZOO_CACHE", str(tmp_path / "cache"))
    with pytest.raises(HostError, match="DEEPBACS_ZOO_CACHE"):
        open_worker(gateway_setup())
