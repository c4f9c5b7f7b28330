"""A publication, for people and programs: requests, metadata, checklist, score."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from deepbacs_zoo.options import Spelling, in_python
from deepbacs_zoo.publishing.checklist import blocking, checklist_of

if TYPE_CHECKING:
    from deepbacs_zoo.package.metadata import Author
    from deepbacs_zoo.publishing.checklist import Item
    from deepbacs_zoo.publishing.plan import Request
    from deepbacs_zoo.publishing.submission import Submission
    from deepbacs_zoo.summary import Summary

__all__ = ["Publication", "Published"]


@dataclass(frozen=True)
class Published:
    """The end of an upload.

    Parameters
    ----------
    id
        The id on the server; the path of a folder.
    address
        Where people look at it.
    status
        ``draft`` or ``in-review``, for example.
    sent
        Number of files that were sent this time; the others were there.
    """

    id: str
    address: str
    status: str
    sent: int

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Publication:
    """A package on its way.

    Parameters
    ----------
    target, server
        Where it goes: the kind of place, and its address.
    submission
        The files and the description.
    summary
        What validation found.
    requests
        The requests of the upload, in their order.
    metadata
        The metadata as the target shows them.
    published
        The end; ``None`` of a dry run.
    """

    target: str
    server: str
    submission: Submission
    summary: Summary
    requests: tuple[Request, ...]
    metadata: Mapping[str, Any]
    published: Published | None = None

    @property
    def checklist(self) -> tuple[Item, ...]:
        """The reviewers' checklist."""
        return checklist_of(self.summary)

    @property
    def score(self) -> float | None:
        """The score from 0 to 1 that the zoo will give, predicted by validation."""
        return self.summary.figures.get("zoo_score_predicted")

    @property
    def passed(self) -> bool:
        """True if nothing keeps it from being sent."""
        return not blocking(self.summary)

    def as_dict(self, spelling: Spelling = in_python) -> dict[str, Any]:
        """Return everything as JSON has it, options written by an interface."""
        return {
            "target": self.target,
            "server": self.server,
            "package": str(self.submission.package),
            "passed": self.passed,
            "bytes": self.submission.size,
            "requests": [request.as_dict() for request in self.requests],
            "metadata": dict(self.metadata),
            "left_out": list(self.submission.left_out),
            "checklist": [
                {"what": item.what, "passed": item.passed, "findings": list(item.findings)}
                for item in self.checklist
            ],
            "score": self.score,
            "findings": [finding.plain(spelling) for finding in blocking(self.summary)],
            "published": self.published and self.published.as_dict(),
        }

    def to_text(self, spelling: Spelling = in_python) -> str:
        """Return lines for a terminal."""
        lines = [f"{self.submission.metadata.name}: to {self.target}, {self.server}", ""]
        lines += ["metadata", *(f"  {name}: {value}" for name, value in self.facts())]
        lines += ["", "requests"]
        lines += self._request_lines()
        lines += ["", "checklist", *(f"  {line}" for line in self._items("x", " "))]
        for finding in blocking(self.summary):
            lines.append(f"  {finding.severity.name} {finding.where}: {finding.sentence(spelling)}")
        return "\n".join([*lines, "", f"predicted score {self._score()}"])

    def to_markdown(self) -> str:
        """Return a page in Markdown."""
        lines = [f"# {self.submission.metadata.name}", ""]
        lines += [f"To {self.target}, {self.server}: {len(self.submission.files)} files.", ""]
        lines += ["## Checklist", "", *(f"- {line}" for line in self._items("x", " "))]
        lines += ["", f"Predicted score: {self._score()}.", "", "## Files", ""]
        lines += ["| file | bytes | SHA-256 |", "|---|---|---|"]
        lines += [
            f"| {each.name} | {each.size} | {each.sha256} |" for each in self.submission.files
        ]
        metadata = json.dumps(dict(self.metadata), indent=2, ensure_ascii=False)
        return "\n".join([*lines, "", "## Metadata", "", "```json", metadata, "```", ""])

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield the metadata by name, as people read them."""
        metadata = self.submission.metadata
        yield "name", metadata.name
        yield "id", str(self.metadata.get("id", "given by the server"))
        yield "description", metadata.description
        yield "version", metadata.version or "none stated"
        yield "license", metadata.license or "none stated"
        yield from (("author", _person(author)) for author in metadata.authors)
        for maintainer in metadata.maintainers:
            yield "maintainer", maintainer.name or maintainer.github_user
        yield from (("cite", f"{cited.text} {cited.link}".strip()) for cited in metadata.cite)
        yield "tags", _joined(metadata.tags)
        yield "covers", _joined(cover.source for cover in metadata.covers)
        yield from self._contents()
        yield "status", str(self.metadata.get("status", "none"))
        yield from (("not sent", name) for name in self.submission.left_out)

    def _contents(self) -> Iterator[tuple[str, str]]:
        description = self.submission.description
        for side in ("inputs", "outputs"):
            yield side, _joined(str(each.get("id")) for each in description[side])
        yield "weights", _joined(description["weights"])

    def _request_lines(self) -> Iterator[str]:
        wide = max((len(each.path) for each in self.requests), default=0)
        for each in self.requests:
            size = "" if each.size is None else f"{each.size:,}"
            yield f"  {each.method:<4} {each.path:<{wide}} {size:>12}  {each.about}".rstrip()
        yield f"  {len(self.submission.files)} files, {self.submission.size:,} bytes"

    def _items(self, yes: str, no: str) -> Iterator[str]:
        for item in self.checklist:
            reason = f" ({'; '.join(item.findings[:2])})" if item.findings else ""
            yield f"[{yes if item.passed else no}] {item.what}{reason}"

    def _score(self) -> str:
        return "not known" if self.score is None else f"{self.score:.2f} of 1"


def _person(author: Author) -> str:
    return ", ".join(filter(None, (author.name, author.affiliation, author.orcid)))


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"
