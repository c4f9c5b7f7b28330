"""deepImageJ as it lies in a Fiji folder: its plugin, its engines, and the jars beside it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.java.folder import FijiFolder, read_folder
from deepbacs_zoo.options import Option

__all__ = ["COMMAND", "ONLINE", "DeepImageJ", "Engine", "find_deepimagej"]

COMMAND: Final = "DeepImageJ Run"
"""The command in ImageJ's menus."""
_CONFIG: Final = "plugins.config"
_OLDEST: Final = (3, 1)
_FIJI: Final = Option("fiji")
ONLINE: Final = (
    "run a PyTorch model once in this Fiji while it is online, which installs the engine"
)
_INSTALL: Final = "install deepImageJ 3.1 in this Fiji (Help > Update... > Manage update sites)"
_ENGINE: Final = re.compile(r"pytorch-(\d+(?:\.\d+)*)-.*")


@dataclass(frozen=True)
class Engine:
    """A PyTorch engine in the folder ``engines`` of a Fiji.

    Parameters
    ----------
    folder
        Its folder, for example ``pytorch-2.0.0-2.0.0-linux-x86_64-cpu``.
    version
        The version of PyTorch.
    """

    folder: Path
    version: str

    @property
    def device(self) -> str:
        """``cpu``, ``cuda``, or ``cpu or cuda`` where the engine decides and does not say."""
        parts = self.folder.name.lower().split("-")
        if "gpu" not in parts:
            return "cpu"
        return "cpu or cuda" if "cpu" in parts else "cuda"


@dataclass(frozen=True)
class DeepImageJ:
    """deepImageJ in a Fiji folder.

    Parameters
    ----------
    fiji
        The Fiji folder.
    version
        The version of deepImageJ; empty where the jar does not say.
    engines
        The PyTorch engines, the newest first.
    """

    fiji: FijiFolder
    version: str
    engines: tuple[Engine, ...]

    def engine_for(self, pytorch_version: str) -> Engine:
        """Return the engine that runs weights of a version of PyTorch.

        JDLL takes one of the same major version: the nearest that is as new or newer, else the
        newest.  Without one it would look for it on the network at each call.

        Raises
        ------
        HostError
            There is none.
        """
        major = pytorch_version.partition(".")[0]
        same = [each for each in self.engines if each.version.partition(".")[0] == major]
        if not same:
            raise HostError(
                self.fiji.path / "engines",
                f"deepImageJ has no engine for PyTorch {major} here",
                value=", ".join(each.folder.name for each in self.engines) or "no PyTorch engine",
                allowed=f"an engine pytorch-{major}.x, which weights of {pytorch_version} need",
                hint=ONLINE,
            )
        newer = [each for each in same if _number(each.version) >= _number(pytorch_version)]
        return newer[-1] if newer else same[0]


def find_deepimagej(folder: Path) -> DeepImageJ:
    """Look for deepImageJ in a Fiji folder; nothing is started.

    Raises
    ------
    UsageError
        The folder is no Fiji, or has no deepImageJ 3.1.
    """
    fiji = read_folder(folder)
    # Fiji has hundreds of jars.
    likely = sorted(fiji.jars, key=lambda jar: "deepimagej" not in jar.name.lower())
    plugin = next((jar for jar in likely if _has_command(jar)), None)
    if plugin is None:
        raise UsageError(
            _FIJI,
            "deepImageJ is not in this Fiji",
            value=folder,
            allowed=f"a jar in plugins that has the command '{COMMAND}'",
            hint=_INSTALL,
        )
    version = _version_of(plugin)
    if version and _number(version) < _OLDEST:
        raise UsageError(
            _FIJI,
            "the deepImageJ in this Fiji is too old",
            value=version,
            allowed="deepImageJ 3.1 or newer",
            hint=_INSTALL,
        )
    return DeepImageJ(fiji, version, _engines_of(fiji.path / "engines"))


def _has_command(jar: Path) -> bool:
    try:
        with zipfile.ZipFile(jar) as archive:
            if _CONFIG not in archive.NameToInfo:
                return False
            return f'"{COMMAND}"' in archive.read(_CONFIG).decode("utf-8", "replace")
    except (OSError, zipfile.BadZipFile):
        return False  # Java would pass over it, too


def _version_of(jar: Path) -> str:
    """Return the version that Maven wrote into a jar, else that of its name, else nothing."""
    with zipfile.ZipFile(jar) as archive:
        for name in archive.namelist():
            if name.endswith("/pom.properties") and "deepimagej" in name.lower():
                text = archive.read(name).decode("utf-8", "replace")
                found = re.search(r"^version\s*=\s*(\S+)", text, re.MULTILINE)
                if found:
                    return found[1]
    found = re.search(r"-(\d+\.\d+\S*)\.jar$", jar.name)
    return found[1] if found else ""


def _engines_of(folder: Path) -> tuple[Engine, ...]:
    found = []
    for path in folder.glob("*"):
        match = _ENGINE.fullmatch(path.name.lower())
        if match and any(path.glob("*.jar")):
            found.append(Engine(path, match[1]))
    return tuple(sorted(found, key=lambda each: _number(each.version), reverse=True))


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
