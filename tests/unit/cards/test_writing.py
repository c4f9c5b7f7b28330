"""A new card from the answers to questions."""

from pathlib import Path

import pytest

from deepbacs_zoo.cards import read_card
from deepbacs_zoo.cards.checking import check_card
from deepbacs_zoo.cards.writing import Question, new_card
from deepbacs_zoo.errors import OutputExistsError

ANSWERS = {
    "name": "My model: bright",
    "description": "Finds cells: all of them, it's said # really.",
    "authors.name": ["Ada Lovelace", "Grace Hopper", ""],
    "authors.affiliation": ["Somewhere", ""],
    "authors.orcid": ["0000-0002-1825-0097", ""],
    "authors.github_user": ["ada", ""],
    "cite.text": ["A paper", ""],
    "cite.doi": ["10.1371/journal.pone.0217524"],
    "modality": "bright field",
    "target_structure": "cells",
    "training_data.text": "Four images.",
    "training_data.url": "https://example.org",
    "tags": ["transmission-light-microscopy", "cells", "instance-segmentation", "bacteria, rods"],
    "Description": "What it does: #1.",
}


class Person:
    """Somebody who answers; other answers than these are the default, or a sentence."""

    def __init__(self, answers: dict[str, str | list[str]]) -> None:
        self.answers = {place: list(each) for place, each in answers.items() if each != str(each)}
        self.same = {place: each for place, each in answers.items() if isinstance(each, str)}
        self.asked: list[Question] = []

    def __call__(self, question: Question) -> str:
        self.asked.append(question)
        if question.place in self.answers:
            answer = self.answers[question.place].pop(0)
        else:
            usual = question.default or ("" if question.optional else "Some words.")
            answer = self.same.get(question.place, usual)
        if question.place == "name":
            answer = answer.replace(":", "")
        assert not question.problem(answer), (question, answer)
        return answer


def test_a_new_card_is_read_and_has_nothing_to_mend(tmp_path: Path) -> None:
    path = new_card(tmp_path / "card.md", Person(ANSWERS))
    card = read_card(path)
    assert card.name == "My model bright"
    assert card.description == ANSWERS["description"]
    assert [each.name for each in card.authors] == ["Ada Lovelace", "Grace Hopper"]
    assert (card.authors[0].github_user, card.authors[1].orcid) == ("ada", None)
    assert card.version == "0.1.0"
    assert card.training_data.link == "https://example.org"
    assert card.tags[-2:] == ("bacteria", "rods")
    assert card.section("Description") == "What it does: #1."
    assert "10.1371/journal.pone.0217524" in (card.section("Citation") or "")
    assert check_card(path).findings == ()


@pytest.mark.parametrize(
    ("place", "answer", "allowed"),
    [
        ("name", "a", "5 to 64 letters"),
        ("license", "MIT licence", "spdx.org"),
        ("authors.name", "", "a name without slashes"),
        ("authors.orcid", "0000-0002-1825-0098", "ORCID"),
        ("cite.doi", "https://doi.org/10.1371/journal", "a DOI such as"),
        ("tags", "bright", "cryo-electron-microscopy or"),
        ("Limitations", "", "one sentence"),
        ("Limitations", "## Validation", "without a heading"),
    ],
)
def test_a_question_says_what_it_allows(
    place: str, answer: str, allowed: str, tmp_path: Path
) -> None:
    person = Person(ANSWERS)
    new_card(tmp_path / "card.md", person)
    question = next(each for each in person.asked if each.place == place)
    assert allowed in question.problem(answer)


def test_a_card_that_is_there_is_kept_before_anything_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_text("mine")
    person = Person(ANSWERS)
    with pytest.raises(OutputExistsError):
        new_card(path, person)
    assert (path.read_text(), person.asked) == ("mine", [])
