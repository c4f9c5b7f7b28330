"""The check of what a description says about the model as a publication.

The zoo's reviewers ask for these by hand (their checklist of 2026), and nothing else looks: a DOI
with its address, an ORCID with a wrong digit, a cover of any shape pass the specification.
"""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from deepbacs_zoo.errors import DeepbacsZooError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.package import Package
from deepbacs_zoo.package.metadata import Document, Metadata, is_doi, is_orcid
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.context import Context

__all__ = ["check_metadata", "known_tags", "licenses", "metadata_findings", "tag_findings"]
__all__ += ["text_findings"]

_CHECKLIST: Final = "checklist of the BioImage Model Zoo's reviewers, 2026"
_MOST_COVER_BYTES: Final = 500_000
_RATIOS: Final = (1.0, 2.0)
_RATIO_ERROR: Final = 0.05
_NO_NAME: Final = re.compile(r"[\d;&@*<>\ufffd]|\bet al\b|[ÃÂ][\u0080-\u00bf]|^\W*$")
_HEADINGS: Final = ("description", "validation", "citation")
_MISREAD: Final = re.compile("[ÃÂ][\u0080-\u00bf]|â€|\ufffd")
"""Text in UTF-8 that was read as Latin-1 and written again."""


def _rule(id: str, reason: str, severity: Severity = Severity.INFO) -> Rule:
    return Rule(id, severity, reason, _CHECKLIST)


LICENSE_UNKNOWN: Final = _rule(
    "license-unknown",
    "A licence that has no SPDX identifier is one that nobody can look up.",
    Severity.WARNING,
)
LICENSE_MISSING: Final = _rule("license-missing", "Without a licence nobody may use the model.")
AUTHOR_NAME: Final = _rule(
    "author-name",
    "An entry is one person, a consortium or an institute, whose name others cite.",
    Severity.WARNING,
)
AUTHOR_MISSING: Final = _rule("author-missing", "Somebody has to answer for a model.")
ORCID_WRONG: Final = _rule(
    "orcid-wrong", "An ORCID with a wrong digit belongs to nobody.", Severity.WARNING
)
CITATION_MISSING: Final = _rule("citation-missing", "Users want to cite what they used.")
DOI_FORM: Final = _rule(
    "doi-form", "A DOI with its address in front is not found by programs.", Severity.WARNING
)
DOCUMENTATION_MISSING: Final = _rule(
    "documentation-missing", "Without documentation nobody knows what a model is for."
)
DOCUMENTATION_HEADING: Final = _rule(
    "documentation-heading", "Reviewers look for these chapters, validation above all."
)
TEXT_MISREAD: Final = _rule(
    "text-misread",
    "Text that was read in another encoding stays wrong wherever it is shown.",
    Severity.WARNING,
)
COVER_MISSING: Final = _rule("cover-missing", "The zoo shows a model by its cover.")
COVER_SIZE: Final = _rule("cover-size", "Large covers make the zoo's page slow.")
COVER_RATIO: Final = _rule("cover-ratio", "The zoo's page crops other shapes.")
TAGS_MISSING: Final = _rule("tags-missing", "Models are found by tags of these categories.")
PIXEL_SIZE_MISSING: Final = _rule(
    "pixel-size-missing", "A network knows objects of the sizes in pixels that it learned."
)
CHANNEL_NAMES: Final = _rule(
    "channel-names-say-nothing", "Names such as channel0 do not tell what to put in, or what it is."
)


def check_metadata(context: Context) -> Outcome:
    """Look at licence, people, citations, documentation, covers, tags, pixel size and channels."""
    package = context.package
    found = [*metadata_findings(package.metadata), *tag_findings(package.metadata)]
    found += [finding for check in _CHECKS for finding in check(package)]
    return Outcome(tuple(found))


def metadata_findings(metadata: Metadata) -> Iterator[Finding]:
    """Yield what is wrong about licence, authors and citations."""
    yield from _license(metadata)
    yield from _people(metadata)
    yield from _citations(metadata)


def _license(metadata: Metadata) -> Iterator[Finding]:
    stated = metadata.license
    if not stated:
        yield LICENSE_MISSING.finding(
            "license", "no licence is stated", "an SPDX identifier", "state one, such as MIT"
        )
    elif (known := licenses()) and stated not in known:
        yield LICENSE_UNKNOWN.finding(
            "license",
            f"{stated} is no SPDX identifier",
            "an identifier of https://spdx.org/licenses, such as MIT or CC-BY-4.0",
            "correct its spelling",
        )


def _people(metadata: Metadata) -> Iterator[Finding]:
    if not metadata.authors:
        yield AUTHOR_MISSING.finding("authors", "there are none", "one or more", "name them")
    for index, author in enumerate(metadata.authors):
        if _NO_NAME.search(author.name):
            yield AUTHOR_NAME.finding(
                f"authors.{index}.name",
                f"{author.name} is not a name",
                "given name and family name of one author, without titles, numbers and signs",
                "write each author as an entry of its own",
            )
        if author.orcid and not is_orcid(author.orcid):
            yield ORCID_WRONG.finding(
                f"authors.{index}.orcid",
                f"{author.orcid} is not an ORCID",
                "an ORCID such as 0000-0002-1825-0097, whose last digit is right",
                "copy it again from https://orcid.org",
            )


def _citations(metadata: Metadata) -> Iterator[Finding]:
    cited = metadata.cite
    if not cited:
        yield CITATION_MISSING.finding(
            "cite",
            "there is nothing to cite",
            "a text with a DOI",
            "cite the method and the images",
        )
    for index, each in enumerate(cited):
        if each.doi and not is_doi(each.doi):
            yield DOI_FORM.finding(
                f"cite.{index}.doi",
                f"{each.doi} has not the form of a DOI",
                "a DOI without an address in front, such as 10.1038/s42003-022-03634-z",
                "leave what stands before 10. out",
            )


def _documentation(package: Package) -> Iterator[Finding]:
    document = package.metadata.documentation
    if document is None:
        yield DOCUMENTATION_MISSING.finding(
            "documentation", "there is none", "a Markdown file", "write one"
        )
        return
    content = _content(package, document)
    if content is None:
        return
    text = content.decode("utf-8", "replace")
    yield from text_findings("documentation", text)
    headings = " ".join(re.findall(r"^#+\s*(.+)$", text, re.MULTILINE)).lower()
    if missing := [each for each in _HEADINGS if each not in headings]:
        yield DOCUMENTATION_HEADING.finding(
            "documentation",
            f"no heading has the word {', '.join(missing)}",
            "the headings Description, Validation and Citation",
            "add the chapters",
        )


def text_findings(where: str, text: str) -> Iterator[Finding]:
    """Yield what is wrong about the characters of a text."""
    if found := _MISREAD.search(text):
        yield TEXT_MISREAD.finding(
            where,
            f"it has characters such as '{found[0]}'",
            "UTF-8",
            "read it in its own encoding, and save it in UTF-8",
        )


def _covers(package: Package) -> Iterator[Finding]:
    covers = package.metadata.covers
    if not covers:
        yield COVER_MISSING.finding(
            "covers",
            "there is no cover",
            "a PNG of 2:1 or 1:1",
            "add input and output side by side",
        )
    for cover in covers:
        content = _content(package, cover)
        if content is None:
            continue
        if len(content) > _MOST_COVER_BYTES:
            yield COVER_SIZE.finding(
                cover.where,
                f"it has {len(content):,} bytes",
                f"at most {_MOST_COVER_BYTES:,}",
                "make it smaller",
            )
        ratio = _ratio(content)
        if ratio and not any(abs(ratio / each - 1) < _RATIO_ERROR for each in _RATIOS):
            yield COVER_RATIO.finding(
                cover.where,
                f"it is {ratio:.2f} times as wide as high",
                "as wide as high, or twice",
                "crop it",
            )


def tag_findings(metadata: Metadata, categories: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the categories, of the named ones or all, of which there is no tag."""
    tags = {tag.lower() for tag in metadata.tags}
    asked = {
        name: known for name, known in known_tags().items() if not categories or name in categories
    }
    missing = {name: known for name, known in asked.items() if not tags & known}
    if missing:
        examples = (f"{name}: {', '.join(sorted(known)[:4])} …" for name, known in missing.items())
        yield TAGS_MISSING.finding(
            "tags",
            f"none is of the category {', '.join(missing)}",
            "; ".join(examples),
            "add one of each that fits",
        )


def _pixel_size(package: Package) -> Iterator[Finding]:
    stated = any(axis.unit for spec in package.inputs for axis in spec.space)
    if not stated and not package.zoo_config.pixel_size:
        yield PIXEL_SIZE_MISSING.finding(
            "inputs",
            "the size of a pixel is not stated",
            "a scale and a unit of the input's axes, or a size in the documentation",
            "state the pixel size of the training images",
        )


def _channels(package: Package) -> Iterator[Finding]:
    for side, specs in (("inputs", package.inputs), ("outputs", package.outputs)):
        for index, spec in enumerate(specs):
            names = next((axis.channel_names for axis in spec.axes if axis.name == "c"), ())
            empty = [name for name in names if re.fullmatch(r"c(hannel)?[ _-]?\d*", name)]
            if empty:
                yield CHANNEL_NAMES.finding(
                    f"{side}.{index}.axes.channel",
                    f"channels are called {', '.join(empty[:4])}",
                    "what they show, in the order of the channels",
                    "name them",
                )


_CHECKS: Final[tuple[Callable[[Package], Iterator[Finding]], ...]] = (
    _documentation,
    _covers,
    _pixel_size,
    _channels,
)


def _content(package: Package, document: Document) -> bytes | None:
    """Return a file of the package; nothing where it is not there, which integrity reports."""
    try:
        return package.read(document.source)
    except (DeepbacsZooError, OSError):
        return None


def _ratio(content: bytes) -> float | None:
    """Return the width of a picture over its height; nothing where it is none."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.width / picture.height
    except (OSError, ValueError, ZeroDivisionError, Image.DecompressionBombError):
        return None


@cache
def licenses() -> frozenset[str]:
    """Return the SPDX identifiers that the specification's library knows; empty without it."""
    listed = _static("spdx_licenses.json").get("licenses", ())
    return frozenset(str(each.get("licenseId")) for each in listed)


@cache
def known_tags() -> dict[str, frozenset[str]]:
    """Return the tags of each category of models; empty without the specification's library."""
    listed = _static("tag_categories.json").get("model", {})
    return {name: frozenset(str(tag).lower() for tag in tags) for name, tags in listed.items()}


def _static(name: str) -> dict[str, Any]:
    """Return a table of bioimageio.spec, whose import takes longer than all checks here."""
    try:
        found = importlib.util.find_spec("bioimageio.spec")
    except ModuleNotFoundError:
        return {}
    if found is None or found.origin is None:
        return {}
    path = Path(found.origin).parent / "static" / name
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
