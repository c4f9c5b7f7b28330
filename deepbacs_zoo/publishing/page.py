"""The page of a dry run, for its author to look at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from deepbacs_zoo.publishing.checklist import blocking
from deepbacs_zoo.reports import PublicationPage, write_publication
from deepbacs_zoo.reports.types import Fact, KeyFigure

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.publication import Publication

__all__ = ["write_page"]


def write_page(path: str | Path, publication: Publication, *, overwrite: bool = False) -> Path:
    """Write what would be sent as an HTML page that needs no other file.

    Raises
    ------
    OutputExistsError, HostError
        The file exists, or its folder cannot be written.
    """
    submission, metadata = publication.submission, publication.submission.metadata
    page = PublicationPage(
        name=metadata.name,
        text=metadata.description,
        target=f"{publication.target}, {publication.server}",
        figures=tuple(_figures(publication)),
        facts=tuple(Fact(name, value) for name, value in publication.facts()),
        covers=submission.covers,
        documentation=submission.documentation,
        checklist=tuple(
            (item.what, item.passed, "; ".join(item.findings)) for item in publication.checklist
        ),
        findings=tuple(
            (each.severity.name.lower(), each.where, each.sentence())
            for each in blocking(publication.summary)
        ),
        requests=tuple(
            (each.method, each.path, each.size, each.about) for each in publication.requests
        ),
    )
    return write_publication(path, page, overwrite=overwrite)


def _figures(publication: Publication) -> Iterator[KeyFigure]:
    if publication.score is not None:
        yield KeyFigure(
            "predicted score", f"{publication.score:.2f}", "of 1, by which models are sorted"
        )
    passed = sum(item.passed for item in publication.checklist)
    yield KeyFigure("checklist", f"{passed} of {len(publication.checklist)}")
    size = f"{publication.submission.size:,} bytes"
    yield KeyFigure("files", str(len(publication.submission.files)), size)
