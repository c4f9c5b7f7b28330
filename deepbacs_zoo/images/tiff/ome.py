"""OME-XML: the images that it names, and which of their planes are in this file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from math import prod
from pathlib import Path, PureWindowsPath
from typing import Final
from xml.etree.ElementTree import Element, ParseError, fromstring

import tifffile

from deepbacs_zoo.errors import DataError
from deepbacs_zoo.findings import Rule, Severity
from deepbacs_zoo.images.tiff.series import Layout, Plane, Series, alike, kind_of, listed

__all__ = ["ome_layout"]

DESCRIPTION_NOT_USED: Final = Rule(
    "image-description-not-used",
    Severity.WARNING,
    "Without its description the axes and the pixel size of an image are not known.",
    "OME-TIFF specification, BinaryOnly and MetadataFile",
)
_WHAT: Final = "OME description"
_ORDERS: Final = frozenset({"ZCT", "ZTC", "CZT", "CTZ", "TZC", "TCZ"})
_USUAL_ORDER: Final = "ZCT"
_TIFF: Final = (b"II", b"MM")
_CORRECT: Final = "open it in Fiji with File > Import > Bio-Formats and save it as TIFF"


class _NotUsedError(Exception):
    """A description that tells nothing about this file: the reason, and what to do."""

    def __init__(self, reason: str, hint: str) -> None:
        self.reason, self.hint = reason, hint
        super().__init__(reason)


@dataclass(frozen=True)
class _Document:
    """A document in OME-XML about a file.

    Parameters
    ----------
    root
        The document.
    own
        Whether it stands in the file.
    here
        UUIDs and names by which it names the file.
    """

    root: Element
    own: bool
    here: Set[tuple[str, str]]

    def holds(self, data: Element) -> bool:
        """Return whether the planes of an element ``TiffData`` are in the file."""
        file = _file_of(data)
        return self.own if file is None else file in self.here

    def data(self, pixels: Element) -> list[Element]:
        """Return the elements ``TiffData`` of an image; of a single one without, all pages."""
        data = list(_all(pixels, "TiffData"))
        whole = not data and self.own and len(self.images()) == 1
        return [Element("TiffData")] if whole else data

    def images(self) -> list[tuple[str, Element]]:
        """Return the name and the element ``Pixels`` of each image."""
        return _images(self.root)


def ome_layout(tiff: tifffile.TiffFile, pages: Sequence[tifffile.TiffPage], where: Path) -> Layout:
    """Return the images of an OME-TIFF file that have planes in this file.

    Parameters
    ----------
    tiff
        The open file, whose first page has a description in OME-XML.
    pages
        Its pages.
    where
        Its path.  A metadata file that it names is looked for in the same folder.

    Returns
    -------
    Layout
        Without an image where the description cannot be used; a finding says why.

    Raises
    ------
    DataError
        All planes are in other files, or the channels differ in their samples.
    """
    try:
        document = _document(tiff.ome_metadata or "", where)
        images = document.images()
        found = [_series(name, pixels, document, pages, where) for name, pixels in images]
        series = [each for each in found if each.planes]
        if not series:
            raise _without_planes(document, found, pages, where)
    except _NotUsedError as error:
        finding = DESCRIPTION_NOT_USED.finding(
            where, f"its {_WHAT} {error.reason}, and is not used", hint=error.hint
        )
        return Layout((), _WHAT, (finding,))
    elsewhere = [each for each in found if each.files and not each.planes]
    return Layout(series, _WHAT, elsewhere=len(elsewhere))


# --- documents and files ------------------------------------------------------------------------


def _document(xml: str, where: Path) -> _Document:
    """Return the document about a file: the one in it, or in the metadata file that it names."""
    root, own = _parsed(xml), True
    uuid = root.get("UUID", "")
    for binary in _all(root, "BinaryOnly"):
        # A name, not a path: nothing outside of the folder is opened.
        name = PureWindowsPath(binary.get("MetadataFile", "")).name
        root, own = _parsed(_metadata(where.parent / name)), False
    stated = (_file_of(data) for _, pixels in _images(root) for data in _all(pixels, "TiffData"))
    files = {file for file in stated if file is not None}
    return _Document(root, own, _here(files, uuid, where.name, own))


def _here(files: Set[tuple[str, str]], uuid: str, name: str, own: bool) -> Set[tuple[str, str]]:
    """Return those of the files of a document that are the image's file."""
    if by_uuid := {file for file in files if uuid and file[0] == uuid}:
        return by_uuid
    if by_name := {file for file in files if file[1].lower() == name.lower()}:
        return by_name
    # A document without a UUID that names one file means its own, whatever the file is called now.
    return files if own and not uuid and len(files) == 1 else set()


def _parsed(xml: str | bytes) -> Element:
    text = xml if isinstance(xml, str) else xml.decode("latin-1")
    try:
        if "<!DOCTYPE" in text:
            raise ParseError("entities could grow without end")
        return fromstring(xml)  # noqa: S314  # without a document type there are no entities
    except (ParseError, ValueError, LookupError) as error:
        raise _NotUsedError("cannot be read", _CORRECT) from error


def _metadata(path: Path) -> str | bytes:
    """Return the document in a metadata file: OME-XML, or an OME-TIFF."""
    try:
        with path.open("rb") as file:
            is_tiff = file.read(2) in _TIFF
        if not is_tiff:
            return path.read_bytes()
        with tifffile.TiffFile(path, _multifile=False) as tiff:
            return tiff.ome_metadata or ""
    except (OSError, tifffile.TiffFileError) as error:
        raise _NotUsedError(
            f"is in another file ({path.name}), which cannot be read",
            "put that file into the same folder",
        ) from error


def _file_of(data: Element) -> tuple[str, str] | None:
    """Return UUID and name of the file of an element ``TiffData``; ``None`` if it names none."""
    for uuid in _all(data, "UUID"):
        return (uuid.text or "").strip(), PureWindowsPath(uuid.get("FileName", "")).name
    return None


def _images(root: Element) -> list[tuple[str, Element]]:
    """Return the name and the element ``Pixels`` of each image."""
    images = [(image.get("Name", ""), image) for image in _all(root, "Image")]
    return [(name, pixels) for name, image in images for pixels in _all(image, "Pixels")]


def _all(element: Element, tag: str) -> Iterator[Element]:
    """Yield the children of a name, whatever the version of the schema is."""
    return (child for child in element if child.tag.rpartition("}")[2] == tag)


# --- planes -------------------------------------------------------------------------------------


def _series(
    name: str,
    pixels: Element,
    document: _Document,
    pages: Sequence[tifffile.TiffPage],
    where: Path,
) -> Series:
    """Return an image with its planes in the file, perhaps none."""
    channels = tuple(channel.get("Name", "") for channel in _all(pixels, "Channel"))
    size = _sizes(pixels, pages[0].samplesperpixel, where)
    planes: dict[Plane, int] = {}
    files: dict[str, None] = {}
    for each in document.data(pixels):
        if document.holds(each):
            planes |= _planes(each, pixels, size, len(pages))
        else:
            files |= dict.fromkeys(file[1] for file in [_file_of(each)] if file)
    shape = _number(pixels, "SizeY", 0), _number(pixels, "SizeX", 0)
    fit = {plane: page for plane, page in planes.items() if kind_of(pages[page])[:2] == shape}
    return Series(
        alike(fit, pages),
        (size["T"], size["Z"], size["C"]),
        name,
        ome=pixels.attrib,
        channels=channels if any(channels) and len(channels) == size["C"] else (),
        files=tuple(files),
    )


def _sizes(pixels: Element, samples: int, where: Path) -> dict[str, int]:
    """Return the numbers of frames, slices and channels, samples of one pixel not counted."""
    stated = {channel.get("SamplesPerPixel", "1") for channel in _all(pixels, "Channel")}
    if len(stated) > 1:
        raise DataError(
            where,
            "it has channels of colour pictures, and one of the two must be chosen",
            value=f"channels of {' and '.join(sorted(stated))} samples",
            allowed="channels or an RGB picture",
            hint="split the channels in ImageJ with Image > Color > Split Channels",
        )
    size = {axis: _number(pixels, f"Size{axis}", 0) for axis in "TZC"}
    if min(size.values()) < 1:
        raise _NotUsedError("does not name the numbers of its planes", _CORRECT)
    return {**size, "C": max(size["C"] // max(samples, 1), 1)}


def _planes(
    data: Element, pixels: Element, size: Mapping[str, int], pages: int
) -> dict[Plane, int]:
    """Return the pages of the planes of an element ``TiffData``."""
    order = pixels.get("DimensionOrder", "")[2:]
    order = order if order in _ORDERS else _USUAL_ORDER
    start = {axis: _number(data, f"First{axis}", 0) for axis in "TZC"}
    if any(start[axis] >= size[axis] for axis in "TZC"):
        return {}
    sizes = [size[axis] for axis in order]
    first = _number(data, "IFD", 0)
    number = sum(start[axis] * prod(sizes[:place]) for place, axis in enumerate(order))
    usual = 1 if "IFD" in data.attrib else pages
    count = _number(data, "PlaneCount", _number(data, "NumPlanes", usual))
    planes = {}
    for step in range(min(count, pages - first, prod(sizes) - number)):
        rest, at = number + step, {}
        for axis, length in zip(order, sizes, strict=True):
            rest, at[axis] = divmod(rest, length)
        planes[at["T"], at["Z"], at["C"]] = first + step
    return planes


def _number(element: Element, name: str, missing: int) -> int:
    """Return a number from 0 of an attribute."""
    try:
        return max(int(element.get(name, missing)), 0)
    except ValueError:
        return missing


def _without_planes(
    document: _Document, found: Sequence[Series], pages: Sequence[tifffile.TiffPage], where: Path
) -> Exception:
    """Return the error about a description of which no plane is in the file."""
    if not found:
        return _NotUsedError("names no image", _CORRECT)
    files = [file for each in found for file in each.files]
    if document.own and files and not document.here:
        return DataError(
            where,
            f"its {_WHAT} names planes in other files, and none in this one",
            value=listed(list(dict.fromkeys(files))),
            allowed="a file that holds planes",
            hint="give one of these files",
        )
    if not document.here and not document.own:
        return _NotUsedError("does not name this file", "give the file its first name again")
    page = pages[0]
    return _NotUsedError(
        f"is of no image of {page.imagelength}x{page.imagewidth} pixels, as its first page is",
        _CORRECT,
    )
