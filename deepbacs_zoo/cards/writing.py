"""A new card, from the answers to a list of questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from deepbacs_zoo.cards.checking import TAGGED
from deepbacs_zoo.cards.reading import FIELDS, WRITTEN
from deepbacs_zoo.files import refuse_existing, write_bytes
from deepbacs_zoo.files.fields import TextRule, one_of, text_like
from deepbacs_zoo.validation.checks.metadata import known_tags, licenses

__all__ = ["Ask", "Question", "new_card"]

_MOST: Final = 20
"""Authors, or works to cite."""
_PROSE: Final = text_like(r"\s*[^#\s].*", "one sentence or more, without a heading")
_SECTIONS: Final = {
    "Description": "What the model does and how, for readers of its page",
    "Intended use": "For which images and questions it is meant",
    "Limitations": "Where it fails, and what it must not be used for",
    "Training data": "Which images it learned from: number, microscope, who labelled them",
}


@dataclass(frozen=True)
class Question:
    """A question about a card.

    Parameters
    ----------
    place
        The field of the front matter, or the heading of a section.
    text
        The question.
    rule
        What an answer may be.
    default
        The answer of those who give none.
    optional
        No answer is one, too.
    """

    place: str
    text: str
    rule: TextRule
    default: str = ""
    optional: bool = False

    def problem(self, answer: str) -> str:
        """Return what is allowed where an answer is not; empty where it is."""
        fine = (self.optional and not answer) or self.rule.test(answer)
        return "" if fine else self.rule.allowed


Ask = Callable[[Question], str]
"""Asks until the answer is allowed, and returns it; empty for none."""


def new_card(path: str | Path, ask: Ask, *, overwrite: bool = False) -> Path:
    """Ask what a card needs, and write one that the export takes.

    Parameters
    ----------
    path
        Where the card is written, a Markdown file.
    ask
        Called with each question.
    overwrite
        Whether a file there may be replaced.

    Raises
    ------
    UsageError
        There is a file, and it may not be replaced.
    """
    file = Path(path)
    refuse_existing(file, overwrite=overwrite)
    front = _front(ask)
    sections = {heading: ask(Question(heading, _SECTIONS[heading], _PROSE)) for heading in WRITTEN}
    sections["Citation"] = "Please cite:\n\n" + "\n".join(map(_cited, front["cite"]))
    write_bytes(file, _text(front, sections).encode("utf-8"))
    return file


def _front(ask: Ask) -> dict[str, Any]:
    """Return the front matter, in the order of the questions."""
    front: dict[str, Any] = {
        "name": ask(_question("name", "Name of the model")),
        "description": ask(_question("description", "One sentence about it, for listings")),
        "version": ask(_question("version", "Version", "0.1.0")),
        "license": ask(_license("license", "Licence of the model", "CC-BY-4.0")),
        "authors": list(_authors(ask)),
        "cite": list(_works(ask)),
        "modality": ask(_question("modality", "Kind of images, such as bright-field microscopy")),
    }
    structure = ask(
        _question("target_structure", "What it finds or shows, such as bacterial cells", "", True)
    )
    return {
        **front,
        **({"target_structure": [structure]} if structure else {}),
        "training_data": _stated(
            text=ask(_question("training_data.text", "The training images in one sentence")),
            url=ask(_question("training_data.url", "Address of the training images", "", True)),
            license=ask(_license("training_data.license", "Licence of these images", "", True)),
        ),
        "tags": list(_tags(ask)),
    }


def _question(place: str, text: str, default: str = "", optional: bool = False) -> Question:
    return Question(place, text, FIELDS[place], default, optional)


def _license(place: str, text: str, default: str, optional: bool = False) -> Question:
    """Ask for a licence of the list of SPDX, where this list is installed."""
    known, form = licenses(), FIELDS[place]
    rule = TextRule(
        lambda answer: form.test(answer) and (not known or answer in known),
        "an identifier of https://spdx.org/licenses, such as MIT or CC-BY-4.0",
    )
    return Question(place, text, rule, default, optional)


def _authors(ask: Ask) -> Iterator[dict[str, str]]:
    for number in range(_MOST):
        more = "Another author" if number else "Name of an author"
        name = ask(_question("authors.name", more, "", number > 0))
        if not name:
            return
        yield _stated(
            name=name,
            affiliation=ask(_question("authors.affiliation", f"Affiliation of {name}", "", True)),
            orcid=ask(_question("authors.orcid", f"ORCID of {name}", "", True)),
            github_user=ask(
                _question("authors.github_user", f"GitHub account of {name}", "", True)
            ),
        )


def _works(ask: Ask) -> Iterator[dict[str, str]]:
    for number in range(_MOST):
        more = "Another work to cite" if number else "A work to cite: authors, title, journal, year"
        text = ask(_question("cite.text", more, "", number > 0))
        if not text:
            return
        yield {"text": text, "doi": ask(_question("cite.doi", "Its DOI"))}


def _tags(ask: Ask) -> Iterator[str]:
    """Yield a tag of each category by which the zoo sorts models, and further ones."""
    categories = known_tags()
    for category in TAGGED:
        known = categories.get(category, frozenset())
        rule = one_of(*sorted(known)) if known else FIELDS["tags"]
        named = f" ({', '.join(sorted(known))})" if known else ""
        yield ask(Question("tags", f"Tag of the {category}{named}", rule))
    for tag in ask(_question("tags", "Further tags, with commas between", "", True)).split(","):
        if tag.strip():
            yield tag.strip()


def _stated(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _cited(work: Mapping[str, str]) -> str:
    return f"- {work['text']} https://doi.org/{work['doi']}"


def _text(front: Mapping[str, Any], sections: Mapping[str, str]) -> str:
    stated = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True, width=100)
    chapters = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in sections.items())
    return f"---\n{stated}---\n\n{chapters}\n"
