import numpy as np
import pytest

from deepbacs_zoo.errors import UsageError
from deepbacs_zoo.fiji.gateways.protocol import Table


def test_a_table_as_text_gives_its_numbers_back():
    numbers = np.array([0.1, 1e300, -0.0, np.nan, np.inf, 3.0, 2.0**53])
    table = Table({"n": numbers, "t": tuple('a,"\nü é'[i] for i in range(7))})
    lines = table.csv()
    import csv
    import io

    rows = list(csv.reader(io.StringIO(lines)))
    assert rows[0] == ["n", "t"]
    np.testing.assert_array_equal([float(row[0]) for row in rows[1:]], numbers)
    assert [row[1] for row in rows[1:]] == list(table.columns["t"])
    assert rows[6][0] == "3"


def test_an_empty_table_has_its_headings():
    assert Table({"a": np.zeros(0), "b": ()}).csv() == "a,b\n"
    assert len(Table({})) == 0


def test_heaps_too_small_for_imagej_are_refused():
    from deepbacs_zoo.fiji.gateways.heap import check_heap

    check_heap(None)
    check_heap(2**30)
    with pytest.raises(UsageError, match="64 MiB"):
        check_heap(2**20)
