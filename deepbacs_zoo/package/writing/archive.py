"""Archives whose bytes depend on their content alone."""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

__all__ = ["clean_torch_archive", "pack"]

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_FIRST: Final = "rdf.yaml"

# PyTorch aligns the data of tensors so that they can be mapped into memory, and fills the gap with
# an extra field of this tag (caffe2/serialize/inline_container.cc).
_ALIGNMENT: Final = 64
_PADDING_TAG: Final = b"FB"
_LOCAL_HEADER: Final = 30


def pack(folder: Path, archive: Path) -> None:
    """Write every file of ``folder`` into a zip, the description first and the rest by name.

    Members are stored, not deflated: weights do not shrink, and the bytes of a deflated member
    depend on the version of the compression library.

    Parameters
    ----------
    folder
        The folder; its own name does not enter the archive.
    archive
        The new file.
    """
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file()),
        key=lambda path: (path.name != _FIRST, path.relative_to(folder).as_posix()),
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for path in files:
            member = _member(path.relative_to(folder).as_posix())
            with path.open("rb") as source, out.open(member, "w", force_zip64=False) as target:
                while block := source.read(1 << 20):
                    target.write(block)


def clean_torch_archive(path: Path) -> None:
    """Rewrite a file of ``torch.jit.save`` or ``torch.save`` without traces of its making.

    Dropped are the debug records (``*.debug_pkl``: source files and lines of the exporting
    computer; read only to print prettier error messages) and the serialization id, a hash over the
    dropped records.  Names that the tracer numbered per process (``___torch_mangle_7``) are
    numbered from 0, so that a second export in one process gives the same bytes.

    Parameters
    ----------
    path
        The file; replaced.
    """
    with zipfile.ZipFile(path) as archive:
        members = {
            info.filename: archive.read(info)
            for info in archive.infolist()
            if not info.filename.endswith((".debug_pkl", "/.data/serialization_id"))
        }
    members = _renumbered(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as out:
        for name in _torch_order(members):
            member = _member(name)
            assert out.fp is not None
            member.extra = _padding(out.fp.tell() + _LOCAL_HEADER + len(name.encode()))
            out.writestr(member, members[name])


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.create_system = 3  # Unix, whatever computer this is
    member.external_attr = 0o100644 << 16
    member.compress_type = zipfile.ZIP_STORED
    return member


def _padding(position: int) -> bytes:
    """Return an extra field that brings the data behind it to a multiple of the alignment."""
    fill = -(position + 4) % _ALIGNMENT
    return _PADDING_TAG + struct.pack("<H", fill) + b"Z" * fill


def _torch_order(members: Mapping[str, bytes]) -> Iterator[str]:
    """Yield names by folder and number; the reader asks for members by name only."""
    yield from sorted(
        members,
        key=lambda name: [part.zfill(9) if part.isdigit() else part for part in name.split("/")],
    )


def _renumbered(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the tracer's names numbers from 0 upwards, in their old order.

    The names stand in file names, in the code, and in ``data.pkl`` as lines of GLOBAL opcodes,
    which end with a line break and state no length, so that a name may change its length.
    """
    pattern = re.compile(rb"___torch_mangle_(\d+)")
    texts = [name for name in members if name.endswith((".py", "/data.pkl"))]
    found = {int(number) for name in texts for number in pattern.findall(members[name])}
    found |= {int(number) for name in members for number in pattern.findall(name.encode())}
    new = {old: index for index, old in enumerate(sorted(found))}

    def rename(data: bytes) -> bytes:
        return pattern.sub(lambda hit: b"___torch_mangle_%d" % new[int(hit[1])], data)

    return {
        rename(name.encode()).decode(): rename(data) if name in texts else data
        for name, data in members.items()
    }
