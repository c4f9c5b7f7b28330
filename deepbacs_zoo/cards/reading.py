"""Reader of a model card: YAML front matter between two ``---`` lines, then Markdown prose."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import yaml

from deepbacs_zoo.cards.types import Author, Card, Citation, Maintainer, PixelSize, TrainingData
from deepbacs_zoo.errors import PackageError, UsageError
from deepbacs_zoo.files.fields import Field, TextRule, Wording, one_of, text_like, text_up_to
from deepbacs_zoo.files.text import line_of, read_text
from deepbacs_zoo.package.metadata import is_doi, is_orcid

__all__ = ["FIELDS", "RENDERED", "WRITTEN", "read_card"]

WRITTEN = ("Description", "Intended use", "Limitations", "Training data")
"""The headings that a card must have."""

RENDERED = ("Validation", "Inputs and outputs", "Usage", "From output to objects", "Training")
"""The headings that the export writes from measured facts."""


T = TypeVar("T")

_WORDING = Wording(
    what="this field of the front matter is wrong",
    hint="correct it; model_cards/README.md describes every field",
    show=lambda value: value,
    add="add the field to the card",
)


# The format's own rules (bioimageio.spec, model 0.5), with its warnings taken for errors: a name
# above 64 or a description above 512 characters is cut in listings.
_NAME = text_like(r"[\w+\- ()]{5,64}", "5 to 64 letters, digits, and _ + - ( ) or blanks")
_DESCRIPTION = text_up_to(512)
_VERSION = text_like(
    r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", 'a version such as "0.1.0"'
)
_LICENSE = text_like(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "an SPDX identifier such as MIT or CC-BY-4.0")
_DOI = TextRule(is_doi, "a DOI such as 10.1371/journal.pone.0217524")
_URL = text_like(r"https?://\S+", "an address that begins with https://")
_ORCID = TextRule(
    is_orcid,
    "an ORCID such as 0000-0002-1825-0097, whose last digit is right",
)
_GITHUB = text_like(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", "the name of a GitHub account")
_PERSON = text_like(r"[^/\\]{1,128}", "a name without slashes")
_ID = text_like(r"[a-z0-9][a-z0-9._/-]*", "lower-case letters, digits and - . _ /")
_EMOJI = text_up_to(2)
_SHORT = text_up_to(128)
_LONG = text_up_to(1024)
_LABELS = one_of("complete", "incomplete")

FIELDS: Final[Mapping[str, TextRule]] = MappingProxyType(
    {
        "name": _NAME,
        "description": _DESCRIPTION,
        "version": _VERSION,
        "license": _LICENSE,
        "authors.name": _PERSON,
        "authors.affiliation": _LONG,
        "authors.orcid": _ORCID,
        "authors.github_user": _GITHUB,
        "cite.text": _LONG,
        "cite.doi": _DOI,
        "modality": _SHORT,
        "target_structure": _SHORT,
        "training_data.text": _LONG,
        "training_data.license": _LICENSE,
        "training_data.url": _URL,
        "tags": _SHORT,
    }
)
"""What a text of the front matter may be, by its place."""

_TOP = (
    "name",
    "description",
    "version",
    "license",
    "authors",
    "maintainers",
    "cite",
    "tags",
    "modality",
    "target_structure",
    "pixel_size",
    "training_data",
    "links",
    "id",
    "id_emoji",
    "git_repo",
)


def read_card(path: str | Path) -> Card:
    """Read a model card.

    Parameters
    ----------
    path
        A Markdown file as ``model_cards/README.md`` describes it.

    Raises
    ------
    UsageError
        There is no such file.
    PackageError
        The front matter or a section is not as it must be.
    """
    file = Path(path)
    front, prose = _split(file, _text(file))
    try:
        content = yaml.safe_load(front)
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise PackageError(
            file,
            "the front matter is not YAML",
            value=f"line {line}",
            allowed="one 'name: value' a line, values with ': ' or '#' in quotes",
            hint="correct that line",
        ) from error
    card = _card(file, content)
    return replace(card, sections=_sections(file, prose))


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except UnicodeDecodeError as error:
        raise PackageError(
            file,
            "the card is not UTF-8 text",
            value=f"line {line_of(error)}",
            allowed="a Markdown file in UTF-8",
            hint="save it as UTF-8",
        ) from error
    except OSError as error:
        raise UsageError(
            file,
            "the card cannot be read",
            value=error.strerror,
            allowed="a Markdown file",
            hint="copy model_cards/ecoli_brightfield.md and change it",
        ) from error


def _split(file: Path, text: str) -> tuple[str, str]:
    """Return front matter and prose."""
    found = re.match(r"\s*---[ \t]*\n(.*?\n)---[ \t]*(?:\n|$)", text, re.DOTALL)
    if found is None:
        raise PackageError(
            file,
            "the card has no front matter",
            value=text[:20].splitlines()[0] if text.strip() else "an empty file",
            allowed="YAML between a first line '---' and another '---'",
            hint="copy model_cards/ecoli_brightfield.md and change it",
        )
    return found[1], text[found.end() :]


def _sections(file: Path, prose: str) -> tuple[tuple[str, str], ...]:
    """Return heading and text of every ``## heading``, checked against the known headings."""
    parts = re.split(r"^##[ \t]+(.+?)[ \t]*#*[ \t]*$", prose, flags=re.MULTILINE)
    sections = tuple(
        (heading, text.strip()) for heading, text in zip(parts[1::2], parts[2::2], strict=True)
    )
    headings = [heading for heading, _ in sections]
    for heading in headings:
        if heading in RENDERED or headings.count(heading) > 1:
            raise PackageError(
                file,
                "a section may not stand here or stands twice",
                value=heading,
                allowed=f"any heading once, but not {', '.join(RENDERED)}, which are written "
                "from measurements",
                hint="rename or remove the section",
            )
    for heading in WRITTEN:
        if not dict(sections).get(heading):
            raise PackageError(
                file,
                "a section is missing or empty",
                value=heading,
                allowed=f"the headings {', '.join(f'## {name}' for name in WRITTEN)}, with text",
                hint="write the section",
            )
    return sections


def _card(file: Path, content: object) -> Card:
    root = Field(str(file), "", content, _WORDING)
    if not isinstance(content, dict):
        raise root.wrong("fields, one 'name: value' a line")
    root.only(_TOP)
    return Card(
        path=file,
        name=_required(root, "name", _NAME),
        description=_required(root, "description", _DESCRIPTION),
        version=_required(root, "version", _VERSION),
        license=_required(root, "license", _LICENSE),
        authors=_records(root, "authors", _author, "a list of at least one author with a 'name'"),
        cite=_records(
            root, "cite", _citation, "a list of at least one entry with 'text' and 'doi' or 'url'"
        ),
        modality=_required(root, "modality", _SHORT),
        training_data=_training_data(
            root.need("training_data", "'text' and, where they exist, id, doi, url")
        ),
        tags=_texts(root, "tags", _SHORT),
        target_structure=_texts(root, "target_structure", _SHORT),
        maintainers=_records(root, "maintainers", _maintainer),
        links=_texts(root, "links", _SHORT),
        pixel_size=None if (size := root.get("pixel_size")) is None else _pixel_size(size),
        id=_text_of(root, "id", _ID),
        id_emoji=_text_of(root, "id_emoji", _EMOJI),
        git_repo=_text_of(root, "git_repo", _URL),
    )


def _author(entry: Field) -> Author:
    entry.only(("name", "affiliation", "orcid", "github_user"))
    return Author(
        name=_required(entry, "name", _PERSON),
        affiliation=_text_of(entry, "affiliation", _LONG),
        orcid=_text_of(entry, "orcid", _ORCID),
        github_user=_text_of(entry, "github_user", _GITHUB),
    )


def _maintainer(entry: Field) -> Maintainer:
    entry.only(("name", "github_user"))
    return Maintainer(
        github_user=_required(entry, "github_user", _GITHUB), name=_text_of(entry, "name", _PERSON)
    )


def _citation(entry: Field) -> Citation:
    entry.only(("text", "doi", "url"))
    cited = Citation(
        text=_required(entry, "text", _LONG),
        doi=_text_of(entry, "doi", _DOI),
        url=_text_of(entry, "url", _URL),
    )
    if cited.doi is None and cited.url is None:
        entry.need("doi", "a doi, or else a url")
    return cited


def _training_data(entry: Field) -> TrainingData:
    entry.only(("text", "id", "doi", "url", "license", "labels"))
    return TrainingData(
        text=_required(entry, "text", _LONG),
        id=_text_of(entry, "id", _ID),
        doi=_text_of(entry, "doi", _DOI),
        url=_text_of(entry, "url", _URL),
        license=_text_of(entry, "license", _LICENSE),
        labels=_text_of(entry, "labels", _LABELS) or "complete",
    )


def _pixel_size(entry: Field) -> PixelSize:
    entry.only(("y", "x"))
    y, x = (entry.need(axis, "a number above 0").positive() for axis in "yx")
    return PixelSize(y=y, x=x)


def _text_of(card: Field, name: str, rule: TextRule) -> str | None:
    field = card.get(name)
    return None if field is None else field.text_as(rule)


def _required(card: Field, name: str, rule: TextRule) -> str:
    return card.need(name, rule.allowed).text_as(rule)


def _texts(card: Field, name: str, rule: TextRule) -> tuple[str, ...]:
    field = card.get(name)
    return () if field is None else tuple(each.text_as(rule) for each in field.items())


def _records(card: Field, name: str, read: Callable[[Field], T], needed: str = "") -> tuple[T, ...]:
    """Return the entries of a list; ``needed`` says what is allowed where there must be one."""
    field = card.need(name, needed) if needed else card.get(name)
    if needed and field is not None and field.value == []:
        raise field.wrong(needed)
    return () if field is None else tuple(read(each) for each in field.items())
