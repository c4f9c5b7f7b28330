"""The check of a card before there is a package: what reviewers of the zoo would ask about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.cards.reading import read_card
from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.files.text import read_text
from deepbacs_zoo.findings import Rule, Severity
from deepbacs_zoo.package.metadata import Metadata
from deepbacs_zoo.summary import Summary
from deepbacs_zoo.validation.checks.metadata import (
    metadata_findings,
    tag_findings,
    text_findings,
)
from deepbacs_zoo.validation.checks.outcome import error_finding

if TYPE_CHECKING:
    from deepbacs_zoo.cards.types import Card
    from deepbacs_zoo.findings import Finding

__all__ = ["TAGGED", "check_card"]

TAGGED: Final = ("modality", "content", "task")
"""Categories of tags that a card brings; the export adds the others."""
_CITATION: Final = "citation"

MAINTAINER_MISSING: Final = Rule(
    "maintainer-missing",
    Severity.INFO,
    "The zoo asks somebody with a GitHub account when a model stops working.",
    "bioimageio.spec 0.5.9",
)
CITATION_HEADING: Final = Rule(
    "citation-heading", Severity.INFO, "Reviewers look for a chapter about what to cite."
)
DOI_MISSING: Final = Rule(
    "doi-missing", Severity.INFO, "A work is found by its DOI when its address has changed."
)


def check_card(path: str | Path) -> Summary:
    """Check a model card.

    Parameters
    ----------
    path
        A Markdown file as ``model_cards/README.md`` describes it.

    Returns
    -------
    Summary
        An error where the export would refuse the card, and what reviewers of the zoo ask about.

    Raises
    ------
    UsageError
        There is no such file.
    """
    file = Path(path)
    try:
        card = read_card(file)
    except PackageError as error:
        return Summary(file.name, (error_finding(error),))
    return Summary(file.name, tuple(_findings(card)))


def _findings(card: Card) -> Iterator[Finding]:
    metadata = Metadata(
        card.name, license=card.license, authors=card.authors, cite=card.cite, tags=card.tags
    )
    yield from text_findings("card", read_text(card.path))
    yield from metadata_findings(metadata)
    yield from tag_findings(metadata, TAGGED)
    for index, cited in enumerate(card.cite):
        if cited.doi is None:
            yield DOI_MISSING.finding(
                f"cite.{index}",
                f"{cited.url} is no DOI",
                "a DOI, where the work has one",
                "look it up at https://search.crossref.org",
            )
    accounts = [each.github_user for each in card.authors]
    accounts += [each.github_user for each in card.maintainers]
    if not any(accounts):
        yield MAINTAINER_MISSING.finding(
            "maintainers",
            "no author and no maintainer has a GitHub account",
            "one or more with github_user",
            "name who answers questions",
        )
    if not any(_CITATION in heading.lower() for heading, _ in card.sections):
        yield CITATION_HEADING.finding(
            "card", "there is no chapter Citation", "the heading ## Citation", "add it"
        )
