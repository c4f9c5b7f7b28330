"""Causes of a missing result, read from what deepImageJ and Java printed.

A failing command leaves no trace but its text: the macro goes on, and the process ends with 0.
Each row was seen in deepImageJ 3.1 with JDLL 0.6; the first that matches is the cause.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import (
    DataError,
    DeepbacsZooError,
    HostError,
    MacroError,
    PackageError,
    UnsupportedError,
    UsageError,
)
from deepbacs_zoo.fiji.deepimagej.ended import Ended
from deepbacs_zoo.fiji.deepimagej.installed import ONLINE
from deepbacs_zoo.fiji.gateways.heap import LARGER_HEAP
from deepbacs_zoo.fiji.java.runtime import OTHER_JAVA
from deepbacs_zoo.fiji.java.trace import cause
from deepbacs_zoo.options import Option, Text

__all__ = ["Subjects", "failure_of", "timed_out"]

_AUTHORS: Final = "tell the authors of the package"
_EXPORT: Final = "export the model anew with " + Option("consumer", "deepimagej")
_LINES: Final = 40
_LONGEST: Final = 200
_REINSTALL: Final = "update this Fiji, so that deepImageJ and its libraries fit each other"


@dataclass(frozen=True)
class Subjects:
    """The things that an error is about.

    Parameters
    ----------
    image
        The image and its plane.
    package, fiji
        Their paths.
    """

    image: str
    package: Path
    fiji: Path


@dataclass(frozen=True)
class _Symptom:
    """A text, and the error that it means.

    Parameters
    ----------
    pattern
        A regular expression.
    kind
        The class of the error.
    subject
        The field of `Subjects` that the error is about.
    what, allowed, hint
        Parts of the error.
    """

    pattern: str
    kind: type[DeepbacsZooError]
    subject: str
    what: str
    allowed: str | Text
    hint: str | Text


_OUT_OF_MEMORY: Final = _Symptom(
    r"<Out of memory>|OutOfMemoryError|insufficient memory for the Java Runtime"
    r"|DefaultCPUAllocator|CUDA out of memory",
    HostError,
    "image",
    "the memory of Java or of the engine did not suffice in deepImageJ",
    "an image that fits; deepImageJ runs it in one piece",
    LARGER_HEAP,
)
_SYMPTOMS: Final = (
    _Symptom(
        r"Please install a compatible engine",
        HostError,
        "fiji",
        "deepImageJ found no engine for the package's weights",
        "an engine of the same version of PyTorch in the folder engines",
        ONLINE,
    ),
    _Symptom(
        r"LibUtils\.downloadPyTorch|Failed to save pytorch index file",
        HostError,
        "fiji",
        "the engine has not fetched PyTorch's native library yet, and a prediction stays off the "
        "network",
        "an engine that has run a model before",
        ONLINE,
    ),
    _Symptom(
        r"UnsupportedClassVersionError",
        UsageError,
        "fiji",
        "its plugins need a newer Java than the one that was started",
        "a Java that is as new as the one of this Fiji",
        OTHER_JAVA,
    ),
    _Symptom(
        r"Unrecognized command",
        UsageError,
        "fiji",
        "ImageJ did not find deepImageJ's command in this Fiji",
        "deepImageJ 3.1 in the folder plugins",
        _REINSTALL,
    ),
    _Symptom(
        r"requires to the variable 'model_path'|Missing input tensor",
        MacroError,
        "fiji",
        "deepImageJ did not take the options of its command",
        "deepImageJ 3.1, whose options are model_path, input_path and output_folder",
        "install deepImageJ 3.1",
    ),
    _Symptom(
        r"NoSuchMethodError|NoClassDefFoundError|ClassNotFoundException|NoSuchFieldError"
        r"|IncompatibleClassChangeError",
        HostError,
        "fiji",
        "libraries that deepImageJ needs are missing or do not fit each other",
        "a Fiji whose jars are all of one date",
        _REINSTALL,
    ),
    _Symptom(
        r"Tiling cannot happen accross the channel dimension",
        DataError,
        "image",
        "deepImageJ sees another number of channels than the network takes",
        "an image with the channels of the package",
        "keep the channels that the package names",
    ),
    _Symptom(
        r"Error in the axes size selected",
        DataError,
        "image",
        "it is too small for deepImageJ's tiles",
        "an image of at least one step of the package along y and x",
        "take a larger image",
    ),
    _Symptom(
        r"Shared memory segment already exists with different dimensions|\"inputSize\" is null"
        r"|Model specs too complex|Unsupported tensor type",
        PackageError,
        "package",
        "the network gives an output of another size or data type than deepImageJ works out",
        "float32 outputs of the image's size",
        _EXPORT,
    ),
    _Symptom(
        r"No such file or directory|FileNotFoundException|not found either locally"
        r"|provided input folder does not exist|Unsupported format or file not found"
        r"|cannot be created",
        HostError,
        "image",
        "deepImageJ did not find a file that was written for it, or could not write its result",
        "a folder for temporary files that may be read and written, with free space",
        "free some space, or set TMPDIR to another folder",
    ),
    _Symptom(
        r"Unknown builtin op|Unknown type name|PytorchStreamReader|torch::jit|ErrorReport",
        UnsupportedError,
        "package",
        "the engine does not load its TorchScript weights",
        "TorchScript that PyTorch 2.0 loads",
        _EXPORT,
    ),
    _Symptom(
        r"worker process terminated with exit code (?!0\b)",
        HostError,
        "image",
        "the engine's process ended before it gave a result",
        "memory for the network and for the whole image",
        "see whether the computer's memory was full, or run the package in Python, which cuts "
        "images into tiles",
    ),
)


def timed_out(subjects: Subjects, seconds: float) -> HostError:
    """Return the error of a plane that took too long."""
    return HostError(
        subjects.image,
        "deepImageJ has not finished in time, and was stopped",
        value=f"{seconds:g} s for one plane",
        allowed="a plane that is done within the time limit",
        hint="allow more by " + Option("timeout") + ", or run the package in Python",
    )


def failure_of(ended: Ended, subjects: Subjects) -> DeepbacsZooError:
    """Return the error of a process that left no result, or ended with another status than 0.

    The last lines that it printed are a note of the error.
    """
    error = (
        _match(_OUT_OF_MEMORY, ended.text, subjects)
        or _crash(ended, subjects)
        or _symptom(ended, subjects)
        or _status(ended, subjects)
        or _unknown(ended, subjects)
    )
    lines = [line for line in ended.text.splitlines() if line.strip()]
    error.add_note("\n".join(["deepImageJ's last words:", *lines[-_LINES:]]))
    return error


def _match(row: _Symptom, text: str, subjects: Subjects) -> DeepbacsZooError | None:
    match = re.search(row.pattern, text)
    if match is None:
        return None
    # A pattern for the line would take time with the square of its length.
    begin, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
    return row.kind(
        getattr(subjects, row.subject),
        row.what,
        value=_shortened(text[begin : len(text) if end < 0 else end]),
        allowed=row.allowed,
        hint=row.hint,
    )


def _symptom(ended: Ended, subjects: Subjects) -> DeepbacsZooError | None:
    """Return the error of the first row that matches; a report of a crash holds many words."""
    text = f"{ended.errors}\n{ended.output}"
    errors = (_match(row, text, subjects) for row in _SYMPTOMS)
    return next((error for error in errors if error is not None), None)


def _crash(ended: Ended, subjects: Subjects) -> HostError | None:
    """Return the error of a process that a signal ended."""
    if not ended.crash and (ended.status is None or ended.status >= 0):
        return None
    known = {-each.value: each.name for each in signal.Signals}
    name = known.get(ended.status or 0, f"status {ended.status}")
    frame = re.search(r"Problematic frame:\s*\n#\s*(.+)", ended.crash)
    return HostError(
        subjects.fiji,
        f"the process of deepImageJ crashed ({name})",
        value=_shortened(frame[1]) if frame else None,
        allowed="an engine that runs the package's TorchScript weights",
        hint="see whether the computer's memory was full, else install the engine anew",
    )


def _status(ended: Ended, subjects: Subjects) -> HostError | None:
    """Return the error of a process that ended by itself, but not well."""
    if not ended.status:
        return None
    return HostError(
        subjects.fiji,
        f"the process of deepImageJ ended with status {ended.status}",
        value=_last_line(ended),
        allowed="a process that ends with status 0",
        hint="look at its last words, and run the model once in this Fiji by hand",
    )


def _unknown(ended: Ended, subjects: Subjects) -> MacroError:
    return MacroError(
        subjects.image,
        "deepImageJ gave no result, and its log does not name a cause that is known",
        value=_last_line(ended),
        allowed="one file for each output",
        hint=_AUTHORS,
        log=ended.text,
    )


def _last_line(ended: Ended) -> str | None:
    """Return the line that most likely says why: an error, else what was printed last."""
    macro = re.search(r"Macro Error:.*", ended.text)
    line = macro[0] if macro else cause(ended.text.splitlines())
    return None if line is None else _shortened(line)


def _shortened(line: str) -> str:
    text = line.strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."
