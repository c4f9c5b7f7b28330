"""Packages damaged at random: a summary each time, never a traceback, a hang or a stray file.

    python -m tests.benchmarks.damaged_packages [--count 2000] [--seed 0]

Each follows from (seed, number) alone: bytes of the zip or of a member, values of the description,
members that are gone, doubled or named elsewhere, archives that are cut off.
"""

from __future__ import annotations

import argparse
import io
import resource
import signal
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Final

import numpy as np
import yaml

from deepbacs_zoo import validate
from deepbacs_zoo.errors import DeepbacsZooError
from tests.packages import CASES

SOURCES: Final = ("bcyx", "stepped", "two_inputs", "upsampled", "two_outputs", "bcyx_0_4")
LIMIT: Final = 60
"""Seconds that a package may take."""
HOSTILE: Final[tuple[Any, ...]] = (
    None,
    -1,
    0,
    1e308,
    float("nan"),
    2**63,
    10**6,
    2**40,
    "",
    "../../outside.txt",
    "/etc/hostname",
    "http://127.0.0.1:9/weights.onnx",
    "a" * 10_000,
    "\u0000",
    [],
    {},
    [[[]]],
    {"a": {"b": []}},
    True,
)
Members = dict[str, bytes]
Damage = Callable[[np.random.Generator, Members], bytes]


def packed(members: Members) -> bytes:
    """Return a zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def flipped(random: np.random.Generator, content: bytes) -> bytes:
    """Return bytes of which up to eight are others."""
    found = bytearray(content)
    for _ in range(int(random.integers(1, 9))):
        if found:
            found[int(random.integers(len(found)))] = int(random.integers(256))
    return bytes(found)


def zip_bytes(random: np.random.Generator, members: Members) -> bytes:
    """Change bytes of the archive."""
    return flipped(random, packed(members))


def cut_off(random: np.random.Generator, members: Members) -> bytes:
    """Cut the archive."""
    whole = packed(members)
    return whole[: int(random.integers(len(whole)))]


def member_bytes(random: np.random.Generator, members: Members) -> bytes:
    """Change bytes of a member."""
    name = str(random.choice(sorted(members)))
    return packed({**members, name: flipped(random, members[name])})


def gone(random: np.random.Generator, members: Members) -> bytes:
    """Leave a member out."""
    name = str(random.choice(sorted(members)))
    return packed({key: value for key, value in members.items() if key != name})


def elsewhere(random: np.random.Generator, members: Members) -> bytes:
    """Add a member under a name outside, or one a second time."""
    names = ("../outside.txt", "/outside.txt", "a/../../outside.txt", "rdf.yaml", "C:\\outside.txt")
    buffer = io.BytesIO(packed(members))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(str(random.choice(names)), b"outside")
    return buffer.getvalue()


def value(random: np.random.Generator, members: Members) -> bytes:
    """Put something else in the place of a value of the description."""
    description = yaml.safe_load(members["rdf.yaml"])
    place: Any = description
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[int(random.integers(len(keys)))]
        if isinstance(place[key], dict | list) and place[key] and random.random() < 0.85:
            place = place[key]
            continue
        if random.random() < 0.2:
            del place[key]
        else:
            place[key] = HOSTILE[int(random.integers(len(HOSTILE)))]
        break
    text = yaml.safe_dump(description, sort_keys=False)
    return packed({**members, "rdf.yaml": text.encode()})


def tag(random: np.random.Generator, members: Members) -> bytes:
    """Put YAML in that makes objects, or refers to itself."""
    lines = (
        "x: !!python/object/apply:os.system ['true']\n",
        "x: &a [*a]\n",
        "x: &a {b: &b [1, 1], c: [*b, *b, *b]}\n",
        "? [a]\n: 1\n",
        "\t- tab\n",
        "x: 1\nx: 2\n",
    )
    line = str(random.choice(lines)).encode()
    return packed({**members, "rdf.yaml": members["rdf.yaml"] + line})


DAMAGES: Final[tuple[Damage, ...]] = (
    zip_bytes,
    cut_off,
    member_bytes,
    gone,
    elsewhere,
    value,
    value,
    value,
    tag,
)


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` in what takes longer."""

    def late(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise TimeoutError(f"more than {seconds} seconds")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def outcome(path: Path) -> str:
    """Return what becomes of a package: an outcome, the class of an error, or a traceback."""
    try:
        with time_limit(LIMIT):
            return validate(path).outcome
    except DeepbacsZooError as error:
        return type(error).__name__
    except BaseException:  # noqa: BLE001 - what must not happen is what is looked for
        return traceback.format_exc()


def main() -> int:
    """Validate all, and say what became of them.

    Returns
    -------
    int
        0: a summary each time; 1: something else happened.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found: Counter[str] = Counter()
    slowest = 0.0
    with TemporaryDirectory() as name:
        work = Path(name)
        sources = [_members(work, case) for case in SOURCES]
        place = work / "inner" / "package.zip"
        place.parent.mkdir()
        before = set(work.rglob("*"))
        for number in range(given.count):
            random = np.random.default_rng([given.seed, number])
            members = sources[int(random.integers(len(sources)))]
            damage = DAMAGES[int(random.integers(len(DAMAGES)))]
            place.write_bytes(damage(random, members))
            started = time.perf_counter()
            said = outcome(place)
            slowest = max(slowest, time.perf_counter() - started)
            kind = said if said.count("\n") == 0 else "traceback"
            found[kind] += 1
            if kind == "traceback":
                sys.stdout.write(f"number {number} ({damage.__name__}):\n{said}\n")
        place.unlink()
        strays = set(work.rglob("*")) - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    for kind, count in found.most_common():
        sys.stdout.write(f"{kind:<20} {count}\n")
    sys.stdout.write(f"slowest {slowest:.1f} s, peak {peak:.2f} GiB, strays {sorted(strays)}\n")
    expected = {"passed", "FAILED", "not tested"}
    return int(bool(set(found) - expected or strays or peak > 1))


def _members(work: Path, case: str) -> Members:
    path = CASES[case](work, name=f"{case}.zip")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


if __name__ == "__main__":
    sys.exit(main())
