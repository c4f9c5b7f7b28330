"""Typed metadata of a description: who made the model, what to cite, covers, documentation.

None of it is needed to run a model, so reading never fails: an entry of a wrong type is left out,
and checking the format says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["Author", "Citation", "Document", "Maintainer", "Metadata", "is_doi", "is_orcid"]
__all__ += ["read_metadata"]


@dataclass(frozen=True)
class Author:
    """A person who made the model."""

    name: str
    affiliation: str | None = None
    orcid: str | None = None
    github_user: str | None = None


@dataclass(frozen=True)
class Maintainer:
    """A person who answers questions about the model; the zoo wants a GitHub account."""

    github_user: str
    name: str | None = None


@dataclass(frozen=True)
class Citation:
    """Something to cite: a sentence, and its DOI or address."""

    text: str
    doi: str | None = None
    url: str | None = None

    @property
    def link(self) -> str:
        """The address that leads to the cited work."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url or ""


@dataclass(frozen=True)
class Document:
    """A file that belongs to the description: documentation, icon, cover or attachment.

    Parameters
    ----------
    where
        The place in the description, for example ``covers.0``.
    source
        Its name in the package, or an address.
    sha256
        Its hash, where one is stated.
    is_mapping
        Whether it is written as a mapping, as from format 0.5.11 on, and not as a plain name.
    """

    where: str
    source: str
    sha256: str | None = None
    is_mapping: bool = False


@dataclass(frozen=True)
class Metadata:
    """Everything that a description says about a model as a publication.

    Parameters
    ----------
    name, id, description, version, license
        As the description states them; the licence is an SPDX identifier.
    authors, maintainers, cite
        People, and what to cite.
    tags, links
        Words to find it by, and ids of other resources of the zoo.
    id_emoji, git_repo, timestamp
        A picture for the id, the address of the code, and when it was made (ISO 8601).
    training_data
        Id of a data set of the zoo.
    documentation, icon
        Files; an icon that is an emoji is none.
    covers, attachments
        Files.
    """

    name: str
    id: str | None = None
    description: str = ""
    version: str | None = None
    license: str | None = None
    authors: tuple[Author, ...] = ()
    maintainers: tuple[Maintainer, ...] = ()
    cite: tuple[Citation, ...] = ()
    tags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    id_emoji: str | None = None
    git_repo: str | None = None
    timestamp: str | None = None
    training_data: str | None = None
    documentation: Document | None = None
    icon: Document | None = None
    covers: tuple[Document, ...] = ()
    attachments: tuple[Document, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """All files, in the order of the format."""
        single = (each for each in (self.documentation, self.icon) if each is not None)
        return (*single, *self.covers, *self.attachments)

    def as_description(self) -> dict[str, Any]:
        """Return the entries of a description in format 0.5.10, without those that are empty."""
        documentation = self.documentation and self.documentation.source
        entries = {
            "name": self.name,
            "id": self.id,
            "description": self.description,
            "version": self.version,
            "tags": list(self.tags),
            "documentation": documentation,
            "covers": [cover.source for cover in self.covers],
            "authors": [_stated(author) for author in self.authors],
            "license": self.license,
            "cite": [_stated(entry) for entry in self.cite],
            "id_emoji": self.id_emoji,
            "maintainers": [_stated(entry) for entry in self.maintainers],
            "links": list(self.links),
            "git_repo": self.git_repo,
            "training_data": self.training_data and {"id": self.training_data},
            "timestamp": self.timestamp,
        }
        return {name: value for name, value in entries.items() if value}


_TEXTS: Final = ("id", "license", "git_repo", "id_emoji")


def read_metadata(description: Mapping[str, Any]) -> Metadata:
    """Read the metadata of a description of format 0.4 or 0.5.

    Parameters
    ----------
    description
        The whole description as read from YAML.
    """
    text = {name: _text(description.get(name)) for name in _TEXTS}
    data = description.get("training_data")
    return Metadata(
        name=_text(description.get("name")) or "",
        description=_text(description.get("description")) or "",
        version=_written(description.get("version")),
        authors=tuple(
            Author(entry["name"], *_texts(entry, "affiliation", "orcid", "github_user"))
            for entry in _mappings(description, "authors", "name")
        ),
        maintainers=tuple(
            Maintainer(entry["github_user"], *_texts(entry, "name"))
            for entry in _mappings(description, "maintainers", "github_user")
        ),
        cite=tuple(
            Citation(entry["text"], *_texts(entry, "doi", "url"))
            for entry in _mappings(description, "cite", "text")
        ),
        tags=tuple(filter(_text, _list(description.get("tags")))),
        links=tuple(filter(_text, _list(description.get("links")))),
        timestamp=_written(description.get("timestamp")),
        training_data=_text(data.get("id")) if isinstance(data, Mapping) else None,
        documentation=next(_document("documentation", description.get("documentation")), None),
        icon=next(_icon(description.get("icon")), None),
        covers=_documents(description, "covers"),
        attachments=_documents(description, "attachments"),
        **text,
    )


def _documents(description: Mapping[str, Any], name: str) -> tuple[Document, ...]:
    entries = description.get(name)
    # Format 0.4 has attachments as {files: [...]}.
    entries = entries.get("files") if isinstance(entries, Mapping) else entries
    return tuple(
        document
        for index, entry in enumerate(_list(entries))
        for document in _document(f"{name}.{index}", entry)
    )


def _document(where: str, entry: object) -> Iterator[Document]:
    """Yield the file, if the entry names one."""
    source = entry.get("source") if isinstance(entry, Mapping) else entry
    if isinstance(source, str):
        sha256 = entry.get("sha256") if isinstance(entry, Mapping) else None
        digest = str(sha256).lower() if sha256 else None
        yield Document(where, source, digest, isinstance(entry, Mapping))


def _icon(entry: object) -> Iterator[Document]:
    # An icon may be an emoji instead of a file.
    return (each for each in _document("icon", entry) if "." in each.source)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _mappings(
    description: Mapping[str, Any], name: str, needed: str
) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list that have the field without which they say nothing."""
    for entry in _list(description.get(name)):
        if isinstance(entry, Mapping) and _text(entry.get(needed)):
            yield entry


def _texts(entry: Mapping[str, Any], *names: str) -> tuple[str | None, ...]:
    return tuple(_text(entry.get(name)) for name in names)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _written(value: object) -> str | None:
    """Return what YAML may have read as a number or a date."""
    return None if value is None else str(value)


def _stated(entry: object) -> dict[str, Any]:
    return {name: value for name, value in vars(entry).items() if value is not None}


def is_doi(text: str) -> bool:
    """Return whether a text has the form of a DOI, without an address in front."""
    return re.fullmatch(r"10\.\d{4,9}/\S+", text) is not None


def is_orcid(text: str) -> bool:
    """Return whether form and last digit are right (ISO 7064 MOD 11-2, as orcid.org has it)."""
    if re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text) is None:
        return False
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return text[-1] == ("X" if rest == 10 else str(rest))
