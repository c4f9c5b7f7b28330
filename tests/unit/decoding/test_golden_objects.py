"""Tables and ROI sets that other languages compare theirs with."""

from __future__ import annotations

import json

import numpy as np
import pytest

from deepbacs_zoo.results import write_rois
from tests.data.decoding.objects import FOLDER, NAMES, labels_of, table_of


@pytest.mark.parametrize("name", NAMES)
def test_labels_table_and_rois_are_the_golden_ones(tmp_path, name):
    entries = json.loads((FOLDER / "objects.json").read_text("utf-8"))
    (entry,) = (entry for entry in entries if entry["name"] == name)
    labels = labels_of(name)
    np.testing.assert_array_equal(np.reshape(entry["labels"], entry["shape"]), labels)
    assert table_of(labels).encode("utf-8") == (FOLDER / f"{name}_table.csv").read_bytes()
    write_rois(tmp_path / "a.zip", labels)
    assert (tmp_path / "a.zip").read_bytes() == (FOLDER / f"{name}_rois.zip").read_bytes()
