"""Units of length and time as ImageJ, OME and people write them.

Capitals count in OME's symbols alone: its ``Mm`` is a megameter, a person's a millimeter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

__all__ = ["is_index", "micrometers", "plain_unit", "seconds"]

# Powers of ten by symbol and name; the prefixes of the International System.
_PREFIXES: Final = (
    ("Y", "yotta", 24), ("Z", "zetta", 21), ("E", "exa", 18), ("P", "peta", 15), ("T", "tera", 12),
    ("G", "giga", 9), ("M", "mega", 6), ("k", "kilo", 3), ("h", "hecto", 2), ("da", "deca", 1),
    ("", "", 0), ("d", "deci", -1), ("c", "centi", -2), ("m", "milli", -3), ("μ", "micro", -6),
    ("u", "micro", -6), ("n", "nano", -9), ("p", "pico", -12), ("f", "femto", -15),
    ("a", "atto", -18), ("z", "zepto", -21), ("y", "yocto", -24),
)  # fmt: skip
_LARGEST_SMALL: Final = 3
"""Power of ten above which a prefix differs from a smaller one by its capital alone."""
_METERS: Final = ("meter", "meters", "metre", "metres")
_SECONDS: Final = ("sec", "secs", "second", "seconds")
_MICROMETER: Final = -6
_INCH: Final = 25400.0
_OTHER_LENGTHS: Final[Mapping[float, str]] = {
    1.0: "micron microns μ mu",
    1e-4: "å ångström ångströms ångstrom ångstroms angström angströms angstrom angstroms",
    _INCH: "in inch inches",
    _INCH / 1000: "thou mil mils",
    _INCH / 12: "li line lines",
    _INCH / 72: "pt point points",
    12 * _INCH: "ft foot feet",
    36 * _INCH: "yd yard yards",
    63360 * _INCH: "mi mile miles",
    1.495978707e17: "ua au",
    9.4607304725808e21: "ly",
    3.0856775814913673e22: "pc parsec parsecs",
}
_OTHER_TIMES: Final[Mapping[float, str]] = {
    60.0: "min mins minute minutes",
    3600.0: "h hr hrs hour hours",
    86400.0: "d day days",
}
_INDICES: Final = (
    "", "pixel", "pixels", "px", "pix", "voxel", "voxels", "frame", "frames", "referenceframe",
    "none", "null", "n/a",
)  # fmt: skip

_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_PER_PIXEL: Final = re.compile(r"(/|\bper\b)\s*(pixels?|px|pix|voxels?|frames?)$", re.IGNORECASE)
_LONGEST: Final = 40


def _powers(base: str, words: Iterable[str], unit: int, ome: bool) -> Iterator[tuple[str, float]]:
    """Yield the names of a unit of the International System with all prefixes."""
    for symbol, prefix, power in _PREFIXES:
        factor = float(f"1e{power - unit}")
        if ome:
            yield symbol + base, factor
            continue
        if power <= _LARGEST_SMALL:
            yield symbol + base, factor
        yield from ((prefix + word, factor) for word in words)
        if base == "s" and power <= _LARGEST_SMALL:
            yield from ((symbol + word, factor) for word in words)


def _others(names: Mapping[float, str]) -> Iterator[tuple[str, float]]:
    return ((name, factor) for factor, words in names.items() for name in words.split())


_OME_LENGTHS: Final = dict(_powers("m", (), _MICROMETER, True))
_OME_TIMES: Final = dict(_powers("s", (), 0, True))
_LENGTHS: Final = {
    **dict(_powers("m", _METERS, _MICROMETER, False)),
    **dict(_others(_OTHER_LENGTHS)),
}
_TIMES: Final = {**dict(_powers("s", _SECONDS, 0, False)), **dict(_others(_OTHER_TIMES))}


def micrometers(unit: str, *, ome: bool = False) -> float | None:
    """Return the micrometers in one of a unit; ``None`` if it is no unit of length.

    Parameters
    ----------
    unit
        The unit as a file or a person writes it.
    ome
        True for the symbols of OME, in which capitals count.
    """
    return _look_up(unit, _OME_LENGTHS if ome else {}, _LENGTHS)


def seconds(unit: str, *, ome: bool = False) -> float | None:
    """Return the seconds in one of a unit; ``None`` if it is no unit of time; see `micrometers`."""
    return _look_up(unit, _OME_TIMES if ome else {}, _TIMES)


def is_index(unit: str) -> bool:
    """Return whether a unit says that positions are counted and not measured."""
    return _bare(unit).lower() in _INDICES


def plain_unit(unit: str) -> str:
    """Return a unit as a message shows it: with the characters that ImageJ escapes, and short."""
    text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), unit).strip()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _look_up(unit: str, exact: Mapping[str, float], names: Mapping[str, float]) -> float | None:
    bare = _bare(unit)
    return exact[bare] if bare in exact else names.get(bare.lower())


def _bare(unit: str) -> str:
    """Return a unit without brackets, blanks, "per pixel", and forms of the same character."""
    # ImageJ escapes what is not Latin-1; NFKC makes the micro sign a Greek mu and the
    # Angstrom sign an A with a ring; "Âµ" is UTF-8 that was read as Latin-1.
    text = unicodedata.normalize("NFKC", _ESCAPE.sub(lambda found: chr(int(found[1], 16)), unit))
    text = text.strip().strip("[](){}\"'").strip()
    text = _PER_PIXEL.sub("", text).replace("Âμ", "μ")
    return re.sub(r"[\s_-]", "", text).rstrip(".")
