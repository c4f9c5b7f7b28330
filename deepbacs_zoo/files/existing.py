"""Results that stand where new ones would be written."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from deepbacs_zoo.errors import OutputExistsError
from deepbacs_zoo.options import Text

__all__ = ["is_free", "refuse_existing"]


def refuse_existing(
    paths: Path | Iterable[Path],
    *,
    overwrite: bool = False,
    empty: bool = False,
    what: str = "",
    hint: str | Text = "",
) -> None:
    """Refuse places where something stands, before any work is done.

    Parameters
    ----------
    paths
        A file or folder, or several.
    overwrite
        Whether what stands there may be replaced; then nothing is refused.
    empty
        Whether an empty folder counts as nothing.
    what, hint
        What is wrong and what to do, where it is not the usual.

    Raises
    ------
    OutputExistsError
        The first of the paths where something stands.
    """
    if overwrite:
        return
    for path in (paths,) if isinstance(paths, Path) else paths:
        if not is_free(path, empty=empty):
            usual = OutputExistsError.of(path)
            raise OutputExistsError(
                path, what or usual.what, allowed=usual.allowed, hint=hint or usual.hint
            )


def is_free(path: Path, *, empty: bool = False) -> bool:
    """Return whether nothing stands at a path; ``empty`` counts an empty folder as nothing."""
    if not path.exists():
        return True
    return empty and path.is_dir() and not any(path.iterdir())
