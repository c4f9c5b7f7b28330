"""Run folders: what training leaves and export reads."""

from deepbacs_zoo.checkpoints.history import (
    HistoryRow,
    append_row,
    read_history,
    truncate_history,
)
from deepbacs_zoo.checkpoints.reading import is_run, open_run
from deepbacs_zoo.checkpoints.run import BEST_BY, VALIDATION_LOSS, Best, Run, best_row
from deepbacs_zoo.checkpoints.split import FilePair, Part, Split, record_part
from deepbacs_zoo.checkpoints.tuned import Change, TunedDecoding
from deepbacs_zoo.checkpoints.writing import create_run, finish_run, refuse_run, versions

__all__ = [
    "BEST_BY",
    "VALIDATION_LOSS",
    "Best",
    "Change",
    "FilePair",
    "HistoryRow",
    "Part",
    "Run",
    "Split",
    "TunedDecoding",
    "append_row",
    "best_row",
    "create_run",
    "finish_run",
    "is_run",
    "open_run",
    "read_history",
    "record_part",
    "refuse_run",
    "truncate_history",
    "versions",
]
