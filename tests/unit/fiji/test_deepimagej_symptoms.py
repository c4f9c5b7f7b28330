"""What deepImageJ prints, and the error that it becomes."""

from pathlib import Path

import pytest

from deepbacs_zoo.errors import DataError, HostError, MacroError, PackageError, UsageError
from deepbacs_zoo.fiji.deepimagej.ended import Ended
from deepbacs_zoo.fiji.deepimagej.symptoms import Subjects, failure_of, timed_out

SUBJECTS = Subjects("cells.tif, plane 2 of 3", Path("model.zip"), Path("Fiji.app"))
CRASH = """\
# SIGSEGV (0xb)
# Problematic frame:
# C  [libonnxruntime4j_jni.so+0x1]
Event: Exception java/lang/ClassNotFoundException
"""


def error_of(output="", errors="", status=0, crash=""):
    return failure_of(Ended(status, output, errors, crash), SUBJECTS)


@pytest.mark.parametrize(
    ("line", "kind", "where", "words"),
    [
        ("<Out of memory>", HostError, "cells.tif, plane 2 of 3", "heap"),
        ("java.lang.OutOfMemoryError: Java heap space", HostError, "cells.tif", "heap"),
        ("Please install a compatible engine and try again", HostError, "Fiji.app", "no engine"),
        (
            "java.lang.UnsupportedClassVersionError: DeepImageJ_Run has been compiled by a more "
            "recent version of the Java Runtime",
            UsageError,
            "Fiji.app",
            "newer Java",
        ),
        ('Macro Error: Unrecognized command: "DeepImageJ Run"', UsageError, "Fiji.app", "command"),
        ("DeepImageJ requires to the variable 'model_path'", MacroError, "Fiji.app", "options"),
        ("Missing input tensor: raw", MacroError, "Fiji.app", "options"),
        ("java.lang.NoSuchMethodError: 'void a.B.c()'", HostError, "Fiji.app", "fit each other"),
        ("java.lang.NoClassDefFoundError: a/B", HostError, "Fiji.app", "fit each other"),
        (
            "Tiling cannot happen accross the channel dimension",
            DataError,
            "cells.tif",
            "number of channels",
        ),
        ("Error in the axes size selected", DataError, "cells.tif", "too small"),
        (
            "Shared memory segment already exists with different dimensions",
            PackageError,
            "model.zip",
            "another size",
        ),
        ('Cannot read, because "inputSize" is null', PackageError, "model.zip", "another size"),
        ("java.io.FileNotFoundException: /x/rdf.yaml", HostError, "cells.tif", "did not find"),
        ("The provided input folder does not exist: /x", HostError, "cells.tif", "did not find"),
        (
            "Macro Error: Unsupported format or file not found:",
            HostError,
            "cells.tif",
            "did not find",
        ),
        (
            "The provided output folder does not exist and cannot be created: /x",
            HostError,
            "cells.tif",
            "could not write",
        ),
        (
            "The model was not found either locally or in the Bioimage.io repo",
            HostError,
            "cells.tif",
            "did not find",
        ),
        ("Unknown builtin op: aten::new_one", PackageError, "model.zip", "TorchScript"),
        (
            "IllegalArgumentException: Unsupported tensor type: <f2",
            PackageError,
            "model.zip",
            "type",
        ),
        ("DefaultCPUAllocator: can't allocate memory", HostError, "cells.tif", "heap"),
        ("at ai.djl.pytorch.jni.LibUtils.downloadPyTorch(x)", HostError, "Fiji.app", "online"),
        (
            "<worker process terminated with exit code 137>",
            HostError,
            "cells.tif",
            "before it gave a result",
        ),
    ],
)
@pytest.mark.parametrize("stream", ["output", "errors"])
def test_a_line_is_the_cause(line, kind, where, words, stream):
    error = error_of(**{stream: f"Fiji folder: /fiji\n{line}\n\tat ij.IJ.run(IJ.java:1)\n"})
    assert isinstance(error, kind)
    assert str(error).startswith(where)
    assert words in str(error)
    assert line in error.__notes__[0]


def test_a_crash_is_named_by_its_signal_and_frame():
    error = error_of("SIGSEGV", "NoSuchMethodError", -6, CRASH)
    assert isinstance(error, HostError)
    assert "crashed (SIGABRT)" in str(error)
    assert "libonnxruntime4j_jni" in str(error)


def test_a_killed_process_is_named_by_its_signal():
    assert "crashed (SIGKILL)" in str(error_of(status=-9))


def test_another_status_is_an_error_with_the_last_exception():
    error = error_of("", "x.Y: no\nCaused by: a.DullException: dull\n\tat b.C", 3)
    assert "status 3" in str(error)
    assert "DullException: dull" in str(error)


def test_what_is_not_known_comes_with_its_log():
    error = error_of("java.lang.IllegalStateException: the moon is full\n\tat a.B.c(B.java:1)\n")
    assert isinstance(error, MacroError)
    assert "the moon is full" in str(error)
    assert "the moon is full" in error.log


def test_silence_is_an_error_too():
    assert "gave no result" in str(error_of())


def test_long_lines_are_cut():
    assert len(str(error_of("a.BException: " + "x" * 1_000_000))) < 600


def test_a_time_limit_names_the_option():
    error = timed_out(SUBJECTS, 600.0)
    assert "600 s for one plane" in str(error)
    assert "timeout" in str(error)


def test_an_engine_that_ended_well_is_no_cause():
    error = error_of(errors="<worker process terminated with exit code 0>\nException: other")
    assert isinstance(error, MacroError)
