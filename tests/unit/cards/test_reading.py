from __future__ import annotations

from pathlib import Path

import pytest

from deepbacs_zoo.cards import card_folder, read_card
from deepbacs_zoo.errors import DeepbacsZooError, PackageError, UsageError

FRONT = """\
name: My model
description: Finds cells.
version: 1.2.3
license: MIT
authors:
  - {name: Ada, affiliation: Somewhere, orcid: 0000-0002-1825-0097, github_user: ada}
maintainers:
  - {github_user: ada, name: Ada}
cite:
  - {text: A paper, doi: 10.1371/journal.pone.0217524}
  - {text: A page, url: "https://example.org/page"}
modality: bright field
target_structure: [cells]
pixel_size: {y: 0.08, x: 0.1}
training_data: {text: Images, doi: 10.5281/zenodo.1, license: CC-BY-4.0, labels: incomplete}
tags: [cells, 2d]
links: [fiji/fiji]
id: affable-shark
id_emoji: "🦈"
git_repo: https://example.org/code
"""
PROSE = """\
## Description

Text.

## Intended use

Text of use.

## Limitations

- one

## Training data

Images.

## Citation

Please cite.
"""


def write(tmp_path: Path, front: str = FRONT, prose: str = PROSE) -> Path:
    path = tmp_path / "card.md"
    path.write_text(f"---\n{front}---\n\n{prose}", encoding="utf-8")
    return path


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_card_as_editors_on_windows_save_it_is_read(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path)
    plain = read_card(path)
    path.write_bytes(path.read_text("utf-8").replace("\n", "\r\n").encode(encoding))
    assert read_card(path) == plain


def test_a_card_may_begin_with_an_empty_line(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_text("\n" + path.read_text("utf-8"), "utf-8")
    assert read_card(path).name == "My model"


def test_a_card_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, FRONT.replace("Finds cells.", "Findet Zellen für"))
    path.write_bytes(path.read_text("utf-8").replace("🦈", "x").encode("latin-1"))
    with pytest.raises(PackageError, match=r"not UTF-8 text \(line 3\).*save it as UTF-8"):
        read_card(path)


def test_every_field_arrives_typed(tmp_path: Path) -> None:
    card = read_card(write(tmp_path))
    assert card.name == "My model"
    assert card.authors[0].orcid == "0000-0002-1825-0097"
    assert card.maintainers[0].github_user == "ada"
    assert [cited.link for cited in card.cite] == [
        "https://doi.org/10.1371/journal.pone.0217524",
        "https://example.org/page",
    ]
    assert card.pixel_size is not None
    assert (card.pixel_size.y, card.pixel_size.x) == (0.08, 0.1)
    assert card.training_data.labels == "incomplete"
    assert card.training_data.link == "https://doi.org/10.5281/zenodo.1"
    assert card.tags == ("cells", "2d")
    assert card.id_emoji == "🦈"
    assert card.section("Intended use") == "Text of use."
    assert card.section("Nothing") is None
    assert [heading for heading, _ in card.sections][-1] == "Citation"


def test_the_card_is_frozen(tmp_path: Path) -> None:
    card = read_card(write(tmp_path))
    with pytest.raises(AttributeError):
        card.name = "other"  # type: ignore[misc]


def test_optional_fields_may_be_left_out(tmp_path: Path) -> None:
    front = "\n".join(
        line
        for line in FRONT.replace("maintainers:\n  - {github_user: ada, name: Ada}\n", "")
        .replace(", affiliation: Somewhere, orcid: 0000-0002-1825-0097, github_user: ada", "")
        .splitlines()
        if not line.startswith(("pixel_size", "links", "id", "git_repo", "tags", "target"))
    )
    card = read_card(write(tmp_path, front + "\n"))
    assert card.pixel_size is None
    assert card.id is None
    assert card.maintainers == card.links == card.tags == ()


def test_the_shipped_cards_are_right() -> None:
    cards = [path for path in card_folder().glob("*.md") if path.name != "README.md"]
    assert cards
    for path in cards:
        assert read_card(path).training_data.license


def test_the_guide_names_every_field_and_no_other() -> None:
    from deepbacs_zoo.cards.reading import _TOP

    guide = (card_folder() / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip(" *`") for line in guide.splitlines() if "| " in line]
    assert sorted(row for row in rows if row and row != "field") == sorted(_TOP)


@pytest.mark.parametrize(
    ("old", "new", "place", "value", "allowed", "hint"),
    [
        ("name: My model", "name: a/b!!", ": name: ", "a/b!!", "5 to 64 letters", "README"),
        ("name: My model\n", "", ": name: ", "missing", "5 to 64 letters", "add the field"),
        ("version: 1.2.3", "version: 1.2", ": version: ", "1.2", 'such as "0.1.0"', "quotes"),
        ("version: 1.2.3", "version: one", ": version: ", "one", 'such as "0.1.0"', "README"),
        ("license: MIT", "license: CC BY 4.0", ": license: ", "CC BY 4.0", "SPDX", "README"),
        ("licen", "lizen", ": lizense: ", "MIT", "fields name", "did you mean 'license'?"),
        ("1825-0097", "1825-0096", ": authors.0.orcid: ", "0000-0002-1825-0096", "ORCID", "README"),
        ("doi: 10.1371", "doi: doi.org/10", ": cite.0.doi: ", "doi.org/10", "a DOI", "README"),
        (
            "text: A paper, doi",
            "text: A paper, url",
            ": cite.0.url:",
            "10.1371",
            "https",
            "README",
        ),
        (", doi: 10.1371/journal.pone.0217524", "", ": cite.0.doi: ", "missing", "or else", "add"),
        ("tags: [cells, 2d]", "tags: cells", ": tags: ", "cells", "a list", "README"),
        ("tags: [cells, 2d]", "tags: [cells, 2]", ": tags.1: ", "2", "1 to 128", "quotes"),
        ("y: 0.08", "y: -1", ": pixel_size.y: ", "-1", "above 0", "README"),
        ("y: 0.08, ", "", ": pixel_size.y: ", "missing", "above 0", "add the field"),
        ("{y: 0.08, x: 0.1}", "80 nm", ": pixel_size: ", "80 nm", "names as keys", "README"),
        (
            "labels: incomplete",
            "labels: some",
            ": training_data.labels:",
            "some",
            "complete or",
            "",
        ),
        ("id_emoji: ", "id_emoji: abc #", ": id_emoji: ", "abc", "1 to 2", "README"),
    ],
)
def test_a_wrong_field_is_named_with_value_and_remedy(
    tmp_path: Path, old: str, new: str, place: str, value: str, allowed: str, hint: str
) -> None:
    assert old in FRONT
    path = write(tmp_path, FRONT.replace(old, new, 1))
    with pytest.raises(PackageError) as caught:
        read_card(path)
    message = str(caught.value)
    for part in (str(path), place, value, allowed, hint):
        assert part in message
    assert "\n" not in message


def test_without_authors_the_card_is_refused(tmp_path: Path) -> None:
    front = FRONT.replace(FRONT[FRONT.index("authors") : FRONT.index("maintainers")], "")
    with pytest.raises(PackageError, match=r"authors.*at least one author"):
        read_card(write(tmp_path, front))


@pytest.mark.parametrize(
    ("prose", "value"),
    [
        (PROSE.replace("## Limitations\n\n- one\n\n", ""), "Limitations"),
        (PROSE.replace("- one", ""), "Limitations"),
        (PROSE + "\n## Validation\n\nvery good\n", "Validation"),
        (PROSE + "\n## Citation\n\nagain\n", "Citation"),
    ],
)
def test_sections_are_checked(tmp_path: Path, prose: str, value: str) -> None:
    with pytest.raises(PackageError) as caught:
        read_card(write(tmp_path, prose=prose))
    assert value in str(caught.value)
    assert "allowed:" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "kind", "part"),
    [
        (b"# just text\n", PackageError, "no front matter"),
        (b"", PackageError, "an empty file"),
        (b"---\nname: [\n---\n", PackageError, "line"),
        (b"---\nname: \xff\n---\n", PackageError, "UTF-8"),
        (b"---\n- a\n---\n", PackageError, "fields"),
        (None, UsageError, "cannot be read"),
    ],
)
def test_what_is_no_card_is_refused(
    tmp_path: Path, content: bytes | None, kind: type[DeepbacsZooError], part: str
) -> None:
    path = tmp_path / "card.md"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(kind, match=part):
        read_card(path)


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_card(path).section("Limitations") == "- one"
