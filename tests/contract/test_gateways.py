"""What every gateway to ImageJ promises, the fake one included."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from deepbacs_zoo.errors import DataError, HostError, MacroError, UsageError
from deepbacs_zoo.fiji.gateways.fake import FakeGateway
from deepbacs_zoo.fiji.gateways.outcome import MacroOutcome
from deepbacs_zoo.fiji.gateways.worker import open_worker
from deepbacs_zoo.fiji.java.folder import check_pyimagej, read_folder
from deepbacs_zoo.images import Calibration
from tests.contract.hosts import RemoteGateway
from tests.fiji.gateways import BROKEN, gateway_setup, image

KNOWN = Calibration(x=0.08, y=0.09, z=0.3, unit="µm", frame_interval=2.5)

# Macros of this suite, each with what it comes to where there is no ImageJ.
VALUE = 'return "done";'
NOTHING = "x = 1;"
ARGUMENT = "return getArgument();"
PRINTS = 'print("one"); print("zwei ü 漢");'
UNDEFINED = 'x = 1;\n\ny = undefined(x);\nprint("after");'
SYNTAX = "x = ;"
UNKNOWN = 'run("No Such Command"); print("after");'
NO_IMAGE = 'run("Invert"); print("after");'
NOT_TEXT = "return 1;"
MISSING = 'open("/nowhere/at all.tif"); print("after");'
CALL_FAILS = f'call("{BROKEN}.fail"); print("after");'
NO_CLASS = 'call("No.method"); print("after");'
EXIT = 'print("before"); exit(); print("after");'
EXIT_MESSAGE = 'print("before"); exit("enough is enough"); print("after");'
ABORTED = 'return eval("undefined(1)");'
DIALOG = 'Dialog.create("a"); Dialog.addNumber("n", 1); Dialog.show();'
ASKS = 'n = getNumber("how many", 3); print("after");'
WAITS = 'waitForUser("look"); print("after");'
MANAGER = 'roiManager("Add"); print("after");'
NO_OPTIONS = 'newImage("A", "8-bit black", 8, 8, 1); run("Gaussian Blur..."); print("after");'
NO_WINDOW = 'run("Text Window..."); print("after");'
FILTER = 'run("Gaussian Blur...", "sigma=7 stack"); run("Invert", "stack");'
NEW = 'newImage("left", "16-bit black", 8, 8, 1);'
COUNT = 'return "" + nImages + " " + nResults;'
ACTIVE = "return getTitle();"
RESULTS = (
    'setResult("Area", 0, 1.5); setResult("Area", 1, NaN); setResult("Name", 0, "a,b");'
    'setResult("Label", 0, "first"); updateResults();'
)
TABLES = (
    'Table.create("Cells"); Table.set("n", 0, 7); Table.create("Äußere"); Table.set("s", 0, "t");'
    'Table.set("n", 1, 8, "Cells"); Table.update("Cells"); return "" + Table.size("Cells");'
)
STACK = "Stack.getDimensions(w, h, c, z, t); getVoxelSize(x, y, d, u);"
SHAPE = f'{STACK} return "" + w + "," + h + "," + c + "," + z + "," + t + "," + u;'
LOOP = "for (i = 0; i < 100000; i++) { x = i; } "
DOUBLES = 'newImage("A", "8-bit black", 4, 4, 1); newImage("A", "32-bit black", 4, 4, 1);'
COLOURS = 'newImage("C", "RGB white", 5, 4, 2); setPixel(1, 0, 0x102030);'

MESSAGES = {
    UNDEFINED: ("Undefined identifier", 3),
    SYNTAX: ("Number or numeric function expected", 1),
    UNKNOWN: ('Unrecognized command: "No Such Command"', 1),
    NO_IMAGE: ("There are no images open", 1),
    NOT_TEXT: ("Macros can only return strings", 1),
    MISSING: ("File not found: /nowhere/at all.tif", 1),
    CALL_FAILS: ("call broke, as asked", 1),
    NO_CLASS: ("Could not load class No", 1),
    EXIT_MESSAGE: ("enough is enough", 1),
    ABORTED: ("a macro that it ran was aborted", 1),
    DIALOG: ("headless dialog", 1),
    ASKS: ("headless dialog", 1),
    WAITS: ("HeadlessException", 1),
    MANAGER: ("There are no images open", 1),
    NO_OPTIONS: ("headless dialog", 1),
    NO_WINDOW: ("headless dialog", 1),
}

NAMES = {value: name for name, value in globals().items() if name.isupper() and type(value) is str}


def emulate(code, argument, images):
    """Stand in for ImageJ."""
    left = dict(images)
    if code in MESSAGES:
        message, line = MESSAGES[code]
        trace = "Exception\n\tat somewhere" if "headless" in message.lower() else None
        return MacroOutcome(failure=message, line=line, trace=trace, log=f"{message}\n"), {}
    if code.startswith("run(") and code != FILTER:
        message = "There are no images open"
        return MacroOutcome(failure=message, line=1, log=message), {}
    if code == FILTER:
        left = {name: image(each.data.values * 0, "tzcyx") for name, each in images.items()}
    if code in {NEW, COLOURS, DOUBLES}:
        left["left"] = image(np.zeros((8, 8), np.uint16))
    values = {
        VALUE: "done",
        ARGUMENT: argument,
        COUNT: f"{len(images)} 0",
        TABLES: "2",
        ACTIVE: next(iter(images), None),
    }
    tables = {
        RESULTS: {"Results": {"Label": ["first", ""], "Area": [1.5, np.nan], "Name": ["a,b", "0"]}},
        TABLES: {"Cells": {"n": [7.0, 8.0]}, "Äußere": {"s": ["t"]}},
    }
    logs = {PRINTS: "one\nzwei ü 漢\n", EXIT: "before\n"}
    outcome = MacroOutcome(values.get(code), logs.get(code, ""), tables=tables.get(code, {}))
    return outcome, left


FIJI = "DEEPBACS_ZOO_FIJI"
OF_A_FIJI = {
    "Fiji, worker": lambda setup, fiji: open_worker(setup, folder=fiji, timeout=60),
    "Fiji, embedded": lambda setup, fiji: RemoteGateway("embedded", setup, fiji),
    "Fiji, pyimagej": lambda setup, fiji: RemoteGateway("pyimagej", setup, fiji),
}
OPENERS = {
    "embedded": lambda setup, fiji: RemoteGateway("embedded", setup),
    "attached": lambda setup, fiji: RemoteGateway("attached", setup),
    "pyimagej's stand-in": lambda setup, fiji: RemoteGateway("stand_in", setup),
    "worker": lambda setup, fiji: open_worker(setup, timeout=60),
    **(OF_A_FIJI if os.environ.get(FIJI) else {}),
}
"""How each gateway is opened; those of a Fiji folder where `FIJI` names one."""
SLOW = {"attached": [pytest.mark.slow]}


def needs_pyimagej(folder):
    """Skip where pyimagej, or a part of Fiji that it needs, is missing."""
    pytest.importorskip("imagej")
    try:
        check_pyimagej(read_folder(folder))
    except UsageError as error:
        pytest.skip(str(error))


@contextmanager
def opened(name):
    """Open one of `OPENERS`; skips where something that it needs is missing."""
    fiji = os.environ.get(FIJI)
    if "worker" not in name:
        pytest.importorskip("jpype")
    if name == "Fiji, pyimagej":
        needs_pyimagej(fiji)
    gateway = OPENERS[name](gateway_setup(), fiji)
    yield gateway
    if isinstance(gateway, RemoteGateway):
        # After all these errors and a filter on several threads the process ends by itself.
        assert gateway.end() == 0
    else:
        gateway.close()


@pytest.fixture(
    params=[
        "fake",
        *(pytest.param(name, marks=SLOW.get(name, [])) for name in OPENERS),
    ],
    scope="module",
)
def gateway(request):
    if request.param == "fake":
        yield FakeGateway(emulate)
        return
    with opened(request.param) as gateway:
        yield gateway


@pytest.fixture()
def imagej(gateway):
    """A gateway with ImageJ behind it."""
    if isinstance(gateway, FakeGateway):
        pytest.skip("there is no ImageJ behind it")
    return gateway


def test_the_suites_of_gateways_run_on_the_fiji_folder_that_is_named():
    if not os.environ.get(FIJI):
        pytest.skip(f"{FIJI} names no Fiji folder: gateways to one were not tried")
    assert read_folder(os.environ[FIJI]).path.is_dir()
    assert OF_A_FIJI.keys() <= OPENERS.keys()


def test_it_says_what_is_behind_it(gateway):
    info = gateway.info
    assert info.imagej[0].isdigit()
    assert info.java[0].isdigit()
    assert info.heap_bytes > 0
    assert info.pid > 0


def test_imagej_runs_in_the_process_that_it_names(imagej):
    assert "1.5" in imagej.info.imagej  # 2.17.0/1.54p with ImageJ2
    assert imagej.info.hooked
    assert imagej.info.pid != os.getpid()


def test_a_macro_returns_its_value(gateway):
    assert gateway.run_macro(VALUE).value == "done"


def test_without_return_there_is_no_value(gateway):
    result = gateway.run_macro(NOTHING)
    assert (result.value, result.log, result.report) == (None, "", None)
    assert (dict(result.tables), dict(result.images)) == ({}, {})


@pytest.mark.parametrize("text", ["a=b", "ü 漢 🦠", 'C:\\new "x"\n\ttab', "", "é" * 10_000])
def test_an_argument_arrives_as_it_is(gateway, text):
    assert gateway.run_macro(ARGUMENT, text).value == text


def test_what_a_macro_prints_is_its_log(gateway):
    assert gateway.run_macro(PRINTS).log == "one\nzwei ü 漢\n"


@pytest.mark.parametrize("code", MESSAGES, ids=NAMES.get)
def test_every_way_to_fail_is_an_exception(gateway, code):
    message, line = MESSAGES[code]
    with pytest.raises(MacroError) as caught:
        gateway.run_macro(code)
    # Java's own word is for the log; the sentence shows the line that asks.
    expected = "there is no window (" if "headless" in message.lower() else message
    assert expected in str(caught.value)
    assert caught.value.where == f"ImageJ's macro, line {line}"
    assert "\nafter" not in f"\n{caught.value.log}", "a macro stops at its first error"
    assert str(caught.value).count("\n") == 0


WINDOWS = [DIALOG, ASKS, WAITS, NO_OPTIONS, NO_WINDOW]


@pytest.mark.parametrize("code", WINDOWS, ids=NAMES.get)
def test_what_needs_a_window_says_so(gateway, code):
    with pytest.raises(MacroError, match="there is no window") as caught:
        gateway.run_macro(code)
    assert "\tat " in caught.value.log, "the trace is in the log"


def test_exit_without_a_message_ends_a_macro_well(gateway):
    assert gateway.run_macro(EXIT).log == "before\n"


def test_a_macro_runs_after_one_that_failed(gateway):
    with pytest.raises(MacroError):
        gateway.run_macro(UNDEFINED)
    result = gateway.run_macro(VALUE)
    assert (result.value, result.log) == ("done", "")


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", ">u2", ">f4"])
def test_pixels_come_back_as_they_went(gateway, dtype):
    rng = np.random.default_rng(1)
    array = (rng.random((2, 3, 4, 17, 13)) * 250).astype(dtype)
    given = image(array, "tzcyx", calibration=KNOWN)
    found = gateway.run_macro(NOTHING, images={"ünï": given}).images["ünï"]
    np.testing.assert_array_equal(found.data.values, array)
    assert found.data.dims == ("t", "z", "c", "y", "x")
    assert found.calibration == KNOWN
    assert not found.rgb
    if dtype[0] != ">":
        assert found.data.dtype == array.dtype


def test_extreme_values_pass(gateway):
    for array in (
        np.array([[0, 1, 32767, 32768, 65535]], np.uint16),
        np.array([[np.nan, np.inf, -np.inf, -0.0, 1e-40, 3.4e38]], np.float32),
        np.array([[0, 127, 128, 255]], np.uint8),
    ):
        found = gateway.run_macro(NOTHING, images={"a": image(array)}).images["a"]
        np.testing.assert_array_equal(found.data.values[0, 0, 0], array)


def test_colours_pass(gateway):
    array = np.random.default_rng(2).integers(0, 256, (2, 3, 6, 5)).astype(np.uint8)
    given = image(array, "zcyx", rgb=True)
    found = gateway.run_macro(NOTHING, images={"colours": given}).images["colours"]
    np.testing.assert_array_equal(found.data.values[0], array)
    assert found.rgb


def test_unknown_pixel_sizes_stay_unknown(gateway):
    found = gateway.run_macro(NOTHING, images={"a": image(np.zeros((4, 4), np.uint8))})
    assert found.images["a"].calibration == Calibration()


def test_the_first_image_is_the_active_one(gateway):
    images = {name: image(np.zeros((4, 4), np.uint8)) for name in ("first", "second", "third")}
    result = gateway.run_macro(ACTIVE, images=images)
    assert result.value == "first"
    assert set(result.images) == set(images)


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "U3"])
def test_other_types_are_refused_with_a_sentence(gateway, dtype):
    with pytest.raises(DataError, match="uint8, uint16, float32"):
        gateway.run_macro(NOTHING, images={"a": image(np.zeros((4, 4), dtype))})


def test_an_image_needs_a_title_and_pixels(gateway):
    with pytest.raises(DataError):
        gateway.run_macro(NOTHING, images={"": image(np.zeros((4, 4), np.uint8))})
    with pytest.raises(DataError):
        gateway.run_macro(NOTHING, images={"a": image(np.zeros((0, 4), np.uint8))})


def test_filters_on_several_threads_change_stacks(gateway):
    array = np.full((6, 40, 30), 255, np.uint8)
    found = gateway.run_macro(FILTER, images={"stack": image(array, "zyx")})
    assert not found.images["stack"].data.values.any()


def test_nothing_is_left_for_the_next_macro(gateway):
    gateway.run_macro(RESULTS)
    assert "left" in gateway.run_macro(NEW).images
    assert gateway.run_macro(COUNT).value == "0 0"
    assert not gateway.run_macro(NOTHING).tables


def test_the_results_table_has_numbers_texts_and_labels(gateway):
    table = gateway.run_macro(RESULTS).tables["Results"]
    assert list(table.columns) == ["Label", "Area", "Name"]
    np.testing.assert_array_equal(table.columns["Area"], [1.5, np.nan])
    assert table.columns["Name"] == ("a,b", "0")
    assert len(table) == 2
    assert table.csv() == 'Label,Area,Name\nfirst,1.5,"a,b"\n,nan,0\n'


def test_tables_have_their_titles(gateway):
    result = gateway.run_macro(TABLES)
    assert result.value == "2"
    assert list(result.tables) == ["Cells", "Äußere"]
    np.testing.assert_array_equal(result.tables["Cells"].columns["n"], [7, 8])
    assert result.tables["Äußere"].columns["s"] == ("t",)
    assert result.tables["Cells"].csv() == "n\n7\n8\n"


def test_a_command_that_fails_names_itself(gateway):
    with pytest.raises(MacroError, match="There are no images open") as caught:
        gateway.run_plugin("Gaussian Blur...", {"sigma": 2.0, "stack": True})
    assert caught.value.where == "ImageJ's command 'Gaussian Blur...'"


@pytest.mark.parametrize("value", ["a]b", "a[b", "two\nlines", object()])
def test_an_option_that_imagej_cannot_read_is_refused(gateway, value):
    with pytest.raises(UsageError, match="option 'key'"):
        gateway.run_plugin("Any", {"key": value})
    with pytest.raises(UsageError, match="option 'My Key'"):
        gateway.run_plugin("Any", {"My Key": 1})
    with pytest.raises(UsageError, match="no name"):
        gateway.run_plugin(" ", {})


# What only ImageJ itself can show.


def test_a_command_gets_its_options(imagej):
    result = imagej.run_plugin(
        "Image...",
        {"name": "a b ü", "type": "16-bit black", "width": 7, "height": 5, "slices": 2},
    )
    assert result.images["a b ü"].data.shape == (1, 2, 1, 5, 7)


def test_imagej_sees_axes_and_pixel_sizes(imagej):
    given = image(np.zeros((2, 3, 4, 6, 5), np.uint8), "tzcyx", calibration=KNOWN)
    assert imagej.run_macro(SHAPE, images={"a": given}).value == "5,6,4,3,2,microns"


def test_each_pixel_is_where_it_was(imagej):
    array = np.arange(2 * 3 * 4 * 6 * 5, dtype=np.uint16).reshape(2, 3, 4, 6, 5)
    code = (
        "Stack.setPosition(3, 2, 2); a = getPixel(4, 1);"
        "Stack.setPosition(1, 3, 1); setPixel(0, 5, 999); return '' + a;"
    )
    result = imagej.run_macro(code, images={"a": image(array, "tzcyx")})
    assert result.value == str(array[1, 1, 2, 1, 4])
    found = result.images["a"].data.values
    assert found[0, 2, 0, 5, 0] == 999
    assert (found != array).sum() == 1


@pytest.mark.parametrize(
    ("unit", "interval", "expected"),
    [
        ("unit=nm pixel_width=80 pixel_height=80 voxel_depth=300", "[2500 msec]", 0.08),
        ("unit=um pixel_width=0.5 pixel_height=0.5 voxel_depth=1", "[2.5 sec]", 0.5),
        ("unit=pixel pixel_width=1 pixel_height=1 voxel_depth=1", "[2.5 sec]", None),
        ("unit=inch pixel_width=0.0138 pixel_height=0.0138 voxel_depth=1", "[2.5 sec]", None),
    ],
)
def test_units_of_imagej_become_micrometers(imagej, unit, interval, expected):
    code = f'run("Properties...", "channels=1 slices=1 frames=1 {unit} frame={interval}");'
    given = {"a": image(np.zeros((4, 4), np.uint8))}
    found = imagej.run_macro(code, images=given).images["a"].calibration
    assert found.x == (expected and pytest.approx(expected))
    assert found.unit == ("pixel" if expected is None else "µm")


def test_colour_images_become_three_channels(imagej):
    found = imagej.run_macro(COLOURS).images["C"]
    assert found.rgb
    assert found.data.shape == (1, 2, 3, 4, 5)
    assert found.data.values[0, 0, :, 0, 1].tolist() == [0x10, 0x20, 0x30]
    assert (found.data.values[0, 1] == 255).all()


def test_signed_numbers_become_float(imagej):
    code = f'newImage("S", "16-bit black", 3, 2, 1); call("{BROKEN}.sign");'
    found = imagej.run_macro(code).images["S"].data
    assert found.dtype == np.float32
    assert found.values.ravel()[:2].tolist() == [-5, -32768]


def test_two_images_of_one_title_are_both_there(imagej):
    assert list(imagej.run_macro(DOUBLES).images) == ["A", "A (2)"]


def test_images_shown_after_batch_mode_are_there(imagej):
    code = 'setBatchMode(true); newImage("B", "8-bit black", 4, 4, 1); setBatchMode(false);'
    assert list(imagej.run_macro(code).images) == ["B"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("Misbehave throw", "plugin broke, as asked"),
        ("Misbehave error", "the plugin says no"),
    ],
)
def test_a_plugin_that_fails_ends_the_macro(imagej, command, message):
    code = f'call("{BROKEN}.register"); run("{command}"); print("after");'
    with pytest.raises(MacroError, match=message) as caught:
        imagej.run_macro(code)
    assert "\nafter" not in f"\n{caught.value.log}"
    assert caught.value.what == message or "java.lang.IllegalState" in caught.value.log


def test_a_message_is_no_error(imagej):
    code = f'call("{BROKEN}.register"); run("Misbehave message"); return "after";'
    result = imagej.run_macro(code)
    assert (result.value, result.log) == ("after", "all is well\n")


def test_a_table_that_a_plugin_shows_is_there(imagej):
    code = f'call("{BROKEN}.register"); run("Misbehave table"); return "" + Table.get("n", 0);'
    result = imagej.run_macro(code)
    assert result.value == "3"
    np.testing.assert_array_equal(result.tables["Own table"].columns["n"], [3])


def test_particles_are_measured_and_summed_up(imagej):
    array = np.zeros((3, 30, 30), np.uint8)
    array[:, 5:10, 5:10] = array[1, 20:25, 20:22] = 255
    code = (
        'setThreshold(128, 255); run("Set Measurements...", "area redirect=None decimal=3");'
        'run("Analyze Particles...", "display summarize stack");'
    )
    result = imagej.run_macro(code, images={"cells": image(array, "zyx")})
    assert sorted(result.tables["Results"].columns["Area"]) == [10, 25, 25, 25]
    np.testing.assert_array_equal(result.tables["Summary of cells"].columns["Count"], [1, 2, 1])


def test_what_java_prints_is_in_the_log(imagej):
    assert imagej.run_macro(f'call("{BROKEN}.print", "ü");').log == "out ü\nerr ü\n"


def test_a_long_log_keeps_both_ends(imagej):
    code = (
        's = "0123456789"; for (i = 0; i < 5; i++) s = s + s + s + s + s;'
        'print("begin"); for (i = 0; i < 300; i++) print(s); print("end");'
    )
    log = imagej.run_macro(code).log
    assert log.startswith("begin\n")
    assert log.endswith("\nend\n")
    assert "bytes are left out" in log
    assert len(log) < 5 * 2**20


def test_a_nested_macro_that_fails_is_for_the_outer_one_to_see(imagej):
    code = 'if (eval("undefined(1)") == "[aborted]") return "seen"; return "not seen";'
    assert imagej.run_macro(code).value == "seen"


def test_files_of_any_name_are_found(imagej, tmp_path):
    path = tmp_path / "ä ü 漢 (1) [x].tif"
    code = 'saveAs("tiff", getArgument()); close(); open(getArgument()); return getTitle();'
    given = {"a": image(np.zeros((4, 4), np.uint8))}
    assert imagej.run_macro(code, str(path), images=given).value == path.name
    assert path.is_file()


def test_a_file_that_cannot_be_written_is_an_error(imagej, tmp_path):
    code = 'saveAs("tiff", getArgument()); print("after");'
    given = {"a": image(np.zeros((4, 4), np.uint8))}
    with pytest.raises(MacroError) as caught:
        imagej.run_macro(code, str(tmp_path / "missing" / "a.tif"), images=given)
    assert "\nafter" not in f"\n{caught.value.log}"


def test_a_file_that_is_no_image_is_an_error(imagej, tmp_path):
    path = tmp_path / "broken.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n no image at all")
    with pytest.raises(MacroError):
        imagej.run_macro("open(getArgument());", str(path))


def test_three_hundred_macros_leave_memory_flat(imagej):
    array = np.zeros((4, 256, 256), np.uint16)
    code = f'{FILTER} run("Duplicate...", "title=copy duplicate"); {RESULTS}'
    used = []
    for number in range(300):
        imagej.run_macro(code, images={"a": image(array, "zyx")})
        if number in {60, 299}:
            used.append(int(imagej.run_macro(f'return call("{BROKEN}.memory");').value))
    assert used[1] - used[0] < 3 * 2**20, used


DESTROYS = [
    'run("Close All");',
    'close("*");',
    'run("Clear Results"); setResult("theirs", 0, 1); updateResults();',
    'setOption("BlackBackground", false);',
    "setForegroundColor(9, 9, 9); setBackgroundColor(8, 8, 8);",
    'run("Set Measurements...", "area mean redirect=None decimal=2");',
    'call("ij.Prefs.set", "mine.key", "lost"); call("ij.Prefs.set", "other.key", "new");',
    'call("ij.Prefs.savePreferences");',
    'setBatchMode(true); newImage("A", "8-bit black", 9, 9, 1); setBatchMode(false);',
    'setBatchMode("exit and display");',
    'newImage("A", "8-bit black", 9, 9, 1); makeRectangle(1, 1, 2, 2); run("Select None");',
    'newImage("mine", "8-bit black", 9, 9, 1); selectImage("mine"); run("Invert"); close();',
    'newImage("A", "8-bit black", 9, 9, 1); makeRectangle(1, 1, 2, 2); roiManager("Add");',
    'roiManager("reset");',
    "undefined(x);",
    'exit("no");',
    'run("Invert");',
    'run("Gaussian Blur...", "sigma=2 stack"); run("Restore Selection");',
    FILTER,
]


def test_a_live_session_is_neither_seen_nor_changed(gateway):
    if not isinstance(gateway, RemoteGateway):
        pytest.skip("nobody else uses its ImageJ")
    gateway.session("fill")
    before = gateway.session("look")
    assert [each["title"] for each in before["images"]] == ["mine", "also mine"]
    for code in DESTROYS:
        with suppress(MacroError):
            gateway.run_macro(code)
        assert gateway.session("look") == before, code
    given = {"mine": image(np.full((3, 8, 8), 7, np.uint8), "zyx")}
    found = gateway.run_macro(f"{FILTER} {COUNT}", images=given)
    assert (found.value, list(found.images)) == ("1 0", ["mine"])
    with pytest.raises(HostError):
        gateway.run_macro("while (true) run('Invert', 'stack');", images=given, timeout=0.5)
    assert gateway.session("look") == before


def test_a_closed_gateway_says_so(gateway):
    gateway.close()
    gateway.close()
    with pytest.raises(UsageError, match="closed"):
        gateway.run_macro(VALUE)


def test_java_serves_another_gateway(gateway):
    if not isinstance(gateway, RemoteGateway):
        pytest.skip("the others have one of their own each")
    gateway.again()
    assert gateway.run_macro(VALUE).value == "done"
