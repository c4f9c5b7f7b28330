"""Mend a package: its description in three stages, then a copy, then validation of both."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from deepbacs_zoo.errors import PackageError, UsageError
from deepbacs_zoo.options import Option
from deepbacs_zoo.package.reader import Package
from deepbacs_zoo.package.writing.edits import Edit, at, edited
from deepbacs_zoo.package.yaml_text import MAX_BYTES, parse_yaml
from deepbacs_zoo.package.zip_source import damage
from deepbacs_zoo.validation.fix.changes import Change, Fixed, Mend, spelled

if TYPE_CHECKING:
    from deepbacs_zoo.package.source import Source

__all__ = ["fix"]

_MOST_ROUNDS: Final = 5
"""Of the mends of fields: one may make another one possible."""

Progress = Callable[[int, int], None]


def fix(  # long: half of it documents its parameters
    path: str | Path,
    output: str | Path,
    *,
    overwrite: bool = False,
    trust: bool = False,
    progress: Progress | None = None,
) -> Fixed:
    """Write a copy of a package, mended as far as that is possible without knowing its images.

    Parameters
    ----------
    path
        A zip, a folder, the description in it, or the name of a model that comes with the project.
    output
        The copy: a zip if the name ends so, else a folder.
    overwrite
        Whether a package that stands there may be replaced.
    trust
        Whether code that comes with the package may run, to measure its network.
    progress
        Called with the number of checks done and their total.

    Returns
    -------
    Fixed
        Every change, what was left as it is, and validation before and after.  A package that
        cannot be read gives no copy.

    Raises
    ------
    UsageError
        There is nothing at ``path``, or the copy would lie in the package.
    HostError
        The copy exists, or the computer refuses.
    """
    from deepbacs_zoo.files.staging import check_output
    from deepbacs_zoo.models import package_path
    from deepbacs_zoo.package.opening import open_source
    from deepbacs_zoo.validation.checks.outcome import what_of
    from deepbacs_zoo.validation.fix.copying import write_copy
    from deepbacs_zoo.validation.run import validate

    path, output = package_path(path), Path(output)
    report = progress or (lambda done, total: None)
    try:
        source, name = open_source(path)
    except PackageError:
        source, name = None, ""
    with closing(source) if source else nullcontext():
        check_output(output, overwrite=overwrite)
        _refuse_inside(path, output)
        before = validate(path, trust=trust, progress=lambda done, n: report(done, 2 * n))
        if source is None:
            return Fixed(None, (), (), before, before)
        try:
            mending = _Mending(path, source, name)
            if not mending.done(trust=trust):
                return Fixed(None, (), (), before, before)
            changes = write_copy(path, output, mending.source, name, mending.changes)
        except PackageError as error:  # a file that cannot be read, so that it cannot be copied
            left = Change(str(error.where), "", "", str(what_of(error)))
            return Fixed(None, (), (left,), before, before)
    after = validate(output, trust=trust, progress=lambda done, n: report(n + done, 2 * n))
    return Fixed(output, changes, tuple(mending.left), before, after)


def _refuse_inside(path: Path, output: Path) -> None:
    """Refuse a copy that is the package itself, or lies in it."""
    original, place = path.resolve(), output.resolve()
    folder = original if original.is_dir() else original.parent
    in_folder = original.is_dir() or original.suffix.lower() in (".yaml", ".yml")
    if place == original or (in_folder and place.is_relative_to(folder)):
        raise UsageError(
            Option("output"),
            "the copy would lie in the package that it is made of",
            value=output,
            allowed="a path outside the package",
            hint="choose another " + Option("output"),
        )


class _Mending:
    """The description of a package on its way to the mended one."""

    def __init__(self, path: Path, source: Source, name: str) -> None:
        self.source = _WithDescription(source, name)
        self.changes: list[Change] = []
        self.left: list[Change] = []
        self._path = path
        self._name = name

    def done(self, *, trust: bool) -> bool:
        """Mend everything; return whether the package can be opened."""
        from deepbacs_zoo.validation.context import Context
        from deepbacs_zoo.validation.fix.fields import field_mends, left_fields
        from deepbacs_zoo.validation.fix.form import form_mends
        from deepbacs_zoo.validation.fix.sizes import size_mends

        try:
            self._apply(tuple(form_mends(self._description(), self._read)))
            for _ in range(_MOST_ROUNDS):
                with self._package() as package:
                    mends = tuple(field_mends(package))
                if not self._apply_readable(mends):
                    break
            with self._package() as package, Context(package, trust=trust) as context:
                self.left += left_fields(package)
                found = tuple(size_mends(context))
        except PackageError:  # validation says what is wrong
            return False
        self.left += [each for each in found if isinstance(each, Change)]
        self._apply_readable(tuple(each for each in found if isinstance(each, Mend)))
        return True

    def _package(self) -> Package:
        return Package(self._path, self.source, self._name)

    def _description(self) -> dict[str, Any]:
        return parse_yaml(self.source.text.encode(), self.source.label)

    def _read(self, name: str) -> bytes:
        with self.source.open(name) as file, damage(name):
            return file.read()

    def _apply_readable(self, mends: Sequence[Mend]) -> bool:
        """Apply mends, without those that the rest of the description contradicts."""
        state, count = self.source.text, len(self.changes)
        self._apply(mends)
        if self._opens():
            return bool(mends)
        self.source.text = state
        del self.changes[count:]
        if len(mends) < 2:
            return False
        applied = [self._apply_readable((mend,)) for mend in mends]
        return any(applied)

    def _opens(self) -> bool:
        try:
            self._package().close()
        except PackageError:
            return False
        return True

    def _apply(self, mends: Sequence[Mend]) -> None:
        if not mends:
            return
        description, had_comments = self._description(), "#" in self.source.text
        for place, value, why in mends:
            where = ".".join(map(str, place))
            self.changes.append(Change(where, spelled(at(description, place)), spelled(value), why))
        edits = [Edit(place, value) for place, value, _ in mends]
        self.source.text, kept = edited(self.source.text, edits)
        if had_comments and not kept:
            why = "it had to be written anew, without its comments"
            self.changes.append(Change("description", "", "", why))


class _WithDescription:
    """The files of a package, with another text of its description."""

    def __init__(self, source: Source, name: str) -> None:
        from deepbacs_zoo.files.text import decode_text

        self.label, self.findings = source.label, source.findings
        self._source = source
        self._name = name
        with source.open(name) as file, damage(f"{self.label}: {name}"):
            self._content = file.read(MAX_BYTES + 1)
        parse_yaml(self._content, self.label)  # refuses what is none
        self.text = self._original = decode_text(self._content)

    def names(self) -> tuple[str, ...]:
        """Return all file names, sorted."""
        return self._source.names()

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading."""
        if name != self._name:
            return self._source.open(name)
        changed = self.text != self._original
        return io.BytesIO(self.text.encode() if changed else self._content)

    def path_of(self, name: str) -> Path | None:
        """Return where the file lies on disk, the description as it was."""
        return self._source.path_of(name)

    def close(self) -> None:
        """Leave the files open: several packages read them, one after the other."""
