"""history.csv."""

import math

import pytest

from deepbacs_zoo.checkpoints import append_row, read_history, truncate_history
from deepbacs_zoo.errors import DataError


def test_numbers_read_back_exactly(tmp_path):
    path = tmp_path / "history.csv"
    rows = [{"epoch": 1.0, "val_loss": math.pi / 3}, {"epoch": 2.0, "val_loss": 1e-17}]
    for row in rows:
        append_row(path, row)
    assert read_history(path) == tuple(rows)
    assert path.read_text().splitlines()[0] == "epoch,val_loss"
    assert path.read_text().splitlines()[2] == "2,1e-17"


def test_a_missing_file_has_no_rows(tmp_path):
    assert read_history(tmp_path / "history.csv") == ()


def test_an_epoch_done_again_replaces_its_row(tmp_path):
    path = tmp_path / "history.csv"
    for epoch, loss in ((1, 3.0), (2, 2.0), (3, 1.0), (2, 5.0)):
        append_row(path, {"epoch": epoch, "val_loss": loss})
    assert [row["val_loss"] for row in read_history(path)] == [3.0, 5.0]


@pytest.mark.parametrize("epochs", [0, 1, 2, 5])
def test_rows_after_the_checkpoint_are_cut(tmp_path, epochs):
    path = tmp_path / "history.csv"
    for epoch in (1, 2):
        append_row(path, {"epoch": epoch, "val_loss": 1.0})
    truncate_history(path, epochs)
    assert len(read_history(path)) == min(epochs, 2)


@pytest.mark.parametrize(
    "text", ["epoch,val_loss\n1,abc\n", "epoch,val_loss\n2,0.5\n", "a\n1\n", "epoch,val_loss\n1\n"]
)
def test_a_damaged_row_is_named(tmp_path, text):
    path = tmp_path / "history.csv"
    path.write_text(text)
    with pytest.raises(DataError, match="row 1"):
        read_history(path)
