"""The check of addresses: those that a description names are there.  The only one that asks them.

bioimageio.spec takes an address that answers with an error for one of a wrong form at most, so
each is asked for here; people and models of the zoo are looked up by it (`checks/format.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.validation.checks.outcome import Outcome

if TYPE_CHECKING:
    from deepbacs_zoo.package import Package
    from deepbacs_zoo.validation.context import Context

__all__ = ["DOI_SERVER", "check_online"]

DOI_SERVER: Final = "https://doi.org/"
_MOST_ADDRESSES: Final = 64
_AT_ONCE: Final = 8
_NOT_PUBLIC: Final = (401, 403, 405, 429)
"""Answers of servers that want no programs: the address may well be right."""

ADDRESS_GONE: Final = Rule(
    "address-gone", Severity.WARNING, "Who wants to read or cite it finds nothing there."
)
ADDRESS_UNKNOWN: Final = Rule(
    "address-not-reached", Severity.INFO, "A server that does not answer says nothing about it."
)
ADDRESSES_THERE: Final = Rule(
    "addresses-there", Severity.INFO, "Links of a description are part of its documentation."
)


def check_online(context: Context) -> Outcome:
    """Ask for every address and DOI that the description names, several at once."""
    from concurrent.futures import ThreadPoolExecutor

    addresses = dict(_addresses(context.package))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        answers = pool.map(_asked, addresses.values())
        findings = [
            finding
            for (where, url), answer in zip(addresses.items(), answers, strict=True)
            for finding in _found(where, url, answer)
        ]
    if not findings:
        text = f"{len(addresses)} addresses were asked for and are there"
        findings.append(ADDRESSES_THERE.finding("description", text))
    return Outcome(tuple(findings))


def _addresses(package: Package) -> Iterator[tuple[str, str]]:
    """Yield places and addresses; files of the package that are given by one are not asked for."""
    found = 0
    for where, text in _texts(package.description, ""):
        key = where.rpartition(".")[2]
        is_file = key in ("source", "documentation", "icon") or where.startswith("covers")
        url = f"{DOI_SERVER}{text}" if key == "doi" and text.startswith("10.") else text
        if url.startswith(("https://", "http://")) and not is_file and " " not in url.strip():
            found += 1
            if found > _MOST_ADDRESSES:
                return
            yield where, url.strip()


def _texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
        return
    entries: Iterable[tuple[object, object]] = ()
    if isinstance(value, Mapping):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, entry in entries:
        yield from _texts(entry, f"{place}.{key}" if place else str(key))


def _asked(url: str) -> tuple[int | None, str]:
    """Return the answer to one request: its number if there is one, and its words."""
    from deepbacs_zoo.files.http import BrokenError, RefusedError, open_url

    try:
        with open_url(url) as response:
            return response.status, response.reason
    except RefusedError as error:
        return error.status, str(error)
    except BrokenError as error:
        return None, str(error)


def _found(where: str, url: str, answer: tuple[int | None, str]) -> Iterator[Finding]:
    status, reason = answer
    if status is not None and 200 <= status < 300:
        return
    if status is None or status in _NOT_PUBLIC or status >= 500:
        yield ADDRESS_UNKNOWN.finding(where, f"{url} could not be looked at ({reason})")
    else:
        yield ADDRESS_GONE.finding(
            where, f"{url} is not there ({reason})", "an address that answers", "correct it"
        )
