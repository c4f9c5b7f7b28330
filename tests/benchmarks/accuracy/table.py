"""One table: methods, scores with intervals, the bars, the machine, the seconds, the seed."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deepbacs_zoo.files import write_bytes
from deepbacs_zoo.metrics import Estimate
from tests.benchmarks.accuracy.clock import Seconds

LIBRARIES = ("torch", "onnxruntime", "keras", "scikit-image")


def this_machine() -> str:
    """Return the computer in words: processor cores, system, versions that decide about numbers."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    found = [f"{cores} CPU cores ({platform.machine()}, {platform.system()})"]
    found.append(f"Python {platform.python_version()}")
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


@dataclass(frozen=True)
class Row:
    """One method.

    Parameters
    ----------
    method
        Its short name.
    scores
        LabelScores by name; a method may lack some.
    seconds
        Of training or tuning.
    about
        How it was trained or tuned, in one line.
    """

    method: str
    scores: Mapping[str, Estimate]
    seconds: Seconds = field(default_factory=Seconds)
    about: str = ""


@dataclass(frozen=True)
class Bar:
    """Something that had to be reached, and whether it was."""

    text: str
    reached: bool

    def __str__(self) -> str:
        return f"{'reached' if self.reached else 'MISSED'}: {self.text}"


@dataclass(frozen=True)
class Table:
    """What a benchmark found.

    Parameters
    ----------
    name, title
        Its short name, and what was trained and tested on.
    rows
        The methods, in the order of the table.
    bars
        What had to be reached.
    seed
        Of the training and whatever else is drawn; several with commas in between.
    seconds
        Of everything.
    notes
        What a reader must know about the scores.
    """

    name: str
    title: str
    rows: Sequence[Row]
    bars: Sequence[Bar]
    seed: int | str
    seconds: Seconds
    notes: Sequence[str] = ()
    machine: str = field(default_factory=this_machine)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of all scores, in the order in which methods bring them."""
        return tuple(dict.fromkeys(name for row in self.rows for name in row.scores))

    def text(self) -> str:
        """Return the table in Markdown, aligned, with the bars and notes below it."""
        lines = [("method", *self.columns, "training, s (CPU)")]
        for row in self.rows:
            cells = (_cell(row.scores.get(name)) for name in self.columns)
            lines.append((row.method, *cells, str(row.seconds)))
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, tuple("-" * width for width in widths))
        drawn = [
            "| "
            + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            + " |"
            for line in lines
        ]
        about = [f"- {row.method}: {row.about}" for row in self.rows if row.about]
        ran = f"{self.machine}; {self.seconds} seconds of wall (CPU) time; seed {self.seed}"
        parts = [[self.title], drawn, [f"- {bar}" for bar in self.bars], about]
        parts += [[f"- {note}" for note in self.notes], [ran]]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def as_json(self) -> dict[str, object]:
        """Return everything as plain data; undefined scores are null."""
        return {
            "benchmark": self.name,
            "title": self.title,
            "machine": self.machine,
            "seed": self.seed,
            "seconds": _rounded(self.seconds),
            "methods": [
                {
                    "method": row.method,
                    "about": row.about,
                    "seconds": _rounded(row.seconds),
                    "scores": {name: _numbers(each) for name, each in row.scores.items()},
                }
                for row in self.rows
            ],
            "bars": [{"bar": bar.text, "reached": bar.reached} for bar in self.bars],
            "notes": list(self.notes),
        }

    def as_csv(self) -> str:
        """Return one line for each method and score."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("benchmark", "method", "score", "value", "low", "high", "seed"))
        for row in self.rows:
            for name, each in row.scores.items():
                numbers = ("" if found is None else found for found in _numbers(each).values())
                writer.writerow((self.name, row.method, name, *numbers, self.seed))
        return text.getvalue()

    def write(self, folder: Path) -> None:
        """Write ``<name>.json``, ``<name>.csv`` and ``<name>.md`` into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        found = json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n"
        for suffix, text in (("json", found), ("csv", self.as_csv()), ("md", self.text() + "\n")):
            write_bytes(folder / f"{self.name}.{suffix}", text.encode())


def _rounded(seconds: Seconds) -> dict[str, float]:
    return {name: round(value, 1) for name, value in asdict(seconds).items()}


def _cell(estimate: Estimate | None) -> str:
    return "" if estimate is None else str(estimate)


def _numbers(estimate: Estimate) -> dict[str, float | None]:
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {
        name: None if value is None or math.isnan(value) else round(value, 6)
        for name, value in values.items()
    }
