"""Read a model card: YAML front matter between two ``---`` lines, then Markdown prose."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import yaml

from deepbacs_zoo.cards.fields import Fields, as_is, choice, matching
from deepbacs_zoo.cards.types import Author, Card, Citation, Maintainer, PixelSize, TrainingData
from deepbacs_zoo.errors import PackageError, UsageError

__all__ = ["RENDERED", "WRITTEN", "read_card"]

WRITTEN = ("Description", "Intended use", "Limitations", "Training data")
"""The headings that a card must have."""

RENDERED = ("Validation", "Inputs and outputs", "Usage", "From output to objects", "Training")
"""The headings that the export writes from measured facts."""


def _orcid_is_right(text: str) -> bool:
    """Check form and last digit (ISO 7064 MOD 11-2, as orcid.org documents it)."""
    if re.fullmatch(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", text) is None:
        return False
    total = 0
    for digit in text.replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return text[-1] == ("X" if rest == 10 else str(rest))


# The format's own rules (bioimageio.spec, model 0.5), with its warnings taken for errors: a name
# above 64 or a description above 512 characters is cut in listings.
_NAME = matching(r"[\w+\- ()]{5,64}", "5 to 64 letters, digits, and _ + - ( ) or blanks")
_DESCRIPTION = as_is(512)
_VERSION = matching(
    r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", 'a version such as "0.1.0"'
)
_LICENSE = matching(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "an SPDX identifier such as MIT or CC-BY-4.0")
_DOI = matching(r"10\.\d{4,}/\S+", "a DOI such as 10.1371/journal.pone.0217524")
_URL = matching(r"https?://\S+", "an address that begins with https://")
_ORCID = (
    _orcid_is_right,
    "an ORCID such as 0000-0002-1825-0097, whose last digit is right",
)
_GITHUB = matching(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", "the name of a GitHub account")
_PERSON = matching(r"[^/\\]{1,128}", "a name without slashes")
_ID = matching(r"[a-z0-9][a-z0-9._/-]*", "lower-case letters, digits and - . _ /")
_EMOJI = as_is(2)
_SHORT = as_is(128)
_LONG = as_is(1024)
_LABELS = choice("complete", "incomplete")

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
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PackageError(
            file,
            "the card is not UTF-8 text",
            value=f"byte {error.start}",
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
    found = re.match(r"---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|$)", text, re.DOTALL)
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
    fields = Fields(file, content, "", _TOP)
    authors = fields.records("authors", _author)
    cite = fields.records("cite", _citation)
    training_data = fields.record("training_data", _training_data)
    fields.need("authors", authors, "a list of at least one author with a 'name'")
    fields.need("cite", cite, "a list of at least one entry with 'text' and 'doi' or 'url'")
    fields.need("training_data", training_data, "'text' and, where they exist, id, doi, url")
    assert training_data is not None
    return Card(
        path=file,
        name=fields.required("name", _NAME),
        description=fields.required("description", _DESCRIPTION),
        version=fields.required("version", _VERSION),
        license=fields.required("license", _LICENSE),
        authors=authors,
        cite=cite,
        modality=fields.required("modality", _SHORT),
        training_data=training_data,
        tags=fields.texts("tags", _SHORT),
        target_structure=fields.texts("target_structure", _SHORT),
        maintainers=fields.records("maintainers", _maintainer),
        links=fields.texts("links", _SHORT),
        pixel_size=fields.record("pixel_size", _pixel_size),
        id=fields.text("id", _ID),
        id_emoji=fields.text("id_emoji", _EMOJI),
        git_repo=fields.text("git_repo", _URL),
    )


def _author(file: Path, content: object, place: str) -> Author:
    fields = Fields(file, content, place, ("name", "affiliation", "orcid", "github_user"))
    return Author(
        name=fields.required("name", _PERSON),
        affiliation=fields.text("affiliation", _LONG),
        orcid=fields.text("orcid", _ORCID),
        github_user=fields.text("github_user", _GITHUB),
    )


def _maintainer(file: Path, content: object, place: str) -> Maintainer:
    fields = Fields(file, content, place, ("name", "github_user"))
    return Maintainer(
        github_user=fields.required("github_user", _GITHUB), name=fields.text("name", _PERSON)
    )


def _citation(file: Path, content: object, place: str) -> Citation:
    fields = Fields(file, content, place, ("text", "doi", "url"))
    cited = Citation(
        text=fields.required("text", _LONG),
        doi=fields.text("doi", _DOI),
        url=fields.text("url", _URL),
    )
    fields.need("doi", cited.doi or cited.url, "a doi, or else a url")
    return cited


def _training_data(file: Path, content: object, place: str) -> TrainingData:
    fields = Fields(file, content, place, ("text", "id", "doi", "url", "license", "labels"))
    return TrainingData(
        text=fields.required("text", _LONG),
        id=fields.text("id", _ID),
        doi=fields.text("doi", _DOI),
        url=fields.text("url", _URL),
        license=fields.text("license", _LICENSE),
        labels=fields.text("labels", _LABELS) or "complete",
    )


def _pixel_size(file: Path, content: object, place: str) -> PixelSize:
    fields = Fields(file, content, place, ("y", "x"))
    return PixelSize(y=fields.number("y"), x=fields.number("x"))
