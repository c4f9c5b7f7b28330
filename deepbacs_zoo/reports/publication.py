"""The page of a publication: what the zoo will show of a model, and what would be sent."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo._version import __version__
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.reports.render import render

if TYPE_CHECKING:
    from deepbacs_zoo.reports.types import Fact, KeyFigure

__all__ = ["PublicationPage", "write_publication"]

_TYPES: Final = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".gif": "gif"}


@dataclass(frozen=True, eq=False)
class PublicationPage:
    """The contents of the page.

    Parameters
    ----------
    name, text
        Name and description of the model.
    target
        Where it goes.
    figures
        The predicted score and its parts.
    facts
        Metadata by name, as people read them.
    covers
        Pictures by their file names.
    documentation
        Markdown.
    checklist
        What reviewers look at, whether it is there, and what speaks against it.
    findings
        Severity, place and sentence of what keeps it from being sent.
    requests
        Method, path, size and purpose of each request.
    """

    name: str
    text: str
    target: str
    figures: tuple[KeyFigure, ...]
    facts: tuple[Fact, ...]
    covers: Mapping[str, bytes]
    documentation: str
    checklist: tuple[tuple[str, bool, str], ...]
    findings: tuple[tuple[str, str, str], ...]
    requests: tuple[tuple[str, str, int | None, str], ...]


def write_publication(path: str | Path, page: PublicationPage, *, overwrite: bool = False) -> Path:
    """Write the page as one HTML file that needs no other; errors as those of `write_report`."""
    path = Path(path)
    refuse_existing(path, overwrite=overwrite)
    pictures = [
        (name, f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}")
        for name, content in page.covers.items()
        if (kind := _TYPES.get(Path(name).suffix.lower()))
    ]
    text = render(
        "publication.html.j2",
        title=f"{page.name}: what will be published",
        page=page,
        pictures=pictures,
        documentation=_html_of(page.documentation),
        version=__version__,
    )
    write_bytes(path, text.encode("utf-8"))
    return path


def _html_of(markdown: str) -> str:
    """Return Markdown as HTML; HTML in it is shown, not run, and no picture is loaded."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return str(reader.render(markdown))
