"""A Fiji or ImageJ folder on disk: its jars, its ImageJ, and what else is in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import UsageError

__all__ = ["PYIMAGEJ_PARTS", "FijiFolder", "check_pyimagej", "read_folder", "version_of"]

PYIMAGEJ_PARTS: Final = {
    "ImageJ2": "net/imagej/ImageJ.class",
    "imagej-legacy": "net/imagej/legacy/LegacyService.class",
    "imglib2-imglyb": "net/imglib2/python/Helpers.class",
}
"""Parts of a Fiji that pyimagej needs, each with a class in its jar."""

_ALLOWED: Final = "the folder of a Fiji, which holds the folders jars and plugins"
_IMAGEJ: Final = re.compile(r"ij(-\d.*)?\.jar")
_VERSION: Final = re.compile(r"-(\d.*)\.jar$")


@dataclass(frozen=True)
class FijiFolder:
    """A folder with Fiji or plain ImageJ in it.

    Parameters
    ----------
    path
        The folder, absolute.
    imagej
        The jar of ImageJ 1.
    jars
        All other jars: those of ``jars`` first, then those of ``plugins``.
    """

    path: Path
    imagej: Path
    jars: tuple[Path, ...]

    @property
    def plugins(self) -> Path:
        """The folder of plugins, which may not exist."""
        return self.path / "plugins"

    @property
    def version(self) -> str:
        """The version of ImageJ 1, as the name of its jar has it."""
        return version_of(self.imagej)

    def jar_with(self, name: str) -> Path | None:
        """Return the first jar that has an entry, such as ``net/imagej/ImageJ.class``."""
        return next((jar for jar in self.jars if _holds(jar, name)), None)


def read_folder(path: str | Path) -> FijiFolder:
    """Look at a Fiji or ImageJ folder.

    Raises
    ------
    UsageError
        It does not exist, holds no Fiji, two versions of ImageJ, or one that cannot be read.
    """
    folder = Path(path).expanduser().absolute()
    if not folder.is_dir():
        what = "this is no folder" if folder.exists() else "there is no such folder"
        raise UsageError(folder, what, allowed=_ALLOWED, hint="check the path")
    jars = _jars(folder)
    cores = [jar for jar in jars if _IMAGEJ.fullmatch(jar.name)]
    if not cores:
        raise _without_imagej(folder, jars)
    if len(cores) > 1:
        raise UsageError(
            folder,
            "more than one ImageJ is in it",
            value=_listed(jar.relative_to(folder) for jar in cores),
            allowed="a Fiji with one jar of ImageJ",
            hint="remove the older one, or update Fiji by its menu Help > Update",
        )
    if not _holds(cores[0], "ij/IJ.class"):
        raise UsageError(
            cores[0],
            "ImageJ's jar cannot be read",
            allowed="a jar with the classes of ImageJ",
            hint="update Fiji by its menu Help > Update, or install it again",
        )
    return FijiFolder(folder, cores[0], tuple(jar for jar in jars if jar != cores[0]))


def check_pyimagej(fiji: FijiFolder) -> None:
    """Refuse a folder that pyimagej cannot run on.

    Raises
    ------
    UsageError
        A part that it needs is missing.
    """
    missing = [name for name, entry in PYIMAGEJ_PARTS.items() if fiji.jar_with(entry) is None]
    if missing:
        raise UsageError(
            fiji.path,
            "pyimagej cannot run on it, some of its parts are missing",
            value=", ".join(missing),
            allowed=f"a Fiji with the jars of {', '.join(PYIMAGEJ_PARTS)}",
            hint="copy the jar, which Maven repositories have, into its folder jars, "
            "or use open_worker, which needs ImageJ 1 alone",
        )


def version_of(jar: Path) -> str:
    """Return the version that a jar's name ends with."""
    match = _VERSION.search(jar.name)
    return "unknown version" if match is None else match[1]


def _jars(folder: Path) -> list[Path]:
    """Return the jars as Fiji's own start finds them, and ``ij.jar`` of plain ImageJ."""
    found = sorted(folder.glob("ij.jar"))
    for name in ("jars", "plugins"):
        found += sorted(path for path in (folder / name).rglob("*.jar") if path.is_file())
    return found


def _without_imagej(folder: Path, jars: list[Path]) -> UsageError:
    missing = [name for name in ("jars", "plugins") if not (folder / name).is_dir()]
    if jars:
        what = "there is no ImageJ in it (ij-VERSION.jar)"
    elif missing:
        what = f"this is no Fiji folder, it has no folder {' and no folder '.join(missing)}"
    else:
        what = "no jar is in it"
    within = [each for each in sorted(folder.iterdir()) if (each / "jars").is_dir()]
    hint = f"did you mean {within[0]}?" if within else "name the folder that holds jars and plugins"
    return UsageError(folder, what, allowed=_ALLOWED, hint=hint)


def _holds(jar: Path, name: str) -> bool:
    try:
        with zipfile.ZipFile(jar) as archive:
            return name in archive.NameToInfo
    except (OSError, zipfile.BadZipFile):
        return False


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(path.as_posix() for path in paths)
