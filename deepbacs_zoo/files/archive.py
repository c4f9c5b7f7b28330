"""Members of a zip: checked before any is read, so that none harms when it is unpacked.

Packages and data sets differ in how much they may hold and in the words of their errors; what is
dangerous is the same: names that lead out, two files of one name, zips that unpack to far more than
they are, damage.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import DataError, IntegrityError, PackageError

__all__ = ["MAX_RATIO", "RATIO_COUNTS_ABOVE", "Guard", "stated_name"]

# Against zip bombs.  Weights are numbers that hardly shrink; masks and blank test tensors shrink up
# to 1000 times (the limit of deflate) but are small.
MAX_RATIO: Final = 200
RATIO_COUNTS_ABOVE: Final = 256 * 2**20

_UTF8_FLAG: Final = 0x800
_ENCRYPTED_FLAG: Final = 1
_UNICODE_PATH: Final = 0x7075
_FOLDER_ENDS: Final = ("/", "\\")
_METHODS: Final = (
    zipfile.ZIP_STORED,
    zipfile.ZIP_DEFLATED,
    zipfile.ZIP_BZIP2,
    zipfile.ZIP_LZMA,
)

Kind = type[PackageError | DataError]


def stated_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member as the program that packed it meant it.

    Names that are not marked as UTF-8 count as code page 437.  Info-ZIP and 7-Zip state the name a
    second time in an extra field (APPNOTE 4.6.9), and macOS writes UTF-8 without the mark.
    """
    name = info.orig_filename
    if info.flag_bits & _UTF8_FLAG or name.isascii():
        return name
    raw = name.encode("cp437")
    try:
        return (_unicode_path(info.extra, zlib.crc32(raw)) or raw).decode("utf-8")
    except UnicodeDecodeError:
        return name


def _unicode_path(extra: bytes, checksum: int) -> bytes | None:
    """Return the name in the extra field, if it is there and belongs to the name beside it."""
    while len(extra) >= 4:
        tag, size = struct.unpack_from("<HH", extra)
        block, extra = extra[4 : 4 + size], extra[4 + size :]
        if tag == _UNICODE_PATH and block[:5] == struct.pack("<BL", 1, checksum):
            return block[5:]
    return None


@dataclass(frozen=True)
class Guard:
    """Limits of archives of one kind, and the words of their errors.

    Parameters
    ----------
    max_files, max_bytes
        What it may hold at most, unpacked.
    safe_name
        Returns the name of a member in the one form used here, or raises for one that leads out;
        called with the member and the name of the archive.  An empty name leaves the member out.
    harmful, unsupported
        Classes of errors: what must not be unpacked, and what cannot be.
    too_much
        What is wrong with an archive beyond the limits.
    smaller, again, plain, author
        What to do: about its size, about damage, about members that cannot be unpacked, and about
        what looks like an attack.
    whole
        What would have been right instead of a damaged zip.
    """

    max_files: int
    max_bytes: int
    safe_name: Callable[[zipfile.ZipInfo, str], str]
    harmful: Kind
    unsupported: Kind
    too_much: str
    smaller: str
    again: str
    plain: str
    author: str
    whole: str

    def members(self, archive: Sequence[zipfile.ZipInfo], label: str) -> dict[str, zipfile.ZipInfo]:
        """Return the files of a zip by their safe names; refuse what would harm when unpacked.

        Raises
        ------
        PackageError, DataError
            As the guard has it.
        IntegrityError
            The zip is damaged.
        """
        found: dict[str, zipfile.ZipInfo] = {}
        for info in archive:
            name = self.safe_name(info, label)
            if info.orig_filename.endswith(_FOLDER_ENDS) or not name:
                continue
            self._check(info, name, label)
            if not _is_same(found.setdefault(name, info), info):
                raise self.harmful(
                    f"{label}: {name}",
                    "the zip holds two files of this name",
                    allowed="each name once",
                    hint=self.author,
                )
        total = sum(info.file_size for info in found.values())
        if len(archive) > self.max_files or total > self.max_bytes:
            raise self.beyond(label, f"{len(archive)} files, {total} bytes unpacked")
        return found

    def _check(self, info: zipfile.ZipInfo, name: str, label: str) -> None:
        """Refuse one file that is damaged, packed in a way that is not read, or swollen."""
        if info.header_offset < 0:  # bytes are missing or inserted before the directory
            raise self.damaged(f"{label}: {name}", f"it starts at byte {info.header_offset}")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise self.not_unpacked(label, "it holds encrypted files")
        if info.compress_type not in _METHODS:
            raise self.not_unpacked(label, f"compression method {info.compress_type}")
        if _swollen(info):
            raise self.beyond(f"{label}: {name}", f"{info.file_size} bytes unpacked")

    @contextmanager
    def reading(self, where: str | Path) -> Iterator[None]:
        """Turn what reading a damaged or foreign zip raises into errors of this project."""
        try:
            yield
        except (RuntimeError, NotImplementedError) as error:
            # zipfile raises these for encrypted members and compression methods it lacks.
            raise self.not_unpacked(where, error) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, io.UnsupportedOperation) as error:
            raise self.damaged(where, error) from error

    def not_unpacked(self, where: str | Path, reason: object) -> PackageError | DataError:
        """Return the error for a zip that was packed in a way that is not read here."""
        return self.unsupported(
            where,
            "this zip cannot be unpacked",
            value=reason,
            allowed="stored or deflated files without a password",
            hint=self.plain,
        )

    def damaged(self, where: str | Path, reason: object) -> IntegrityError:
        """Return the error for a zip that is cut off or changed."""
        return IntegrityError(
            where,
            "the zip is cut off or damaged",
            value=reason,
            allowed=self.whole,
            hint=self.again,
        )

    def beyond(self, where: str | Path, found: str) -> PackageError | DataError:
        """Return the error for an archive that holds too much."""
        return self.harmful(
            where,
            self.too_much,
            value=found,
            allowed=f"{self.max_files} files and {self.max_bytes >> 30} GiB, large ones not packed "
            f"over {MAX_RATIO} times",
            hint=self.smaller,
        )


def _is_same(first: zipfile.ZipInfo, second: zipfile.ZipInfo) -> bool:
    """Return whether two members hold the same bytes, as far as the directory tells."""
    return (first.CRC, first.file_size) == (second.CRC, second.file_size)


def _swollen(info: zipfile.ZipInfo) -> bool:
    """Return whether a large file is packed as no file of ours is."""
    return info.file_size > max(RATIO_COUNTS_ABOVE, MAX_RATIO * max(info.compress_size, 1))
