"""``deepbacs-zoo data``: published data sets, listed, described, fetched and prepared."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from deepbacs_zoo.cli.progress import Report, bar, say

if TYPE_CHECKING:
    from deepbacs_zoo.datasets import Prepared, PublishedSet
    from deepbacs_zoo.datasets.types import Variant
    from deepbacs_zoo.files.download import Progress

__all__ = ["app"]

app = typer.Typer(
    name="data",
    help="Published data sets: list them, describe one, fetch and prepare it.",
    no_args_is_help=True,
)
_QUIET: Final = 2.0
_UNKNOWN: Final = "not known"


class TaskName(StrEnum):
    """Tasks of data sets."""

    SEGMENTATION = "segmentation"
    DETECTION = "detection"
    DENOISING = "denoising"
    LABELING = "labelling"
    SUPER_RESOLUTION = "super-resolution"


NameArgument = Annotated[str, typer.Argument(help="Name of a data set, as `data list` shows them.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.command(name="list")
def list_command(
    task: Annotated[TaskName | None, typer.Option(help="Only sets for this task.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List the published data sets."""
    from deepbacs_zoo.datasets import PUBLISHED

    chosen = [entry for entry in PUBLISHED.values() if task in {None, entry.task}]
    if as_json:
        print(json.dumps({"sets": [_block(entry) for entry in chosen]}, ensure_ascii=False))
        return
    wide = max(len(entry.name) for entry in chosen)
    for entry in chosen:
        record = entry.archive.record or "?"
        print(
            f"{entry.name:<{wide}}  {_state(entry):<8}  {entry.task:<16}  {record!s:>7}  "
            f"{entry.title}"
        )


@app.command(name="show")
def show_command(name: NameArgument, as_json: JsonOption = False) -> None:
    """Describe a data set: its place, terms, folders and split."""
    from deepbacs_zoo.datasets import get_set

    entry = get_set(name)
    if as_json:
        print(json.dumps(_block(entry), ensure_ascii=False))
        return
    rows = _rows(entry)
    wide = max(len(title) for title, _ in rows)
    for title, text in rows:
        print(f"{title:<{wide}}  {text}")


@app.command(name="fetch")
def fetch_command(
    name: NameArgument,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for the prepared set; by default one in the cache."),
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option(help="A zip or a folder that holds the set, instead of fetching it."),
    ] = None,
    variant: Annotated[str | None, typer.Option(help="One of the set's variants.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a data set from Zenodo, check it, and lay it out for training."""
    from deepbacs_zoo.datasets import prepare

    with _megabytes(f"Fetching {name} (MB)") as fetching, _megabytes("Laying out (MB)") as writing:
        prepared = prepare(
            name,
            variant,
            output=output,
            from_file=from_file,
            fetching=fetching,
            writing=writing,
        )
    if as_json:
        block = {"folder": str(prepared.folder), "new": prepared.new, **asdict(prepared.record)}
        print(json.dumps(block, ensure_ascii=False))
    else:
        _say_prepared(prepared)
        print(prepared.folder)


def _say_prepared(prepared: Prepared) -> None:
    record = prepared.record
    there = "is ready" if prepared.new else "was there already"
    say(
        f"{record.name} {there}: {len(record.training)} training, {len(record.validation)} "
        f"validation and {len(record.test)} test images; checked by {record.checked}."
    )
    if record.left_out:
        say(f"Warning: files without a partner were left out: {', '.join(record.left_out[:5])}")
    if record.kind == "classes":
        say("Warning: the targets are masks of classes, which no task here takes as label images.")


@contextmanager
def _megabytes(title: str) -> Iterator[Progress]:
    """Yield a callback for bytes, which draws a bar if they take over 2 s."""
    with ExitStack() as stack:
        start: list[float] = []
        draw: list[Report] = []

        def tell(done: int, total: int | None) -> None:
            if not start:
                start.append(time.monotonic())
            if not draw and sys.stderr.isatty() and time.monotonic() - start[0] > _QUIET:
                draw.append(stack.enter_context(bar(title)))
            for report in draw:
                report(done // 1_000_000, max(total or done, 1) // 1_000_000)

        yield tell


def _block(entry: PublishedSet) -> dict[str, Any]:
    from deepbacs_zoo.datasets import prepared_place

    block = asdict(entry)
    block["archive"] |= {"page": entry.archive.page, "doi": entry.archive.doi, "url": _url(entry)}
    block["state"] = _state(entry)
    block["folders"] = {
        variant.name: str(prepared_place(entry, variant)) for variant in entry.variants
    }
    return block


def _url(entry: PublishedSet) -> str | None:
    from deepbacs_zoo.datasets import file_url

    archive = entry.archive
    if archive.record is None or archive.file is None:
        return None
    return file_url(archive.record, archive.file)


def _state(entry: PublishedSet) -> str:
    """Return ``ready`` if the set is laid out in the cache, in any of its variants."""
    from deepbacs_zoo.datasets import prepared_place, read_provenance

    ready = any(read_provenance(prepared_place(entry, variant)) for variant in entry.variants)
    return "ready" if ready else "-"


def _rows(entry: PublishedSet) -> list[tuple[str, str]]:
    archive, rule = entry.archive, entry.split
    strata = f", drawn for each of {', '.join(rule.strata)}" if rule.strata else ""
    rows = [
        ("name", entry.name),
        ("title", entry.title),
        ("task", entry.task),
        ("modality", entry.modality),
        ("pixel size", _pixel_size(entry)),
        ("images", f"training {_known(entry.training)}, test {_known(entry.test)}"),
        ("validation", f"none published; {rule.share:.0%} by seed {rule.seed}{strata}"),
        ("networks", _known(", ".join(entry.networks))),
        ("license", entry.license),
        ("citation", f"{entry.citation} https://doi.org/{entry.doi}"),
        ("record", f"https://doi.org/{archive.doi}" if archive.doi else _UNKNOWN),
        ("archive", _url(entry) or archive.described),
        ("sha256", _known(archive.sha256)),
        ("classes", ", ".join(entry.classes)),
        ("remarks", entry.remarks),
    ]
    rows = [(title, text) for title, text in rows if text]
    return [*rows, *(row for variant in entry.variants for row in _variant_rows(entry, variant))]


def _known(value: object) -> str:
    return str(value) if value else _UNKNOWN


def _pixel_size(entry: PublishedSet) -> str:
    size = entry.pixel_size
    return f"{size[0]} x {size[1]} µm (y, x)" if size else _UNKNOWN


def _variant_rows(entry: PublishedSet, variant: Variant) -> Iterator[tuple[str, str]]:
    from deepbacs_zoo.datasets import kind_in_words, prepared_place

    folders = ", ".join(
        f"{source} with {target}" if target else source
        for part in variant.parts
        for source, target in part.folders[:1]
    )
    remark = f"; {variant.remark}" if variant.remark else ""
    yield f"variant {variant.name}", f"{kind_in_words(variant.kind)}{remark}"
    yield "  folders in it", folders + ("" if variant.known else " (not confirmed)")
    yield "  prepared in", str(prepared_place(entry, variant))
