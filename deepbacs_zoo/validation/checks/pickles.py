"""Code that files of weights call when they are read, found without reading them as such."""

from __future__ import annotations

import io
import pickletools
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from typing import IO, Final

__all__ = ["calls_of", "is_dangerous", "mentions"]

_MOST_BYTES: Final = 4 * 2**20
"""Of one pickle that are followed; tensors lie outside it."""
_BLOCK: Final = 2**20
_MARK: Final = b"\x80"
_NAME: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)+")
_TEXTS: Final = frozenset(
    {"UNICODE", "BINUNICODE", "BINUNICODE8", "SHORT_BINUNICODE", "STRING", "BINSTRING"}
    | {"SHORT_BINSTRING"}
)
_PUTS: Final = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})
_GETS: Final = frozenset({"GET", "BINGET", "LONG_BINGET"})
_TENSORS: Final = re.compile(
    r"collections\.OrderedDict|_codecs\.encode|(builtins|__builtin__)\.(set|dict|list|int|float)"
    r"|torch\.(Size|device|Tensor|\w*Storage|b?float\w*|u?int\w*|complex\w*|bool|half|double|long)"
    r"|torch\._utils\._rebuild_\w+|torch\._tensor\._rebuild_\w+|torch\.nn\.parameter\.Parameter"
    r"|torch\.storage\.\w+|torch\.serialization\._get_layout"
    r"|numpy\.(ndarray|dtype)|numpy\._?core\.multiarray\.(_reconstruct|scalar)"
)
"""Names that tensors and arrays are made by."""
_DANGEROUS: Final = re.compile(
    r"(os|posix|nt|subprocess|sys|shutil|socket|ctypes|pty|runpy|importlib|webbrowser|marshal|code"
    r"|pickle|_pickle|requests|urllib|http|asyncio|multiprocessing|pip|torch\.hub)\b.*"
    r"|(builtins|__builtin__)\.(eval|exec|compile|open|getattr|__import__|execfile|input)"
    r"|(operator|functools)\..*"
)


def calls_of(file: IO[bytes]) -> tuple[str, ...]:
    """Return the names that a file imports and calls when it is read, except those of tensors.

    Parameters
    ----------
    file
        A file of ``torch.save`` of any version, or a pickle; others call nothing.  TorchScript
        calls nothing either: PyTorch reads it without Python.
    """
    start = file.read(4)
    file.seek(0)
    is_archive = start == b"PK\x03\x04"
    found = tuple(_in_archive(file) if is_archive else _names(file.read(_MOST_BYTES)))
    return tuple(dict.fromkeys(name for name in found if not _TENSORS.fullmatch(name)))


def is_dangerous(name: str) -> bool:
    """Return whether a name starts programs, writes files or runs any code."""
    return _DANGEROUS.fullmatch(name) is not None


def _in_archive(file: IO[bytes]) -> Iterator[str]:
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        if any(name.endswith("/constants.pkl") for name in names):  # TorchScript
            return
        for name in names:
            if name.endswith(".pkl"):
                with archive.open(name) as member:
                    yield from _names(member.read(_MOST_BYTES))


def _names(data: bytes) -> Iterator[str]:
    """Yield the names in pickles that follow each other, as far as these can be followed.

    Old pickles have no mark at their beginning; anything may be one, so that only names count that
    can be names.
    """
    stream = io.BytesIO(data)
    is_marked = data[:1] == _MARK
    while stream.tell() == 0 or data[stream.tell() : stream.tell() + 1] == _MARK:
        try:
            for name in _names_of_one(stream):
                if is_marked or _NAME.fullmatch(name):
                    yield name
        except (ValueError, EOFError, IndexError, KeyError):
            if len(data) == _MOST_BYTES:
                yield f"unknown names beyond {_MOST_BYTES >> 20} MiB"
            return


def _names_of_one(stream: io.BytesIO) -> Iterator[str]:
    texts = deque(["?", "?"], maxlen=2)  # the last values, as far as they are texts
    memo: dict[int, str] = {}
    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name in ("GLOBAL", "INST"):
            yield str(argument).replace(" ", ".", 1)
            texts.append("?")
        elif name == "STACK_GLOBAL":
            yield f"{texts[-2]}.{texts[-1]}"
            texts.append("?")
        elif name in _TEXTS:
            texts.append(str(argument))
        elif name == "MEMOIZE" or name in _PUTS:
            memo[len(memo) if argument is None else int(argument)] = texts[-1]
        elif name in _GETS:
            texts.append(memo.get(int(str(argument)), "?"))
        else:
            texts.append("?")


def mentions(file: IO[bytes], words: tuple[bytes, ...]) -> tuple[str, ...]:
    """Return those of some words that stand in a file of any length."""
    found: dict[str, None] = {}
    before = b""
    longest = max(map(len, words))
    while block := file.read(_BLOCK):
        text = before + block
        found |= dict.fromkeys(word.decode() for word in words if word in text)
        before = text[-longest:]
    return tuple(found)
