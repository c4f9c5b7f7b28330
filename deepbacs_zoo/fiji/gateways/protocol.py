"""The protocol of gateways to ImageJ: run a macro, get all that it leaves, or an exception."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from deepbacs_zoo.images.arrays import ImageLike
from deepbacs_zoo.images.image import Image

if TYPE_CHECKING:
    from pandas import DataFrame
    from roifile import ImagejRoi

__all__ = ["Gateway", "GatewayInfo", "MacroResult", "Table"]

_NOTHING: Final[Mapping[str, ImageLike]] = MappingProxyType({})
_NO_VALUES: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Table:
    """One of ImageJ's tables.

    Parameters
    ----------
    columns
        By heading: float64 numbers, or texts where a cell holds one.  All have the same length.
    """

    columns: Mapping[str, NDArray[np.float64] | tuple[str, ...]]

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[float] | Sequence[str]]) -> Table:
        """Return a table of columns by heading; one that holds a text holds texts only."""
        return cls({name: _column(cells) for name, cells in columns.items()})

    def dataframe(self) -> DataFrame:
        """Return the table as pandas has it."""
        from pandas import DataFrame

        return DataFrame({name: list(cells) for name, cells in self.columns.items()})

    def __len__(self) -> int:
        """Return the number of rows."""
        return max((len(column) for column in self.columns.values()), default=0)

    def csv(self) -> str:
        """Return the table as comma-separated values, a line of headings first.

        Numbers have as many digits as give them back; whole ones have no point.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        for row in zip(*self.columns.values(), strict=True):
            writer.writerow([cell if isinstance(cell, str) else _number(cell) for cell in row])
        return text.getvalue()


def _column(cells: Sequence[float] | Sequence[str]) -> NDArray[np.float64] | tuple[str, ...]:
    if any(isinstance(cell, str) for cell in cells):
        return tuple(map(str, cells))
    column = np.array(cells, np.float64)
    column.flags.writeable = False
    return column


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


@dataclass(frozen=True)
class GatewayInfo:
    """ImageJ and Java behind a gateway.

    Parameters
    ----------
    imagej, java
        Their versions.
    heap_bytes
        The most memory that Java takes for its objects.
    pid
        The process in which ImageJ runs.
    hooked
        Whether ImageJ reports every error.  In one that somebody else has started without our jars
        they are looked for in what it prints, and some leave no trace, such as commands without
        options.
    """

    imagej: str
    java: str
    heap_bytes: int
    pid: int
    hooked: bool = True


@dataclass(frozen=True, eq=False)
class MacroResult:
    """Everything that a macro leaves.

    Parameters
    ----------
    value
        Value of its ``return``.
    log
        Output of the macro and of the commands that it ran.
    tables
        The results table, if it has rows, as ``Results``, and all other tables by title.
    images
        Those that are open at the end, by title.
    report
        Report of the last run of our plugin; ``None`` if it did not run.
    outputs
        Values of output parameters (``#@output``) by name: numbers, texts, lists of them, for an
        image its title in ``images``; ``None`` for one that was never set.
    rois
        Outlines in the ROI Manager at the end.  Those on an image are in its `Image.imagej`.
    """

    value: str | None
    log: str
    tables: Mapping[str, Table] = field(default_factory=dict)
    images: Mapping[str, Image] = field(default_factory=dict)
    report: Mapping[str, Any] | None = None
    outputs: Mapping[str, Any] = field(default_factory=dict)
    rois: tuple[ImagejRoi, ...] = ()


class Gateway(Protocol):
    """A way to ImageJ without a window.

    A macro stops at its first error, which is raised.  Images and tables are gone when the next
    one begins; options that it sets in ImageJ stay as long as the gateway is open.
    """

    @property
    def info(self) -> GatewayInfo:
        """ImageJ and Java behind it."""
        ...

    def run_macro(
        self,
        code: str,
        argument: str = "",
        *,
        parameters: Mapping[str, object] = _NO_VALUES,
        images: Mapping[str, ImageLike] = _NOTHING,
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a macro.

        Parameters
        ----------
        code
            Its text.
        argument
            What ``getArgument()`` gives.
        parameters
            Values for its ``#@`` lines by name, texts or of the type that the line names; for an
            image its title.  One without a value has the line's own, and never an earlier one.
        images
            Open while it runs, by title, the first one active: an `Image`, a labeled array of
            xarray, or a NumPy array ``y x``, of any order in memory; they stay as they are.  ImageJ
            has uint8, uint16 and float32; other numbers are converted where that loses nothing but
            digits beyond float32 (see `numbers`).
        timeout
            Seconds after which it is stopped.

        Raises
        ------
        MacroError
            The macro, or a command that it runs, failed.
        DeepbacsZooError
            Our plugin failed, with the error that `predict` would raise.
        DataError
            An image holds a value that ImageJ cannot, or does not say which axis is which.
        UsageError
            A ``#@`` line cannot be read; a value is missing, of another type, or for none of them.
        HostError
            The time is over, memory is full, or ImageJ's process has ended.
        """
        ...

    def run_script(
        self,
        path: str | Path,
        argument: str = "",
        *,
        parameters: Mapping[str, object] = _NO_VALUES,
        images: Mapping[str, ImageLike] = _NOTHING,
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a file: a macro (``.ijm``), or a script in Groovy where ImageJ's jars have Groovy.

        Parameters
        ----------
        path
            The file; errors name it and the line.
        argument, parameters, images, timeout
            As for `run_macro`, axes and dtype of the images too; Groovy has no argument.

        Raises
        ------
        MacroError, DeepbacsZooError, DataError, UsageError, HostError
            As for `run_macro`; also if the file cannot be read, or there is no Groovy.
        """
        ...

    def run_plugin(
        self,
        command: str,
        options: Mapping[str, object],
        *,
        images: Mapping[str, ImageLike] = _NOTHING,
        timeout: float | None = None,
    ) -> MacroResult:
        """Run a command of ImageJ's menus.

        Parameters
        ----------
        command
            Its name.
        options
            What its dialog would ask for; true values of truth are given as words alone, false
            ones and ``None`` are left out.
        images
            As for `run_macro`, axes and dtype too; the command works on the first one.
        timeout
            Seconds after which it is stopped.

        Raises
        ------
        MacroError, DeepbacsZooError, HostError
            As for `run_macro`.
        UsageError
            An option cannot be written as ImageJ reads it.
        """
        ...

    def close(self) -> None:
        """Let ImageJ go; a second call does nothing."""
        ...

    def __enter__(self) -> Self:
        """Return itself."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        ...
