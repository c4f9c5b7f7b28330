import json

import numpy as np

from tests.benchmarks import fiji_transfer


def test_it_measures_each_way_and_type(capsys):
    def both(given):
        fiji_transfer.check(np.array(given.values), given)

    fiji_transfer.measure({"fake": (lambda given: given.values.copy(), both)}, 8, 2)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["gateway"], line["dtype"]) for line in lines] == [
        (f"fake, {way}", dtype) for dtype in fiji_transfer.DTYPES for way in ("in", "out")
    ]
    assert all(line["of_copy"] and line["of_new"] for line in lines)
