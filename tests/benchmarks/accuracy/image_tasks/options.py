"""What the user of these benchmarks asks for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """What the user asked for.

    Parameters
    ----------
    work
        Where images, runs and packages go; what is finished there is used.
    seed
        Of the trainings.
    archives
        Folder that holds the archives; ``None`` for the project's cache and pip.
    data
        Folder of the real images; ``None`` if not named.
    careamics
        Python of an environment that has CAREamics; ``None`` if not named.
    """

    work: Path
    seed: int = 0
    archives: Path | None = None
    data: Path | None = None
    careamics: Path | None = None
