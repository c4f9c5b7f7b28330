"""A folder in the place of a server: exactly the files that would be sent, and a checklist."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.errors import HostError
from deepbacs_zoo.files import refuse_existing
from deepbacs_zoo.files.staging import hidden_folder, move_into_place
from deepbacs_zoo.options import Option
from deepbacs_zoo.publishing.publication import Published

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.publication import Publication

__all__ = ["CHECKLIST", "FILES", "MANIFEST", "send", "write_folder"]

FILES, MANIFEST, CHECKLIST = "files", "metadata.json", "checklist.md"


def write_folder(publication: Publication, output: Path, *, overwrite: bool = False) -> Path:
    """Write what would be sent: ``files/``, ``metadata.json`` and ``checklist.md``.

    Parameters
    ----------
    publication
        What would be sent.
    output
        The new folder; it appears whole or not at all.
    overwrite
        Whether a folder of before may be replaced.

    Raises
    ------
    OutputExistsError, HostError
        Something is there, or the disk refuses.
    """
    refuse_existing(output, overwrite=overwrite)
    if output.exists() and not (output / CHECKLIST).is_file():
        raise HostError(
            output,
            "this was not written by publishing and would be lost",
            allowed="a new path, or a folder of before",
            hint="choose another " + Option("output"),
        )
    try:
        output.absolute().parent.mkdir(parents=True, exist_ok=True)
        with hidden_folder(output.absolute().parent, output.name) as hidden:
            made = hidden / output.name
            made.mkdir()
            for file in publication.submission.files:
                place = made / FILES / file.name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.path, place)
            metadata = json.dumps(publication.metadata, indent=2, ensure_ascii=False)
            (made / MANIFEST).write_text(f"{metadata}\n", "utf-8")
            (made / CHECKLIST).write_text(publication.to_markdown(), "utf-8")
            move_into_place(made, output, hidden)
    except OSError as error:
        raise HostError(
            error.filename or output,
            "the folder cannot be written",
            value=error.strerror,
            allowed="a place that may be written, with free space",
            hint="free some space or choose another " + Option("output"),
        ) from error
    return output


def send(publication: Publication, output: Path, *, overwrite: bool) -> Published:
    """Write the folder as :func:`write_folder` does."""
    write_folder(publication, output, overwrite=overwrite)
    count = len(publication.submission.files)
    return Published(str(output), output.absolute().as_uri(), "written", count)
