"""The reviewers' checklist, and what keeps a package from being sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.errors import PackageError
from deepbacs_zoo.options import Option

if TYPE_CHECKING:
    from pathlib import Path

    from deepbacs_zoo.findings import Finding
    from deepbacs_zoo.summary import Summary

__all__ = ["Item", "blocking", "checklist_of", "refuse_failures"]

_ITEMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "an SPDX licence": ("license-missing", "license-unknown"),
        "authors, with ORCIDs that are right": ("author-missing", "author-name", "orcid-wrong"),
        "something to cite, by its DOI": ("citation-missing", "doi-form"),
        "documentation in UTF-8": ("documentation-missing", "text-misread"),
        "its chapters Description, Validation and Citation": ("documentation-heading",),
        "a cover of 2:1 or 1:1, up to 500 kB": ("cover-missing", "cover-size", "cover-ratio"),
        "tags of each category": ("tags-missing",),
        "the pixel size": ("pixel-size-missing",),
        "names of channels": ("channel-names-say-nothing",),
        "the test outputs reproduced": ("not-reproduced", "output-not-reproduced", "weights-fail"),
        "a valid format": ("format-error", "format-unreadable"),
        "files as described": ("integrity-error", "hash-missing"),
    }
)
"""What reviewers look at, and the findings that speak against it."""
_NEEDED: Final = frozenset(
    {
        *("license-missing", "license-unknown", "author-missing", "orcid-wrong"),
        *("citation-missing", "doi-form", "documentation-missing", "text-misread"),
    }
)
"""Findings with which nothing is published, whatever their severity."""


@dataclass(frozen=True)
class Item:
    """A line of the checklist.

    Parameters
    ----------
    what
        What reviewers want to see.
    findings
        What speaks against it; none where it is as it should be.
    """

    what: str
    findings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """True without findings."""
        return not self.findings


def checklist_of(summary: Summary) -> tuple[Item, ...]:
    """Return the checklist with what validation found."""
    return tuple(Item(what, _found(summary, ids)) for what, ids in _ITEMS.items())


def _found(summary: Summary, ids: Collection[str]) -> tuple[str, ...]:
    return tuple(f"{each.where}: {each.what}" for each in summary.findings if each.id in ids)


def blocking(summary: Summary) -> tuple[Finding, ...]:
    """Return the findings with which nothing is sent: what fails, and metadata that is needed."""
    needed = (
        each for each in summary.findings if each.id in _NEEDED and each.id not in summary.allowed
    )
    return tuple(dict.fromkeys((*summary.failures, *needed)))


def refuse_failures(summary: Summary, package: Path) -> None:
    """Refuse to send a package that does not pass; `PackageError`."""
    findings = blocking(summary)
    if findings:
        ids = dict.fromkeys(finding.id for finding in findings)
        first = findings[0]
        raise PackageError(
            package,
            "the package does not pass validation, and nothing was sent",
            value=", ".join(ids),
            allowed="a package without errors, with licence, authors, citation and documentation",
            hint=f"correct it (first: {first.where}: {first.what}), or name exceptions by "
            + Option("allow", next(iter(ids))),
        )
