"""The check of a card before there is a package."""

from pathlib import Path

import pytest

from deepbacs_zoo.cards import card_folder
from deepbacs_zoo.cards.checking import check_card
from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.findings import Severity
from tests.unit.cards.test_reading import FRONT, PROSE, write

TAGS = "tags: [transmission-light-microscopy, cells, instance-segmentation]"
GOOD = FRONT.replace("tags: [cells, 2d]", TAGS).replace("name: Ada", "name: Ada L.")


def ids(path: Path) -> set[str]:
    """Return the ids of findings."""
    return {finding.id for finding in check_card(path).findings}


def test_a_card_with_everything_has_one_remark(tmp_path: Path) -> None:
    assert ids(write(tmp_path, GOOD)) == {"doi-missing"}


@pytest.mark.parametrize("path", sorted(card_folder().glob("[de]*.md")), ids=lambda path: path.stem)
def test_cards_that_come_with_the_project_have_nothing_to_mend(path: Path) -> None:
    summary = check_card(path)
    assert summary.passed
    assert summary.worst is Severity.INFO


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        ("license: MIT", "license: MIT-licence", "license-unknown"),
        ("name: Ada L.", "name: Ada and Grace 1", "author-name"),
        (TAGS, "tags: [cells]", "tags-missing"),
        ("github_user: ada", "name: Ada", "package-error"),
        ("description: Finds cells.", "description: Finds cells fÃ¼r Ada.", "text-misread"),
    ],
)
def test_what_a_reviewer_would_ask_about_is_named(
    before: str, after: str, rule: str, tmp_path: Path
) -> None:
    assert rule in ids(write(tmp_path, GOOD.replace(before, after)))


def test_nobody_to_ask_and_nothing_to_cite_are_remarks(tmp_path: Path) -> None:
    front = GOOD.replace(", github_user: ada", "").replace(
        "maintainers:\n  - {github_user: ada, name: Ada L.}\n", ""
    )
    path = write(tmp_path, front, PROSE.split("## Citation")[0])
    assert {"maintainer-missing", "citation-heading"} <= ids(path)
    assert check_card(path).passed


def test_what_the_export_refuses_is_an_error(tmp_path: Path) -> None:
    summary = check_card(write(tmp_path, GOOD.replace("version: 1.2.3", "version: one")))
    assert not summary.passed
    assert "version" in summary.to_text()


def test_a_card_that_is_not_there_is_no_finding(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        check_card(tmp_path / "none.md")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_card_as_editors_on_windows_save_it_is_checked(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, GOOD)
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    assert ids(path) == {"doi-missing"}
